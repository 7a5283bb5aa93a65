"""The kinds of files people bring, and one function to read each. Each format is described in its own module.

All take the same arguments: `source`, a path or a stream of bytes; `time_zone`, the shop's; `minor_digits`, how many
decimals its currency has (2 for GBP); `now`, past which nothing can have happened; `date_order`, "day-first" or
"month-first", where a person was asked. All raise Refused where the file can't be understood as a whole; a row that
can't be read refuses it at the end of `batches()`.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from quietshelf.files.catalogue import OFFERS, PRODUCTS, SUPPLIERS, OfferRow, ProductRow, SupplierRow
from quietshelf.files.movements import DELIVERIES, STOCK, DeliveryRow, StockRow
from quietshelf.files.needs import NEEDS, NeedRow
from quietshelf.files.online_retail import ONLINE_RETAIL
from quietshelf.files.reading import Source
from quietshelf.files.sales import OWN_SALES, SaleRow
from quietshelf.files.tables import RowsFile

SalesFile = RowsFile[SaleRow]


def read_sales(
    source: Source, *, time_zone: ZoneInfo, minor_digits: int, now: datetime, date_order: str | None = None
) -> SalesFile:
    """Sales and returns: Quietshelf's own columns, or the UCI Online Retail set as published."""
    return RowsFile(
        source,
        [OWN_SALES, ONLINE_RETAIL],
        time_zone=time_zone,
        minor_digits=minor_digits,
        now=now,
        date_order=date_order,
    )


def read_products(
    source: Source, *, time_zone: ZoneInfo, minor_digits: int, now: datetime, date_order: str | None = None
) -> RowsFile[ProductRow]:
    """Products, one a SKU."""
    return RowsFile(source, [PRODUCTS], time_zone=time_zone, minor_digits=minor_digits, now=now, date_order=date_order)


def read_suppliers(
    source: Source, *, time_zone: ZoneInfo, minor_digits: int, now: datetime, date_order: str | None = None
) -> RowsFile[SupplierRow]:
    """Suppliers, one a name."""
    return RowsFile(source, [SUPPLIERS], time_zone=time_zone, minor_digits=minor_digits, now=now, date_order=date_order)


def read_offers(
    source: Source, *, time_zone: ZoneInfo, minor_digits: int, now: datetime, date_order: str | None = None
) -> RowsFile[OfferRow]:
    """What suppliers ask for products, by quantity."""
    return RowsFile(source, [OFFERS], time_zone=time_zone, minor_digits=minor_digits, now=now, date_order=date_order)


def read_stock(
    source: Source, *, time_zone: ZoneInfo, minor_digits: int, now: datetime, date_order: str | None = None
) -> RowsFile[StockRow]:
    """What is on hand, as counted."""
    return RowsFile(source, [STOCK], time_zone=time_zone, minor_digits=minor_digits, now=now, date_order=date_order)


def read_needs(
    source: Source, *, time_zone: ZoneInfo, minor_digits: int, now: datetime, date_order: str | None = None
) -> RowsFile[NeedRow]:
    """Known needs: so many of an item, on a day."""
    return RowsFile(source, [NEEDS], time_zone=time_zone, minor_digits=minor_digits, now=now, date_order=date_order)


def read_deliveries(
    source: Source, *, time_zone: ZoneInfo, minor_digits: int, now: datetime, date_order: str | None = None
) -> RowsFile[DeliveryRow]:
    """Orders sent to suppliers, line by line, received or still open."""
    return RowsFile(
        source, [DELIVERIES], time_zone=time_zone, minor_digits=minor_digits, now=now, date_order=date_order
    )
