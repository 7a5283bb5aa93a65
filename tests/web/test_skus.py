"""An item's page: what its stock says, and the one question about a large sale."""

from datetime import timedelta

from quietshelf.rules.facts import Fact, Kind
from quietshelf.store.engine import reading, writing
from quietshelf.store.facts import add_facts
from quietshelf.store.tables import SkuState
from tests.web.conftest import NOW, Run


def velocity_of(run: Run, sku: str) -> float:
    with reading(run.shop.engine) as session:
        return session.get_one(SkuState, (run.shop.site_id, run.shop.products[sku])).velocity


def test_one_touch_takes_a_one_off_out_of_velocity_and_another_puts_it_back(run: Run) -> None:
    sam = run.visitor("sam@corner.example")
    run.sell("SUG-0008", 60)  # sells one a day
    before = velocity_of(run, "SUG-0008")
    sam.open(f"/skus/{run.shop.products['SUG-0008']}")
    assert "One sale of 60 on 24 November was 30 days’ worth. Was it a one-off?" in sam.words
    sam.press("Leave it out")
    assert "A sale of 60 on 24 November is left out of what it sells, as a one-off." in sam.words
    assert "A sale of 60 was called a one-off" in sam.words  # among its decisions
    assert "Was it a one-off?" not in sam.words
    assert (before, velocity_of(run, "SUG-0008")) == (2.0, 1.0)
    sam.press("Count it again")
    assert "Was it a one-off?" in sam.words
    assert velocity_of(run, "SUG-0008") == 2.0


def test_a_one_off_that_is_no_sale_changes_nothing(run: Run) -> None:
    ines = run.visitor()
    run.sell("SUG-0008", 60)
    ines.open(f"/skus/{run.shop.products['SUG-0008']}")
    ines.press("Leave it out", sale="SUG-0008/count")
    assert ines.page.status_code == 200
    assert velocity_of(run, "SUG-0008") == 2.0


def test_a_drafted_quantity_tells_for_how_long_the_item_was_in_stock(run: Run) -> None:
    ines = run.visitor()
    ines.open(f"/skus/{run.shop.products['TEA-0114']}")
    assert "240 sold in 60 days in stock is 4.0 a day; 45 days of that are 180" in ines.words


def test_what_a_shelf_missed_says_since_when_nobody_watched_it(run: Run) -> None:
    ines = run.visitor()
    tea = run.shop.products["TEA-0114"]
    missed = Fact(NOW, Kind.MISSED, 3, "node:1", "tea-1/1", since=NOW - timedelta(hours=2))
    with writing(run.shop.engine) as session:
        add_facts(session, run.shop.site_id, [(tea, missed, NOW, False)])
    ines.open(f"/skus/{tea}")
    assert "Today at 09:41 Missed while its node was off tea-1/1 since today at 07:41 −3" in ines.words
