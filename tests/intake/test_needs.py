"""Known needs in a file: noted once, ordered a lead time before their day, and never guessed."""

from pathlib import Path

import pytest

from quietshelf.files import Refused
from quietshelf.store.tables import KnownNeed
from tests.cycle.pictures import book, counted, daily, drafts
from tests.intake.bringing import PRODUCTS, accounted, bring, everything, rows_of
from tests.shops import Shop

NEEDS = "sku,quantity,day,note"
FAIR = "SUG-0008,95,2026-11-28,the fair"


def needs(shop: Shop) -> list[tuple[int, str, str]]:
    return [(need.quantity, need.on_day.isoformat(), need.note) for need in rows_of(shop, KnownNeed)]


def test_a_need_out_of_a_file_is_ordered_a_lead_time_before_its_day(shop: Shop, tmp_path: Path) -> None:
    book(shop, "SUG-0008", counted(160), *daily(1))
    report = bring(shop, "needs", tmp_path, NEEDS, FAIR, "TEA-0114,12,2027-03-01,")
    assert (report.booked, accounted(report)) == ({"known needs": 2}, 2)
    assert needs(shop) == [(12, "2027-03-01", ""), (95, "2026-11-28", "the fair")]
    assert [(sku, quantity) for _, _, sku, quantity in drafts(shop.engine)] == [("SUG-0008", 95)]


def test_the_same_file_twice_changes_nothing_and_a_dry_run_says_it_all(shop: Shop, tmp_path: Path) -> None:
    lines = (NEEDS, FAIR, FAIR, "SUG-0008,40,2026-12-24,")
    before = everything(shop)
    dry = bring(shop, "needs", tmp_path, *lines, dry_run=True)
    assert everything(shop) == before
    first = bring(shop, "needs", tmp_path, *lines)
    assert (dry.booked, dry.skipped) == (first.booked, first.skipped)
    assert (first.booked, first.skipped) == ({"known needs": 2}, {"the same row stands higher up": 1})
    noted = needs(shop)
    again = bring(shop, "needs", tmp_path, *lines)
    assert (again.booked, again.repeated, needs(shop)) == ({"known needs": 0}, 2, noted)


def test_a_need_of_an_unknown_item_waits_for_it_and_one_whose_day_is_past_is_skipped(
    shop: Shop, tmp_path: Path
) -> None:
    report = bring(
        shop, "needs", tmp_path, NEEDS, "NEW-1,5,2026-12-01,", "SUG-0008,5,2026-11-23,", "SUG-0008,0,2026-12-01,"
    )
    assert report.skipped == {"its day is past": 1, "quantity is 0": 1}
    assert sum(report.held.values()) == 1
    assert needs(shop) == []
    products = bring(shop, "products", tmp_path, PRODUCTS, "NEW-1,New,,5.00,2.00,,Northern Mills,1,0")
    assert products.released == 1
    assert needs(shop) == [(5, "2026-12-01", "")]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("SUG-0008,many,2026-12-01,", "quantity"),
        ("SUG-0008,-5,2026-12-01,", "quantity: -5 is below 0"),
        ("SUG-0008,5,soon,", "day"),
    ],
)
def test_a_row_that_can_not_be_read_refuses_the_file(shop: Shop, tmp_path: Path, line: str, says: str) -> None:
    with pytest.raises(Refused, match=says):
        bring(shop, "needs", tmp_path, NEEDS, FAIR, line)
    assert needs(shop) == []
