"""What a mode has done since it was turned on, counted from what happened. Reads only."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quietshelf.store.tables import FactRow, ModeRow, Order, OrderLine, SkuState

GONE_OUT = ("sending", "sent", "confirmed", "part_received", "received", "closed_short")


def of(session: Session, mode: ModeRow) -> dict[str, Any]:
    """The mode's figures, ready for JSON.

    With supply and demand `items`, SKUs that are decided differently now; with capital `cut`, lines drafted since that
    are for less than the rule alone would have ordered, `waiting`, draft lines that wait for the budget, and
    `waits_until`, its first day; with purchasing `orders`, sent by themselves since and not taken back, and what they
    cost, `minor`; with counts `looks`, counts of the whole SKU that people took since.
    """
    match mode.mode:
        case "supply" | "demand":
            return {"items": _items(session, mode)}
        case "capital":
            return _capital(session, mode)
        case "purchasing":
            return _purchasing(session, mode)
        case _:
            return {"looks": _looks(session, mode)}


def _items(session: Session, mode: ModeRow) -> int:
    changed = SkuState.figures["mode"]["mode"].as_string() == mode.mode
    return session.scalar(select(func.count()).where(SkuState.site_id == mode.site_id, changed)) or 0


def _capital(session: Session, mode: ModeRow) -> dict[str, Any]:
    cut = (
        select(func.count())
        .select_from(OrderLine)
        .join(Order, Order.id == OrderLine.order_id)
        .where(
            OrderLine.site_id == mode.site_id,
            Order.created_at >= mode.on_at,
            Order.state != "cancelled",
            OrderLine.ruled["cut_from"].as_integer() > 0,
        )
    )
    waiting = select(func.count(), func.min(OrderLine.waits_until)).where(
        OrderLine.site_id == mode.site_id, OrderLine.waits_until.is_not(None), OrderLine.is_draft
    )
    lines, until = session.execute(waiting).one()
    return {
        "cut": session.scalar(cut) or 0,
        "waiting": lines,
        "waits_until": until.isoformat() if until else None,
    }


def _purchasing(session: Session, mode: ModeRow) -> dict[str, Any]:
    cost = func.coalesce(func.sum(OrderLine.quantity * OrderLine.unit_cost_minor), 0)
    sent = (
        select(func.count(Order.id.distinct()), cost)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .where(
            Order.site_id == mode.site_id,
            Order.approved_at >= mode.on_at,
            Order.state.in_(GONE_OUT),
            Order.sent_itself["limit_minor"].as_integer().is_not(None),
            Order.sent_itself["taken_back"].as_boolean().is_(None),
        )
    )
    orders, minor = session.execute(sent).one()
    return {"orders": orders, "minor": int(minor)}


def _looks(session: Session, mode: ModeRow) -> int:
    counts = select(func.count()).where(
        FactRow.site_id == mode.site_id,
        FactRow.kind == "count",
        FactRow.key.startswith("counted:"),
        FactRow.learnt >= mode.on_at,
    )
    return session.scalar(counts) or 0
