"""A real agent over a simulated cell: what was taken while it did not run is booked as missed, and not as picked."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from quietshelf.intake.adoption import assign_slot
from quietshelf.rules.ledger import derive
from quietshelf.rules.policy import Policy
from quietshelf.store.engine import reading
from quietshelf.store.facts import facts_of
from quietshelf.store.tables import FactRow
from tests.brokers import TestBroker
from tests.edge.bench import NodeProcess, lay, write_node
from tests.intake.test_mqtt import adopted, eventually, taking_in
from tests.intake.words import Shelf


@pytest.mark.parametrize("how", ["stopped", "killed"])
def test_what_was_taken_while_the_agent_did_not_run_was_missed_and_not_picked(
    sqlite_shelf: Shelf, embedded_broker: TestBroker, tmp_path: Path, how: str
) -> None:
    tea = sqlite_shelf.shop.products["TEA-0114"]
    assign_slot(sqlite_shelf.shop.engine, sqlite_shelf.node_id, "1", tea, piece_weight_g=250)
    lay(tmp_path, "1", 10)

    def booked(*facts: tuple[str, int]) -> None:
        eventually(lambda: sqlite_shelf.facts() == list(facts), f"the ledger holds {facts}")

    with taking_in(sqlite_shelf, embedded_broker):
        node = NodeProcess(write_node(tmp_path, embedded_broker.port, slots=1))
        try:
            adopted(sqlite_shelf)
            booked(("count", 10))
            lay(tmp_path, "1", 9)
            booked(("count", 10), ("pick", 1))
            node.stop() if how == "stopped" else node.kill()
            off_at = datetime.now(UTC)
            lay(tmp_path, "1", 6)
            node.start()
            booked(("count", 10), ("pick", 1), ("missed", 3))
            lay(tmp_path, "1", 5)
            booked(("count", 10), ("pick", 1), ("missed", 3), ("pick", 1))
        finally:
            node.close()

    (missed,) = [fact for fact in sqlite_shelf.rows(FactRow) if fact.kind == "missed"]
    assert missed.since < off_at < missed.happened
    with reading(sqlite_shelf.shop.engine) as session:
        book = derive(facts_of(session, sqlite_shelf.shop.site_id, tea), None, Policy())
    assert (book.sensed, book.disagreement, sum(loss.units for loss in book.losses)) == (5, 3, 2)
