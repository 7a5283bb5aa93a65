"""Sales files: what a row becomes, the key that makes it count once, and what is skipped by which reason."""

import gzip
import io
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from quietshelf.files import Reason, derive_products, read_sales
from tests.files.bring import OWN, SHOP, csv, sale_rows, sales, stream, taken

ONLINE_RETAIL = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"


def retail(*rows: str) -> str:
    """A file laid out as the Online Retail set, made up for a test."""
    return csv(ONLINE_RETAIL, rows)


def test_a_row_says_what_was_sold_when_and_for_how_much() -> None:
    (row,) = sale_rows(csv(f"{OWN},line_id,site", [" TEA-0114 ,2011-12-01 08:26,2,£2.50,4711,till-2"]))
    assert (row.line, row.key, row.sku, row.quantity, row.unit_price_minor) == (2, "line:4711", "TEA-0114", 2, 250)
    assert (row.sold_at, row.site) == (datetime(2011, 12, 1, 8, 26, tzinfo=UTC), "till-2")


def test_columns_are_found_in_any_order_case_and_spacing_and_unknown_ones_are_named() -> None:
    file = sales(csv("Colour;UNIT PRICE;Sold at;Quantity;Sku", ["green;2,50;2011-12-01;3;TEA"]))
    assert [(row.sku, row.quantity, row.unit_price_minor) for row in taken(file)] == [("TEA", 3, 250)]
    assert file.understood.ignored_columns == ("Colour",)
    assert (file.understood.delimiter, file.understood.decimal_sign) == (";", ",")


def test_a_file_reads_the_same_gzipped_from_disk_with_a_mark_and_windows_line_ends(tmp_path: Path) -> None:
    text = csv(OWN, ["TEA,2011-12-01,1,2.50", "MUG,2011-12-02,1,8.00"])
    path = tmp_path / "sales.csv.gz"
    path.write_bytes(gzip.compress(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()))
    file = read_sales(path, **SHOP)
    assert taken(file) == sale_rows(text)
    assert file.understood.compressed
    assert file.share_read == 1.0


def test_a_stream_that_can_be_read_only_once_is_taken_too() -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    text = csv(OWN, ["TEA,2011-12-01,1,2.50"])
    assert taken(read_sales(Pipe(text.encode()), **SHOP)) == sale_rows(text)


def test_two_equal_lines_are_two_pieces_with_two_keys() -> None:
    first, second = sale_rows(csv(OWN, ["TEA,2011-12-01 08:26,1,2.50"] * 2))
    assert first.key != second.key


def test_a_later_export_that_overlaps_brings_the_same_keys_for_the_same_sales() -> None:
    days = [f"TEA,2011-11-{day:02} 10:00,1,2.50" for day in range(1, 21)]
    november, later = sale_rows(csv(OWN, days[:15])), sale_rows(csv(OWN, days[5:]))
    assert {row.key for row in november} & {row.key for row in later} == {row.key for row in november[5:]}


def test_a_line_that_comes_twice_under_its_own_id_counts_once() -> None:
    file = sales(csv(f"{OWN},line_id", ["TEA,2011-12-01,1,2.50,7"] * 2))
    assert len(taken(file)) == 1
    assert file.report.skipped == {Reason.REPEATED: 1}


def test_a_return_is_a_quantity_below_nought_on_its_own_day() -> None:
    (row,) = sale_rows(csv(OWN, ["TEA,2011-12-05,-2,2.50"]))
    assert (row.quantity, row.sold_at.day) == (-2, 5)


def test_what_reads_but_is_no_sale_is_skipped_by_reason_and_the_rest_is_taken() -> None:
    file = sales(
        csv(
            OWN,
            [
                "TEA,2011-12-01,1,2.50",
                "TEA,2011-12-01,1,0",
                "TEA,2011-12-01,1,0.001",
                "TEA,2011-12-01,1,-5.00",
                "TEA,2011-12-01,0,2.50",
                ",2011-12-01,1,2.50",
            ],
        )
    )
    assert len(taken(file)) == 1
    assert file.report.skipped == dict.fromkeys(
        [Reason.PRICE_ZERO, Reason.PRICE_TINY, Reason.PRICE_BELOW_ZERO, Reason.QUANTITY_ZERO, Reason.NO_CODE], 1
    )
    assert file.report.rounded == 1


def test_a_row_below_the_last_that_is_blank_or_has_blank_cells_too_many_is_no_row_of_its_own() -> None:
    file = sales(csv(OWN, ["TEA,2011-12-01,1,2.50,,", "", ",,,"]))
    assert len(taken(file)) == 1
    assert file.report.rows_read == 1


def test_a_cancelled_invoice_is_a_return_by_its_customer() -> None:
    sale, back = sale_rows(
        retail(
            "541431,23166,STORAGE JAR,74215,2011-01-18 10:01:00,1.04,12346.0,United Kingdom",
            "C541433,23166,STORAGE JAR,-74215,2011-01-18 10:17:00,1.04,12346,United Kingdom",
        )
    )
    assert (sale.quantity, back.quantity) == (74215, -74215)
    assert sale.party == back.party == "12346"
    assert (sale.order_ref, back.order_ref) == ("541431", "C541433")
    assert sale.name == "STORAGE JAR"


def test_a_code_in_either_letter_case_is_one_product() -> None:
    rows = sale_rows(
        retail(
            "536365,85123a,HEART,1,2010-12-01 08:26:00,2.55,,France",
            "536366,85123A,HEART,1,2010-12-01 08:28:00,2.55,,France",
        )
    )
    assert {row.sku for row in rows} == {"85123A"}


def test_what_moves_no_goods_is_skipped_by_its_own_reason() -> None:
    when = "2010-12-01 08:26:00"
    lines = {
        f"536540,C2,CARRIAGE,1,{when},50.0,14911,EIRE": Reason.POSTAGE,
        f"574546,23444,Next Day Carriage,1,{when},15.0,,France": Reason.POSTAGE,
        f"C536379,D,Discount,-1,{when},27.5,14527,France": Reason.DISCOUNT,
        f"536569,m,Manual,1,{when},1.25,16274,France": Reason.MANUAL,
        f"C537581,S,SAMPLES,-1,{when},12.95,,France": Reason.SAMPLES,
        f"C537572,BANK CHARGES,Bank Charges,-1,{when},95.38,,France": Reason.FEE,
        f"539492,gift_0001_40,Gift Voucher £40.00,1,{when},34.04,,France": Reason.VOUCHER,
        f"A563186,B,Adjust bad debt,1,{when},-11062.06,,France": Reason.BAD_DEBT,
        f"536414,22139,damages,-56,{when},0.0,,France": Reason.WRITE_OFF,
        f"536415,22140,found,56,{when},0.0,,France": Reason.PRICE_ZERO,
        f"550193,PADS,PADS TO MATCH ALL CUSHIONS,1,{when},0.001,13952,France": Reason.PRICE_TINY,
    }
    file = sales(retail("536365,71053,LANTERN,6,2010-12-01 08:26:00,3.39,17850,France", *lines))
    assert [row.sku for row in taken(file)] == ["71053"]
    assert file.report.skipped == Counter(lines.values())


def test_products_take_their_most_usual_name_and_median_price_from_their_sales() -> None:
    when = "2010-12-01 08:26:00"
    rows = sale_rows(
        retail(
            f"1,71053,LANTERN,6,{when},3.39,,France",
            f"2,71053,WHITE METAL LANTERN,6,{when},3.75,,France",
            f"3,71053,WHITE METAL LANTERN,1,{when},7.95,,France",
            f"C4,71053,wrong one,-1,{when},0.01,,France",
            f"C5,84029G,BOTTLE,-1,{when},3.39,,France",
        )
    )
    (lantern,) = derive_products(rows)
    assert (lantern.sku, lantern.name, lantern.median_price_minor) == ("71053", "WHITE METAL LANTERN", 375)


def test_of_two_names_met_equally_often_the_last_one_stands() -> None:
    when = "2010-12-01 08:26:00"
    rows = sale_rows(retail(f"1,71053,OLD NAME,6,{when},3.39,,", f"2,71053,NEW NAME,6,{when},3.39,,"))
    assert derive_products(rows)[0].name == "NEW NAME"


till_lines = st.lists(
    st.tuples(
        st.sampled_from(["TEA", "MUG", "JAR"]),
        st.datetimes(datetime(2011, 11, 1), datetime(2011, 11, 2)).map(lambda at: at.replace(microsecond=0, second=0)),  # noqa: DTZ001
        st.integers(-3, 3).filter(bool),
        st.sampled_from([250, 800]),
    ),
    min_size=1,
    max_size=30,
)
TillLine = tuple[str, datetime, int, int]


def till_csv(lines: list[TillLine], with_ids: bool) -> str:
    """The till's export of these lines."""
    rows = [f"{sku},{at:%Y-%m-%dT%H:%M}Z,{pieces},{minor / 100:.2f}" for sku, at, pieces, minor in lines]
    if not with_ids:
        return csv(OWN, rows)
    return csv(f"{OWN},line_id", [f"{row},{number}" for number, row in enumerate(rows)])


@given(till_lines, st.booleans())
def test_every_line_of_a_till_comes_back_as_it_was(lines: list[TillLine], with_ids: bool) -> None:
    rows = sale_rows(till_csv(lines, with_ids))
    read_back = [(row.sku, row.sold_at.replace(tzinfo=None), row.quantity, row.unit_price_minor) for row in rows]
    assert read_back == lines
    assert len({row.key for row in rows}) == len(lines)


@given(till_lines, st.booleans(), st.randoms(use_true_random=False))
def test_the_keys_of_a_file_do_not_depend_on_the_order_of_its_rows(
    lines: list[TillLine], with_ids: bool, chance: random.Random
) -> None:
    header, *rows = till_csv(lines, with_ids).splitlines()
    keys = Counter(row.key for row in sale_rows(csv(header, rows)))
    chance.shuffle(rows)
    assert Counter(row.key for row in sale_rows(csv(header, rows))) == keys


@given(till_lines, st.booleans())
def test_the_same_file_read_twice_has_the_same_keys(lines: list[TillLine], with_ids: bool) -> None:
    file = sales(till_csv(lines, with_ids))
    assert taken(file) == taken(file)


@given(till_lines, st.integers(0, 30))
def test_every_row_is_accounted_for(lines: list[TillLine], free: int) -> None:
    gifts = [("TEA", datetime(2011, 11, 1, tzinfo=UTC) + timedelta(hours=hour), 1, 0) for hour in range(free)]
    file = sales(till_csv([*lines, *gifts], with_ids=False))
    taken(file)
    report = file.report
    assert report.rows_read == report.booked_candidates + report.skipped.total() == len(lines) + free
    assert report.skipped[Reason.PRICE_ZERO] == free


def test_the_report_knows_the_first_and_the_last_sale() -> None:
    file = sales(csv(OWN, ["A,2011-12-02,1,1.00", "A,2011-12-01,1,1.00", "A,2011-12-04,1,0", "A,2011-12-03,1,1.00"]))
    taken(file)
    assert (file.report.first_at, file.report.last_at) == (
        datetime(2011, 12, 1, tzinfo=UTC),
        datetime(2011, 12, 3, tzinfo=UTC),
    )


def test_progress_goes_from_nought_to_all() -> None:
    file = read_sales(stream(csv(OWN, ["TEA,2011-12-01,1,2.50"] * 4_000)), **SHOP)
    shares = [file.share_read for _ in file.batches()]
    assert shares == sorted(shares)
    assert 0 < shares[0] < 1
    assert file.share_read == 1
