"""A shop with a mode on: other drafts, a budget that binds, what the mode says it did. Ended, all is as it was."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from quietshelf.cycle import run_pass
from quietshelf.intake.by_hand import count_item as count_by_hand
from quietshelf.store.engine import reading, writing
from quietshelf.store.modes import mode_on, turn_off, turn_on
from quietshelf.store.tables import Order, OrderLine, Product, Scored, Site
from tests.cycle.pictures import NOW, book, counted, daily, drafts, picture, sold, state
from tests.orders import on_sqlite, people
from tests.shops import Shop


def turned_on(shop: Shop, mode: str) -> int:
    """The mode, turned on by the manager an hour ago, and looked after once; the manager's id."""
    manager = people(shop).manager
    with writing(shop.engine) as session:
        assert turn_on(session, shop.site_id, mode, manager, NOW - timedelta(hours=1), 90_000)
    run_pass(shop.engine, shop.site_id, NOW)
    return manager


def turned_off(shop: Shop, manager: int) -> None:
    """No mode on, and looked after once."""
    with writing(shop.engine) as session:
        row = mode_on(session, shop.site_id)
        assert row is not None
        turn_off(session, row, manager, NOW)
    run_pass(shop.engine, shop.site_id, NOW)


def set_site(shop: Shop, **settings: Any) -> None:
    """What a manager has set."""
    with writing(shop.engine) as session:
        session.execute(update(Site).values(**settings))


def did(shop: Shop) -> dict[str, Any]:
    """What the mode that is on says it did."""
    with reading(shop.engine) as session:
        row = mode_on(session, shop.site_id)
        assert row is not None
        return {name: value for name, value in row.figures.items() if name != "filled_for"}


def waiting(shop: Shop) -> dict[str, date | None]:
    """Until when each draft line waits, by SKU."""
    with reading(shop.engine) as session:
        lines = session.execute(
            select(Product.sku, OrderLine.waits_until)
            .join(Product, Product.id == OrderLine.product_id)
            .where(OrderLine.is_draft)
        )
        return dict(lines.all())


def a_supplier_that_missed(shop: Shop, supplier: str, otif: float) -> None:
    """Its scorecard as last worked out."""
    with writing(shop.engine) as session:
        session.add(
            Scored(
                site_id=shop.site_id,
                supplier_id=shop.suppliers[supplier],
                lines=20,
                good=9,
                deliveries=10,
                good_deliveries=5,
                otif=otif,
                on_time=otif,
            )
        )


def test_the_supply_mode_drafts_sooner_what_comes_from_a_supplier_that_missed(shop: Shop) -> None:
    book(shop, "TEA-0114", counted(160), *daily(2))  # 40 left: 20 days; Leaf & Kettle needs 7, late 10.5
    book(shop, "OAT-0010", counted(145), *daily(2))  # 25 left: 12 days; Northern Mills needs 4, late 6
    run_pass(shop.engine, shop.site_id, NOW)
    assert drafts(shop.engine) == []
    a_supplier_that_missed(shop, "Leaf & Kettle", 0.55)
    turned_on(shop, "supply")
    assert [(supplier, sku) for _, supplier, sku, _ in drafts(shop.engine)] == [("Leaf & Kettle", "TEA-0114")]
    assert (state(shop, "TEA-0114").figures or {})["mode"] == {"mode": "supply"}
    assert (state(shop, "OAT-0010").figures or {})["mode"] is None
    assert did(shop) == {"at_stake_minor": 90_000, "items": 1}


def test_a_mode_that_is_ended_leaves_everything_as_it_was(shop: Shop) -> None:
    for sku in ("TEA-0114", "OAT-0010", "MUG-0001"):
        book(shop, sku, counted(245), *daily(4))
    a_supplier_that_missed(shop, "Leaf & Kettle", 0.55)
    run_pass(shop.engine, shop.site_id, NOW)
    before = picture(shop.engine)
    manager = turned_on(shop, "supply")
    assert picture(shop.engine) != before
    turned_off(shop, manager)
    assert picture(shop.engine) == before


def test_the_capital_mode_orders_less_and_never_more(shop: Shop) -> None:
    book(shop, "TEA-0114", counted(245), *daily(4))
    run_pass(shop.engine, shop.site_id, NOW)
    assert [quantity for *_, quantity in drafts(shop.engine)] == [180]
    set_site(shop, target_turns=18.0)  # a cash cycle of 20 days, and 7 on the way
    manager = turned_on(shop, "capital")
    run_pass(shop.engine, shop.site_id, NOW + timedelta(days=1))  # an untouched line follows the rule once a day
    assert [quantity for *_, quantity in drafts(shop.engine)] == [96]  # 3.9 a day, 27 days, packs of 12
    turned_off(shop, manager)
    run_pass(shop.engine, shop.site_id, NOW + timedelta(days=2))
    assert [quantity for *_, quantity in drafts(shop.engine)] == [180]


@on_sqlite
def test_a_budget_buys_what_earns_most_for_its_money_and_the_rest_waits(shop: Shop) -> None:
    for sku in ("TEA-0114", "TEA-0140", "MUG-0001"):
        book(shop, sku, counted(245), *daily(4))
    set_site(shop, budget_minor=76_000, budget_days=30, budget_from=date(2026, 11, 1))
    run_pass(shop.engine, shop.site_id, NOW)
    assert waiting(shop) == {"TEA-0114": None, "TEA-0140": None, "MUG-0001": None}
    manager = turned_on(shop, "capital")
    first = date(2026, 12, 1)
    # all of them sold for £9: a unit of TEA-0114 earns 4.90 for 4.10, of TEA-0140 3.00 for 6.00, of a mug 2.80 for 6.20
    assert waiting(shop) == {"TEA-0114": None, "TEA-0140": first, "MUG-0001": first}
    said = did(shop)
    assert (said["waiting"], said["waits_until"]) == (2, "2026-12-01")
    with reading(shop.engine) as session:
        held = dict(session.execute(select(Product.sku, OrderLine.held).join(Product)).all())
    assert held == {"TEA-0114": None, "TEA-0140": "budget", "MUG-0001": "budget"}
    turned_off(shop, manager)
    assert waiting(shop) == {"TEA-0114": None, "TEA-0140": None, "MUG-0001": None}


@on_sqlite
def test_what_is_dearer_than_the_budget_is_bought_in_part(shop: Shop) -> None:
    book(shop, "TEA-0114", counted(245), *daily(4))
    set_site(shop, budget_minor=60_000, budget_days=30, budget_from=date(2026, 11, 1))
    turned_on(shop, "capital")
    assert [quantity for *_, quantity in drafts(shop.engine)] == [144]  # of 180 at £4.10, in packs of 12
    run_pass(shop.engine, shop.site_id, NOW + timedelta(minutes=1))
    assert [quantity for *_, quantity in drafts(shop.engine)] == [144]
    assert waiting(shop) == {"TEA-0114": None}


@on_sqlite
def test_the_next_budget_lets_go_what_waited_and_filling_it_again_changes_nothing(shop: Shop) -> None:
    for sku in ("TEA-0114", "TEA-0140"):
        book(shop, sku, counted(245), *daily(4))
    set_site(shop, budget_minor=80_000, budget_days=30, budget_from=date(2026, 11, 1))
    turned_on(shop, "capital")
    with reading(shop.engine) as session:
        versions = session.scalars(select(Order.version)).all()
    run_pass(shop.engine, shop.site_id, NOW + timedelta(minutes=1))
    with reading(shop.engine) as session:
        assert session.scalars(select(Order.version)).all() == versions
    set_site(shop, budget_minor=500_000)
    run_pass(shop.engine, shop.site_id, NOW + timedelta(minutes=2))
    assert set(waiting(shop).values()) == {None}


def test_the_demand_mode_follows_many_buyers_and_no_bulk_order(shop: Shop) -> None:
    rush = [sold(1, n, f"till {till}") for n in range(12) for till in range(3)]
    book(shop, "TEA-0114", counted(400), *daily(1), *rush)  # 36 sales more in the last 12 days
    book(shop, "OAT-0010", counted(400), *daily(1), sold(36, 3, "bulk"))  # as many units, and one sale
    run_pass(shop.engine, shop.site_id, NOW)
    before = state(shop, "TEA-0114").velocity
    turned_on(shop, "demand")
    assert state(shop, "TEA-0114").velocity == pytest.approx(2 * before, rel=0.01)
    assert ((state(shop, "TEA-0114").figures or {})["mode"] or {})["sales"] == 50
    assert (state(shop, "OAT-0010").figures or {})["mode"] is None
    assert did(shop) == {"at_stake_minor": 90_000, "items": 1}


@on_sqlite
def test_the_counts_mode_tells_how_often_people_looked(shop: Shop) -> None:
    book(shop, "TEA-0114", counted(245), *daily(4))
    turned_on(shop, "counts")
    count_by_hand(shop.engine, shop.site_id, shop.products["TEA-0114"], 4, NOW, NOW, "a press")
    run_pass(shop.engine, shop.site_id, NOW)
    assert did(shop) == {"at_stake_minor": 90_000, "looks": 1}


@on_sqlite
def test_one_mode_at_a_time(shop: Shop) -> None:
    manager = turned_on(shop, "counts")
    with writing(shop.engine) as session:
        assert not turn_on(session, shop.site_id, "supply", manager, NOW, 0)
    turned_off(shop, manager)
    with writing(shop.engine) as session:
        assert turn_on(session, shop.site_id, "supply", manager, NOW, 0)
