"""Who a SKU is ordered from: shifts by themselves, proposals, pins, a trial back; and the draft lines that move."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from quietshelf.cycle import run_pass
from quietshelf.outbound.sourcing import choose, try_back
from quietshelf.rules.facts import Fact, Kind
from quietshelf.store.engine import reading, writing
from quietshelf.store.orders import NotAllowed
from quietshelf.store.scores import scores_of
from quietshelf.store.sourcing import sourcing_of
from quietshelf.store.tables import DecisionRow, Delivery, Offer, Order, OrderLine, Scored, Sourcing
from tests.cycle.pictures import NOW, book, counted, daily, drafts, picture
from tests.orders import on_sqlite, people
from tests.shops import Shop

TEA, LEAF, MILLS = "TEA-0114", "Leaf & Kettle", "Northern Mills"
LATER = NOW + timedelta(minutes=1)


def offer(shop: Shop, supplier: str, sku: str, cost_minor: int, lead_days: int | None = None, pack: int = 10) -> None:
    with writing(shop.engine) as session:
        session.add(
            Offer(
                supplier_id=shop.suppliers[supplier],
                product_id=shop.products[sku],
                cost_minor=cost_minor,
                lead_days=lead_days,
                pack=pack,
            )
        )


def sent(
    shop: Shop, number: str, supplier: str, sku: str, days_ago: int, promised_ago: int, *came: tuple[int, int, int]
) -> None:
    """An order of 30; `came` is days ago, received, rejected. Complete where 30 came."""
    with writing(shop.engine) as session:
        order = Order(
            site_id=shop.site_id,
            number=number,
            supplier_id=shop.suppliers[supplier],
            state="received" if sum(part[1] for part in came) >= 30 else "part_received" if came else "sent",
            created_at=NOW - timedelta(days=days_ago),
            sent_at=NOW - timedelta(days=days_ago),
            promised_on=(NOW - timedelta(days=promised_ago)).date(),
        )
        line = OrderLine(
            site_id=shop.site_id,
            product_id=shop.products[sku],
            is_draft=False,
            quantity=30,
            received=sum(part[1] for part in came),
            rejected=sum(part[2] for part in came),
            closed_at=NOW if sum(part[1] for part in came) >= 30 else None,
        )
        order.lines.append(line)
        session.add(order)
        session.flush()
        session.add_all(
            Delivery(
                site_id=shop.site_id,
                order_line_id=line.id,
                key=f"{number}/{ago}",
                received=received,
                rejected=rejected,
                happened=NOW - timedelta(days=ago),
                learnt=NOW,
            )
            for ago, received, rejected in came
        )


def look(shop: Shop, now: datetime = LATER) -> None:
    run_pass(shop.engine, shop.site_id, now, whole=True)


def low(shop: Shop) -> None:
    """The tea is about to run out: 4 a day, and 5 left."""
    book(shop, TEA, counted(245), *daily(4))
    run_pass(shop.engine, shop.site_id, NOW)


def kept(shop: Shop, sku: str = TEA) -> Sourcing | None:
    with reading(shop.engine) as session:
        return sourcing_of(session, shop.site_id, shop.products[sku])


def said(shop: Shop, sku: str = TEA) -> list[str]:
    with reading(shop.engine) as session:
        rows = select(DecisionRow.what).where(DecisionRow.product_id == shop.products[sku]).order_by(DecisionRow.id)
        return list(session.scalars(rows))


def test_a_line_far_too_late_moves_the_skus_draft_to_the_alternative(shop: Shop) -> None:
    low(shop)
    assert [line[1:] for line in drafts(shop.engine)] == [(LEAF, TEA, 180)]  # packs of 12
    offer(shop, MILLS, TEA, 410)
    sent(shop, "LK-1", LEAF, TEA, 30, 16)
    look(shop)
    assert [line[1:] for line in drafts(shop.engine)] == [(MILLS, TEA, 180)]  # packs of 10
    assert said(shop) == ["red", "drafted", "shifted", "drafted"]
    sourcing = kept(shop)
    assert sourcing is not None
    assert sourcing.why is not None
    assert (sourcing.chosen_by, sourcing.why["number"], sourcing.why["days"]) == (None, "LK-1", 16)
    before = picture(shop.engine)
    look(shop, LATER + timedelta(minutes=1))
    assert picture(shop.engine) == before  # and stays there


def test_the_alternatives_own_cost_pack_and_minimum_stand_on_its_line(sqlite_shop: Shop) -> None:
    shop = sqlite_shop
    low(shop)
    offer(shop, MILLS, TEA, 400, pack=50)
    sent(shop, "LK-1", LEAF, TEA, 30, 16)
    look(shop)
    with reading(shop.engine) as session:
        line = session.scalars(select(OrderLine).where(OrderLine.is_draft)).one()
    assert (line.quantity, line.unit_cost_minor) == (200, 400)


def test_a_line_that_a_person_edited_stays_where_it_is(sqlite_shop: Shop) -> None:
    shop = sqlite_shop
    low(shop)
    with writing(shop.engine) as session:
        session.scalars(select(OrderLine)).one().edited_at = NOW
    offer(shop, MILLS, TEA, 410)
    sent(shop, "LK-1", LEAF, TEA, 30, 16)
    look(shop)
    assert [line[1:] for line in drafts(shop.engine)] == [(LEAF, TEA, 180)]


def test_a_dearer_alternative_waits_for_a_managers_yes_and_can_be_undone(shop: Shop) -> None:
    who = people(shop)
    low(shop)
    offer(shop, MILLS, TEA, 500)
    sent(shop, "LK-1", LEAF, TEA, 30, 16)
    look(shop)
    assert [line[1] for line in drafts(shop.engine)] == [LEAF]
    sourcing = kept(shop)
    assert sourcing is not None
    assert sourcing.proposal is not None
    assert sourcing.proposal["extra_minor"] == 90 * 4 * 90

    tea, mills, leaf = shop.products[TEA], shop.suppliers[MILLS], shop.suppliers[LEAF]
    with pytest.raises(NotAllowed, match="Only a manager"):
        choose(shop.engine, shop.site_id, tea, mills, who.staff, LATER)
    choose(shop.engine, shop.site_id, tea, mills, who.manager, LATER)
    assert [line[1] for line in drafts(shop.engine)] == [MILLS]
    choose(shop.engine, shop.site_id, tea, leaf, who.manager, LATER)
    assert [line[1] for line in drafts(shop.engine)] == [LEAF]
    look(shop, LATER + timedelta(days=1))
    assert [line[1] for line in drafts(shop.engine)] == [LEAF]  # a person's word stands
    assert (kept(shop) or Sourcing()).proposal is None


@on_sqlite
def test_lateness_that_lost_more_than_the_price_moves_it_by_itself(shop: Shop) -> None:
    # none left for the last ten days, all of them after the promise
    book(
        shop,
        TEA,
        counted(200),
        *[Fact(NOW - timedelta(days=n), Kind.SALE, 4, f"s:{n}", price_minor=895) for n in range(11, 61)],
    )
    run_pass(shop.engine, shop.site_id, NOW)
    offer(shop, MILLS, TEA, 420)
    sent(shop, "LK-1", LEAF, TEA, 30, 16)
    look(shop)
    sourcing = kept(shop)
    assert sourcing is not None
    assert sourcing.why is not None
    assert sourcing.why["lost_minor"] > sourcing.why["extra_minor"] > 0
    assert [line[1] for line in drafts(shop.engine)] == [MILLS]


@on_sqlite
def test_a_slower_alternative_is_only_proposed(shop: Shop) -> None:
    low(shop)
    offer(shop, MILLS, TEA, 300, lead_days=20)
    sent(shop, "LK-1", LEAF, TEA, 30, 16)
    look(shop)
    sourcing = kept(shop)
    assert sourcing is not None
    assert sourcing.proposal is not None
    assert sourcing.proposal["slower"]
    assert [line[1] for line in drafts(shop.engine)] == [LEAF]


@on_sqlite
def test_a_pinned_supplier_is_never_shifted_only_shown(shop: Shop) -> None:
    who = people(shop)
    low(shop)
    offer(shop, MILLS, TEA, 410)
    choose(shop.engine, shop.site_id, shop.products[TEA], shop.suppliers[LEAF], who.manager, NOW, pin=True)
    sent(shop, "LK-1", LEAF, TEA, 30, 16)
    look(shop)
    look(shop, LATER + timedelta(days=1))
    sourcing = kept(shop)
    assert sourcing is not None
    assert sourcing.pinned
    assert sourcing.proposal is not None
    assert [line[1] for line in drafts(shop.engine)] == [LEAF]


@on_sqlite
def test_after_90_days_one_order_back_is_proposed_and_goes_with_a_yes(shop: Shop) -> None:
    who = people(shop)
    low(shop)
    offer(shop, MILLS, TEA, 410)
    sent(shop, "LK-1", LEAF, TEA, 40, 26, (8, 30, 0))
    look(shop)
    assert [line[1] for line in drafts(shop.engine)] == [MILLS]
    tea, then = shop.products[TEA], LATER + timedelta(days=90)
    with pytest.raises(NotAllowed, match="No trial"):
        try_back(shop.engine, shop.site_id, tea, who.manager, LATER)
    book(shop, TEA, *[Fact(then - timedelta(days=n), Kind.SALE, 4, f"more:{n}", price_minor=895) for n in range(60)])
    look(shop, then)
    sourcing = kept(shop)
    assert sourcing is not None
    assert sourcing.proposal is not None
    assert (sourcing.proposal["why"], sourcing.proposal["to"]) == ("trial", LEAF)
    try_back(shop.engine, shop.site_id, tea, who.manager, then)
    assert [line[1] for line in drafts(shop.engine)] == [LEAF]
    with writing(shop.engine) as session:  # the trial is sent; the next draft goes where it went before
        order = session.scalars(select(Order).where(Order.state == "draft")).one()
        order.state, order.approved_at, order.sent_at = "sent", then, then
        line = session.scalars(select(OrderLine).where(OrderLine.order_id == order.id)).one()
        line.is_draft, line.quantity = False, 12
    book(shop, TEA, Fact(then, Kind.SALE, 400, "a coach party", price_minor=895))
    look(shop, then + timedelta(hours=1))
    assert [line[1] for line in drafts(shop.engine)] == [MILLS]


@on_sqlite
def test_scores_follow_what_came_and_a_supplier_without_deliveries_has_none(shop: Shop) -> None:
    low(shop)
    for n in range(6):
        sent(shop, f"LK-{n}", LEAF, TEA, 40 + n, 30 + n, (29 + n, 30, 0))
    sent(shop, "LK-9", LEAF, "TEA-0120", 40, 30, (31, 20, 0), (29, 10, 0))  # in two parts, in time
    sent(shop, "NM-1", MILLS, "OAT-0010", 20, 1)  # still in time
    run_pass(shop.engine, shop.site_id, LATER)  # goods have come, so the look looks at suppliers
    with reading(shop.engine) as session:
        cards = scores_of(session, shop.site_id, shop.suppliers.values())
        of_skus = session.scalars(select(Scored.product_id).where(Scored.product_id.is_not(None))).all()
    assert {supplier: (card.good, card.lines, card.otif) for supplier, card in cards.items()} == {
        shop.suppliers[LEAF]: (7, 7, 1.0)
    }
    assert of_skus == [shop.products[TEA]]  # the other SKU has too few lines to tell
    run_pass(shop.engine, shop.site_id, LATER + timedelta(minutes=1))
    with reading(shop.engine) as session:
        assert session.scalar(select(func.count()).select_from(Scored)) == 2


@on_sqlite
def test_a_supplier_that_does_not_sell_it_can_not_be_chosen(shop: Shop) -> None:
    who = people(shop)
    with pytest.raises(NotAllowed, match="does not sell it"):
        choose(shop.engine, shop.site_id, shop.products[TEA], shop.suppliers[MILLS], who.manager, NOW)


@on_sqlite
def test_a_sku_that_nobody_was_named_for_can_be_ordered_from_one_who_offers_it(shop: Shop) -> None:
    who = people(shop)
    book(shop, "BAG-0100", counted(245), *daily(4))
    offer(shop, MILLS, "BAG-0100", 350)
    run_pass(shop.engine, shop.site_id, NOW)
    assert drafts(shop.engine) == []
    choose(shop.engine, shop.site_id, shop.products["BAG-0100"], shop.suppliers[MILLS], who.manager, NOW)
    assert [line[1:3] for line in drafts(shop.engine)] == [(MILLS, "BAG-0100")]
