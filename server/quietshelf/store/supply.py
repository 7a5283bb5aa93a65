"""What a decision needs of supply: who sells a SKU, how its suppliers delivered, and what is on its way."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from quietshelf.store.tables import ON_ITS_WAY, Delivery, Order, OrderLine, Product, SkuState, Sourcing, Supplier

DECIDED = ("approved", "sending", *ON_ITS_WAY)
"""States in which an order is settled, and what has not come of it counts as on order."""


@dataclass(frozen=True)
class SupplyRecord:
    """A supplier, and how its deliveries went, oldest first. What came of one day's orders on one day is one."""

    supplier: Supplier
    lead_days: tuple[int, ...]
    """From sent to received."""
    delays: tuple[int, ...]
    """Past its promise, 0 or less on time; only deliveries that were promised."""


@dataclass(frozen=True)
class OpenLine:
    """What has not come yet of one SKU on one settled order."""

    number: str
    supplier_id: int
    units: int
    sent_at: datetime | None
    """None while it is approved, but not sent."""
    promised_on: date | None
    expected_on: date | None


def records(session: Session, zone: ZoneInfo, supplier_ids: Collection[int] | None = None) -> dict[int, SupplyRecord]:
    """The record of some suppliers, or of all, by id; days are those of `zone`."""
    of_these = [] if supplier_ids is None else [Supplier.id.in_(supplier_ids)]
    return records_of(session, zone, session.scalars(select(Supplier).where(*of_these)).all())


def records_of(session: Session, zone: ZoneInfo, suppliers: Sequence[Supplier]) -> dict[int, SupplyRecord]:
    """The records of suppliers that are loaded already."""
    trucks: dict[int, dict[tuple[date, date], date | None]] = {supplier.id: {} for supplier in suppliers}
    rows = session.connection().execute(_TRUCKS, {"suppliers": list(trucks)})
    for supplier_id, sent_at, promised_on, happened in rows:
        if sent_at is not None:
            trucks[supplier_id].setdefault((_day(happened, zone), _day(sent_at, zone)), promised_on)
    return {supplier.id: _record(supplier, trucks[supplier.id]) for supplier in suppliers}


def decided_by(session: Session) -> dict[int, str]:
    """By what each supplier's SKUs were last decided (cycle/terms.py); empty where they never were."""
    rows = session.execute(select(Supplier.id, Supplier.decided_by))
    return {supplier_id: digest or "" for supplier_id, digest in rows}


def mark_supplied(session: Session, site_id: int, digests: Mapping[int, str]) -> None:
    """Leave what these suppliers deliver stale, and keep by what it is decided now."""
    own = select(Product.id).where(Product.supplier_id.in_(digests))
    chosen = select(Sourcing.product_id).where(Sourcing.site_id == site_id, Sourcing.supplier_id.in_(digests))
    session.execute(
        update(SkuState)
        .where(SkuState.site_id == site_id, SkuState.product_id.in_(own) | SkuState.product_id.in_(chosen))
        .values(version=SkuState.version + 1, stale=True)
        .execution_options(synchronize_session=False)
    )
    rows = [{"of": supplier_id, "by": digest} for supplier_id, digest in sorted(digests.items())]
    session.connection().execute(_DECIDED_BY, rows)


def lines_of(
    session: Session, site_id: int, product_ids: Collection[int]
) -> tuple[dict[int, list[OpenLine]], dict[int, OrderLine]]:
    """What has not come of some SKUs' settled orders, oldest first, and their draft lines; each by product."""
    rows = session.execute(_LINES, {"site": site_id, "products": product_ids})
    coming: dict[int, list[OpenLine]] = {}
    drafts: dict[int, OrderLine] = {}
    for line, order in rows:
        if line.is_draft:
            drafts[line.product_id] = line
            continue
        coming.setdefault(line.product_id, []).append(
            OpenLine(
                order.number,
                order.supplier_id,
                line.quantity - line.received,
                order.sent_at,
                order.promised_on,
                order.expected_on,
            )
        )
    return coming, drafts


# made once: making a statement takes longer than SQLite takes to run it
_DECIDED_BY = update(Supplier).where(Supplier.id == bindparam("of")).values(decided_by=bindparam("by"))
_TRUCKS = (
    select(Order.supplier_id, Order.sent_at, Order.promised_on, func.max(Delivery.happened))
    .join(OrderLine, OrderLine.order_id == Order.id)
    .join(Delivery, Delivery.order_line_id == OrderLine.id)
    .where(Order.supplier_id.in_(bindparam("suppliers", expanding=True)), Order.sent_at.is_not(None))
    .group_by(Order.id, Order.supplier_id, Order.sent_at, Order.promised_on, func.date(Delivery.happened))
)
_LINES = (
    select(OrderLine, Order)
    .join(Order, Order.id == OrderLine.order_id)
    .where(
        OrderLine.site_id == bindparam("site"),
        OrderLine.product_id.in_(bindparam("products", expanding=True)),
        OrderLine.closed_at.is_(None),
        OrderLine.received < OrderLine.quantity,
        Order.state.in_(("draft", *DECIDED)),
    )
    .order_by(Order.id)
)


def _record(supplier: Supplier, trucks: dict[tuple[date, date], date | None]) -> SupplyRecord:
    in_order = sorted(trucks.items(), key=lambda truck: truck[0])
    return SupplyRecord(
        supplier,
        tuple(max(0, (came - sent).days) for (came, sent), _ in in_order),
        tuple((came - promised).days for (came, _), promised in in_order if promised is not None),
    )


def _day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()
