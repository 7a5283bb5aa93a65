"""What is set aside, and what ran, is kept for a while and not for ever."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from quietshelf.rules.policy import Policy
from quietshelf.schedule import tidy
from quietshelf.store.engine import reading, writing
from quietshelf.store.jobs import claim
from quietshelf.store.shelves import quarantine, quarantined
from quietshelf.store.tables import JobRun
from quietshelf.store.tidying import drop_old
from tests.shops import Shop

NOW = datetime(2026, 11, 24, 9, 41, tzinfo=UTC)
DAY = timedelta(days=1)


def set_aside(shop: Shop, *days_ago: float) -> None:
    with writing(shop.engine) as session:
        for days in days_ago:
            quarantine(session, shop.site_id, "quietshelf/v1/a/b/count", "no JSON", b"?", NOW - days * DAY)


def test_old_messages_and_runs_go_and_the_rest_stays(shop: Shop) -> None:
    set_aside(shop, 200, 91, 89, 0)
    with writing(shop.engine) as session:
        for days in (15, 13, 0):
            claim(session, "cycle", NOW - days * DAY, NOW - days * DAY)
    tidy(shop.engine, lambda: NOW)
    with reading(shop.engine) as session:
        assert quarantined(session, shop.site_id) == 2
        assert session.scalar(select(func.count()).select_from(JobRun)) == 2
    with writing(shop.engine) as session:
        assert drop_old(session, NOW, Policy()) == 0


def test_a_node_that_sends_rubbish_all_day_does_not_fill_the_disk(shop: Shop) -> None:
    set_aside(shop, *(n / 1000 for n in range(20, 0, -1)))
    with writing(shop.engine) as session:
        assert drop_old(session, NOW, Policy(quarantine_most=8)) == 12
        assert quarantined(session, shop.site_id) == 8
        assert drop_old(session, NOW, Policy(quarantine_most=8)) == 0
