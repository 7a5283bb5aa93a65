"""From a path or a stream of bytes to the records of a CSV: gzip, encoding, delimiter, header, line numbers.

What the columns mean is not known here.
"""

import csv
import gzip
import io
import re
import shutil
import tempfile
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from quietshelf.files.reports import Refused

Source = Path | BinaryIO
"""A file's path, or its bytes as a stream open for reading (a form's upload, say). A stream is left open."""

DELIMITERS = ",;\t|"
LONGEST_LINE = 1_000_000
"""Characters; a longer line is no table of ours, and would not fit in memory flat."""

_ESCAPED_BYTE = re.compile("[\udc80-\udcff]")
_DAMAGED_GZIP = (EOFError, zlib.error, gzip.BadGzipFile)
_DAMAGE = "the gzip file is cut short or damaged; make it anew"
_OTHER_FILES = {
    b"PK\x03\x04": "an Excel workbook or a zip archive; save the sheet as CSV UTF-8",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook; save the sheet as CSV UTF-8",
    b"\xff\xfe": "UTF-16, not UTF-8; save it as CSV UTF-8",
    b"\xfe\xff": "UTF-16, not UTF-8; save it as CSV UTF-8",
}


class Text:
    """The lines of one file, which can be gone through from the start as often as is needed."""

    def __init__(self, source: Source) -> None:
        """Look at the file's first bytes.

        Raises Refused where the file is empty, or plainly no text.
        """
        self._source = source if isinstance(source, Path) or source.seekable() else _spooled(source)
        self._start = 0 if isinstance(self._source, Path) else self._source.tell()
        with self._bytes() as raw:
            self.compressed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0, io.SEEK_END)
            self._size = raw.tell() - self._start
        self._reading: BinaryIO | None = None
        with self._bytes() as raw:
            try:
                head = self._body(raw).read(4)
            except _DAMAGED_GZIP as error:
                raise Refused.at(1, _DAMAGE) from error
        if not head:
            raise Refused.at(1, "the file is empty")
        for magic, reason in _OTHER_FILES.items():
            if head.startswith(magic):
                raise Refused.at(1, reason)
        self.encoding = "UTF-8 with mark" if head.startswith(b"\xef\xbb\xbf") else "UTF-8"

    @property
    def share_read(self) -> float:
        """How far the reading under way has come, from 0 to 1, for a progress bar."""
        return (self._reading.tell() - self._start) / self._size if self._reading else 1.0

    def lines(self) -> Iterator[str]:
        """Every line with its line end.

        Raises Refused at the first line that is not UTF-8 or too long, and where a gzip file is damaged.
        """
        number = 0
        with self._bytes() as raw:
            text = io.TextIOWrapper(self._body(raw), "utf-8-sig", errors="surrogateescape", newline="")
            self._reading = raw
            try:
                while line := text.readline(LONGEST_LINE):
                    number += 1
                    if not line.isascii() and _ESCAPED_BYTE.search(line):
                        raise Refused.at(number, "not UTF-8; save it as CSV UTF-8")
                    if "\0" in line:
                        raise Refused.at(number, "a zero byte: this is no text; save it as CSV UTF-8")
                    if len(line) == LONGEST_LINE:
                        raise Refused.at(number, f"longer than {LONGEST_LINE:,} characters")
                    yield line
            except _DAMAGED_GZIP as error:
                raise Refused.at(number + 1, _DAMAGE) from error
            finally:
                self._reading = None
                text.detach()

    @contextmanager
    def _bytes(self) -> Iterator[BinaryIO]:
        if isinstance(self._source, Path):
            with self._source.open("rb") as raw:
                yield raw
        else:
            self._source.seek(self._start)
            yield self._source

    def _body(self, raw: BinaryIO) -> BinaryIO:
        raw.seek(self._start)
        return gzip.GzipFile(fileobj=raw) if self.compressed else raw  # type: ignore[return-value]


class Table:
    """A CSV file with a header."""

    def __init__(self, text: Text, known: Collection[str]) -> None:
        """Recognise the delimiter by the `known` column names (as `column_name` writes them), and read the header.

        Raises Refused where there is no header, or a column stands in it twice.
        """
        self.text = text
        self.delimiter = _delimiter(text, known)
        line, self.header = next(self._rows(), (1, []))
        if not self.header:
            raise Refused.at(1, "the file is empty")
        self.columns = {column_name(title): place for place, title in reversed(list(enumerate(self.header)))}
        self.columns.pop("", None)
        for place, title in enumerate(self.header):
            if title.strip() and self.columns[column_name(title)] != place:
                raise Refused.at(line, f'the column "{title.strip()}" stands twice in the header')

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """Every row below the header that is not blank, with the line on which it begins.

        Raises Refused where the text can't be cut into cells.
        """
        rows = self._rows()
        next(rows, None)
        return rows

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        reader = csv.reader(self.text.lines(), delimiter=self.delimiter, strict=True)
        line = 1
        try:
            for cells in reader:
                if any(cells):
                    yield line, cells
                line = reader.line_num + 1
        except csv.Error as error:
            raise Refused.at(
                line, f"a quote is not closed, or stands inside a quoted text undoubled ({error})"
            ) from error


def column_name(title: str) -> str:
    """A header's title without case, spaces, hyphens and underscores, by which columns are told apart.

    >>> column_name("Sold at") == column_name(" SOLD_AT")
    True
    """
    return re.sub(r"[\s_-]+", "", title).casefold()


def _delimiter(text: Text, known: Collection[str]) -> str:
    """The sign that cuts the header into the most known columns, then into the most columns."""
    first = next((line for line in text.lines() if line.strip()), "")

    def fit(sign: str) -> tuple[int, int]:
        titles = [column_name(title) for title in next(csv.reader([first], delimiter=sign), [])]
        return sum(title in known for title in titles), len(titles)

    return max(DELIMITERS, key=fit)


def _spooled(stream: BinaryIO) -> BinaryIO:
    """A copy that can be read twice: in memory while small, else in a temporary file that vanishes when closed."""
    copy = tempfile.SpooledTemporaryFile(max_size=1 << 20)  # noqa: SIM115 (closed when the reader of it is gone)
    shutil.copyfileobj(stream, copy)
    copy.seek(0)
    return copy  # type: ignore[return-value]
