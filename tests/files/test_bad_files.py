"""A file that can't be read is refused whole: each reason with its line, and nothing of it is left to book."""

import gzip
import io
from pathlib import Path

import pytest

from quietshelf.files import Refused, SaleRow, read_sales
from tests.files.bring import OWN, SHOP, csv, refusals, sale_rows, sales, stream

GOOD = "TEA-0114,2011-12-01 08:26,2,2.50"


def lines_with(line: int, row: str) -> str:
    """A sales file that is sound but for one line."""
    rows = [GOOD] * 9
    rows[line - 2] = row
    return csv(OWN, rows)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("TEA-0114,2011-02-31,2,2.50", 'line 7: sold_at: "2011-02-31" is no date: day is out of range for month'),
        ("TEA-0114,yesterday,2,2.50", 'line 7: sold_at: "yesterday" is no date such as 2011-12-09 or 2011-12-09 12:50'),
        ("TEA-0114,2011-12-01 25:00,2,2.50", 'line 7: sold_at: "2011-12-01 25:00" is no date: hour must be in 0..23'),
        ("TEA-0114,0011-12-01,2,2.50", 'line 7: sold_at: "0011-12-01" is no date: year 11 is before 1970'),
        ("TEA-0114,2011-12-11 08:26,2,2.50", "line 7: sold_at: 2011-12-11 08:26 is in the future"),
        ("TEA-0114,2011-12-01,two,2.50", 'line 7: quantity: "two" is no number'),
        ("TEA-0114,2011-12-01,1.5,2.50", "line 7: quantity: 1.5 is no whole number of pieces"),
        ("TEA-0114,2011-12-01,3000000000,2.50", "line 7: quantity: 3000000000 is too large"),
        ("TEA-0114,2011-12-01,2,", 'line 7: unit_price: "" is no number'),
        ("TEA-0114,2011-12-01,2,12.34.5", 'line 7: unit_price: "12.34.5" is no number'),
        (f"TEA-0114,2011-12-01,{'7' * 99},2.50", f'line 7: quantity: "{"7" * 40}..." is no number'),
        ("TEA-0114,2011-12-01,2,NaN", 'line 7: unit_price: "NaN" is no number'),
        ("TEA-0114,2011-12-01,2", "line 7: 3 cells where the header has 4: is the row cut, or a text not quoted?"),
        (
            "TEA,green,2011-12-01,2,2.50",
            "line 7: 5 cells where the header has 4: is the row cut, or a text not quoted?",
        ),
        ("T" * 101 + ",2011-12-01,2,2.50", "line 7: sku: TTTTTTTTTTTTTTTTTTTT... is longer than 100 characters"),
    ],
)
def test_a_bad_cell_on_line_7_refuses_the_file_and_names_line_7(row: str, reason: str) -> None:
    assert refusals(lines_with(7, row)) == [reason]


def test_a_cell_that_never_ends_is_refused_at_once() -> None:
    endless = "1" + " " * 100_000
    text = csv(OWN, [f"TEA,2011-12-01 08:26{endless[1:]}x,1,2.50", f"TEA,2011-12-01,{endless}x,2.50"])
    assert [reason.split(":")[0] for reason in refusals(text)] == ["line 2", "line 3"]


def test_each_of_several_bad_lines_is_told_at_once() -> None:
    text = csv(OWN, [GOOD, "TEA,yesterday,2,2.50", GOOD, "TEA,2011-12-01,none,2.50"])
    assert [reason.split(":")[0] for reason in refusals(text)] == ["line 3", "line 5"]


def test_of_very_many_reasons_the_first_hundred_are_told_and_all_are_counted() -> None:
    file = sales(csv(OWN, ["TEA,yesterday,2,2.50"] * 250))
    with pytest.raises(Refused) as refused:
        list(file.batches())
    assert [reason.line for reason in refused.value.reasons] == list(range(2, 102))
    assert refused.value.total == file.report.total_refused == file.report.rows_read == 250


def test_once_a_line_is_refused_no_further_batch_is_handed_on() -> None:
    file = sales(csv(OWN, [GOOD] * 2_500 + ["TEA,yesterday,2,2.50"] + [GOOD] * 5_000))
    handed_on: list[SaleRow] = []
    with pytest.raises(Refused):
        handed_on.extend(row for batch in file.batches() for row in batch)
    assert len(handed_on) == 2_000


def test_a_line_number_counts_the_line_breaks_inside_texts() -> None:
    text = csv(f"{OWN},note", [f'{GOOD},"left\nat the\ndoor"', f'{GOOD},""', "TEA,yesterday,2,2.50,"])
    assert refusals(text) == ['line 6: sold_at: "yesterday" is no date such as 2011-12-09 or 2011-12-09 12:50']


def test_a_missing_column_is_named_with_what_stands_there_instead() -> None:
    assert refusals(csv("sku,date,quantity", [GOOD])) == [
        "line 1: missing columns: sold_at, unit_price (the header reads: sku, date, quantity)"
    ]


def test_a_file_without_a_header_is_told_its_columns_are_missing() -> None:
    assert refusals(csv(GOOD, [GOOD]))[0].startswith("line 1: missing columns: sku, sold_at, quantity, unit_price")


def test_online_retail_that_lost_a_column_is_told_so_by_its_own_names() -> None:
    header = "InvoiceNo,StockCode,Description,Quantity,UnitPrice,CustomerID,Country"
    assert refusals(csv(header, ["536365,85123A,HEART,6,2.55,17850,France"]))[0].startswith(
        "line 1: missing column: InvoiceDate"
    )


def test_a_column_that_stands_twice_is_refused() -> None:
    assert refusals(csv(f"{OWN},SKU", [f"{GOOD},TEA"])) == ['line 1: the column "SKU" stands twice in the header']


@pytest.mark.parametrize("text", ["", "\ufeff", "\n\n", ",,\n"])
def test_an_empty_file_is_refused(text: str) -> None:
    assert refusals(text) == ["line 1: the file is empty"]


def test_a_file_that_is_only_a_header_is_refused() -> None:
    assert refusals(OWN + "\n") == ["line 1: the file is empty: nothing stands below its header"]


def test_a_windows_file_is_told_its_first_line_that_is_not_utf_8() -> None:
    rows = [GOOD] * 10 + ["CAFÉ,2011-12-01,1,2.50"] + [GOOD] * 4
    with pytest.raises(Refused, match="line 12: not UTF-8; save it as CSV UTF-8"):
        read_sales(io.BytesIO(csv(OWN, rows).encode("cp1252")), **SHOP)


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        (csv(OWN, [GOOD]).encode("utf-16"), "UTF-16, not UTF-8"),
        (b"PK\x03\x04 and so on", "an Excel workbook"),
        (b"sku,sold_at\0,quantity", "a zero byte"),
        (b"x" * 1_000_001, "longer than 1,000,000 characters"),
        (b"\x1f\x8bno gzip at all", "gzip file is cut short or damaged"),
        (gzip.compress(csv(OWN, [GOOD] * 9_999).encode())[:-400], "gzip file is cut short or damaged"),
    ],
)
def test_what_is_no_csv_is_refused_by_name(head: bytes, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        read_sales(io.BytesIO(head), **SHOP)


def test_a_quote_that_is_never_closed_is_refused_where_it_opens() -> None:
    text = csv(f"{OWN},note", [f"{GOOD},fine", f'{GOOD},"never closed', *[f"{GOOD},fine"] * 5])
    assert refusals(text)[0].startswith("line 3: a quote is not closed")


def test_dates_that_read_two_ways_throughout_are_asked_about() -> None:
    text = csv(OWN, ["TEA,01/10/2011,1,2.50", "TEA,02/11/2011,1,2.50"])
    assert refusals(text) == [
        "line 2: ambiguous dates: say --date-order day-first or month-first (01/10/2011 can be either)"
    ]


def test_a_file_that_writes_dates_both_ways_is_refused_with_both_lines() -> None:
    text = csv(OWN, ["TEA,25/11/2011,1,2.50", "TEA,11/26/2011,1,2.50"])
    assert refusals(text) == [
        "line 3: 25/11/2011 on line 2 is day-first, 11/26/2011 on line 3 month-first: write all one way"
    ]


def test_a_file_with_decimal_points_and_commas_is_refused_with_both_lines() -> None:
    text = csv(OWN, ["TEA,2011-12-01,1,2.50", 'TEA,2011-12-01,1,"2,50"'])
    assert refusals(text) == [
        "line 3: 2.50 on line 2 has a decimal point, 2,50 on line 3 a decimal comma: write all numbers one way"
    ]


def test_a_number_that_reads_two_ways_is_not_guessed() -> None:
    assert refusals(csv(OWN, ['TEA,2011-12-01,1,"1,234"'])) == [
        "line 2: 1,234 can be read two ways: write it without a sign between the thousands"
    ]


def test_one_line_id_with_two_different_sales_is_refused() -> None:
    text = csv(f"{OWN},line_id", ["TEA,2011-12-01,1,2.50,7", "TEA,2011-12-01,2,2.50,7"])
    assert refusals(text) == ["line 3: line_id: the same one stands higher up with another sale"]


def test_a_stream_brought_by_a_form_stays_open(tmp_path: Path) -> None:
    brought = stream(csv(OWN, [GOOD]))
    assert len(list(read_sales(brought, **SHOP).batches())) == 1
    assert not brought.closed
    assert len(sale_rows(csv(OWN, [GOOD]))) == 1
