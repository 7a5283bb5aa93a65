"""What leaves the shop can be opened in a spreadsheet without running anything, and comes back unchanged."""

import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quietshelf.files import guarded, money, read_products, write_csv
from quietshelf.files.writing import unguarded
from tests.files.bring import SHOP, taken


@pytest.mark.parametrize("text", ["=1+1", "+44 20", "-5 discount", "@SUM(A1)", "\tx", "\r=x", "'=1+1"])
def test_a_text_that_a_spreadsheet_would_run_is_defused(text: str) -> None:
    assert guarded(text) == "'" + text


def test_numbers_and_days_stay_what_they_are() -> None:
    out = io.StringIO(newline="")
    write_csv(out, ["name", "pieces", "sum", "day", "unknown"], [["=x", -3, money(-1250, 2), date(2011, 12, 9), None]])
    assert out.getvalue() == "name,pieces,sum,day,unknown\r\n'=x,-3,-12.50,2011-12-09,\r\n"


@given(st.text())
def test_guarding_is_undone_by_unguarding(text: str) -> None:
    assert unguarded(guarded(text)) == text


names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1).map(str.strip).filter(bool)


@given(st.lists(st.tuples(names, st.integers(0, 10**9)), min_size=1, max_size=10))
def test_products_that_were_exported_come_back_unchanged(products: list[tuple[str, int]]) -> None:
    out = io.StringIO(newline="")
    rows = [[f"SKU-{number}", name, money(minor, 2), None] for number, (name, minor) in enumerate(products)]
    write_csv(out, ["sku", "name", "price", "cost"], rows)
    read_back = taken(read_products(io.BytesIO(out.getvalue().encode()), **SHOP))
    assert [(row.name, row.price_minor) for row in read_back] == products
