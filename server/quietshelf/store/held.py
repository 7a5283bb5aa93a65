"""Rows that read but have no place yet, because their item is unknown: kept until it is known, then booked."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from quietshelf.files import DeliveryRow, NeedRow, OfferRow
from quietshelf.rules.facts import Fact
from quietshelf.store.catalogue import Items, put_offers
from quietshelf.store.deliveries import book_deliveries
from quietshelf.store.facts import add_facts
from quietshelf.store.needs import put_needs
from quietshelf.store.states import mark_stale
from quietshelf.store.tables import HeldRow
from quietshelf.store.upsert import in_chunks, insert

UNKNOWN_ITEM = "unknown item"
"""Why a row is held."""

What = Fact | OfferRow | DeliveryRow | NeedRow
_READERS: dict[str, TypeAdapter[Any]] = {of.__name__: TypeAdapter(of) for of in (Fact, OfferRow, DeliveryRow, NeedRow)}
_SKUS_AT_ONCE = 100


@dataclass
class Released:
    """How many held rows were booked, and the products that they changed."""

    booked: int = 0
    product_ids: set[int] = field(default_factory=set)


def hold(session: Session, site_id: int, import_id: int, rows: Iterable[tuple[str, What]]) -> tuple[int, int]:
    """Keep rows, each with its SKU, until that SKU is known.

    How many are new, and how many were held already. Of an offer or a delivery held before, the newest row is kept.
    """
    new = repeated = 0
    for chunk in in_chunks(rows):
        by_key = {_key(what): (sku, what) for sku, what in chunk}
        held = select(HeldRow.key).where(HeldRow.site_id == site_id, HeldRow.key.in_(list(by_key)))
        known = set(session.scalars(held))
        put = insert(session, HeldRow)
        newest = put.on_conflict_do_update(index_elements=["site_id", "key"], set_={"fact": put.excluded.fact})
        fresh = [
            {
                "site_id": site_id,
                "import_id": import_id,
                "key": key,
                "sku": sku,
                "reason": UNKNOWN_ITEM,
                "fact": {type(what).__name__: _READERS[type(what).__name__].dump_python(what, mode="json")},
            }
            for key, (sku, what) in by_key.items()
            if key not in known or not isinstance(what, Fact)
        ]
        if fresh:
            session.connection().execute(newest, fresh)
        new += len(by_key) - len(known)
        repeated += len(chunk) - len(by_key) + len(known)
    return new, repeated


def release(session: Session, site_id: int, now: datetime) -> Released:
    """Book every held row whose item is known by now, and hold it no longer."""
    items = Items(session)
    held = session.scalars(select(HeldRow.sku).where(HeldRow.site_id == site_id).distinct())
    released = Released()
    rows: list[OfferRow | DeliveryRow | NeedRow] = []
    for skus in in_chunks([sku for sku in held if sku in items], _SKUS_AT_ONCE):
        of_these = HeldRow.site_id == site_id, HeldRow.sku.in_(skus)
        facts = []
        for sku, figures in session.execute(select(HeldRow.sku, HeldRow.fact).where(*of_these)).all():
            what = _what(figures)
            if isinstance(what, Fact):
                facts.append((items[sku], what, now, False))
            else:
                rows.append(what)
        added = add_facts(session, site_id, facts)
        released.booked += added.added
        released.product_ids |= added.product_ids
        session.execute(delete(HeldRow).where(*of_these))
    offers = put_offers(session, [row for row in rows if isinstance(row, OfferRow)], items)
    mark_stale(session, site_id, offers.product_ids)
    deliveries = [row for row in rows if isinstance(row, DeliveryRow)]
    came = book_deliveries(session, site_id, deliveries, items, now)
    needs = put_needs(session, site_id, [row for row in rows if isinstance(row, NeedRow)], items, now)
    released.booked += offers.new + offers.updated + came.received + came.opened + needs.new
    released.product_ids |= offers.product_ids | came.product_ids | needs.product_ids
    return released


def _key(what: What) -> str:
    if isinstance(what, OfferRow):
        return f"offer:{what.supplier}:{what.sku}:{what.from_quantity}"
    return what.key


def _what(figures: dict[str, Any]) -> What:
    ((name, values),) = figures.items()
    what: What = _READERS[name].validate_python(values)
    return what
