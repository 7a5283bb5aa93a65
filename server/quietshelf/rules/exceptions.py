"""What needs a person: the kinds of exception, the board each stands on, and which are open. Nothing is sent here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from quietshelf.rules.policy import Policy


class ExceptionKind(StrEnum):
    """Every kind of exception; docs/policy.md has the table of their keys, boards and closings."""

    RED = "red"
    YELLOW = "yellow"
    SUPPLIER_DELAY = "supplier_delay"
    SHELF_EMPTY = "shelf_empty"
    UNEXPLAINED_LOSS = "unexplained_loss"
    COUNT_DISAGREES = "count_disagrees"
    COUNT_DOUBTFUL = "count_doubtful"
    LOOKS_GONE = "looks_gone"
    NODE_WAITING = "node_waiting"
    NODE_SILENT = "node_silent"
    NODE_TWICE = "node_twice"
    EVENTS_LOST = "events_lost"
    CELL_FAULTY = "cell_faulty"
    MAIL_FAILED = "mail_failed"
    IMPORT_HELD = "import_held"
    SALES_SILENT = "sales_silent"
    TURNS_BELOW_TARGET = "turns_below_target"
    FOREIGN_ITEM = "foreign_item"


class Board(StrEnum):
    """Where on the page an exception hangs, in the order of the page."""

    RED = "red"
    YELLOW = "yellow"
    REFILL = "refill"
    CHECK = "check"


BOARD: Mapping[ExceptionKind, Board] = {
    kind: {
        ExceptionKind.RED: Board.RED,
        ExceptionKind.YELLOW: Board.YELLOW,
        ExceptionKind.SHELF_EMPTY: Board.REFILL,
    }.get(kind, Board.CHECK)
    for kind in ExceptionKind
}

STOPS_THE_SYSTEM = frozenset(
    {
        ExceptionKind.NODE_SILENT,
        ExceptionKind.NODE_TWICE,
        ExceptionKind.EVENTS_LOST,
        ExceptionKind.MAIL_FAILED,
        ExceptionKind.IMPORT_HELD,
        ExceptionKind.SALES_SILENT,
    }
)
"""While one of these is open, something does not reach the rules, or does not leave them."""

OF_THE_TOP = frozenset({ExceptionKind.RED, ExceptionKind.UNEXPLAINED_LOSS})
"""Kinds that notify where their SKU is among the top 20%."""

NEVER_QUIET = frozenset({ExceptionKind.SALES_SILENT, ExceptionKind.MAIL_FAILED, ExceptionKind.IMPORT_HELD})
"""While one of these is open nobody can know that all is well: the page does not say so, whoever has put it off."""

FOR_MANAGERS = frozenset(
    {
        ExceptionKind.RED,
        ExceptionKind.YELLOW,
        ExceptionKind.NODE_WAITING,
        ExceptionKind.NODE_TWICE,
        ExceptionKind.EVENTS_LOST,
        ExceptionKind.MAIL_FAILED,
        ExceptionKind.IMPORT_HELD,
        ExceptionKind.TURNS_BELOW_TARGET,
    }
)
"""Kinds that only a manager can do something about, and so acknowledge or put off."""

ENDED_BY_A_PERSON = frozenset({ExceptionKind.EVENTS_LOST})
"""What closes because a person has acknowledged it. What comes after it is news, and no reopening."""


def notifies(kind: ExceptionKind, *, is_top: bool) -> bool:
    """Whether an opening of this kind may send a mail or call a webhook: what stops the system, and the top 20%.

    >>> notifies(ExceptionKind.RED, is_top=True), notifies(ExceptionKind.RED, is_top=False)
    (True, False)
    >>> notifies(ExceptionKind.SALES_SILENT, is_top=False), notifies(ExceptionKind.YELLOW, is_top=True)
    (True, False)
    """
    return kind in STOPS_THE_SYSTEM or (is_top and kind in OF_THE_TOP)


def stays_when_put_off(kind: ExceptionKind) -> bool:
    """Whether a row of this kind stays on the page, last and small, when it is put off: see NEVER_QUIET."""
    return kind in NEVER_QUIET


@dataclass(frozen=True)
class Stake:
    """How bad it is: what a row that was put off is compared by."""

    risk_minor_per_day: int
    on_hand: int | None
    """None where it is about no SKU."""


def is_worse(then: Stake, now: Stake, policy: Policy) -> bool:
    """Whether what was put off has got so much worse that it comes back before its day.

    >>> is_worse(Stake(1000, 5), Stake(1999, 1), Policy()), is_worse(Stake(1000, 5), Stake(2000, 5), Policy())
    (False, True)
    >>> is_worse(Stake(1000, 5), Stake(1000, 0), Policy()), is_worse(Stake(1000, 0), Stake(1000, 0), Policy())
    (True, False)
    """
    if now.on_hand is not None and then.on_hand is not None and now.on_hand <= 0 < then.on_hand:
        return True
    return now.risk_minor_per_day >= max(1, policy.worse_times * then.risk_minor_per_day)


@dataclass(frozen=True)
class Opening:
    """An exception that is open now: there is one a key, and it closes when it is no longer among these."""

    kind: ExceptionKind
    about: str
    """What it is about: a SKU, a node, an order number, a mail."""
    risk_minor_per_day: int = 0
    """Throughput at risk a day, in minor units: most money stands first."""
    figures: dict[str, Any] = field(default_factory=dict)
    """What its sentence on the page is made of."""

    @property
    def key(self) -> str:
        """One open exception a key.

        >>> Opening(ExceptionKind.RED, "TEA-0114").key
        'red:TEA-0114'
        """
        return f"{self.kind}:{self.about}"


def late_order(
    number: str,
    supplier: str,
    promised_on: date,
    skus: Iterable[str],
    today: date,
    risk_minor_per_day: int,
    policy: Policy,
) -> Opening | None:
    """`supplier_delay`: an order more than 15 days past its promise; one row, which carries the SKUs it starves.

    >>> late_order("PO-2031", "Harrow", date(2026, 11, 6), ["POT-8"], date(2026, 11, 21), 0, Policy()) is None
    True
    >>> late_order("PO-2031", "Harrow", date(2026, 11, 6), ["POT-8"], date(2026, 11, 24), 0, Policy()).figures
    {'order': 'PO-2031', 'supplier': 'Harrow', 'promised_on': '2026-11-06', 'late_days': 18, 'skus': ['POT-8']}
    """
    late_days = (today - promised_on).days
    if late_days <= policy.overdue_days:
        return None
    figures = {
        "order": number,
        "supplier": supplier,
        "promised_on": promised_on.isoformat(),
        "late_days": late_days,
        "skus": list(skus),
    }
    return Opening(ExceptionKind.SUPPLIER_DELAY, number, risk_minor_per_day, figures)


def looks_gone(sku: str, risk_minor_per_day: int, figures: Mapping[str, Any]) -> Opening:
    """`looks_gone`: what no shelf weighs and has not sold for too long (rules/looks.py). `figures` are its decision's.

    >>> looks_gone("TEA-0114", 40, {"on_hand": 9, "silence": {"unsold_days": 8}, "per_day": 0.6}).figures
    {'on_hand': 9, 'silence': {'unsold_days': 8}}
    """
    kept = {name: figures[name] for name in ("on_hand", "silence")}
    return Opening(ExceptionKind.LOOKS_GONE, sku, risk_minor_per_day, kept)


def turns_below_target(month: date, turns: float, target: float, skus: Iterable[str]) -> Opening | None:
    """`turns_below_target`: stock turned less often than a manager wants, in the month that begins with `month`.

    Args:
        turns: inventory turns of the month's last 30 days (rules/numbers.py).
        skus: those to act on, the most money beyond their cover first.

    >>> turns_below_target(date(2026, 10, 1), 6.0, 6.0, []) is None
    True
    >>> turns_below_target(date(2026, 10, 1), 4.5, 6.0, ["POT-8"]).key
    'turns_below_target:2026-10'
    """
    if turns >= target:
        return None
    about = f"{month:%Y-%m}"
    figures = {"month": about, "turns": round(turns, 2), "target": target, "skus": list(skus)}
    return Opening(ExceptionKind.TURNS_BELOW_TARGET, about, figures=figures)


def silent_node(node: str, heard_at: datetime | None, now: datetime, policy: Policy) -> Opening | None:
    """`node_silent`: an adopted node that was not heard for three heartbeats.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
    >>> silent_node("front-1", noon - timedelta(minutes=45), noon, Policy()) is None
    True
    >>> silent_node("front-1", noon - timedelta(minutes=46), noon, Policy()).key
    'node_silent:front-1'
    """
    if heard_at is not None and now - heard_at <= timedelta(minutes=policy.node_silent_minutes):
        return None
    since = None if heard_at is None else heard_at.isoformat()
    return Opening(ExceptionKind.NODE_SILENT, node, figures={"node": node, "heard_at": since})
