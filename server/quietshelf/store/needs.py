"""Known needs that a file tells of: each is noted once, and its SKU decided anew."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from quietshelf.files import NeedRow
from quietshelf.store.catalogue import Items
from quietshelf.store.states import mark_stale
from quietshelf.store.tables import KnownNeed, SkuPlan
from quietshelf.store.upsert import in_chunks, insert


@dataclass(slots=True)
class NeedsNoted:
    """What became of the rows."""

    new: int = 0
    repeated: int = 0
    product_ids: set[int] = field(default_factory=set)


def put_needs(session: Session, site_id: int, rows: Sequence[NeedRow], items: Items, now: datetime) -> NeedsNoted:
    """Note each need that is not noted yet. Raises KeyError at an unknown SKU."""
    done = NeedsNoted()
    wanted = {(items[row.sku], row.quantity, row.on_day, row.note) for row in rows}
    known = set()
    for chunk in in_chunks(sorted({product_id for product_id, *_ in wanted})):
        of_these = select(KnownNeed.product_id, KnownNeed.quantity, KnownNeed.on_day, KnownNeed.note).where(
            KnownNeed.site_id == site_id, KnownNeed.product_id.in_(chunk), KnownNeed.forgotten_at.is_(None)
        )
        known |= {tuple(row) for row in session.execute(of_these)}
    new = sorted(wanted - known)
    done.new, done.repeated = len(new), len(rows) - len(new)
    done.product_ids = {product_id for product_id, *_ in new}
    mark_stale(session, site_id, done.product_ids)  # first the states, then the plans: so does who decides
    plans = [
        {"site_id": site_id, "product_id": product_id, "ending": False, "changed_at": now}
        for product_id in sorted(done.product_ids)  # needs are read with the plan
    ]
    if plans:
        session.connection().execute(insert(session, SkuPlan).on_conflict_do_nothing(), plans)
    session.add_all(
        KnownNeed(site_id=site_id, product_id=product_id, quantity=quantity, on_day=on_day, note=note, made_at=now)
        for product_id, quantity, on_day, note in new
    )
    session.flush()
    return done
