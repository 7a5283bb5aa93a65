"""Until when a feed's sales are known: what is said twice, or earlier, is no news."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from quietshelf.store.engine import reading, writing
from quietshelf.store.feeds import raise_known_until
from quietshelf.store.tables import Feed
from tests.shops import Shop

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_a_feed_is_known_until_the_latest_that_was_ever_said(shop: Shop) -> None:
    def say(at: datetime) -> bool:
        with writing(shop.engine) as session:
            return raise_known_until(session, shop.site_id, "till", at)

    assert [say(at) for at in (NOON, NOON, NOON - HOUR, NOON + HOUR)] == [True, False, False, True]
    with reading(shop.engine) as session:
        assert session.scalars(select(Feed.known_until)).all() == [NOON + HOUR]
