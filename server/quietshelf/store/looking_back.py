"""What the daily look back needs of the past, and what it keeps: losses and looks. Pages read them by `losses`."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, bindparam, func, select
from sqlalchemy.orm import Session

from quietshelf.rules.almanac import Delivered
from quietshelf.rules.leadtimes import Closing
from quietshelf.rules.lives import Held, Receipt
from quietshelf.rules.triggers import Line
from quietshelf.store.tables import (
    Delivery,
    FactRow,
    LookRow,
    LossRow,
    Order,
    OrderLine,
    Product,
    SkuPlan,
    SkuState,
    Supplier,
    TakenOff,
)
from quietshelf.store.upsert import in_chunks, insert

SALES_THAT_TELL_THE_HOURS = 2000

_SETTLED = ("sent", "confirmed", "part_received", "received", "closed_short")


@dataclass(frozen=True)
class Known:
    """How much is known by now."""

    facts: int
    """The newest fact."""
    orders: int
    """The newest order."""
    oldest_new: datetime | None
    """When the oldest fact happened of those that are new since the last look; None where there are none."""


def known_since(session: Session, site_id: int, seen: LookRow | None) -> Known:
    """What is known now, and of when the new of it tells."""
    facts = session.scalar(select(func.coalesce(func.max(FactRow.id), 0))) or 0
    orders = session.scalar(select(func.coalesce(func.max(Order.id), 0)).where(Order.imported)) or 0
    oldest = session.scalar(
        select(func.min(FactRow.happened)).where(_of_site(site_id), FactRow.id > (seen.facts_seen if seen else 0))
    )
    return Known(facts, orders, oldest)


def _of_site(site_id: int) -> ColumnElement[bool]:
    """A site's facts, found along their ids: the newest are few, and an index of the site's holds them all."""
    return FactRow.site_id + 0 == site_id


def look_before(session: Session, site_id: int, day: date) -> LookRow | None:
    """The newest look of an earlier day."""
    looks = select(LookRow).where(LookRow.site_id == site_id, LookRow.day < day)
    return session.scalars(looks.order_by(LookRow.day.desc()).limit(1)).first()


def times_of_sales(session: Session, site_id: int, zone: ZoneInfo) -> list[time]:
    """The times of day of the newest sales."""
    sales = select(FactRow.happened).where(_of_site(site_id), FactRow.kind == "sale")
    newest = session.connection().scalars(sales.order_by(FactRow.id.desc()).limit(SALES_THAT_TELL_THE_HOURS))
    return [at.astimezone(zone).time() for at in newest]


def deliverers(session: Session, zone: ZoneInfo) -> dict[int, Delivered]:
    """How each supplier delivered, delivery by delivery: what came of one day's orders on one day is one."""
    trucks: defaultdict[int, set[tuple[date, int]]] = defaultdict(set)
    rows = (
        select(Order.supplier_id, Order.sent_at, Delivery.happened)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .join(Delivery, Delivery.order_line_id == OrderLine.id)
        .distinct()
    )
    for supplier_id, sent_at, happened in session.execute(rows):
        if sent_at is None:
            continue
        came = _day(happened, zone)
        trucks[supplier_id].add((came, max(0, (came - _day(sent_at, zone)).days)))
    return {
        supplier.id: Delivered(
            supplier.name,
            tuple(sorted(trucks[supplier.id])),
            supplier.quoted_lead_days,
            supplier.order_day,
            Closing(supplier.closed_from, supplier.closed_to) if supplier.closed_from and supplier.closed_to else None,
        )
        for supplier in session.scalars(select(Supplier))
    }


@dataclass(frozen=True)
class Sku:
    """What the site sells, as the look back takes it."""

    product_id: int
    sku: str
    supplier_id: int | None
    price_minor: int | None
    cost_minor: int | None
    ending: bool
    is_top: bool
    risk_minor_per_day: int
    stale: bool
    """Its daily sums are not derived anew yet."""


def skus(session: Session, site_id: int) -> list[Sku]:
    """Every SKU of a site."""
    rows = session.execute(
        select(
            Product.id,
            Product.sku,
            Product.supplier_id,
            Product.price_minor,
            Product.cost_minor,
            func.coalesce(SkuPlan.ending, False),
            SkuState.is_top,
            SkuState.risk_minor_per_day,
            SkuState.stale,
        )
        .join(SkuState, SkuState.product_id == Product.id)
        .outerjoin(SkuPlan, (SkuPlan.product_id == Product.id) & (SkuPlan.site_id == site_id))
        .where(SkuState.site_id == site_id)
        .order_by(Product.id)
    )
    return [Sku(*row) for row in rows]


def lines_of_each(
    session: Session, site_id: int, product_ids: Collection[int], zone: ZoneInfo, since: datetime
) -> dict[int, list[Line]]:
    """Every order line of some SKUs, made since then, with what came of it; and those that a person took off."""
    found: defaultdict[int, list[Line]] = defaultdict(list)
    parameters = {"site": site_id, "products": product_ids, "since": since}
    for _, group in groupby(session.execute(_LINES, parameters), key=lambda row: row[0].id):
        of_line = list(group)
        line, order, supplier = of_line[0][:3]
        parts = [(happened, received - rejected) for *_, happened, received, rejected in of_line if happened]
        found[line.product_id].append(_line(line, order, supplier, parts, zone))
    for row, supplier in session.execute(_TAKEN_OFF, parameters):
        found[row.product_id].append(
            Line(
                row.number,
                row.wanted,
                supplier=supplier,
                drafted_on=row.drafted_on,
                ruled_units=row.wanted,
                held=Held(row.held),
                refused_on=_day(row.taken_off_at, zone),
            )
        )
    return found


def _line(line: OrderLine, order: Order, supplier: str, parts: Sequence[tuple[datetime, int]], zone: ZoneInfo) -> Line:
    sent_on = _day(order.sent_at, zone) if order.sent_at and order.state in (*_SETTLED, "cancelled") else None
    closed_on = _day(line.closed_at, zone) if line.closed_at else None
    refused_on = None
    if order.state == "cancelled" and not parts:
        ended = closed_on or _day(order.changed_at or order.created_at, zone)
        if sent_on is None or order.promised_on is None or ended <= order.promised_on:
            refused_on, sent_on = ended, None  # called back before it could be late
    return Line(
        order.number,
        line.quantity,
        sent_on,
        order.promised_on,
        tuple(Receipt(_day(at, zone), units) for at, units in parts if units > 0),
        closed_on,
        supplier,
        line.drafted_on,
        _wanted(line),
        Held(line.held) if line.held else None,
        refused_on,
    )


def _wanted(line: OrderLine) -> int | None:
    """What the rules wanted: when it was sent, else what they last set."""
    if line.wanted is not None or line.ruled is None:
        return line.wanted
    return int(line.ruled["quantity"])


def began_on(session: Session, site_id: int) -> date | None:
    """The day of the first draft line that the rules made here."""
    return session.scalar(select(func.min(OrderLine.drafted_on)).where(OrderLine.site_id == site_id))


# what is kept ---------------------------------------------------------------------------------


def save_losses(session: Session, site_id: int, product_ids: Collection[int], since: date, rows: Sequence[Any]) -> None:
    """Make the losses of some SKUs since a day what they are now, touching only rows that differ.

    Args:
        rows: mappings of LossRow's columns, but for the site.
    """
    before = {
        (row.product_id, row.day, row.cause): row
        for row in session.scalars(
            select(LossRow).where(LossRow.site_id == site_id, LossRow.product_id.in_(product_ids), LossRow.day >= since)
        )
    }
    now: Mapping[Any, Any] = {(row["product_id"], row["day"], row["cause"]): row for row in rows}
    differ = [row for key, row in now.items() if key not in before or _differs(before[key], row)]
    for key in before.keys() - {key for key, row in now.items() if not _differs(before.get(key), row)}:
        session.delete(before[key])
    session.flush()
    for chunk in in_chunks(differ):
        session.connection().execute(insert(session, LossRow), [row | {"site_id": site_id} for row in chunk])


def _differs(kept: LossRow | None, row: Mapping[str, Any]) -> bool:
    return kept is None or any(getattr(kept, name) != row[name] for name in ("minor", "out", "evidence"))


def save_look(session: Session, row: Mapping[str, Any]) -> None:
    """Keep a day's look; one of the same day is replaced."""
    keys = ("site_id", "day")
    more = {name: value for name, value in row.items() if name not in keys}
    write = insert(session, LookRow).values(**row)
    session.execute(write.on_conflict_do_update(index_elements=list(keys), set_=more))


# made once: making a statement takes longer than SQLite takes to run it
_LINES = (
    select(OrderLine, Order, Supplier.name, Delivery.happened, Delivery.received, Delivery.rejected)
    .join(Order, Order.id == OrderLine.order_id)
    .join(Supplier, Supplier.id == Order.supplier_id)
    .outerjoin(Delivery, Delivery.order_line_id == OrderLine.id)
    .where(
        OrderLine.site_id == bindparam("site"),
        OrderLine.product_id.in_(bindparam("products", expanding=True)),
        Order.created_at >= bindparam("since"),
    )
    .order_by(OrderLine.id, Delivery.happened)
)
_TAKEN_OFF = (
    select(TakenOff, Supplier.name)
    .join(Supplier, Supplier.id == TakenOff.supplier_id)
    .where(
        TakenOff.site_id == bindparam("site"),
        TakenOff.product_id.in_(bindparam("products", expanding=True)),
        TakenOff.taken_off_at >= bindparam("since"),
    )
    .order_by(TakenOff.id)
)


def _day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()
