"""The formats people bring and take away: text in, rows and reasons out. No database, no network."""

from quietshelf.files.catalogue import OfferRow, ProductRow, SupplierRow
from quietshelf.files.derived import DerivedProduct, derive_products
from quietshelf.files.kinds import (
    SalesFile,
    read_deliveries,
    read_needs,
    read_offers,
    read_products,
    read_sales,
    read_stock,
    read_suppliers,
)
from quietshelf.files.movements import DeliveryRow, StockRow
from quietshelf.files.needs import NeedRow
from quietshelf.files.reading import Source
from quietshelf.files.reports import Reason, Refusal, Refused, Report, Understood
from quietshelf.files.sales import SaleRow
from quietshelf.files.tables import RowsFile
from quietshelf.files.writing import guarded, money, write_csv

__all__ = [
    "DeliveryRow",
    "DerivedProduct",
    "NeedRow",
    "OfferRow",
    "ProductRow",
    "Reason",
    "Refusal",
    "Refused",
    "Report",
    "RowsFile",
    "SaleRow",
    "SalesFile",
    "Source",
    "StockRow",
    "SupplierRow",
    "Understood",
    "derive_products",
    "guarded",
    "money",
    "read_deliveries",
    "read_needs",
    "read_offers",
    "read_products",
    "read_sales",
    "read_stock",
    "read_suppliers",
    "write_csv",
]
