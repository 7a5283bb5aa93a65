"""Suppliers' scorecards as last worked out, and the order lines that they are worked out from."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from quietshelf.rules.suppliers import Part, Scorecard
from quietshelf.store.tables import ON_ITS_WAY, Delivery, Order, OrderLine, Scored, Site
from quietshelf.store.upsert import insert

JUDGED = (*ON_ITS_WAY, "received", "closed_short")
"""States of an order whose lines say something of its supplier: it was sent, and not cancelled."""

FIGURES = ("lines", "good", "deliveries", "good_deliveries", "otif", "on_time", "fill", "quality")


@dataclass(frozen=True, slots=True)
class SentLine:
    """One line of an order that was sent, and what came of it, in days of the site."""

    supplier_id: int
    product_id: int
    number: str
    ordered: int
    sent_on: date | None
    promised_on: date | None
    closed_on: date | None
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class LastLook:
    """When suppliers were last looked at, and from which deliveries; and the newest delivery now."""

    on: date | None
    seen: int
    newest: int
    currency: str
    """The site's."""


def last_look(session: Session, site_id: int) -> LastLook:
    """When this site's suppliers were last looked at."""
    newest = select(func.coalesce(func.max(Delivery.id), 0)).scalar_subquery()
    row = select(Site.suppliers_looked_on, Site.suppliers_seen, newest, Site.currency).where(Site.id == site_id)
    return LastLook(*session.execute(row).one())


def note_look(session: Session, site_id: int, before: LastLook, today: date) -> bool:
    """Say that they are looked at now; False where another look has said so since `before`."""
    same_day = Site.suppliers_looked_on.is_(None) if before.on is None else Site.suppliers_looked_on == before.on
    noted = (
        update(Site)
        .where(Site.id == site_id, same_day, Site.suppliers_seen == before.seen)
        .values(suppliers_looked_on=today, suppliers_seen=before.newest)
    )
    return bool(session.execute(noted).rowcount)  # type: ignore[attr-defined]


def sent_lines(session: Session, site_id: int, zone: ZoneInfo, since: datetime) -> list[SentLine]:
    """The lines of orders made since then that were sent and not cancelled, each with what came of it."""
    rows = session.execute(
        select(
            OrderLine.id,
            Order.supplier_id,
            OrderLine.product_id,
            Order.number,
            OrderLine.quantity,
            Order.sent_at,
            Order.promised_on,
            OrderLine.closed_at,
            Delivery.happened,
            Delivery.received,
            Delivery.rejected,
        )
        .join(Order, Order.id == OrderLine.order_id)
        .outerjoin(Delivery, Delivery.order_line_id == OrderLine.id)
        .where(Order.site_id == site_id, Order.state.in_(JUDGED), Order.created_at >= since)
        .order_by(OrderLine.id)
    )
    found = []
    for _, group in groupby(rows, key=lambda row: row[0]):
        of_line = list(group)
        _, supplier_id, product_id, number, ordered, sent_at, promised_on, closed_at, *_ = of_line[0]
        parts = [Part(_day(row[8], zone), row[9], row[9] - row[10]) for row in of_line if row[8] is not None]
        found.append(
            SentLine(
                supplier_id,
                product_id,
                number,
                ordered,
                _day(sent_at, zone) if sent_at else None,
                promised_on,
                _day(closed_at, zone) if closed_at else None,
                tuple(parts),
            )
        )
    return found


def save_scores(
    session: Session,
    site_id: int,
    suppliers: Mapping[int, Scorecard],
    of_skus: Mapping[tuple[int, int], Scorecard],
) -> None:
    """Make the scorecards what was worked out: by supplier, and by supplier and product."""
    session.execute(delete(Scored).where(Scored.site_id == site_id))
    keyed: list[tuple[int, int | None, Scorecard]] = [(supplier, None, card) for supplier, card in suppliers.items()]
    keyed += [(supplier, product, card) for (supplier, product), card in of_skus.items()]
    rows = [
        {"site_id": site_id, "supplier_id": supplier, "product_id": product} | asdict(card)
        for supplier, product, card in keyed
    ]
    if rows:
        session.connection().execute(insert(session, Scored), rows)


def scores_of(session: Session, site_id: int, supplier_ids: Iterable[int]) -> dict[int, Scorecard]:
    """The scorecards of some suppliers; one that has delivered nothing has none."""
    return scores_for(session, site_id, supplier_ids, None)[0]


def scores_for(
    session: Session, site_id: int, supplier_ids: Iterable[int], product_id: int | None
) -> tuple[dict[int, Scorecard], dict[int, Scorecard]]:
    """The scorecards of some suppliers, and of those that delivered a SKU often enough their scorecards for it."""
    wanted = select(Scored).where(
        Scored.site_id == site_id,
        Scored.supplier_id.in_(list(supplier_ids)),
        Scored.product_id.is_(None) | (Scored.product_id == product_id),
    )
    rows = session.scalars(wanted).all()
    of_all = {row.supplier_id: _card(row) for row in rows if row.product_id is None}
    return of_all, {row.supplier_id: _card(row) for row in rows if row.product_id is not None}


def _card(row: Scored) -> Scorecard:
    return Scorecard(**{name: getattr(row, name) for name in FIGURES})


def _day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()
