"""Sales that stop are noticed after three of the gaps that are usual at that weekday and hour."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select

from quietshelf.cycle import run_pass
from quietshelf.rules.facts import Fact, Kind
from quietshelf.store.engine import reading, writing
from quietshelf.store.facts import add_facts
from quietshelf.store.tables import ExceptionRow, FactRow, Import
from tests.cycle.pictures import open_keys
from tests.shops import Shop

TEN = datetime(2026, 11, 24, 10, tzinfo=UTC)  # a Tuesday
EVERY = timedelta(minutes=10)
SILENT = "sales_silent:sales"


def trades(shop: Shop, until: datetime, days: int = 60) -> None:
    """A sale every ten minutes from nine to five, up to and with `until`."""
    facts = []
    for back in range(days + 1):
        day = (until - timedelta(days=back)).replace(hour=9, minute=0)
        for n in range(49):
            at = day + n * EVERY
            if at <= until:
                facts.append(Fact(at, Kind.SALE, 1, f"till:{at.isoformat()}", price_minor=900))
    with writing(shop.engine) as session:
        add_facts(session, shop.site_id, [(shop.products["TEA-0114"], fact, until, False) for fact in facts])


def is_silent(shop: Shop, at: datetime) -> bool:
    run_pass(shop.engine, shop.site_id, at)
    return SILENT in open_keys(shop.engine)


def test_half_an_hour_without_a_sale_is_silence_where_one_comes_every_ten_minutes(shop: Shop) -> None:
    trades(shop, TEN)
    assert not is_silent(shop, TEN + timedelta(minutes=29))
    assert is_silent(shop, TEN + timedelta(minutes=30))
    with reading(shop.engine) as session:
        row = session.scalars(select(ExceptionRow).where(ExceptionRow.key == SILENT)).one()
        assert row.figures == {"since": TEN.isoformat(), "usual": 3}


def test_it_ends_by_itself_with_the_next_sale(shop: Shop) -> None:
    trades(shop, TEN)
    assert is_silent(shop, TEN + timedelta(hours=1))
    at = TEN + timedelta(hours=1, minutes=1)
    with writing(shop.engine) as session:
        sale = Fact(at, Kind.SALE, 1, "till:again", price_minor=900)
        add_facts(session, shop.site_id, [(shop.products["TEA-0114"], sale, at, False)])
    assert not is_silent(shop, at)


def test_a_night_and_the_first_minutes_of_a_day_are_no_silence(shop: Shop) -> None:
    closing = TEN.replace(hour=17)
    trades(shop, closing)
    assert not is_silent(shop, closing + timedelta(hours=8))
    assert not is_silent(shop, closing + timedelta(hours=16, minutes=15))
    assert is_silent(shop, closing + timedelta(hours=16, minutes=20))


def test_a_shop_of_one_week_has_nothing_usual_yet(shop: Shop) -> None:
    trades(shop, TEN, days=12)
    assert not is_silent(shop, TEN + timedelta(hours=3))


def test_one_holiday_among_the_weeks_does_not_keep_it_quiet(shop: Shop) -> None:
    trades(shop, TEN)
    with writing(shop.engine) as session:
        week_ago = TEN - timedelta(days=7)
        hours = FactRow.happened.between(week_ago, week_ago + timedelta(hours=2))
        session.execute(delete(FactRow).where(hours))
    assert is_silent(shop, TEN + timedelta(minutes=30))


def test_where_a_file_comes_every_evening_the_next_one_is_waited_for(shop: Shop) -> None:
    trades(shop, TEN.replace(hour=17))
    with writing(shop.engine) as session:
        for back in range(4):
            session.add(
                Import(
                    site_id=shop.site_id,
                    kind="sales",
                    file_name="day.csv",
                    at=TEN.replace(hour=18) - timedelta(days=back),
                    rows=0,
                    booked=0,
                    repeated=0,
                    held=0,
                    skipped={},
                )
            )
    assert not is_silent(shop, TEN.replace(hour=16) + timedelta(days=2))
    assert is_silent(shop, TEN.replace(hour=19) + timedelta(days=3))
