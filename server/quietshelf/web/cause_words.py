"""Why an item was out, run by run: days that one cause lost are joined into one sentence. Pure functions of figures.

The figures of a lost day are those of rules/causes.py, Evidence.figures.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from quietshelf.web.amounts import counted, plain_day
from quietshelf.web.constraint_words import NAMES
from quietshelf.web.wording import Figures, Voice

OTHERWISE = {
    "supply": "what was on its way came too late",
    "purchasing": "what was to be ordered waited for a yes",
    "capital": "there was no money to order it",
}
"""What is said where no one order can be named."""

CLOSED_DAYS = 3
"""So many days without a loss between two of one cause are the shop's closing days, and part of the run."""


class LostDay(Protocol):
    """What one day lost to one cause, as it is kept."""

    @property
    def day(self) -> date:
        """The day."""

    @property
    def cause(self) -> str:
        """What it is laid to."""

    @property
    def minor(self) -> int:
        """What it lost, minor units."""

    @property
    def out(self) -> float:
        """Share of the day without stock; 0 where stock was held too long."""

    @property
    def evidence(self) -> Mapping[str, Any]:
        """Its figures."""


@dataclass(frozen=True)
class Run:
    """Days running on which one cause kept an item off the shelf."""

    cause: str
    days: tuple[LostDay, ...]

    @property
    def first(self) -> date:
        """Its first day."""
        return self.days[0].day

    @property
    def last(self) -> date:
        """Its last day."""
        return self.days[-1].day

    @property
    def minor(self) -> int:
        """Earnings lost, minor units."""
        return sum(day.minor for day in self.days)

    @property
    def units(self) -> float:
        """What would have sold."""
        return float(sum(_figures(day)["per_day"] * day.out for day in self.days))

    @property
    def order(self) -> Figures | None:
        """The order in whose life the leg lies, as its last day knew it."""
        found: Figures | None = _figures(self.days[-1])["order"]
        return found

    def most(self, figure: str) -> int:
        """The largest of a figure that may be missing on some days."""
        return max(_figures(day).get(figure) or 0 for day in self.days)


@dataclass(frozen=True)
class OutFor:
    """One run as its page tells it."""

    sentence: str
    orders: frozenset[str] = field(default=frozenset())
    """Numbers of orders that it names."""


def runs(days: Iterable[LostDay]) -> list[Run]:
    """The days out, joined by cause and order; newest first. Days of stock that was held too long are none.

    Args:
        days: of one item, oldest first.
    """
    found: dict[tuple[str, str | None], list[list[LostDay]]] = {}
    for day in days:
        if day.out > 0:
            order = _figures(day)["order"]
            of_key = found.setdefault((day.cause, order["number"] if order else None), [])
            if of_key and (day.day - of_key[-1][-1].day).days <= CLOSED_DAYS:
                of_key[-1].append(day)
            else:
                of_key.append([day])
    joined = [Run(cause, tuple(run)) for (cause, _), each in found.items() for run in each]
    return sorted(joined, key=lambda run: (run.last, run.first), reverse=True)


def out_for(run: Run, still_out: bool, voice: Voice) -> OutFor:
    """A run in one sentence or two: when, why, and what it cost."""
    order = run.order
    said = f"{_when(run, still_out, voice)}: {_because(run, voice)}. {_cost(run, voice)}: {NAMES[run.cause].by}."
    return OutFor(said, frozenset({order["number"]} if order and order["number"] in said else ()))


def held(days: Sequence[LostDay], voice: Voice) -> str:
    """What stock beyond 90 days of cover cost to hold in the last 30 days; empty where there was none.

    Args:
        days: of one item, oldest first, no older than 30 days.
    """
    too_long = [day for day in days if day.cause == "capital" and not day.out]
    if not too_long:
        return ""
    units = _figures(too_long[-1])["held_units"]
    if not voice.tells_money:
        return f"{units:,} lie beyond 90 days of cover."
    held_days = sum(_figures(day).get("held_days", 1) for day in too_long)  # one row may be of several days
    minor = round(30 * sum(day.minor for day in too_long) / held_days)
    return f"{units:,} beyond 90 days of cover cost {voice.money(minor)} a month to hold: {NAMES['capital'].by}."


def _when(run: Run, still_out: bool, voice: Voice) -> str:
    if still_out:
        return f"Out since {plain_day(run.first, voice.today)}"
    if run.first == run.last:
        return f"Out on {plain_day(run.first, voice.today)}"
    same_month = (run.first.year, run.first.month) == (run.last.year, run.last.month)
    first = f"{run.first.day}" if same_month else plain_day(run.first, voice.today)
    return f"Out {first} to {plain_day(run.last, voice.today)}"


def _because(run: Run, voice: Voice) -> str:
    order = run.order
    match run.cause:
        case "supply" if order and order["promised_on"]:
            return _late(order, run, voice)
        case "purchasing" if order:
            return _waited(order, run, voice)
        case "capital" if order:
            return _no_money(order, run, voice)
        case "counts":
            booked = run.most("booked_units")
            return (
                f"the book showed {booked:,}, the shelf held none" if booked else "the book showed more than was there"
            )
        case "demand" if run.most("one_sale_of"):
            return f"one sale of {run.most('one_sale_of'):,} took it"
        case "supply" | "purchasing" | "capital":
            return OTHERWISE[run.cause]
    return "ordered at once and delivered as promised, it would still have been missing"


def _late(order: Figures, run: Run, voice: Voice) -> str:
    number, promised, came = order["number"], order["promised_on"], order["received_on"]
    on_time = came is not None and came <= promised
    lacks = order["sent_units"] - order["received_units"]
    if on_time and lacks > 0:
        return f"{lacks:,} of the {order['sent_units']:,} on {number} did not come, or could not be taken"
    said = f"{number} was promised for {_near(promised, run, voice)}"
    if came is None:
        return f"{said} and has not come"
    short = f", {lacks:,} short" if lacks > 0 else ""
    return f"{said} and came on {_near(came, run, voice)}{short}"


def _waited(order: Figures, run: Run, voice: Voice) -> str:
    number, ruled, sent = order["number"], order["ruled_units"], order["sent_units"]
    if order["refused_on"]:
        return f"{ruled:,} were wanted on {number}, and taken off {_on(order['refused_on'], run, voice)}"
    if order["sent_on"] is None:
        return f"{number} has waited for a yes since {_near(order['drafted_on'], run, voice)}"
    if sent < ruled:
        return f"{ruled:,} were wanted, and {sent:,} ordered on {number}"
    return f"{number} waited {_days_waited(order)} for a yes"


def _no_money(order: Figures, run: Run, voice: Voice) -> str:
    number, ruled, sent = order["number"], order["ruled_units"], order["sent_units"]
    if order["refused_on"]:
        return f"{ruled:,} on {number} were taken off for want of money {_on(order['refused_on'], run, voice)}"
    if order["sent_on"] is None:
        return f"{number} waits for the next budget since {_near(order['drafted_on'], run, voice)}"
    if sent < ruled:
        return f"{ruled:,} were wanted, and the money was there for {sent:,} on {number}"
    return f"{number} waited {_days_waited(order)} for the budget"


def _days_waited(order: Figures) -> str:
    waited = date.fromisoformat(order["sent_on"]) - date.fromisoformat(order["drafted_on"])
    return counted(waited.days, "day")


def _cost(run: Run, voice: Voice) -> str:
    units = round(run.units)
    missed = f"About {units:,} not sold" if units else "Less than one not sold"
    return f"{missed}, {voice.money(run.minor)} of earnings" if voice.tells_money else missed


def _near(iso: str, run: Run, voice: Voice) -> str:
    """A day beside a run: by its number alone where that is of the same month.

    >>> from datetime import UTC, datetime
    >>> from types import SimpleNamespace
    >>> from zoneinfo import ZoneInfo
    >>> ines = Voice(datetime(2026, 11, 24, 9, tzinfo=UTC), ZoneInfo("Europe/London"), "GBP", True)
    >>> run = Run("supply", (SimpleNamespace(day=date(2026, 11, 3)),))
    >>> [_near(iso, run, ines) for iso in ("2026-11-02", "2026-11-13", "2026-10-31")]
    ['the 2nd', 'the 13th', '31 October']
    """
    on = date.fromisoformat(iso)
    if (on.year, on.month) != (run.first.year, run.first.month):
        return plain_day(on, voice.today)
    ending = "th" if 11 <= on.day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(on.day % 10, "th")
    return f"the {on.day}{ending}"


def _on(iso: str, run: Run, voice: Voice) -> str:
    return f"on {_near(iso, run, voice)}"


def _figures(day: LostDay) -> Figures:
    return day.evidence
