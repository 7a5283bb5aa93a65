"""What every kind of file needs to be booked: where it is booked, and what became of it. No kind is known here."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from quietshelf.files import RowsFile
from quietshelf.files.currencies import minor_digits
from quietshelf.intake.import_report import HELD_SKUS_TOLD
from quietshelf.store.held import UNKNOWN_ITEM, What, hold
from quietshelf.store.tables import Site

Progress = Callable[[str, float], None]
"""Told what is being done ("reading", "booking", "deciding"), and how far that is, from 0 to 1."""

Row = TypeVar("Row")
_TOLD_EVERY_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class Place:
    """The site that a file is brought to."""

    site_id: int
    names: frozenset[str]
    """What a file's `site` column may call it, without case; blank is this one too."""
    zone: ZoneInfo
    minor_digits: int

    @classmethod
    def of(cls, site: Site) -> "Place":
        """The place that a site is."""
        names = frozenset({site.key.casefold(), site.name.casefold()})
        return cls(site.id, names, ZoneInfo(site.time_zone), minor_digits(site.currency))

    def is_meant(self, site: str | None) -> bool:
        """Whether a row with this in its `site` column is this place's."""
        return not site or site.casefold() in self.names


OTHER_SITE = "of another site"
"""Why a row of a shop with several sites is skipped here."""


@dataclass(slots=True)
class Outcome:
    """What became of the rows that a reader handed on, and what was made besides; see ImportReport."""

    booked: Counter[str] = field(default_factory=Counter)
    repeated: int = 0
    held: Counter[str] = field(default_factory=Counter)
    held_skus: list[str] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    made: Counter[str] = field(default_factory=Counter)
    released: int = 0
    known_until: datetime | None = None
    assumed: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where one file is booked: in one transaction, as one import."""

    session: Session
    place: Place
    import_id: int
    now: datetime
    progress: Progress
    outcome: Outcome = field(default_factory=Outcome)

    def hold(self, rows: Iterable[tuple[str, What]]) -> None:
        """Keep rows, each with its unknown SKU, until the item is known."""
        new, repeated = hold(self.session, self.place.site_id, self.import_id, self._noted(rows))
        if new:
            self.outcome.held[UNKNOWN_ITEM] += new
        self.outcome.repeated += repeated

    def _noted(self, rows: Iterable[tuple[str, What]]) -> Iterator[tuple[str, What]]:
        """The same rows, the first of their SKUs being noted for the report."""
        skus = self.outcome.held_skus
        for sku, what in rows:
            if len(skus) < HELD_SKUS_TOLD and sku not in skus:
                skus.append(sku)
            yield sku, what


class Readied(Protocol):
    """A file that was read to its end without a fault, and waits to be booked."""

    @property
    def file(self) -> RowsFile[Any]:
        """How it was understood, and what the reader says of its rows."""

    def book(self, desk: Desk) -> None:
        """Book it at the desk, and say in its outcome what became of every row."""


def rows_of(file: RowsFile[Row], progress: Progress) -> Iterator[Row]:
    """The rows of a file. Raises Refused at its end, where any could not be read."""
    for batch in file.batches():
        progress("reading", file.share_read)
        yield from batch


def watched(rows: Iterable[Row], of: int, begun: int, progress: Progress) -> Iterator[Row]:
    """The same rows, while it is told how many `of` all are booked; `begun` were before the first of them."""
    for number, row in enumerate(rows, start=begun):
        if number % _TOLD_EVERY_ROWS == 0:
            progress("booking", number / of)
        yield row
