"""When a site sold anything: what is read of it makes the same calendar as all of its days do."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from quietshelf.rules.policy import Policy
from quietshelf.rules.stock import Calendar
from quietshelf.store.engine import reading, writing
from quietshelf.store.selling import selling_runs
from quietshelf.store.tables import SiteDay
from tests.shops import Shop

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize("back", [0, 3, 40, 41, 44, 60, 99, 100, 101, 200])
def test_the_days_between_which_it_sold_make_the_calendar_of_all_days(shop: Shop, back: int) -> None:
    away = {*range(2, 5), *range(20, 23), *range(41, 55), *range(70, 74)}
    days = [NOON.date() - timedelta(days=n) for n in range(101) if n not in away]
    with writing(shop.engine) as session:
        session.add_all([SiteDay(site_id=shop.site_id, day=day) for day in days])
    until, policy = NOON - timedelta(days=back), Policy()
    with reading(shop.engine) as session:
        runs = selling_runs(session, shop.site_id, policy.closed_run_days)
    assert Calendar.of_runs(LONDON, until, runs, policy) == Calendar.of(LONDON, until, days, policy)


def test_a_sale_on_one_more_day_is_seen_at_once(shop: Shop) -> None:
    for day in (date(2026, 11, 2), date(2026, 11, 9), date(2026, 11, 5)):
        with writing(shop.engine) as session:
            session.add(SiteDay(site_id=shop.site_id, day=day))
        with reading(shop.engine) as session:
            runs = selling_runs(session, shop.site_id, 3)
    assert runs == ((date(2026, 11, 2), date(2026, 11, 5)), (date(2026, 11, 9), date(2026, 11, 9)))
