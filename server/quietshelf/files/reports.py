"""What is said about a file that was read: how it was understood, what was skipped and why, what it was refused for.

Nothing is read here.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

REASONS_KEPT = 100
"""So many refusals are told one by one; the rest are counted."""


class Reason(StrEnum):
    """Why a row that reads has no place and is skipped. The value is what a person is told."""

    PRICE_ZERO = "price is 0"
    PRICE_TINY = "price rounds to 0"
    PRICE_BELOW_ZERO = "price is below 0"
    QUANTITY_ZERO = "quantity is 0"
    NO_CODE = "no item code"
    REPEATED = "the same row stands higher up"
    DUPLICATE = "the same one stands higher up; the first is kept"
    WRITE_OFF = "written off or counted less, not sold"
    POSTAGE = "no goods: postage, carriage or packing"
    FEE = "no goods: a fee or commission"
    DISCOUNT = "no goods: a discount"
    MANUAL = "no goods: an amount typed in by hand"
    SAMPLES = "no goods: samples"
    VOUCHER = "no goods: a gift voucher"
    PICTURE = "no goods: a picture file"
    BAD_DEBT = "no goods: a bad debt put right"
    STOCK_BELOW_ZERO = "on hand is below 0"
    NOTHING_ORDERED = "ordered is 0"
    DAY_PAST = "its day is past"


class Refusal(NamedTuple):
    """One thing that can't be read, and the line of the file on which its row begins (the header is line 1)."""

    line: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


class Refused(Exception):  # noqa: N818 (it is said of a file: "refused")
    """The file can't be taken, and nothing of it may be booked. `reasons` are the first 100 of `total`."""

    def __init__(self, reasons: Iterable[Refusal], total: int | None = None) -> None:
        self.reasons = tuple(reasons)
        self.total = len(self.reasons) if total is None else total
        super().__init__("; ".join(map(str, self.reasons[:3])) + (" ..." if self.total > 3 else ""))

    @classmethod
    def at(cls, line: int, reason: str) -> "Refused":
        """The refusal for one reason."""
        return cls([Refusal(line, reason)])


class Unreadable(ValueError):  # noqa: N818 (it is said of a cell)
    """A cell that can't be read. Its text names the column and what stands there; the line is added by the reader."""


def quoted(cell: str) -> str:
    """A cell as a reason shows it: in quotes, on one line, no longer than 40 characters.

    >>> quoted("31/02/ 2011")
    '"31/02/ 2011"'
    """
    shown = " ".join(cell.split())
    return f'"{shown[:40]}..."' if len(shown) > 40 else f'"{shown}"'


@dataclass(frozen=True, slots=True)
class Understood:
    """How a file was read, to be shown to the person who brought it."""

    format: str
    compressed: bool
    encoding: str
    delimiter: str
    date_order: str | None
    """day-first, month-first, year-first; None where the file holds no dates."""
    days_only: bool
    """Dates came without a time of day: each is taken as the start of its day."""
    decimal_sign: str
    ignored_columns: tuple[str, ...]

    def describe(self) -> str:
        """One sentence, such as "Quietshelf sales, UTF-8, separated by comma, dates year-first, decimal point"."""
        names = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", ".": "point"}
        parts = [self.format, *(["gzip"] if self.compressed else []), self.encoding]
        parts.append(f"separated by {names[self.delimiter]}")
        if self.date_order:
            parts.append(f"dates {self.date_order}{' without time' if self.days_only else ''}")
        parts.append(f"decimal {names[self.decimal_sign]}")
        if self.ignored_columns:
            parts.append(f"not used: {', '.join(self.ignored_columns)}")
        return ", ".join(parts)


@dataclass(slots=True)
class Report:
    """What became of every row: rows_read = booked_candidates + skipped + total_refused."""

    rows_read: int = 0
    booked_candidates: int = 0
    """Rows handed on. Whether each is new, known already or held is decided by whoever books it."""
    skipped: Counter[Reason] = field(default_factory=Counter)
    refused: list[Refusal] = field(default_factory=list)
    """The first 100."""
    total_refused: int = 0
    rounded: int = 0
    """Prices with a part below the smallest coin, rounded half up."""
    first_at: datetime | None = None
    last_at: datetime | None = None
    """Of the sales handed on, the earliest and the latest instant."""

    def refuse(self, line: int, reason: str) -> None:
        """Count a refusal, and keep it if it is among the first 100."""
        self.total_refused += 1
        if len(self.refused) < REASONS_KEPT:
            self.refused.append(Refusal(line, reason))
