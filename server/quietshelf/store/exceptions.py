"""Exceptions, opened and closed by their keys. Which are open is decided above; what pages read is in `pages`."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from quietshelf.rules.exceptions import ENDED_BY_A_PERSON, Opening, Stake, is_worse
from quietshelf.rules.policy import Policy
from quietshelf.store.tables import ExceptionRow
from quietshelf.store.upsert import in_chunks, insert


@dataclass(frozen=True)
class Open:
    """An exception that is open now, and the rows that it is about."""

    opening: Opening
    product_id: int | None = None
    order_id: int | None = None
    node_id: int | None = None
    keeps: bool = False
    """It stays open if it is open; whether it opens is for another look to say."""


@dataclass(frozen=True)
class Moved:
    """The keys of exceptions that opened, and of those that closed; and whether any has other figures."""

    opened: frozenset[str]
    closed: frozenset[str]
    refigured: bool

    @property
    def keys(self) -> frozenset[str]:
        """Of what opened or closed."""
        return self.opened | self.closed

    def __bool__(self) -> bool:
        return bool(self.keys) or self.refigured


PLAIN = Policy()


def move_of_skus(
    session: Session,
    site_id: int,
    product_ids: Collection[int],
    now_open: Sequence[Open],
    now: datetime,
    policy: Policy = PLAIN,
) -> Moved:
    """Make what is open about these SKUs exactly `now_open`."""
    rows = session.scalars(_OF_SKUS, {"site": site_id, "products": product_ids})
    return _move(session, site_id, rows, now_open, now, policy)


def move_of_site(
    session: Session, site_id: int, now_open: Sequence[Open], now: datetime, policy: Policy = PLAIN
) -> Moved:
    """Make what is open about anything but SKUs exactly `now_open`."""
    return _move(session, site_id, session.scalars(_OF_SITE, {"site": site_id}), now_open, now, policy)


def open_more(session: Session, site_id: int, more: Sequence[Open], now: datetime, policy: Policy = PLAIN) -> int:
    """Open these beside what is open; one that is open already stays as it is. How many were handed in."""
    return len(_move(session, site_id, (), more, now, policy).opened)


def acknowledged_at(session: Session, site_id: int, kind: str) -> dict[int, datetime]:
    """When a person last acknowledged an exception of this kind, by node."""
    rows = session.execute(
        select(ExceptionRow.node_id, func.max(ExceptionRow.acknowledged_at))
        .where(ExceptionRow.site_id == site_id, ExceptionRow.kind == kind, ExceptionRow.acknowledged_at.is_not(None))
        .group_by(ExceptionRow.node_id)
    )
    return {node_id: at for node_id, at in rows if node_id is not None and at is not None}


# made once: making a statement takes longer than SQLite takes to run it
_OPEN = select(ExceptionRow).where(ExceptionRow.site_id == bindparam("site"), ExceptionRow.closed_at.is_(None))
_OF_SITE = _OPEN.where(ExceptionRow.product_id.is_(None))
_OF_SKUS = _OPEN.where(ExceptionRow.product_id.in_(bindparam("products", expanding=True)))
_CLOSED = (
    select(ExceptionRow)
    .where(
        ExceptionRow.site_id == bindparam("site"),
        ExceptionRow.key.in_(bindparam("keys", expanding=True)),
        ExceptionRow.closed_at >= bindparam("since"),
    )
    .order_by(ExceptionRow.closed_at, ExceptionRow.id)
)


def _move(
    session: Session,
    site_id: int,
    were_open: Iterable[ExceptionRow],
    now_open: Sequence[Open],
    now: datetime,
    policy: Policy,
) -> Moved:
    wanted = {one.opening.key: one for one in now_open}
    opened = {key for key, one in wanted.items() if not one.keeps}
    closed: set[str] = set()
    refigured = False
    for row in were_open:
        one = wanted.pop(row.key, None)
        opened.discard(row.key)
        if one is None:
            row.closed_at = now
            closed.add(row.key)
        elif (row.figures, row.risk_minor_per_day) != (one.opening.figures, one.opening.risk_minor_per_day):
            _refigure(row, one, policy)
            refigured = True
    session.flush()
    wanted = {key: one for key, one in wanted.items() if not one.keeps}
    if wanted:
        for row in _closed_lately(session, site_id, wanted, now - timedelta(hours=policy.reopens_within_hours)):
            row.closed_at = None  # the same opening: who has seen it, and who was told, stays
            _refigure(row, wanted.pop(row.key), policy)
        session.flush()
    # another pass may have opened one of them since: "one open exception a key" holds, and theirs stands
    if wanted:
        rows = [_row(site_id, one, now) for one in wanted.values()]
        session.connection().execute(insert(session, ExceptionRow).on_conflict_do_nothing(), rows)
    return Moved(frozenset(opened), frozenset(closed), refigured)


def _closed_lately(session: Session, site_id: int, wanted: dict[str, Open], since: datetime) -> Iterable[ExceptionRow]:
    """Of these keys, the newest row of each that closed since then by itself."""
    keys = [key for key, one in wanted.items() if one.opening.kind not in ENDED_BY_A_PERSON]
    newest: dict[str, ExceptionRow] = {}
    for chunk in in_chunks(keys):
        for row in session.scalars(_CLOSED, {"site": site_id, "keys": chunk, "since": since}):
            newest[row.key] = row
    return newest.values()


def _refigure(row: ExceptionRow, one: Open, policy: Policy) -> None:
    """New figures; what was put off comes back with much worse ones."""
    row.figures, row.risk_minor_per_day = one.opening.figures, one.opening.risk_minor_per_day
    if row.snoozed_until is not None:
        then = Stake(row.snoozed_risk_minor or 0, row.snoozed_on_hand)
        if is_worse(then, Stake(row.risk_minor_per_day, row.figures.get("on_hand")), policy):
            row.snoozed_until = None


def _row(site_id: int, one: Open, now: datetime) -> dict[str, Any]:
    return {
        "site_id": site_id,
        "kind": one.opening.kind.value,
        "key": one.opening.key,
        "product_id": one.product_id,
        "order_id": one.order_id,
        "node_id": one.node_id,
        "opened_at": now,
        "risk_minor_per_day": one.opening.risk_minor_per_day,
        "figures": one.opening.figures,
    }
