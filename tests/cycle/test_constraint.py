"""Looking back: what past days lost and by what, which constraint is named, and what changes that."""

from datetime import date, timedelta

from sqlalchemy import select

from quietshelf.cycle import look_back, look_back_is_due, moment_at, run_pass
from quietshelf.rules.facts import Fact, Kind
from quietshelf.store.engine import reading, writing
from quietshelf.store.facts import add_facts
from quietshelf.store.feeds import raise_known_until
from quietshelf.store.losses import latest_look, losses_of_sku, lost_by_cause
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


def starved(shop: Shop) -> None:
    """Two late orders: more than 20 days without stock in 30."""
    open_every_day(shop)
    late_order(shop, "TEA-0114")
    late_order(shop, "TEA-0131")


def delivered(shop: Shop) -> None:
    """Twelve lines of flour and sugar that came in time."""
    for n in range(12):
        ordered(shop, f"NM-{n}", ("FLR-0031", "SUG-0008")[n % 2], 5, 2 * n + 12, 2 * n + 4, 2 * n + 4)


def test_the_cause_that_lost_most_is_named_with_its_number(shop: Shop) -> None:
    starved(shop)
    delivered(shop)
    said = look(shop)
    assert (said.day, said.says, said.named, said.named_on) == (TODAY, "supply", "supply", TODAY)
    assert said.stock_out_days > 20
    assert said.deliveries == 12
    assert said.lost["supply"] > said.throughput_minor / 100
    with reading(shop.engine) as session:
        by_cause = lost_by_cause(session, shop.site_id, TODAY - timedelta(days=29), TODAY)
    assert by_cause["supply"].minor == said.lost["supply"]
    assert by_cause["supply"].out_days == said.stock_out_days
    assert said.number is not None
    assert abs(said.number - 12 / 14) < 0.001  # on time and in full, the two late lines among them


def test_without_ten_deliveries_it_is_unknown_and_says_how_many_are_missing(sqlite_shop: Shop) -> None:
    starved(sqlite_shop)
    said = look(sqlite_shop)
    assert (said.named, said.more_days_needed, said.more_deliveries_needed) == ("unknown", 0, 10)


def test_a_shop_of_twenty_days_is_unknown_and_a_calm_one_has_no_constraint(sqlite_shop: Shop) -> None:
    shop = sqlite_shop
    open_every_day(shop, 20)
    assert look(shop).named == "none"
    book(shop, "TEA-0114", counted(30, 20), *(sold(3, n) for n in range(10, 20)))
    said = look(shop)
    assert said.named == said.says == "unknown"
    assert said.more_days_needed > 0


def test_nothing_is_named_before_anything_was_sold(sqlite_shop: Shop) -> None:
    shop = sqlite_shop
    book(shop, "TEA-0114", counted(30, 20))
    moment = moment_at(shop.engine, shop.site_id, NOW)
    assert not look_back_is_due(shop.engine, moment)
    look_back(shop.engine, moment)
    with reading(shop.engine) as session:
        assert latest_look(session, shop.site_id) is None


def test_a_late_sale_takes_a_lost_day_away(sqlite_shop: Shop) -> None:
    shop = sqlite_shop
    starved(shop)
    look(shop)
    before = {row.day for row in lost(shop, "TEA-0114")}
    book(shop, "TEA-0114", came(6, 5), sold(6, 3, "late"))  # some came, and was typed in late; so was its sale
    look(shop)
    after = {row.day: row.out for row in lost(shop, "TEA-0114")}
    assert TODAY - timedelta(days=4) in before
    assert TODAY - timedelta(days=4) not in after
    assert after[TODAY - timedelta(days=2)] == 1.0


def test_goods_that_came_when_they_were_promised_and_were_typed_in_late_lose_nothing(sqlite_shop: Shop) -> None:
    shop = sqlite_shop
    starved(shop)
    look(shop)
    assert lost(shop, "TEA-0131")
    with writing(shop.engine) as session:
        receipt = Fact(NOW - timedelta(days=14), Kind.RECEIPT, 120, "typed in late")
        add_facts(session, shop.site_id, [(shop.products["TEA-0131"], receipt, NOW, False)])
    look(shop)
    assert lost(shop, "TEA-0131") == []
    assert lost(shop, "TEA-0114")


def test_it_is_due_once_a_day_and_again_when_more_of_past_days_is_known(sqlite_shop: Shop) -> None:
    shop = sqlite_shop
    starved(shop)
    assert look_back_is_due(shop.engine, moment_at(shop.engine, shop.site_id, NOW))
    look(shop)
    soon, later = NOW + timedelta(minutes=1), NOW + timedelta(minutes=6)
    assert not look_back_is_due(shop.engine, moment_at(shop.engine, shop.site_id, later))
    book(shop, "TEA-0114", Fact(NOW, Kind.SALE, 1, "today's"))
    assert not look_back_is_due(shop.engine, moment_at(shop.engine, shop.site_id, later))
    book(shop, "TEA-0114", sold(1, 9, "late"))
    assert not look_back_is_due(shop.engine, moment_at(shop.engine, shop.site_id, soon))
    assert look_back_is_due(shop.engine, moment_at(shop.engine, shop.site_id, later))


def test_what_is_named_stays_named_within_the_month_while_another_loses_hardly_more(sqlite_shop: Shop) -> None:
    shop = sqlite_shop
    starved(shop)
    delivered(shop)
    look(shop)
    with writing(shop.engine) as session:  # as if another had been named on the 1st
        row = session.scalars(select(LookRow).where(LookRow.day == TODAY)).one()
        row.day, row.named, row.named_on = TODAY - timedelta(days=1), "demand", TODAY.replace(day=1)
        row.challenger, row.looks_running = "supply", 3
    said = look(shop)
    assert (said.says, said.named, said.challenger, said.looks_running) == ("supply", "demand", "supply", 4)


def test_looking_back_twice_keeps_the_same(sqlite_shop: Shop) -> None:
    shop = sqlite_shop
    starved(shop)
    delivered(shop)

    def kept() -> list[tuple[object, ...]]:
        with reading(shop.engine) as session:
            rows = session.scalars(select(LossRow).order_by(LossRow.product_id, LossRow.day, LossRow.cause))
            return [(row.product_id, row.day, row.cause, row.minor, row.out, row.evidence) for row in rows]

    first = look(shop).lost, kept()
    assert (look(shop).lost, kept()) == first
