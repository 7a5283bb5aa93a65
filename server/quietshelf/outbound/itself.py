"""Drafts that send themselves in the purchasing mode, as if the manager who turned it on had pressed.

Each is one transaction that asks everything anew under the order's own lock: whoever dies, or comes twice, leaves a
draft or an order with one mail. The mail waits its 10 seconds as any other.
"""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from quietshelf.cycle import decide_skus
from quietshelf.outbound.letter import letter
from quietshelf.outbound.lifecycle import can_be_reached
from quietshelf.outbound.presses import products_of
from quietshelf.rules.conditions import Stock, waits
from quietshelf.rules.itself import ItselfDraft, ItselfLine, sends_itself
from quietshelf.rules.policy import Policy
from quietshelf.store import mails, orders
from quietshelf.store.doubts import doubted
from quietshelf.store.engine import reading, writing
from quietshelf.store.modes import mode_now
from quietshelf.store.orders import NotAllowed
from quietshelf.store.pages import line_states
from quietshelf.store.sites import touch
from quietshelf.store.states import mark_stale
from quietshelf.store.tables import Order, OrderLine, Site, SkuState

log = structlog.get_logger(__name__)

PLAIN = Policy()


def send_themselves(engine: Engine, site_id: int, now: datetime, policy: Policy = PLAIN) -> list[int]:
    """Send every draft that may go without a person (rules/itself.py). Returns their ids."""
    with reading(engine) as session:
        if _limit(session, site_id) is None:
            return []
        drafts = session.scalars(
            select(Order.id).where(Order.site_id == site_id, Order.state == "draft").order_by(Order.id)
        ).all()
        may_go = [order_id for order_id in drafts if _goes(session, orders.order_of(session, order_id), now, policy)]
    return [order_id for order_id in may_go if _send(engine, order_id, now, policy)]


def _send(engine: Engine, order_id: int, now: datetime, policy: Policy) -> bool:
    """Send one draft, if it still may go."""
    with writing(engine) as session:
        order = orders.held(session, order_id)
        limit = _limit(session, order.site_id)
        if limit is None or not _goes(session, order, now, policy):
            return False
        order.state, order.approved_at, order.approved_by = "sending", now, limit[2]
        order.sent_itself = {"limit_minor": limit[0], "by": limit[1]}
        for line in order.lines:
            line.is_draft = False
        mails.queue(session, letter(session, order, now))
        orders.changed(order, None, now)
        session.flush()
        mark_stale(session, order.site_id, products_of(order))
        touch(session, order.site_id)
    log.info("an order sends itself", order=order.number)
    decide_skus(engine, order.site_id, products_of(order), now)
    return True


def _limit(session: Session, site_id: int) -> tuple[int, str, int | None] | None:
    """The limit, who set it, and who turned the mode on; None where the mode is off or no limit is set."""
    mode, site = mode_now(session, site_id), session.get_one(Site, site_id)
    if mode.on is None or mode.on.mode != "purchasing" or site.order_limit_minor is None:
        return None
    return site.order_limit_minor, site.order_limit_by or mode.by, mode.on.on_by


def _goes(session: Session, order: Order, now: datetime, policy: Policy) -> bool:
    limit = session.get_one(Site, order.site_id).order_limit_minor
    return order.state == "draft" and sends_itself(_draft(session, order, now, policy), limit, now, policy)


def _draft(session: Session, order: Order, now: datetime, policy: Policy) -> ItselfDraft:
    """The draft as the rule looks at it."""
    states = line_states(session, order)
    doubts = doubted(session, order.site_id, states)
    lines = [_line(line, states.get(line.product_id), line.product_id in doubts) for line in order.lines]
    zone = ZoneInfo(session.get_one(Site, order.site_id).time_zone)
    today = now.astimezone(zone).date()
    supplier, total = order.supplier, sum(line.cost_minor or 0 for line in lines)
    stock = [Stock(s.on_hand, s.velocity, (s.figures or {}).get("red_at", 0)) for s in states.values()]
    minimum = waits(total, supplier.minimum_value_minor, supplier.order_day, stock, today, policy)
    another_day = supplier.order_day not in (None, today.isoweekday()) and not any(line.red for line in lines)
    return ItselfDraft(
        lines,
        order.changed_at or order.created_at,
        _reachable(order),
        before=order.sent_itself is not None,
        waits=minimum is not None or another_day,
        sent_today=_sent_since(session, order, datetime.combine(today, time(), zone)),
    )


def _line(line: OrderLine, state: SkuState | None, doubted: bool) -> ItselfLine:
    figures = (state.figures if state else None) or {}
    ruled = line.ruled["quantity"] if line.ruled else None
    if line.edited_at is not None:
        ruled = (figures.get("proposal") or {}).get("quantity")
    trusted = state is not None and not state.stale and not figures.get("doubt") and not figures.get("disagreement")
    return ItselfLine(
        line.quantity,
        ruled,
        None if line.unit_cost_minor is None else line.unit_cost_minor * line.quantity,
        trusted and bool(figures) and not doubted and not _asks(line),
        red=state is not None and state.zone == "red",
    )


def _asks(line: OrderLine) -> bool:
    """Whether it asks a person something: it is bought in the stead of an order that is far too late."""
    return bool((line.ruled or {}).get("instead_of"))


def _reachable(order: Order) -> bool:
    try:
        can_be_reached(order.supplier, order.number)
    except NotAllowed:
        return False
    return True


def _sent_since(session: Session, order: Order, since: datetime) -> bool:
    gone = select(Order.id).where(
        Order.site_id == order.site_id,
        Order.supplier_id == order.supplier_id,
        Order.approved_at >= since,
        Order.state != "cancelled",
        Order.id != order.id,
    )
    return session.scalar(gone.limit(1)) is not None
