"""Started with a constraint, the simulated shop has a history in which the product finds that one, with its money."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from quietshelf.cycle import look_back, moment_at, run_pass
from quietshelf.demo.history import make_history
from quietshelf.demo.scenarios import Constraint
from quietshelf.demo.shop import bring, open_site
from quietshelf.store.engine import open_engine, reading
from quietshelf.store.losses import latest_look, lost_by_cause
from quietshelf.store.schema import upgrade
from tests.conftest import free_port
from tests.demo.test_demo import ask
from tests.running import started

NOW = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize("constraint", list(Constraint))
def test_a_shop_opened_with_a_constraint_names_it_with_its_money(tmp_path: Path, constraint: Constraint) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/quietshelf.db")
    upgrade(engine)
    site_id = open_site(engine)
    bring(engine, site_id, make_history(NOW, 7, constraint), tmp_path / "files", NOW)
    run_pass(engine, site_id, NOW, whole=True)
    look_back(engine, moment_at(engine, site_id, NOW))
    with reading(engine) as session:
        look = latest_look(session, site_id)
        assert look is not None
        lost = lost_by_cause(session, site_id, look.day.replace(day=1), look.day)
    assert look.named == look.says == constraint.value
    assert look.day == NOW.date()
    assert look.number is not None
    if constraint is Constraint.NONE:
        assert sum(look.lost.values()) <= look.throughput_minor / 100
    else:
        assert look.lost[constraint.value] > look.throughput_minor / 50
        assert max(look.lost, key=lambda cause: look.lost[cause]) == constraint.value
        assert lost[constraint.value].minor > 0


def test_the_demo_says_what_constrains_it_when_it_is_ready(tmp_path: Path) -> None:
    home, port = tmp_path / "home", free_port()
    with started("demo", "--port", str(port), "--no-shoppers", "--constraint", "purchasing", home=home) as demo:
        demo.said("ready: ")
        assert ask(home, "SELECT named FROM constraint_looks ORDER BY day DESC LIMIT 1") == [("purchasing",)]
        assert ask(home, "SELECT sum(minor) > 10000 FROM losses WHERE cause = 'purchasing'") == [(1,)]
