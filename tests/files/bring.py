"""How these tests bring a file: as bytes, the way a form or a disk would."""

import io
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, TypedDict, TypeVar
from zoneinfo import ZoneInfo

import pytest

from quietshelf.files import Refused, RowsFile, SaleRow, SalesFile, read_sales

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2011, 12, 10, 9, tzinfo=UTC)
Row = TypeVar("Row")


class Shop(TypedDict):
    """What every reader is told of the shop."""

    time_zone: ZoneInfo
    minor_digits: int
    now: datetime


SHOP: Shop = {"time_zone": LONDON, "minor_digits": 2, "now": NOW}


def stream(text: str) -> io.BytesIO:
    """A file with this text, in UTF-8."""
    return io.BytesIO(text.encode())


def sales(text: str, **more: Any) -> SalesFile:
    """The sales file with this text, opened."""
    return read_sales(stream(text), **SHOP, **more)


def sale_rows(text: str, **more: Any) -> list[SaleRow]:
    """The rows of the sales file with this text."""
    return taken(sales(text, **more))


def taken(file: RowsFile[Row]) -> list[Row]:
    """All rows of an opened file."""
    return [row for batch in file.batches() for row in batch]


def refusals(text: str, **more: Any) -> list[str]:
    """Why the sales file with this text is refused, as a person reads it."""
    with pytest.raises(Refused) as refused:
        sale_rows(text, **more)
    return [str(reason) for reason in refused.value.reasons]


def csv(header: str, rows: Iterable[str]) -> str:
    """A CSV text."""
    return "\n".join([header, *rows, ""])


OWN = "sku,sold_at,quantity,unit_price"
