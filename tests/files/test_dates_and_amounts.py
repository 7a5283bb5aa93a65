"""Dates and numbers are read as the shop that wrote them meant them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quietshelf.files.amounts import Amounts
from quietshelf.files.dates import Dates
from tests.files.bring import LONDON, OWN, csv, sale_rows, sales


def instant(text: str, *others: str, order: str | None = None) -> str:
    """When the sale at `text` happened, in UTC, in a file that holds the other dates too."""
    rows = sale_rows(csv(OWN, [f'TEA,"{when}",1,2.50' for when in (text, *others)]), date_order=order)
    return f"{rows[0].sold_at:%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    "written",
    [
        "2011-07-09 12:50",
        "2011-07-09T12:50:00",
        "2011-07-09T11:50Z",
        "2011-07-09 13:50:00 +0200",
        "2011-07-09T07:50:00-04:00",
        "2011/07/09 12:50",
        "09/07/2011 12:50",
        "9.7.2011 12:50",
        "9/7/11, 12:50 PM",
    ],
)
def test_one_moment_reads_the_same_however_it_is_written(written: str) -> None:
    assert instant(written, order="day-first") == "2011-07-09 11:50"


def test_a_day_past_the_twelfth_settles_the_order_of_all_dates_of_the_file() -> None:
    assert instant("01/10/2011", "13/10/2011") == "2011-09-30 23:00"
    assert instant("01/10/2011", "10/13/2011") == "2011-01-10 00:00"


def test_a_person_who_was_asked_settles_it_too() -> None:
    assert instant("01/10/2011", order="day-first") == "2011-09-30 23:00"
    assert instant("01/10/2011", order="month-first") == "2011-01-10 00:00"


def test_a_date_that_reads_the_same_both_ways_is_not_asked_about() -> None:
    assert instant("05/05/2011") == "2011-05-04 23:00"


def test_a_date_without_a_time_is_the_start_of_that_day_in_the_shop() -> None:
    assert instant("2011-12-09") == "2011-12-09 00:00"
    assert Dates(ZoneInfo("America/New_York")).instant("2011-12-09").hour == 5


def test_today_without_a_time_is_not_in_the_future() -> None:
    assert instant("2011-12-10") == "2011-12-10 00:00"


def test_a_time_that_happens_twice_is_the_first_of_the_two() -> None:
    assert instant("2011-10-30 01:30") == "2011-10-30 00:30"


def test_a_time_that_the_clock_change_leaves_out_is_a_till_that_was_not_put_forward() -> None:
    assert instant("2011-03-27 01:30") == "2011-03-27 01:30"


def test_the_person_is_told_how_dates_were_understood() -> None:
    said = sales(csv(OWN, ["TEA,13/10/2011,1,2.50"])).understood
    assert (said.date_order, said.days_only) == ("day-first", True)
    assert said.describe() == (
        "Quietshelf sales, UTF-8, separated by comma, dates day-first without time, decimal point"
    )


@given(st.datetimes(datetime(1990, 1, 1), datetime(2011, 12, 1)), st.integers(-14 * 60, 14 * 60))  # noqa: DTZ001
def test_a_moment_with_an_offset_survives_writing_and_reading(naive: datetime, minutes: int) -> None:
    moment = naive.replace(tzinfo=UTC)
    sign, size = "-" if minutes < 0 else "+", abs(minutes)
    local = (moment + timedelta(minutes=minutes)).replace(tzinfo=None).isoformat()
    assert Dates(LONDON).instant(f"{local}{sign}{size // 60:02}:{size % 60:02}") == moment


@given(st.dates(date(1990, 1, 1), date(2011, 12, 9)), st.sampled_from(["%d/%m/%Y", "%Y-%m-%d", "%d.%m.%Y"]))
def test_a_day_survives_writing_and_reading_in_any_zone(day: date, form: str) -> None:
    assert Dates(ZoneInfo("America/Sao_Paulo")).day(day.strftime(form)) == day


def amounts(*texts: str, minor_digits: int = 2) -> Amounts:
    """The numbers of a file that writes these."""
    learnt = Amounts(minor_digits)
    for line, text in enumerate(texts, start=2):
        learnt.observe(line, text)
    learnt.settle()
    return learnt


@pytest.mark.parametrize(
    ("written", "minor"),
    [
        ("2.55", 255),
        ("£2.55", 255),
        ("2.55 GBP", 255),
        ("-£2.55", -255),
        ("£-2.55", -255),
        ("−2.55", -255),
        ("1,234.50", 123450),
        ("1 234.50", 123450),
        ("1’234.50", 123450),
        (".5", 50),
        ("7.", 700),
        ("0", 0),
    ],
)
def test_money_is_read_in_pennies(written: str, minor: int) -> None:
    assert amounts("2.55").money(written) == (minor, False)


def test_a_decimal_comma_is_recognised_over_the_whole_file() -> None:
    assert amounts("1.234", "2,50").money("1.234") == (123400, False)
    assert amounts("1.234", "2,50").money("€ 1.234,50") == (123450, False)
    assert amounts("1.234.567").whole("1.234.567") == 1234567


def test_a_price_below_the_smallest_coin_is_rounded_half_up_and_said() -> None:
    assert amounts("0.125").money("0.125") == (13, True)
    assert amounts("0.001").money("0.001") == (0, True)


def test_a_currency_of_three_decimals_reads_three_digits_behind_the_sign_as_decimals() -> None:
    assert amounts("1.250", minor_digits=3).money("1.250") == (1250, False)
    assert amounts("1,250", minor_digits=3).money("1,250") == (1250, False)


def test_a_quantity_written_with_noughts_behind_the_point_is_whole() -> None:
    assert amounts("2.55").whole("6.000") == 6


@given(
    st.integers(-2_000_000_000, 2_000_000_000),
    st.sampled_from([(".", ","), (",", "."), (".", " "), (",", "'")]),
    st.sampled_from(["", "£", "€ ", "CHF "]),
)
def test_an_amount_survives_writing_and_reading(minor: int, signs: tuple[str, str], currency: str) -> None:
    decimal, group = signs
    plain = f"{Decimal(abs(minor)).scaleb(-2):,.2f}"
    written = plain.translate(str.maketrans(",.", group + decimal))
    text = f"{'-' if minor < 0 else ''}{currency}{written}"
    assert amounts(text).money(text) == (minor, False)
