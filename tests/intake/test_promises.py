"""No event is lost unreported and none is booked twice, whatever dies, repeats, reorders, or is copied back.

The real outbox and the real booking, over schedules that nobody thought of. QUIETSHELF_PROOF=1 plays many more.
"""

import os
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quietshelf.store.engine import writing
from quietshelf.store.tables import Node
from tests.intake.promises import run
from tests.intake.world import ACTS, World, copy_database
from tests.shops import Shop

SCHEDULES = 6000 if os.environ.get("QUIETSHELF_PROOF") == "1" else 80


@st.composite
def schedules(draw: st.DrawFn) -> list[tuple[str, int]]:
    """Acts of some kinds alone: what breaks a promise is rarer among all of them."""
    kinds = draw(st.lists(st.sampled_from(sorted(set(ACTS))), min_size=3, unique=True))
    usual = ["take", "take", "send", "send", "deliver", "deliver", "answer", "hear"]
    return draw(st.lists(st.tuples(st.sampled_from(kinds + usual), st.integers(0, 999)), min_size=1, max_size=45))


def test_no_event_is_lost_unreported_and_none_is_booked_twice(sqlite_shop: Shop, tmp_path: Path) -> None:
    with writing(sqlite_shop.engine) as session:
        session.add(Node(site_id=sqlite_shop.site_id, name="tea-1"))
    fresh = tmp_path / "fresh.db"
    copy_database(tmp_path / "quietshelf.db", fresh)

    @settings(
        max_examples=SCHEDULES,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    )
    @given(schedules(), st.booleans(), st.booleans())
    def play(acts: list[tuple[str, int]], poison: bool, adopted: bool) -> None:
        with tempfile.TemporaryDirectory(dir=tmp_path) as folder:
            copy_database(fresh, tmp_path / "quietshelf.db")
            run(World(Path(folder), sqlite_shop.engine, sqlite_shop.site_id, poison=poison, adopted=adopted), acts)

    play()
