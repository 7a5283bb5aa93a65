"""Looking back: what past days lost and by what, which constraint is named, and what changes that."""

from datetime import date, timedelta

from quietshelf.cycle import look_back, moment_at, run_pass
from quietshelf.rules.facts import Fact, Kind
from quietshelf.store.engine import reading, writing
from quietshelf.store.facts import add_facts
from quietshelf.store.feeds import raise_known_until
from quietshelf.store.losses import latest_look, losses_of_sku
from quietshelf.store.tables import Delivery, LookRow, LossRow, Order, OrderLine
from tests.cycle.pictures import NOW, book, counted, sold
from tests.shops import Shop

TODAY = NOW.date()
LEAF = "Leaf & Kettle"


def came(units: int, days_ago: int) -> Fact:
    return Fact(NOW - timedelta(days=days_ago, hours=6), Kind.RECEIPT, units, f"receipt:{days_ago}")


def ordered(shop: Shop, number: str, sku: str, units: int, sent: int, promised: int, received: int | None) -> None:
    """An order as a file tells of it, in days ago; its goods are booked too."""
    with writing(shop.engine) as session:
        line = OrderLine(
            site_id=shop.site_id,
            product_id=shop.products[sku],
            is_draft=False,
            quantity=units,
            received=units if received is not None else 0,
            closed_at=NOW - timedelta(days=received, hours=6) if received is not None else None,
        )
        order = Order(
            site_id=shop.site_id,
            number=number,
            supplier_id=shop.suppliers[LEAF],
            state="sent" if received is None else "received",
            created_at=NOW - timedelta(days=sent),
            sent_at=NOW - timedelta(days=sent),
            promised_on=TODAY - timedelta(days=promised),
            imported=True,
            lines=[line],
        )
        session.add(order)
        session.flush()
        if received is not None:
            happened = NOW - timedelta(days=received, hours=6)
            session.add(
                Delivery(
                    site_id=shop.site_id,
                    order_line_id=line.id,
                    key=f"{number}/{sku}",
                    received=units,
                    happened=happened,
                    learnt=NOW,
                )
            )
            receipt = Fact(happened, Kind.RECEIPT, units, f"{number}/{sku}")
            add_facts(session, shop.site_id, [(shop.products[sku], receipt, NOW, False)])


def open_every_day(shop: Shop, days: int = 100) -> None:
    """Something sells every day, of which there is always enough."""
    book(shop, "OAT-0010", counted(days + 30, days), *(sold(1, n) for n in range(days)))
    with writing(shop.engine) as session:
        raise_known_until(session, shop.site_id, "till", NOW)


def late_order(shop: Shop, sku: str) -> None:
    """3 a day, ordered in time and 16 days late: none was there for the last 13 days before it came."""
    ordered(shop, f"LK-{sku}", sku, 120, 44, 14, None)
    book(shop, sku, counted(3 * 85, 98), *(sold(3, n) for n in range(13, 98)))


def look(shop: Shop) -> LookRow:
    run_pass(shop.engine, shop.site_id, NOW, whole=True)
    look_back(shop.engine, moment_at(shop.engine, shop.site_id, NOW))
    with reading(shop.engine) as session:
        found = latest_look(session, shop.site_id)
    assert found is not None
    return found


def lost(shop: Shop, sku: str) -> list[LossRow]:
    with reading(shop.engine) as session:
        return losses_of_sku(session, shop.site_id, shop.products[sku], date.min)


def test_the_days_of_a_late_order_are_laid_to_supply_with_their_evidence(shop: Shop) -> None:
    open_every_day(shop)
    late_order(shop, "TEA-0114")
    look(shop)
    rows = [row for row in lost(shop, "TEA-0114") if row.out == 1.0]
    assert len(rows) == 12  # the day on which the last was sold is one by its evening only, and today is not over
    assert {row.cause for row in rows} == {"supply"}
    assert all(abs(row.minor - 3 * (900 - 410)) < 60 for row in rows)
    evidence = rows[0].evidence
    assert evidence["order"]["number"] == "LK-TEA-0114"
    assert evidence["order"]["promised_on"] == (TODAY - timedelta(days=14)).isoformat()
    assert evidence["order"]["received_on"] is None
    assert evidence["would_have_come_on"] == evidence["order"]["promised_on"]
    assert evidence["throughput_minor"] == 490
