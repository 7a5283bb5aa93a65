"""How well suppliers deliver: each order line judged against its promise, and the scorecard of many lines.

Which supplier a SKU is ordered from, and when it moves to another, is decided in `shifting`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import fsum
from typing import NamedTuple, TypeVar

from quietshelf.rules.policy import Policy

Key = TypeVar("Key")


class Part(NamedTuple):
    """What came of a line on one day: the day the goods came, whenever they were typed in."""

    on: date
    received: int
    accepted: int


@dataclass(frozen=True, slots=True)
class LineRecord:
    """One line of a sent order."""

    number: str
    """The order's."""
    ordered: int
    promised_on: date
    parts: tuple[Part, ...] = ()
    closed_on: date | None = None
    """Since then nothing more is awaited of it; None while it is open."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What a line says of its supplier."""

    on: date
    """The day that settled it: it was complete, its last part came, or it began to be late."""
    on_time: bool
    in_full: bool
    fill: float | None
    """Received / ordered, at most 1; None while more may come."""
    received: int
    accepted: int
    promised_on: date

    @property
    def good(self) -> bool:
        """On time and in full."""
        return self.on_time and self.in_full


@dataclass(frozen=True)
class Scorecard:
    """A supplier's shares, each from 0 to 1, and the evidence that they rest on."""

    lines: int
    """Lines that were judged."""
    good: int
    """Those of them on time and in full."""
    deliveries: int
    """Days on which something came."""
    good_deliveries: int
    """Those of them on which nothing was late or short."""
    otif: float
    on_time: float
    fill: float | None
    """None where every line is still open."""
    quality: float | None
    """Accepted / received; None where no piece has come."""


def judge(line: LineRecord, today: date, policy: Policy) -> Judged | None:
    """Whether a line came on time and in full (docs/policy.md, Suppliers); None where it is too early to say.

    A line in two parts is in full on the day that it is complete. An open line that is past its promise is not on
    time, and counts from the day on which it began to be late. A line closed before anything came says nothing.

    >>> from datetime import date
    >>> def line(*parts, closed=None):
    ...     return LineRecord("PO-1", 30, date(2026, 11, 10), parts, closed)
    >>> day, late = date(2026, 11, 24), date(2026, 11, 13)
    >>> judge(line(Part(date(2026, 11, 9), 20, 20), Part(date(2026, 11, 12), 10, 10)), day, Policy()).good
    True
    >>> judge(line(Part(late, 36, 36)), day, Policy()).fill, judge(line(Part(late, 36, 36)), day, Policy()).on_time
    (1.0, False)
    >>> judge(line(Part(date(2026, 11, 9), 30, 28), closed=late), day, Policy()).in_full  # two of them were broken
    False
    >>> judge(line(), date(2026, 11, 12), Policy()) is None, judge(line(), late, Policy()).on_time
    (True, False)
    """
    last_good_day = line.promised_on + timedelta(days=policy.on_time_days)
    parts = sorted(part for part in line.parts if part.on <= today)
    received, accepted, complete_on = 0, 0, None
    for part in parts:
        received, accepted = received + part.received, accepted + part.accepted
        if complete_on is None and accepted >= line.ordered:
            complete_on = part.on
    fill = min(1.0, received / line.ordered)
    if complete_on is not None:
        return Judged(complete_on, complete_on <= last_good_day, True, fill, received, accepted, line.promised_on)
    if line.closed_on is not None and line.closed_on <= today:
        if not parts:
            return None
        last = parts[-1].on
        return Judged(last, last <= last_good_day, False, fill, received, accepted, line.promised_on)
    if today > last_good_day:
        late_from = last_good_day + timedelta(days=1)
        return Judged(late_from, False, False, None, received, accepted, line.promised_on)
    return None


def scorecards(records: Mapping[Key, Iterable[LineRecord]], today: date, policy: Policy) -> dict[Key, Scorecard]:
    """The scorecard of each supplier (or of each supplier and SKU) that has delivered (docs/policy.md, Suppliers).

    A line's weight halves every 90 days. Each share is pulled toward the mean of all: as if 5 lines of that mean had
    been delivered today. Who has delivered nothing has no score.

    >>> from datetime import date
    >>> day = date(2026, 11, 24)
    >>> def lines(good, bad):
    ...     return [
    ...         LineRecord("PO-1", 10, day, (Part(day, 10 if n < good else 9, 9 + (n < good)),), day)
    ...         for n in range(good + bad)
    ...     ]
    >>> cards = scorecards({"Northgate": lines(21, 2), "Alder": lines(2, 0), "Nobody": []}, day, Policy())
    >>> {name: f"{card.good} of {card.lines}: {card.otif:.3f}" for name, card in cards.items()}
    {'Northgate': '21 of 23: 0.914', 'Alder': '2 of 2: 0.943'}
    """
    since = today - timedelta(days=policy.score_days)
    judged = {
        key: [j for line in lines if (j := judge(line, today, policy)) is not None and j.on >= since]
        for key, lines in records.items()
    }
    mean = _shares([j for lines in judged.values() for j in lines], None, today, policy)
    cards = {}
    for key, lines in judged.items():
        if any(line.received for line in lines):
            days = by_delivery(lines)
            otif, on_time, fill, quality = _shares(lines, mean, today, policy)
            cards[key] = Scorecard(
                lines=len(lines),
                good=sum(line.good for line in lines),
                deliveries=len(days),
                good_deliveries=sum(all(line.good for line in of_day) for of_day in days.values()),
                otif=otif or 0.0,
                on_time=on_time or 0.0,
                fill=fill,
                quality=quality,
            )
    return cards


def by_delivery(judged: Iterable[Judged]) -> dict[date, list[Judged]]:
    """The lines of which something came, by the day that settled them, oldest first: a truck counts once."""
    days: dict[date, list[Judged]] = {}
    for line in sorted((line for line in judged if line.received), key=lambda line: line.on):
        days.setdefault(line.on, []).append(line)
    return days


def far_late(lines: Iterable[LineRecord], today: date, policy: Policy) -> int:
    """How many of a supplier's last 10 deliveries came more than 15 days past their promise.

    >>> from datetime import date
    >>> promised, far, near = date(2026, 11, 1), date(2026, 11, 17), date(2026, 11, 16)
    >>> lines = [LineRecord("PO-1", 5, promised, (Part(day, 5, 5),)) for day in (far, far, near)]
    >>> far_late(lines, date(2026, 11, 24), Policy())
    1
    """
    judged = [j for line in lines if (j := judge(line, today, policy)) is not None]
    last = list(by_delivery(judged).items())[-policy.shift_deliveries :]
    return sum(any((on - line.promised_on).days > policy.overdue_days for line in of_day) for on, of_day in last)


def _shares(
    lines: Sequence[Judged], mean: tuple[float | None, ...] | None, today: date, policy: Policy
) -> tuple[float | None, ...]:
    """On time in full, on time, fill, quality: means weighted by age, pulled toward `mean` where one is given."""
    weights = [0.5 ** (max(0, (today - line.on).days) / policy.score_half_life_days) for line in lines]
    values: tuple[list[float | None], ...] = (
        [float(line.good) for line in lines],
        [float(line.on_time) for line in lines],
        [line.fill for line in lines],
        [line.accepted / line.received if line.received else None for line in lines],
    )
    return tuple(_share(column, weights, mean[place] if mean else None, policy) for place, column in enumerate(values))


def _share(
    values: Sequence[float | None], weights: Sequence[float], mean: float | None, policy: Policy
) -> float | None:
    """One weighted share of what is known; exact sums, so that the order of the lines is of no matter."""
    known = [(value, weight) for value, weight in zip(values, weights, strict=True) if value is not None]
    if not known:
        return None
    prior = float(policy.score_prior_lines) if mean is not None else 0.0
    total = fsum([*(weight for _, weight in known), prior])
    return min(1.0, fsum([*(value * weight for value, weight in known), prior * (mean or 0.0)]) / total)
