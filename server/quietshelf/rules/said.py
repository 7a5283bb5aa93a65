"""What people said of one SKU, and since when and how long: known needs and pins, as a look back takes them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from quietshelf.rules.needs import Need
from quietshelf.rules.velocity import DaySum


@dataclass(frozen=True)
class Pin:
    """A number that a manager pinned to a SKU, and the days on which it stood."""

    units: int
    since: date
    until: date | None = None
    """The day on which it was taken back; None where it stands."""

    def stands(self, day: date) -> bool:
        """Whether it was so with the evening of a day."""
        return self.since <= day and (self.until is None or day < self.until)


@dataclass(frozen=True)
class Noted:
    """A known need, and the days on which somebody knew of it."""

    need: Need
    since: date
    until: date | None = None
    """The day on which it was taken back; None where it stands, or was over by itself."""


@dataclass(frozen=True)
class Said:
    """All that people said of one SKU that moves its Yellow line or its orders."""

    needs: tuple[Noted, ...] = ()
    keeps: tuple[Pin, ...] = ()
    """"Keep at least so many"."""
    quantities: tuple[Pin, ...] = ()
    """"Every order is for so many"."""

    def keep_on(self, day: date) -> int:
        """The fewest units to keep, as it was said on a day; 0 where nobody did.

        >>> twenty = Said(keeps=(Pin(20, date(2026, 11, 3), date(2026, 11, 9)),))
        >>> [twenty.keep_on(date(2026, 11, day)) for day in (2, 3, 8, 9)]
        [0, 20, 20, 0]
        """
        return next((pin.units for pin in self.keeps if pin.stands(day)), 0)

    def quantity_on(self, day: date) -> int | None:
        """What every order was to be for, as it was said on a day; None where the rule decided."""
        return next((pin.units for pin in self.quantities if pin.stands(day)), None)

    def kept_on(self, day: date, reach_days: int, met: Mapping[int, Mapping[date, DaySum]]) -> int:
        """Units that were kept for known needs with the evening of a day: of those that were due (needs.due).

        Args:
            reach_days: days from then to when an order of the next look would come; what is needed sooner is due.
            met: what of each need was sold, by need and day.

        >>> fair = Said((Noted(Need(1, 60, date(2026, 12, 3)), date(2026, 11, 20)),))
        >>> [fair.kept_on(date(2026, *day), 11, {}) for day in ((11, 19), (11, 22), (11, 23), (12, 3), (12, 4))]
        [0, 0, 60, 60, 0]
        """
        kept = 0
        for noted in self.needs:
            need, known = noted.need, noted.since <= day and (noted.until is None or day < noted.until)
            if known and 0 <= (need.on - day).days < reach_days:
                sold = sum(sums.units for on, sums in met.get(need.id, {}).items() if on <= day)
                kept += max(0, need.quantity - sold)
        return kept

    @property
    def stood(self) -> Sequence[Need]:
        """The needs that nobody took back: what met them is no sale of every day."""
        return [noted.need for noted in self.needs if noted.until is None]


NOTHING_SAID = Said()
"""The rule decides."""
