"""A file that can't be read: each reason with its row, and nothing in the books."""

import json
from pathlib import Path

import pytest

from quietshelf.files import Refused
from quietshelf.intake.imports import FileKind, import_file
from tests.intake.bringing import NOW, PRODUCTS, SALES, everything, table
from tests.running import ran
from tests.shops import Shop

GOOD = [f"TEA-0114,2026-11-20 10:0{minute},2,8.95,t{minute}" for minute in range(6)]

BAD: dict[str, tuple[FileKind, bytes, str]] = {
    "a missing column": (
        "sales",
        table("sku,sold_at,unit_price", "TEA-0114,2026-11-20,8.95"),
        "line 1: missing column: quantity (the header reads: sku, sold_at, unit_price)",
    ),
    "a bad date on line 7": (
        "sales",
        table(SALES, *GOOD[:5], "TEA-0114,31.11.2026,1,8.95,t9", GOOD[5]),
        "line 7: ",
    ),
    "a wrong encoding": (
        "products",
        table(PRODUCTS, "CAF-1,x,,1,1,,,,").replace(b"x", "Café".encode("latin-1")),
        "line 2: not UTF-8; save it as CSV UTF-8",
    ),
    "an empty file": ("stock", b"", "line 1: the file is empty"),
    "nothing but a header": (
        "offers",
        table("supplier,sku,cost,pack,minimum_order"),
        "line 1: the file is empty: nothing stands below",
    ),
    "a sale in the future": (
        "sales",
        table(SALES, *GOOD, "TEA-0114,2026-11-25 09:00,1,8.95,t9"),
        "line 8: sold_at: 2026-11-25 09:00 is in the future",
    ),
    "a number that is none": (
        "deliveries",
        table("order,supplier,sku,sent,promised,received,ordered,received_qty,accepted_qty", "B-1,L,TEA,,,,many,,"),
        'line 2: ordered: "many" is no number',
    ),
    "dates that can be read two ways": (
        "sales",
        table(SALES, "TEA-0114,01/10/2026,1,8.95,t1"),
        "line 2: ambiguous dates: say --date-order",
    ),
}


@pytest.mark.parametrize("what", BAD)
def test_a_file_that_cannot_be_read_says_where_and_books_nothing(sqlite_shop: Shop, tmp_path: Path, what: str) -> None:
    kind, content, reason = BAD[what]
    file = tmp_path / f"{kind}.csv"
    file.write_bytes(content)
    before = everything(sqlite_shop)
    with pytest.raises(Refused) as refused:
        import_file(sqlite_shop.engine, sqlite_shop.site_id, kind, file, file_name=file.name, now=NOW)
    assert str(refused.value.reasons[0]).startswith(reason)
    assert everything(sqlite_shop) == before


def test_asked_for_a_date_order_the_same_file_is_read(sqlite_shop: Shop, tmp_path: Path) -> None:
    _, content, _ = BAD["dates that can be read two ways"]
    file = tmp_path / "sales.csv"
    file.write_bytes(content)
    report = import_file(
        sqlite_shop.engine, sqlite_shop.site_id, "sales", file, file_name=file.name, now=NOW, date_order="day-first"
    )
    assert report.booked == {"sales": 1, "returns": 0}
    assert report.understood.date_order == "day-first"


class TestTheCommand:
    """`quietshelf import`."""

    def test_a_refused_file_is_told_row_by_row_and_the_command_fails(self, tmp_path: Path) -> None:
        file = tmp_path / "sales.csv"
        file.write_bytes(BAD["a bad date on line 7"][1])
        failed = ran("import", "sales", str(file), home=tmp_path / "home")
        assert failed.returncode == 1
        assert failed.stdout == ""
        assert "sales.csv was refused." in failed.stderr
        assert 'line 7: sold_at: "31.11.2026" is no date' in failed.stderr
        assert "Nothing was booked." in failed.stderr
        told = ran("import", "sales", str(file), "--json", home=tmp_path / "home")
        assert told.returncode == 1
        assert [refusal["row"] for refusal in json.loads(told.stdout)["refused"]] == [7]

    def test_a_first_file_makes_the_shop_and_says_what_was_assumed_of_it(self, tmp_path: Path) -> None:
        file = tmp_path / "products.csv"
        file.write_bytes(table(PRODUCTS, "TEA-0114,Assam,,8.95,4.10,,Leaf & Kettle,12,0"))
        dry = ran("import", "products", str(file), "--dry-run", home=tmp_path / "home")
        assert "This was a dry run: nothing was changed." in dry.stdout
        made = ran("import", "products", str(file), "--time-zone", "Europe/Berlin", home=tmp_path / "home")
        assert (made.returncode, made.stderr) == (0, "")
        assert 'assumed to be "My shop", in Europe/Berlin, with prices in GBP' in made.stdout
        again = ran("import", "products", str(file), "--json", home=tmp_path / "home")
        report = json.loads(again.stdout)
        assert (report["booked"], report["repeated"]) == ({"new products": 0, "products updated": 0}, 1)
        assert report["refused"] == []

    def test_products_are_made_of_sales_alone(self, tmp_path: Path) -> None:
        file = tmp_path / "stock.csv"
        file.write_bytes(table("sku,on_hand", "TEA-0114,3"))
        failed = ran("import", "stock", str(file), "--create-products", home=tmp_path / "home")
        assert failed.returncode == 2
        assert "it goes with `import sales`" in failed.stderr
