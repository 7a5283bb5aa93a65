"""What happened to one SKU, day by day and order by order: what causes are read from. Nothing is decided here."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from quietshelf.rules.said import NOTHING_SAID, Said


class Held(StrEnum):
    """Why an order was sent later than drafted, or smaller, or not at all."""

    PERSON = "person"
    BUDGET = "budget"
    CASH = "cash"
    """A person cut it, and said that there was no money for it."""


@dataclass(frozen=True, slots=True)
class Day:
    """One of the site's days of one SKU, no later than T and no earlier than its first receipt."""

    day: date
    stock: int
    """Units at the day's end, as is known now: a later look may have shown that fewer were there than booked."""
    book: int
    """Units at the day's end, as the book showed them then."""
    sold: int
    per_day: float
    """Velocity as it was known that day, units a day."""
    reorder_at: float
    """Yellow line as it was known that day, by velocity: a position at or below `line_at` it made a draft line."""
    out: float = 0.0
    """Share of the day's opening hours without stock, 0 to 1."""
    open: bool = True
    """False on a day on which the whole site sold nothing."""
    largest_sale: int = 0
    """Units of the day's largest single sale."""
    keep: int = 0
    """What a manager said is always to be kept: a position below it made a draft line, whatever the velocity."""
    kept: int = 0
    """Units kept for known needs: the position counted without them."""
    for_needs: int = 0
    """Units sold beside `sold`, that met a known need."""

    def line_at(self, by_velocity: float) -> float:
        """The Yellow line, were it by velocity at so many units."""
        return max(by_velocity, self.keep - 1) + self.kept


@dataclass(frozen=True, slots=True)
class Receipt:
    """Accepted units of one order line that came on one day (the day they came, not the day they were typed in)."""

    on: date
    units: int


@dataclass(frozen=True)
class OrderLife:
    """One SKU's line of one order, from draft to last receipt. A line that the rule itself took back has none."""

    number: str
    drafted_on: date
    """The trigger: the day on which the rule first wanted it."""
    ruled_units: int
    """What the rule wanted when a person (or the budget) decided."""
    promised_days: int
    """Days from sending to the promise; of a line never sent, what its supplier would have promised."""
    sent_on: date | None = None
    sent_units: int = 0
    receipts: tuple[Receipt, ...] = ()
    held: Held | None = None
    """Why it waited or was cut, where that is known."""
    refused_on: date | None = None
    """The day on which a person took the line off; None where it was sent, or still waits."""
    supplier: str | None = None
    """Who it was sent to, or would have been."""

    @property
    def promised_on(self) -> date | None:
        """The promise; None for a line that was not sent."""
        return None if self.sent_on is None else self.sent_on + timedelta(days=self.promised_days)

    @property
    def received_units(self) -> int:
        """Accepted units so far."""
        return sum(receipt.units for receipt in self.receipts)

    @property
    def received_on(self) -> date | None:
        """The day of the last receipt, None where nothing came."""
        return max((receipt.on for receipt in self.receipts), default=None)

    @property
    def cut(self) -> bool:
        """Whether less was sent than the rule wanted."""
        return self.sent_on is not None and self.sent_units < self.ruled_units

    @property
    def figures(self) -> dict[str, Any]:
        """What a sentence about it is made of, as it is kept: days as text.

        >>> waits = OrderLife("PO-2031", date(2026, 10, 24), 90, 9, held=Held.BUDGET)
        >>> [waits.figures[key] for key in ("number", "drafted_on", "sent_on", "promised_on", "held")]
        ['PO-2031', '2026-10-24', None, None, 'budget']
        """
        days = {
            "drafted_on": self.drafted_on,
            "sent_on": self.sent_on,
            "promised_on": self.promised_on,
            "received_on": self.received_on,
            "refused_on": self.refused_on,
        }
        return {
            "number": self.number,
            "supplier": self.supplier,
            **{name: day.isoformat() if day else None for name, day in days.items()},
            "ruled_units": self.ruled_units,
            "sent_units": self.sent_units,
            "received_units": self.received_units,
            "held": self.held.value if self.held else None,
        }

    def received_by(self, day: date) -> int:
        """Accepted units that had come by the end of a day."""
        return sum(receipt.units for receipt in self.receipts if receipt.on <= day)

    def coming_on(self, day: date) -> int:
        """Units of it in the position at the end of a day: its draft line, then what was not yet received."""
        if day < self.drafted_on or (self.refused_on is not None and day >= self.refused_on):
            return 0
        if self.sent_on is None or day < self.sent_on:
            return self.ruled_units
        return max(0, self.sent_units - self.received_by(day)) if self._open_on(day) else 0

    def _open_on(self, day: date) -> bool:
        """A short line is taken as closed with its last receipt."""
        return self.received_on is None or day < self.received_on


@dataclass(frozen=True, slots=True)
class Look:
    """A person's count of the whole SKU at the end of a day."""

    on: date
    found: int
    booked: int
    """What the book showed at that instant."""

    @property
    def agreed(self) -> bool:
        """Whether the look found what the book showed."""
        return self.found == self.booked


@dataclass(frozen=True)
class SkuLife:
    """All that is known of one SKU's past at one site. Days are in order and without gaps."""

    sku: str
    throughput_minor: int
    """Money that one unit earns."""
    cost_minor: int
    days: tuple[Day, ...]
    orders: tuple[OrderLife, ...] = ()
    """In the order of their drafts."""
    looks: tuple[Look, ...] = ()
    lead_days: int = 14
    """What its supplier would promise for an order sent now."""
    ending: bool = False
    """Its remaining stock is a decision made: holding it is nobody's loss."""
    here_since: date | None = None
    """The day from which anything is known of it, where that is not long ago: velocity was not known at once."""
    said: Said = NOTHING_SAID
    """What people said of it, and when."""


def as_found(days: Sequence[Day], looks: Sequence[Look]) -> tuple[Day, ...]:
    """The days as they are known once the looks are: what vanished unseen is taken off the days before it was found.

    Nobody knows when it vanished: it is taken to have gone evenly since the look before (or the first day). Where a
    look found nothing, the SKU was out from the first sale that its velocity expected after its last one.

    Args:
        days: in order, `stock` as the book showed it.
        looks: in order; one that found what the book showed changes nothing.

    >>> start = date(2026, 11, 1)
    >>> def day(n, book, sold): return Day(start + timedelta(days=n), book, book, sold, 0.5, 5.0)
    >>> shown = [day(0, 10, 2), day(1, 8, 2), *(day(n, 8, 0) for n in range(2, 8))]
    >>> [(d.stock, d.out) for d in as_found(shown, [Look(start + timedelta(days=7), 0, 8)])]
    [(8, 0.0), (4, 0.0), (2, 0.0), (0, 0.0), (0, 1.0), (0, 1.0), (0, 1.0), (0, 1.0)]
    """
    known = list(days)
    at = {day.day: index for index, day in enumerate(known)}
    first = 0
    for look in looks:
        if (last := at.get(look.on)) is None:
            continue
        if look.found < look.booked:
            _take_off(known, first, last, look)
        first = last + 1
    return tuple(known)


def _take_off(days: list[Day], first: int, last: int, look: Look) -> None:
    """Take what a look at the end of the day `last` found missing off the days from `first` on."""
    gone = last + 1
    if look.found <= 0:
        sold = max((index for index in range(first, last + 1) if days[index].sold), default=first - 1)
        per_day = days[last].per_day
        gone = min(last + 1, sold + 1 + round(1 / per_day)) if per_day > 0 else last + 1
    missing = look.booked - look.found
    for index in range(first, last + 1):
        day = days[index]
        if index >= gone:
            days[index] = replace(day, stock=0, out=1.0 if day.open else 0.0)
        else:
            vanished = round(missing * (index - first + 1) / (gone - first))
            days[index] = replace(day, stock=max(0, day.stock - vanished))
