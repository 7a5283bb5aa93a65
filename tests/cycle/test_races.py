"""Two who decide at once, a fact that comes in between, a pass that is killed: nothing twice, nothing half."""

import os
import shutil
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, func, select, update

from quietshelf.cycle import cores, decide_skus, run_pass
from quietshelf.cycle.loading import load
from quietshelf.cycle.moments import moment_of
from quietshelf.cycle.saving import Decided, save
from quietshelf.rules.decide import decide
from quietshelf.rules.facts import Fact, Kind
from quietshelf.rules.policy import Policy
from quietshelf.store.engine import open_engine, reading, writing
from quietshelf.store.tables import DecisionRow, ExceptionRow, Order, OrderLine
from tests.cycle.pictures import NOW, book, counted, daily, drafts, picture, sold, state
from tests.shops import Shop


def at_once(*acts: Callable[[], object]) -> None:
    """Do all at the same time; raise what any of them raised."""
    together = threading.Barrier(len(acts))
    failures: list[BaseException] = []

    def do(act: Callable[[], object]) -> None:
        try:
            together.wait()
            act()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=do, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def count(engine: Engine, table: type[Order] | type[OrderLine] | type[ExceptionRow] | type[DecisionRow]) -> int:
    with reading(engine) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_two_who_decide_the_same_sku_at_once_draft_it_once(shop: Shop) -> None:
    book(shop, "TEA-0114", counted(245), *daily(4))
    tea = [shop.products["TEA-0114"]]
    at_once(*[lambda: decide_skus(shop.engine, shop.site_id, tea, NOW)] * 4)
    assert len(drafts(shop.engine)) == 1
    assert (count(shop.engine, Order), count(shop.engine, ExceptionRow), count(shop.engine, DecisionRow)) == (1, 1, 2)


def test_skus_of_one_supplier_that_are_decided_at_once_share_its_draft(shop: Shop) -> None:
    skus = ("TEA-0114", "TEA-0120", "TEA-0131", "TEA-0140")
    for sku in skus:
        book(shop, sku, counted(245), *daily(4))
    at_once(
        *[
            lambda product_id=shop.products[sku]: decide_skus(shop.engine, shop.site_id, [product_id], NOW)
            for sku in skus
        ]
    )
    assert [line[2] for line in drafts(shop.engine)] == list(skus)
    assert {line[0] for line in drafts(shop.engine)} == {"PO-2001"}


def test_whole_passes_at_once_leave_what_one_leaves(shop: Shop) -> None:
    for sku in ("TEA-0114", "OAT-0010", "MUG-0001"):
        book(shop, sku, counted(245), *daily(4))
    at_once(*[lambda: run_pass(shop.engine, shop.site_id, NOW, whole=True)] * 4)
    run_pass(shop.engine, shop.site_id, NOW)
    assert sorted(line[2] for line in drafts(shop.engine)) == ["MUG-0001", "OAT-0010", "TEA-0114"]
    assert (count(shop.engine, OrderLine), count(shop.engine, ExceptionRow)) == (3, 3)


def test_sales_that_come_while_passes_run_are_all_decided_on(shop: Shop) -> None:
    book(shop, "TEA-0114", counted(500))

    def sell(till: str) -> None:
        for day in range(15):
            book(shop, "TEA-0114", sold(1, day, till))
            decide_skus(shop.engine, shop.site_id, [shop.products["TEA-0114"]], NOW)

    def look() -> None:
        for _ in range(10):
            run_pass(shop.engine, shop.site_id, NOW)

    at_once(lambda: sell("till 1"), lambda: sell("till 2"), look)
    run_pass(shop.engine, shop.site_id, NOW)
    assert (state(shop, "TEA-0114").on_hand, state(shop, "TEA-0114").sold_60) == (470, 30)


def test_a_fact_that_comes_between_load_and_save_is_decided_on_by_the_next_pass(shop: Shop) -> None:
    book(shop, "TEA-0114", counted(245), *daily(4))
    with reading(shop.engine) as session:
        moment = moment_of(session, shop.site_id, NOW, Policy())
        known = load(session, moment, [shop.products["TEA-0114"]])
    book(shop, "TEA-0114", Fact(NOW, Kind.RECEIPT, 300, "receipt:1"))
    saved = save(
        shop.engine, moment, [Decided.of(one, decide(one.item, moment.policy), moment.policy) for one in known]
    )
    assert saved.skus == 0
    assert (state(shop, "TEA-0114").stale, state(shop, "TEA-0114").decided_at, drafts(shop.engine)) == (True, None, [])
    run_pass(shop.engine, shop.site_id, NOW)
    assert (state(shop, "TEA-0114").on_hand, state(shop, "TEA-0114").zone) == (305, "green")


def test_a_line_that_a_person_sets_between_load_and_save_stays_theirs(shop: Shop) -> None:
    book(shop, "TEA-0114", counted(245), *daily(4))
    run_pass(shop.engine, shop.site_id, NOW)
    book(shop, "TEA-0114", Fact(NOW, Kind.RECEIPT, 300, "receipt:1"))
    with reading(shop.engine) as session:
        moment = moment_of(session, shop.site_id, NOW, Policy())
        known = load(session, moment, [shop.products["TEA-0114"]])
    with writing(shop.engine) as session:
        session.execute(update(OrderLine).values(quantity=24, edited_at=NOW))
    save(shop.engine, moment, [Decided.of(one, decide(one.item, moment.policy), moment.policy) for one in known])
    assert drafts(shop.engine) == [("PO-2001", "Leaf & Kettle", "TEA-0114", 24)]


def test_a_pass_that_is_killed_leaves_each_sku_decided_whole_or_due(
    sqlite_shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cores, "SKUS_AT_ONCE", 3)  # several transactions in a pass of twelve
    shop = sqlite_shop
    for sku in ("TEA-0114", "TEA-0120", "OAT-0010", "MUG-0001", "POT-0002"):
        book(shop, sku, counted(245), *daily(4))
    shop.engine.dispose()
    shutil.copy(str(shop.engine.url.database), tmp_path / "uninterrupted.db")
    other = open_engine(f"sqlite:///{tmp_path}/uninterrupted.db")
    run_pass(other, shop.site_id, NOW)
    whole = picture(other)

    killed = 0
    for statement in range(20, 90, 9):
        killed += kill_at(shop, statement)
        for sku in shop.products:
            decided_whole_or_due(shop, sku)
        shop.engine.dispose()
    assert killed >= 4
    run_pass(shop.engine, shop.site_id, NOW)
    assert picture(shop.engine) == whole


def kill_at(shop: Shop, statement: int) -> bool:
    """Run a pass in a process that is killed, without a word, before its n-th statement; whether it got that far."""
    child = os.fork()
    if not child:
        engine = open_engine(str(shop.engine.url))
        left = [statement]

        def one_less(*_: object) -> None:
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(engine, "before_cursor_execute", one_less)
        run_pass(engine, shop.site_id, NOW)
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def decided_whole_or_due(shop: Shop, sku: str) -> None:
    """A decided SKU has its decision, its draft line and its exception; one that is due has none of them yet."""
    with reading(shop.engine) as session:
        product_id = shop.products[sku]
        lines = session.scalars(select(OrderLine).where(OrderLine.product_id == product_id)).all()
        rows = session.scalars(select(ExceptionRow.kind).where(ExceptionRow.product_id == product_id)).all()
        told = session.scalars(select(DecisionRow.what).where(DecisionRow.product_id == product_id)).all()
    known = state(shop, sku)
    if known.decided_at is None or known.zone == "green":
        assert (list(lines), list(rows), list(told)) == ([], [], [])
    else:
        assert (len(lines), list(rows), list(told)) == (1, ["red"], ["red", "drafted"])
