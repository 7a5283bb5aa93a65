"""What people said of SKUs and when, also what they took back: for the look back. What stands is read by plans."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from quietshelf.rules.needs import Need
from quietshelf.rules.said import Noted, Pin, Said
from quietshelf.store.tables import KnownNeed, Pinned


def said_of_each(session: Session, site_id: int, product_ids: Collection[int], zone: ZoneInfo) -> dict[int, Said]:
    """What people said of some SKUs and when, by product; a SKU of which nobody said anything is left out."""
    of = {"site": site_id, "products": product_ids}
    needs: defaultdict[int, list[Noted]] = defaultdict(list)
    for row in session.scalars(_NEEDS, of):
        need = Need(row.id, row.quantity, row.on_day, row.note)
        until = _day(row.forgotten_at, zone) if row.forgotten_at else None
        needs[row.product_id].append(Noted(need, _day(row.made_at, zone), until))
    pins: defaultdict[tuple[int, str], list[Pin]] = defaultdict(list)
    for pin in session.scalars(_PINNED, of):
        ended_on = _day(pin.ended_at, zone) if pin.ended_at else None
        pins[pin.product_id, pin.what].append(Pin(pin.units, _day(pin.said_at, zone), ended_on))
    return {
        product_id: Said(
            tuple(needs[product_id]),
            tuple(pins[product_id, "keep_at_least"]),
            tuple(pins[product_id, "pinned_quantity"]),
        )
        for product_id in {*needs, *(product_id for product_id, _ in pins)}
    }


def _day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()


# made once: making a statement takes longer than SQLite takes to run it
_NEEDS = (
    select(KnownNeed)
    .where(KnownNeed.site_id == bindparam("site"), KnownNeed.product_id.in_(bindparam("products", expanding=True)))
    .order_by(KnownNeed.on_day, KnownNeed.id)
)
_PINNED = (
    select(Pinned)
    .where(Pinned.site_id == bindparam("site"), Pinned.product_id.in_(bindparam("products", expanding=True)))
    .order_by(Pinned.id)
)
