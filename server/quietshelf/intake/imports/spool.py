"""Rows that were read and wait to be booked: in memory while few, else in a temporary file. Nothing is booked here.

A whole file is read before the database is written to, so that the one write lock is not held while somebody's
spreadsheet is parsed; memory stays flat however long the file is.
"""

import pickle
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import Generic, TypeVar

_ROWS_AT_ONCE = 5_000
_IN_MEMORY_BYTES = 4 << 20

Row = TypeVar("Row")


class Spool(Generic[Row]):
    """Rows to go through any number of times, in the order in which they were added."""

    def __init__(self) -> None:
        """Empty; its file vanishes with it."""
        self._file = SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES)  # noqa: SIM115 (lives as long as the spool)
        self._last: list[Row] = []
        self._length = 0

    def add(self, row: Row) -> None:
        """Put a row at the end."""
        self._last.append(row)
        self._length += 1
        if len(self._last) == _ROWS_AT_ONCE:
            pickle.dump(self._last, self._file, pickle.HIGHEST_PROTOCOL)
            self._last = []

    def __len__(self) -> int:
        """How many rows there are."""
        return self._length

    def __iter__(self) -> Iterator[Row]:
        """Every row. Adding while one goes through them is not provided for."""
        end = self._file.tell()
        self._file.seek(0)
        while self._file.tell() < end:
            yield from pickle.load(self._file)
        yield from self._last
