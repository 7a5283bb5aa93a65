"""Dates and times as people's files write them: recognised over a whole file, then read one by one.

An instant is always handed on in UTC. A time without an offset is the shop's local time. Where a clock change makes a
local time happen twice, the first is meant (the till's clock had not been put back yet); a local time that a clock
change leaves out is what a till shows whose clock was not put forward, so 01:30 is read as 02:30 summer time. A date
without a time is the start of that day in the shop.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from quietshelf.files.reports import Refused, Unreadable, quoted

_WRITTEN = re.compile(
    r"(?P<a>\d{1,4})(?P<sign>[-/.])(?P<b>\d{1,2})(?P=sign)(?P<c>\d{1,4})"
    r"(?:(?:T|,?\s+)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"\s*(?P<half>[AaPp][Mm])?\s*(?P<offset>[Zz]|UTC|GMT|[+-]\d{2}:?\d{2})?)?",
    re.ASCII,
)
_OLDEST_YEAR = 1970
_LONGEST = 60
"""Characters of a cell that can be a date: longer ones are not matched."""


class DateOrder(StrEnum):
    """Which of the numbers of a date comes first."""

    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"
    YEAR_FIRST = "year-first"


class Dates:
    """The dates of one file. First `observe` all of them, then `settle`, then read."""

    def __init__(self, zone: ZoneInfo, order: DateOrder | None = None) -> None:
        """`zone` is the shop's; `order` is what a person said of dates such as 01/10/2011, None where nobody did."""
        self.zone = zone
        self.order: DateOrder | None = None
        self.days_only = True
        self._said = order
        self._year_first = False
        self._day_first: tuple[int, str] | None = None
        self._month_first: tuple[int, str] | None = None
        self._two_ways: tuple[int, str] | None = None
        self.instant = lru_cache(maxsize=4096)(self._instant)

    def observe(self, line: int, text: str) -> None:
        """Learn from one date how this file writes them. What is no date is not said here, but by reading it."""
        if self.days_only and ":" in text:
            self.days_only = False
        if self._year_first and text[4:5] == "-" and text[:4].isdigit():
            return
        written = _written(text)
        if not written:
            return
        first, second = int(written["a"]), int(written["b"])
        if len(written["a"]) == 4:
            self._year_first = True
        elif first > 12:
            self._day_first = self._day_first or (line, text)
        elif second > 12:
            self._month_first = self._month_first or (line, text)
        elif first != second:
            self._two_ways = self._two_ways or (line, text)

    def settle(self) -> None:
        """Decide the file's date order. Raises Refused where it can be read two ways, or is both."""
        day, month = self._day_first, self._month_first
        if day and month:
            raise Refused.at(
                max(day, month)[0],
                f"{day[1]} on line {day[0]} is day-first, {month[1]} on line {month[0]} month-first: write all one way",
            )
        if self._two_ways and not (day or month or self._said):
            line, text = self._two_ways
            raise Refused.at(line, f"ambiguous dates: say --date-order day-first or month-first ({text} can be either)")
        if day or month or self._two_ways:
            self.order = self._said or (DateOrder.DAY_FIRST if day else DateOrder.MONTH_FIRST)
        elif self._year_first:
            self.order = DateOrder.YEAR_FIRST

    def day(self, text: str) -> date:
        """The calendar day in the shop. Raises Unreadable."""
        return self.instant(text).astimezone(self.zone).date()

    def _instant(self, text: str) -> datetime:
        """The instant in UTC; also as `instant`, which remembers the last thousands. Raises Unreadable."""
        written = _written(text)
        if not written:
            raise Unreadable(f"{quoted(text)} is no date such as 2011-12-09 or 2011-12-09 12:50")
        try:
            return self._parts(written)
        except (ValueError, OverflowError) as error:
            raise Unreadable(f"{quoted(text)} is no date: {error}") from error

    def _parts(self, written: re.Match[str]) -> datetime:
        a, b, c = int(written["a"]), int(written["b"]), int(written["c"])
        if len(written["a"]) == 4:
            year, month, day = a, b, c
        elif len(written["a"]) == 3 or len(written["c"]) not in (2, 4):
            raise ValueError("the year needs four digits")
        else:
            month, day = (a, b) if self.order is DateOrder.MONTH_FIRST else (b, a)
            year = c if len(written["c"]) == 4 else 2000 + c
        if year < _OLDEST_YEAR:
            raise ValueError(f"year {year} is before {_OLDEST_YEAR}")
        hour = _hour(int(written["hour"] or 0), written["half"])
        microsecond = int((written["fraction"] or "")[:6].ljust(6, "0"))
        zone = _offset(written["offset"]) or self.zone
        moment = datetime(
            year, month, day, hour, int(written["minute"] or 0), int(written["second"] or 0), microsecond, zone
        )
        return moment.astimezone(UTC)


def _written(text: str) -> re.Match[str] | None:
    return _WRITTEN.fullmatch(text.strip()) if len(text) <= _LONGEST else None


def _hour(hour: int, half: str | None) -> int:
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError(f"{hour} {half} is no hour")
    return hour % 12 + (12 if half.lower() == "pm" else 0)


def _offset(text: str | None) -> timezone | None:
    if text is None:
        return None
    if text[0] not in "+-":
        return UTC
    digits = text[1:].replace(":", "")
    size = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-size if text[0] == "-" else size)
