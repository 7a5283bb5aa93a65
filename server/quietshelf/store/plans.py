"""What people said of SKUs, and the lots that came of their orders: reading both for a decision, and saying it.

A SKU about which somebody says something becomes stale, so that the next look decides by it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from quietshelf.store.sites import touch
from quietshelf.store.states import mark_stale
from quietshelf.store.tables import Delivery, KnownNeed, Order, OrderLine, Pinned, SkuPlan
from quietshelf.store.upsert import insert

PINS = frozenset({"pinned_quantity", "keep_at_least"})
"""What a manager may pin: columns of SkuPlan."""


@dataclass(frozen=True)
class CameOfLine:
    """An order line of which goods came and no more is to come, with the receipts that brought them."""

    quantity: int
    ruled: dict[str, Any] | None
    """The rule's own figures; None for a line that a person added, or that was brought from a file."""
    edited: bool
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Told:
    """What people said of one SKU."""

    plan: SkuPlan
    needs: tuple[KnownNeed, ...]


def plans_of(session: Session, site_id: int, product_ids: Collection[int]) -> dict[int, Told]:
    """What people said of some SKUs, by product; a SKU of which nobody said anything is left out."""
    rows = session.execute(_PLANS, {"site": site_id, "products": product_ids})
    needs: defaultdict[int, list[KnownNeed]] = defaultdict(list)
    plans: dict[int, SkuPlan] = {}
    for plan, need in rows:
        plans[plan.product_id] = plan
        if need is not None:
            needs[plan.product_id].append(need)
    return {product_id: Told(plan, tuple(needs[product_id])) for product_id, plan in plans.items()}


def lots_of(session: Session, site_id: int, product_ids: Collection[int]) -> dict[int, list[CameOfLine]]:
    """What came of some SKUs' finished order lines, oldest first, by product."""
    found: defaultdict[int, list[CameOfLine]] = defaultdict(list)
    keys: dict[int, list[str]] = {}
    lines = {}
    for product_id, line_id, quantity, ruled, edited_at, key in session.connection().execute(
        _LOTS, {"site": site_id, "products": product_ids}
    ):
        lines[line_id] = (product_id, quantity, ruled, edited_at is not None)
        keys.setdefault(line_id, []).append(key)
    for line_id, line_keys in keys.items():  # in the order of each line's first delivery
        product_id, quantity, ruled, edited = lines[line_id]
        found[product_id].append(CameOfLine(quantity, ruled, edited, tuple(line_keys)))
    return found


def needs_ordered(session: Session, site_id: int, product_ids: Collection[int]) -> set[int]:
    """The ids of known needs that stand on an order which was decided, and not cancelled since."""
    ruled = session.scalars(
        select(OrderLine.ruled)
        .join(Order, Order.id == OrderLine.order_id)
        .where(
            OrderLine.site_id == site_id,
            OrderLine.product_id.in_(product_ids),
            OrderLine.ruled.is_not(None),
            Order.state.not_in(("draft", "cancelled")),
        )
    )
    return {need_id for figures in ruled for need_id in (figures or {}).get("need_ids", ())}


def say(session: Session, site_id: int, product_id: int, said: dict[str, Any], user_id: int, now: datetime) -> None:
    """Set what `said` names of a SKU's plan: columns of SkuPlan, and their values."""
    mark_stale(session, site_id, [product_id])  # first the state, then the plan: so does who decides
    row = {"site_id": site_id, "product_id": product_id, "ending": False, "changed_at": now, "changed_by": user_id}
    write = insert(session, SkuPlan).values(row | said)
    session.execute(
        write.on_conflict_do_update(
            index_elements=["site_id", "product_id"], set_=said | {"changed_at": now, "changed_by": user_id}
        )
    )
    for what in PINS & said.keys():
        _pin(session, site_id, product_id, what, said[what], now)
    touch(session, site_id)


def _pin(session: Session, site_id: int, product_id: int, what: str, units: int | None, now: datetime) -> None:
    """Keep since when a number is pinned, and until when the one before it was."""
    of_sku = (Pinned.site_id == site_id, Pinned.product_id == product_id, Pinned.what == what)
    stands = session.scalars(select(Pinned).where(*of_sku, Pinned.ended_at.is_(None))).first()
    if stands is not None and stands.units == units:
        return
    if stands is not None:
        stands.ended_at = now
    if units is not None:
        session.add(Pinned(site_id=site_id, product_id=product_id, what=what, units=units, said_at=now))


def put_off(session: Session, site_id: int, product_ids: Iterable[int], user_id: int, now: datetime) -> None:
    """Keep a person's "not this time" of these SKUs' orders. Who calls has said that they are stale."""
    said = {"not_this_time_at": now, "changed_at": now, "changed_by": user_id}
    rows = [
        {"site_id": site_id, "product_id": product_id, "ending": False} | said for product_id in sorted(product_ids)
    ]
    if rows:
        write = insert(session, SkuPlan).on_conflict_do_update(index_elements=["site_id", "product_id"], set_=said)
        session.connection().execute(write, rows)


def note_need(
    session: Session, site_id: int, product_id: int, quantity: int, on: date, note: str, user_id: int, now: datetime
) -> None:
    """Note that so many will be needed on a day. The same note twice is one need."""
    same = select(func.count()).where(
        KnownNeed.site_id == site_id,
        KnownNeed.product_id == product_id,
        KnownNeed.quantity == quantity,
        KnownNeed.on_day == on,
        KnownNeed.note == note,
        KnownNeed.forgotten_at.is_(None),
    )
    if not session.scalar(same):
        session.add(
            KnownNeed(
                site_id=site_id,
                product_id=product_id,
                quantity=quantity,
                on_day=on,
                note=note,
                made_at=now,
                made_by=user_id,
            )
        )
        session.flush()
    say(session, site_id, product_id, {}, user_id, now)  # needs are read with the plan


def forget_need(session: Session, site_id: int, product_id: int, need_id: int, user_id: int, now: datetime) -> None:
    """Take a known need back; one that is gone already is gone."""
    session.execute(
        update(KnownNeed)
        .where(
            KnownNeed.id == need_id,
            KnownNeed.site_id == site_id,
            KnownNeed.product_id == product_id,
            KnownNeed.forgotten_at.is_(None),
        )
        .values(forgotten_at=now)
    )
    say(session, site_id, product_id, {}, user_id, now)


def is_green_again(session: Session, site_id: int, product_ids: Iterable[int]) -> None:
    """Let a "not this time" end: these SKUs have been Green."""
    if product_ids := sorted(product_ids):
        session.execute(
            update(SkuPlan)
            .where(SkuPlan.site_id == site_id, SkuPlan.product_id.in_(product_ids))
            .values(not_this_time_at=None)
        )


# made once: making a statement takes longer than SQLite takes to run it
_PLANS = (
    select(SkuPlan, KnownNeed)
    .outerjoin(
        KnownNeed,
        (KnownNeed.site_id == SkuPlan.site_id)
        & (KnownNeed.product_id == SkuPlan.product_id)
        & KnownNeed.forgotten_at.is_(None),
    )
    .where(SkuPlan.site_id == bindparam("site"), SkuPlan.product_id.in_(bindparam("products", expanding=True)))
    .order_by(SkuPlan.product_id, KnownNeed.on_day, KnownNeed.id)
)
_LOTS = (
    select(OrderLine.product_id, OrderLine.id, OrderLine.quantity, OrderLine.ruled, OrderLine.edited_at, Delivery.key)
    .join(Delivery, Delivery.order_line_id == OrderLine.id)
    .where(
        OrderLine.site_id == bindparam("site"),
        OrderLine.product_id.in_(bindparam("products", expanding=True)),
        OrderLine.closed_at.is_not(None),
        OrderLine.ruled.is_not(None),
    )
    .order_by(Delivery.happened, Delivery.id)
)
