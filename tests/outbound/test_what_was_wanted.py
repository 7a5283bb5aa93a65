"""What the rules wanted, kept beside what a person did to it: so that what a cut or a refusal loses can be told."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from quietshelf.cycle import run_pass
from quietshelf.outbound import drafting, lifecycle
from quietshelf.rules.lives import Held
from quietshelf.store.engine import reading
from quietshelf.store.looking_back import lines_of_each
from quietshelf.store.tables import Order, OrderLine
from tests.cycle.pictures import NOW, book, counted, daily
from tests.orders import People, on_sqlite, order
from tests.shops import Shop

LONDON = ZoneInfo("Europe/London")
TEA = "TEA-0114"


def drafted(shop: Shop) -> Order:
    """The rules' own draft of the tea: 4 a day sell, and 5 are left."""
    book(shop, TEA, counted(245), *daily(4))
    run_pass(shop.engine, shop.site_id, NOW)
    with reading(shop.engine) as session:
        order_id = session.scalars(select(OrderLine.order_id)).one()
    return order(shop, order_id)


def remembered(shop: Shop) -> list[tuple[str, int | None, int, date | None, Held | None, bool]]:
    tea = shop.products[TEA]
    with reading(shop.engine) as session:
        found = lines_of_each(session, shop.site_id, [tea], LONDON, NOW - timedelta(days=90)).get(tea, [])
    return [(x.number, x.ruled_units, x.quantity, x.drafted_on, x.held, x.refused_on is not None) for x in found]


@on_sqlite
def test_a_line_remembers_when_the_rules_first_wanted_it_and_how_many(shop: Shop, who: People) -> None:
    made = drafted(shop)
    lifecycle.send(shop.engine, made.id, made.version, who.manager, NOW + timedelta(days=1))
    assert remembered(shop) == [(made.number, 180, 180, NOW.date(), None, False)]


@on_sqlite
def test_a_line_that_is_sent_smaller_remembers_what_was_wanted_and_that_money_was_why(shop: Shop, who: People) -> None:
    made = drafted(shop)
    (line,) = made.lines
    version = drafting.edit_lines(
        shop.engine, made.id, made.version, {line.id: 60}, who.manager, NOW, no_money=[line.id]
    )
    lifecycle.send(shop.engine, made.id, version, who.manager, NOW)
    assert remembered(shop)[0] == (made.number, 180, 60, NOW.date(), Held.CASH, False)


@on_sqlite
def test_a_line_that_is_raised_again_is_no_longer_short_of_money(shop: Shop, who: People) -> None:
    made = drafted(shop)
    (line,) = made.lines
    version = drafting.edit_lines(
        shop.engine, made.id, made.version, {line.id: 60}, who.manager, NOW, no_money=[line.id]
    )
    lifecycle.send(shop.engine, made.id, version, who.manager, NOW, {line.id: 240})
    assert remembered(shop) == [(made.number, 180, 240, NOW.date(), None, False)]


@on_sqlite
def test_a_line_that_is_taken_off_is_remembered_though_it_is_gone(shop: Shop, who: People) -> None:
    made = drafted(shop)
    (line,) = made.lines
    drafting.edit_lines(shop.engine, made.id, made.version, {line.id: 0}, who.manager, NOW, not_this_time=True)
    assert remembered(shop) == [(made.number, 180, 180, NOW.date(), Held.PERSON, True)]


@on_sqlite
def test_a_draft_that_is_cancelled_was_refused_on_that_day(shop: Shop, who: People) -> None:
    made = drafted(shop)
    lifecycle.cancel(shop.engine, made.id, made.version, who.manager, NOW, not_this_time=True)
    assert remembered(shop) == [(made.number, 180, 180, NOW.date(), None, True)]


@on_sqlite
def test_a_draft_that_is_cancelled_for_want_of_money_says_so_and_its_need_stands(shop: Shop, who: People) -> None:
    made = drafted(shop)
    lifecycle.cancel(shop.engine, made.id, made.version, who.manager, NOW, no_money=True)
    assert remembered(shop) == [(made.number, 180, 180, NOW.date(), Held.CASH, True)]
    run_pass(shop.engine, shop.site_id, NOW + timedelta(days=1), whole=True)
    assert [line[4] for line in remembered(shop)] == [Held.CASH, None], "it is drafted anew"
