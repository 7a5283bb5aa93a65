"""Reviews of months: those that are kept, and what they are made of. What each says is decided in rules/review.py."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from quietshelf.store.tables import (
    DecisionRow,
    ExceptionRow,
    FactRow,
    LookRow,
    LossRow,
    ModeRow,
    Node,
    Order,
    OrderLine,
    Product,
    ReviewRow,
    SkuState,
    Sourcing,
    User,
)
from quietshelf.store.upsert import insert

ANSWERS = (
    "one_off",
    "no_one_off",
    "before_count",
    "after_count",
    "chosen",
    "pinned",
    "tried_back",
    "keep_selling",
    "ended",
    "ordered_again",
)
"""Decisions that a person made, as they are kept."""


@dataclass(frozen=True)
class Shiftable:
    """A SKU that lost to late suppliers, and the supplier that is proposed for it instead."""

    product_id: int
    product: str
    lost_minor: int
    proposal: dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """A SKU about which the review asks."""

    product_id: int
    product: str
    figures: dict[str, Any]


def kept(session: Session, site_id: int, month: date) -> ReviewRow | None:
    """The review of a month, by its first day; None where none was made."""
    return session.get(ReviewRow, (site_id, month))


def keep(session: Session, site_id: int, month: date, figures: dict[str, Any], now: datetime) -> None:
    """Keep a month's review for good: one that is there stays as it is."""
    row = {"site_id": site_id, "month": month, "made_at": now, "figures": figures}
    session.execute(insert(session, ReviewRow).values(row).on_conflict_do_nothing())


def first_known(session: Session, site_id: int) -> date | None:
    """The first day of which it is known what it lost: of the first loss, or the first look; None before any."""
    days = [
        session.scalar(select(func.min(column)).where(of_site == site_id))
        for column, of_site in ((LossRow.day, LossRow.site_id), (LookRow.day, LookRow.site_id))
    ]
    return min((day for day in days if day is not None), default=None)


def first_looked_at(session: Session, site_id: int) -> datetime | None:
    """When the shop was first looked back on."""
    return session.scalar(select(func.min(LookRow.looked_at)).where(LookRow.site_id == site_id))


def looks_in(session: Session, site_id: int, since: date, until: date) -> list[LookRow]:
    """The looks of the days from `since` to `until`, both included, oldest first."""
    looks = select(LookRow).where(LookRow.site_id == site_id, LookRow.day >= since, LookRow.day <= until)
    return list(session.scalars(looks.order_by(LookRow.day)))


def lost_by_month(session: Session, site_id: int) -> dict[date, int]:
    """What was lost in each month, by its first day."""
    days = select(LossRow.day, func.sum(LossRow.minor)).where(LossRow.site_id == site_id).group_by(LossRow.day)
    lost: defaultdict[date, int] = defaultdict(int)
    for day, minor in session.execute(days):
        lost[day.replace(day=1)] += int(minor)
    return lost


def held_minor(session: Session, site_id: int, since: date, until: date) -> int:
    """What holding too much stock cost in some days."""
    where = (LossRow.site_id == site_id, LossRow.cause == "capital", LossRow.out == 0)
    cost = select(func.sum(LossRow.minor)).where(*where, LossRow.day >= since, LossRow.day <= until)
    return int(session.scalar(cost) or 0)


def shiftable(session: Session, site_id: int, since: date, until: date) -> Shiftable | None:
    """The SKU that lost most to late suppliers in some days, of those for which another supplier is proposed."""
    lost = func.sum(LossRow.minor)
    rows = session.execute(
        select(Product.id, Product.name, lost)
        .join(LossRow, LossRow.product_id == Product.id)
        .join(Sourcing, (Sourcing.product_id == Product.id) & (Sourcing.site_id == LossRow.site_id))
        .where(LossRow.site_id == site_id, LossRow.cause == "supply", LossRow.day >= since, LossRow.day <= until)
        .where(Sourcing.proposal.is_not(None), Sourcing.pinned.is_(False))
        .group_by(Product.id, Product.name)
        .order_by(lost.desc(), Product.id)
    ).all()
    for product_id, name, minor in rows:
        found = session.get(Sourcing, (site_id, product_id))
        if found is not None and found.proposal and found.proposal["why"] != "trial":
            return Shiftable(product_id, name, int(minor), found.proposal)
    return None


def lost_by(session: Session, site_id: int, product_ids: Collection[int] | None, since: date, until: date) -> int:
    """What some SKUs lost in some days; all, where `product_ids` is None."""
    where = [LossRow.site_id == site_id, LossRow.day >= since, LossRow.day <= until]
    if product_ids is not None:
        where.append(LossRow.product_id.in_(product_ids))
    return int(session.scalar(select(func.sum(LossRow.minor)).where(*where)) or 0)


# what was done ----------------------------------------------------------------------------------


def modes_on(session: Session, site_id: int, since: datetime, until: datetime) -> list[ModeRow]:
    """The modes that were on at any time between two instants, the newest last."""
    rows = select(ModeRow).where(ModeRow.site_id == site_id, ModeRow.on_at < until)
    return list(session.scalars(rows.where(ModeRow.off_at.is_(None) | (ModeRow.off_at > since)).order_by(ModeRow.id)))


def touched_by(session: Session, mode: ModeRow, until: datetime) -> set[int]:
    """The SKUs that a mode decided differently, sent by itself, or had counted, up to an instant."""
    of_state = select(SkuState.product_id).where(
        SkuState.site_id == mode.site_id, SkuState.figures[("mode", "mode")].as_string() == mode.mode
    )
    lines = (
        select(OrderLine.product_id)
        .join(Order, Order.id == OrderLine.order_id)
        .where(OrderLine.site_id == mode.site_id, Order.created_at >= mode.on_at, Order.created_at < until)
    )
    match mode.mode:
        case "purchasing":
            touched: Select[int] = lines.where(Order.sent_itself.is_not(None))
        case "counts":
            touched = _counts(mode.site_id, mode.on_at, until).with_only_columns(FactRow.product_id)
        case "capital":
            touched = lines.where(OrderLine.ruled["cut_from"].as_integer() > 0)
        case _:
            touched = of_state
    return set(session.scalars(touched.distinct()))


def acts(session: Session, site_id: int, since: datetime, until: datetime) -> dict[str, int] | None:
    """How often a person was needed between two instants, by what for; None where nobody had an account yet.

    `orders` that a person approved or sent (once each), `lines` that one edited, `answers` to what a page asked,
    `seen` exceptions, `counts` that a person made, `nodes` adopted.
    """
    first = session.scalar(select(func.min(User.created_at)))
    if first is None or first >= until:
        return None
    counted = {
        "orders": select(func.count())
        .select_from(Order)
        .where(Order.site_id == site_id, Order.approved_by.is_not(None), Order.sent_itself.is_(None))
        .where(Order.approved_at >= since, Order.approved_at < until),
        "lines": select(func.count())
        .select_from(OrderLine)
        .where(OrderLine.site_id == site_id, OrderLine.edited_by.is_not(None))
        .where(OrderLine.edited_at >= since, OrderLine.edited_at < until),
        "answers": select(func.count())
        .select_from(DecisionRow)
        .where(DecisionRow.site_id == site_id, DecisionRow.what.in_(ANSWERS))
        .where(DecisionRow.at >= since, DecisionRow.at < until),
        "seen": select(func.count())
        .select_from(ExceptionRow)
        .where(ExceptionRow.site_id == site_id)
        .where(ExceptionRow.acknowledged_at >= since, ExceptionRow.acknowledged_at < until),
        "counts": select(func.count()).select_from(_counts(site_id, since, until).subquery()),
        "nodes": select(func.count())
        .select_from(Node)
        .where(Node.site_id == site_id, Node.adopted_at >= since, Node.adopted_at < until),
    }
    row = session.execute(select(*(one.scalar_subquery() for one in counted.values()))).one()
    return dict(zip(counted, row, strict=True))


def _counts(site_id: int, since: datetime, until: datetime) -> Select[FactRow]:
    """Counts of whole SKUs that a person made on a page: no shelf's own, none brought in a file."""
    return select(FactRow).where(
        FactRow.site_id == site_id,
        FactRow.kind == "count",
        FactRow.key.like("counted:%"),
        FactRow.learnt >= since,
        FactRow.learnt < until,
    )


# what it asks -------------------------------------------------------------------------------------


def sell_again(session: Session, site_id: int, since: datetime, most: int) -> list[Asked]:
    """SKUs that have been out for all of velocity's days with nothing on order, and nobody said since what of them."""
    return _asked(session, site_id, "sell_again", since, most)


def order_again(session: Session, site_id: int, since: datetime, most: int) -> list[Asked]:
    """SKUs that never sold, whose last piece is gone, and of which nobody has said since if they are to come again."""
    return _asked(session, site_id, "order_again", since, most)


def _asked(session: Session, site_id: int, figure: str, since: datetime, most: int) -> list[Asked]:
    said = select(DecisionRow.product_id).where(
        DecisionRow.site_id == site_id,
        DecisionRow.at >= since,
        DecisionRow.what.in_(("keep_selling", "ended", "ordered_again")),
    )
    rows = session.execute(
        select(Product.id, Product.name, SkuState.figures)
        .join(SkuState, SkuState.product_id == Product.id)
        .where(SkuState.site_id == site_id, SkuState.figures[figure].as_boolean().is_(True))
        .where(SkuState.figures["ending"].as_boolean().is_not(True))
        .where(Product.id.not_in(said))
        .order_by(SkuState.risk_minor_per_day.desc(), Product.id)
        .limit(most)
    )
    return [Asked(product_id, name, figures or {}) for product_id, name, figures in rows]
