"""The orders of one SKU's past, each with its trigger: the day on which the rule first wanted it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import ceil, floor

from quietshelf.rules.almanac import Almanac, Leads
from quietshelf.rules.lives import Held, OrderLife, Receipt
from quietshelf.rules.policy import Policy
from quietshelf.rules.said import NOTHING_SAID, Said


@dataclass(frozen=True)
class Line:
    """What is known of one SKU's line of one order, whoever made it."""

    number: str
    quantity: int
    sent_on: date | None = None
    promised_on: date | None = None
    receipts: tuple[Receipt, ...] = ()
    closed_on: date | None = None
    """Since then nothing more is awaited of it."""
    supplier: str | None = None
    drafted_on: date | None = None
    """The day on which our own rule drafted it; None where it was sent without one."""
    ruled_units: int | None = None
    """What our rule wanted when a person decided."""
    held: Held | None = None
    refused_on: date | None = None
    """The day on which a person took it off, or called it back."""


@dataclass(frozen=True)
class Positions:
    """What the position was made of on each day of an almanac, and what velocity was."""

    begins: int
    """The place of the first day of which stock is known."""
    book: Sequence[int]
    """At each day's close, from the almanac's first day."""
    speed: Sequence[float]
    """Velocity with each day's evening, from `begins` on."""
    leads: Leads
    almanac: Almanac
    keep: Sequence[int]
    """What was always to be kept, as a manager had said by then, from `begins` on..."""
    kept: Sequence[int]
    """...and what was kept for known needs."""
    said: Said = NOTHING_SAID

    def per_day(self, at: int) -> float:
        """Velocity with the evening of a day; 0 before the SKU was there."""
        return self.speed[at - self.begins] if at >= self.begins else 0.0

    def by_velocity(self, at: int) -> float:
        """The Yellow line with the evening of a day, as far as velocity draws it."""
        return self.per_day(at) * self.leads.cover_days[at]


def orders_of(lines: Sequence[Line], positions: Positions, began: date | None, policy: Policy) -> tuple[OrderLife, ...]:
    """The lives of some lines, in the order of their drafts (docs/policy.md, From the past).

    A need that stands at the end, and that nobody has ordered, waits as an order without a number.

    Args:
        began: the day on which our own rules began; None where they never did.
    """
    almanac = positions.almanac
    coming = [0.0] * len(almanac.days)
    found: list[OrderLife] = []
    since = positions.begins
    waits = False
    for line in sorted((_dated(line, positions) for line in lines), key=_decided):
        decided_on = _decided(line)
        until = min(almanac.place(decided_on), len(almanac.days) - 1)
        drafted_on = line.drafted_on
        if drafted_on is None or (began is not None and drafted_on <= began):
            wanted = _wanted_since(since, until, positions, coming, policy)
            first = decided_on if wanted is None else almanac.days[wanted]
            drafted_on = min(first, drafted_on or decided_on)
        found.append(_life(line, drafted_on, positions))
        if line.sent_on is not None:
            _add(coming, line, found[-1], almanac, policy)
            since = max(since, until)
        waits = waits or (line.sent_on is None and line.refused_on is None)
    if not waits and (began is None or began >= almanac.days[-1]):
        found += _waiting(since, positions, coming, policy)
    return tuple(sorted(found, key=lambda order: (order.drafted_on, order.number)))


def _dated(line: Line, positions: Positions) -> Line:
    """The line with the day on which it was sent: where only its receipt is known, it came when it was to come."""
    if line.sent_on is not None or not line.receipts:
        return line
    came = max(receipt.on for receipt in line.receipts)
    at = min(max(0, positions.almanac.place(came)), len(positions.almanac.days) - 1)
    took = timedelta(days=positions.leads.promised_days[at])
    return replace(line, sent_on=came - took, promised_on=line.promised_on or came)


def _decided(line: Line) -> date:
    return line.sent_on or line.refused_on or date.max


def _life(line: Line, drafted_on: date, positions: Positions) -> OrderLife:
    at = min(max(0, positions.almanac.place(line.sent_on or drafted_on)), len(positions.almanac.days) - 1)
    promised_days = positions.leads.promised_days[at]
    if line.sent_on is not None and line.promised_on is not None:
        promised_days = max(0, (line.promised_on - line.sent_on).days)
    return OrderLife(
        line.number,
        drafted_on,
        line.quantity if line.ruled_units is None else line.ruled_units,
        promised_days,
        line.sent_on,
        line.quantity if line.sent_on else 0,
        tuple(sorted(line.receipts, key=lambda receipt: receipt.on)),
        line.held,
        line.refused_on,
        line.supplier or positions.leads.supplier,
    )


def _wanted_since(since: int, until: int, positions: Positions, coming: Sequence[float], policy: Policy) -> int | None:
    """From when the rule wanted an order that it still wanted on the evening of `until`; None where it did not."""
    wanted: int | None = None
    first, book, cover, stays = positions.begins, positions.book, positions.leads.cover_days, policy.draft_stays_days
    for at in range(max(since, first), until + 1):
        per_day = positions.speed[at - first]
        free = book[at] + coming[at] - positions.kept[at - first]
        beyond = free - per_day * cover[at]
        if beyond <= 0 < per_day or free < positions.keep[at - first]:
            wanted = at if wanted is None else wanted
        elif beyond > stays * per_day:
            wanted = None
    return wanted


def _add(coming: list[float], line: Line, life: OrderLife, almanac: Almanac, policy: Policy) -> None:
    """Count a sent line to the position, from the day it was sent until it came; half of it once far overdue."""
    if line.sent_on is None or life.promised_on is None:
        return
    ends = line.closed_on or line.refused_on
    last = len(almanac.days) if ends is None else min(len(almanac.days), almanac.place(ends))
    overdue = almanac.place(life.promised_on) + policy.overdue_days
    for at in range(max(0, almanac.place(line.sent_on)), last):
        left = max(0, line.quantity - life.received_by(almanac.days[at]))
        coming[at] += left if at <= overdue else left / 2


def _waiting(since: int, positions: Positions, coming: Sequence[float], policy: Policy) -> Iterator[OrderLife]:
    """The order that the rule wants at the end, and that nobody made."""
    last = len(positions.almanac.days) - 1
    wanted = _wanted_since(since, last, positions, coming, policy)
    if wanted is None:
        return
    drafted_on, leads = positions.almanac.days[wanted], positions.leads
    units = _units(wanted, positions, coming[wanted], policy)
    yield OrderLife("", drafted_on, units, leads.promised_days[wanted], supplier=leads.supplier)


def _units(at: int, positions: Positions, coming: float, policy: Policy) -> int:
    """What the rule wanted on a day, after what people had said (plans.planned)."""
    position = positions.book[at] + coming
    short = positions.by_velocity(at) - position
    keep, need = positions.keep[at - positions.begins], positions.kept[at - positions.begins]
    pinned = positions.said.quantity_on(positions.almanac.days[at])
    if pinned is not None:
        return pinned + need
    lot = max(1, ceil(positions.per_day(at) * policy.lot_days))
    by_rule = lot * max(1, floor(short / lot) + 1) if short >= 0 and positions.per_day(at) > 0 else 0
    return max(1, by_rule + need, ceil(keep - position) + need)
