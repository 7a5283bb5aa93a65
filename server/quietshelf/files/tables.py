"""A file of rows, whatever its kind: recognise its format, learn how it writes dates and numbers, hand on its rows.

What a row is, and when one has no place, is said by a Format (of sales, of products, ...).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from quietshelf.files.amounts import Amounts, Money
from quietshelf.files.dates import DateOrder, Dates
from quietshelf.files.reading import Source, Table, Text, column_name
from quietshelf.files.reports import Reason, Refused, Report, Understood, Unreadable
from quietshelf.files.writing import unguarded

BATCH_ROWS = 2_000
LONGEST_NAME = 100
"""Characters of a code or a name by which things are told apart: a database's index takes no endless ones."""

Row = TypeVar("Row")
Value = TypeVar("Value")
Cells = Sequence[str]
Parse = Callable[[int, Cells], Row | Reason]
"""Makes a row of the cells of a line, or says why it has no place. Raises Unreadable."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a format needs to read one file's cells: where its columns stand, and how it writes dates and numbers."""

    columns: dict[str, int]
    """Place of each column that the format knows and the file has."""
    dates: Dates
    amounts: Amounts
    now: datetime
    report: Report

    def required(self, column: str, read: Callable[[str], Value]) -> Callable[[Cells], Value]:
        """A function that reads this column of a row; what `read` finds unreadable is said with the column's name."""
        place = self.columns[column]

        def cell(cells: Cells) -> Value:
            try:
                return read(cells[place])
            except Unreadable as error:
                raise Unreadable(f"{column}: {error}") from error

        return cell

    def optional(self, column: str, read: Callable[[str], Value]) -> Callable[[Cells], Value | None]:
        """As `required`, but None where the cell is blank or the file has no such column."""
        place = self.columns.get(column)
        if place is None:
            return lambda cells: None
        there, filled = place, self.required(column, read)
        return lambda cells: filled(cells) if cells[there].strip() else None

    def price(self, cell: str) -> Money:
        """An amount of any sign; one with a part below the smallest coin is rounded, and counted."""
        money = self.amounts.money(cell)
        self.report.rounded += money.rounded
        return money

    def money(self, cell: str) -> int:
        """An amount of 0 or more, in minor units."""
        minor = self.price(cell).minor
        if minor < 0:
            raise Unreadable(f"{cell} is below 0")
        return minor

    def count(self, cell: str) -> int:
        """A whole number of 0 or more."""
        number = self.amounts.whole(cell)
        if number < 0:
            raise Unreadable(f"{cell} is below 0")
        return number

    def past(self, cell: str) -> datetime:
        """An instant that is not in the future."""
        instant = self.dates.instant(cell)
        if instant > self.now:
            raise Unreadable(f"{cell} is in the future")
        return instant

    def past_day(self, cell: str) -> date:
        """A day of the shop that is not in the future."""
        return self.past(cell).astimezone(self.dates.zone).date()


def text(cell: str) -> str:
    """A text as it was meant: without spaces around it or the apostrophe of a guarded export."""
    stripped = cell.strip()
    return unguarded(stripped) if stripped[:1] == "'" else stripped


def name(cell: str) -> str:
    """A code or name by which something is told apart; may be empty."""
    stripped = text(cell)
    if len(stripped) > LONGEST_NAME:
        raise Unreadable(f"{stripped[:20]}... is longer than {LONGEST_NAME} characters")
    return stripped


def filled_name(cell: str) -> str:
    """As `name`, but never empty."""
    stripped = name(cell)
    if not stripped:
        raise Unreadable("is empty")
    return stripped


@dataclass(frozen=True, slots=True)
class Format(Generic[Row]):
    """One layout of one kind of file: its columns, as documented, and how its rows are read."""

    name: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    dates: tuple[str, ...]
    """The columns from which the file's date order is learnt."""
    numbers: tuple[str, ...]
    """The columns from which the file's decimal sign is learnt."""
    parser: Callable[[Reading], Parse[Row]]

    def columns(self, table: Table) -> dict[str, int]:
        """Place of each of this format's columns that the table has."""
        places = {column: table.columns.get(column_name(column)) for column in self.required + self.optional}
        return {column: place for column, place in places.items() if place is not None}

    def missing(self, table: Table) -> list[str]:
        """The required columns that the table has not."""
        return [column for column in self.required if column_name(column) not in table.columns]


class RowsFile(Generic[Row]):
    """One file that was understood: `understood` says how, `batches()` hands on its rows, `report` what became of all.

    Opening goes through the whole file once, to learn how it writes dates and numbers; `batches()` goes through it once
    more each time it is called. Both are streams: memory does not grow with the file.
    """

    def __init__(
        self,
        source: Source,
        formats: Sequence[Format[Row]],
        *,
        time_zone: ZoneInfo,
        minor_digits: int,
        now: datetime,
        date_order: str | None = None,
    ) -> None:
        """Recognise the file as one of `formats`; see `read_sales` for the arguments.

        Raises Refused where it can't be understood as a whole: empty, no text, a column missing, ambiguous dates.
        """
        self._text = Text(source)
        known = {column_name(column) for each in formats for column in each.required + each.optional}
        self._table = Table(self._text, known)
        self._format = min(formats, key=lambda each: len(each.missing(self._table)))
        if missing := self._format.missing(self._table):
            raise Refused.at(1, _missing_columns(missing, self._table.header))
        self._columns = self._format.columns(self._table)
        self._now = now
        self._dates = Dates(time_zone, DateOrder(date_order) if date_order else None)
        self._amounts = Amounts(minor_digits)
        self._learn()
        self.report = Report()
        self.understood = self._understood()

    @property
    def share_read(self) -> float:
        """How far the reading under way has come, from 0 to 1, for a progress bar."""
        return self._text.share_read

    def batches(self) -> Iterator[list[Row]]:
        """The rows in batches of 2,000, from the start. `report` is complete when the last one was taken.

        Raises Refused at the end where any row could not be read; from the first such row on, no batch is handed on.
        """
        self.report = report = Report()
        parse = self._format.parser(Reading(self._columns, self._dates, self._amounts, self._now, report))
        batch: list[Row] = []
        for line, cells in self._table.records():
            report.rows_read += 1
            try:
                row = parse(line, self._in_shape(cells))
            except Unreadable as error:
                report.refuse(line, str(error))
                continue
            if isinstance(row, Reason):
                report.skipped[row] += 1
                continue
            report.booked_candidates += 1
            batch.append(row)
            if len(batch) == BATCH_ROWS:
                if not report.total_refused:
                    yield batch
                batch = []
        if report.total_refused:
            raise Refused(report.refused, report.total_refused)
        if batch:
            yield batch

    def _in_shape(self, cells: list[str]) -> list[str]:
        width = len(self._table.header)
        if len(cells) < width or any(cells[width:]):
            raise Unreadable(f"{len(cells)} cells where the header has {width}: is the row cut, or a text not quoted?")
        return cells

    def _learn(self) -> None:
        """Go through the file once for its date order and decimal sign. Raises Refused."""
        dates = [self._columns[column] for column in self._format.dates if column in self._columns]
        numbers = [self._columns[column] for column in self._format.numbers if column in self._columns]
        furthest = max(dates + numbers, default=0)
        line = 0
        for line, cells in self._table.records():
            if len(cells) > furthest:
                for place in dates:
                    self._dates.observe(line, cells[place])
                for place in numbers:
                    self._amounts.observe(line, cells[place])
        if not line:
            raise Refused.at(1, "the file is empty: nothing stands below its header")
        self._dates.settle()
        self._amounts.settle()

    def _understood(self) -> Understood:
        used = set(self._columns.values())
        return Understood(
            format=self._format.name,
            compressed=self._text.compressed,
            encoding=self._text.encoding,
            delimiter=self._table.delimiter,
            date_order=self._dates.order,
            days_only=self._dates.days_only,
            decimal_sign=self._amounts.decimal_sign,
            ignored_columns=tuple(
                title.strip() for place, title in enumerate(self._table.header) if title.strip() and place not in used
            ),
        )


def _missing_columns(missing: Sequence[str], header: Sequence[str]) -> str:
    found = ", ".join(title.strip() for title in header)
    return f"missing column{'s' * (len(missing) > 1)}: {', '.join(missing)} (the header reads: {found[:200]})"
