"""A shop that is brought files: writing them, importing them, and looking at what the books then hold. No test here."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from quietshelf.intake.import_report import ImportReport
from quietshelf.intake.imports import FileKind, import_file
from quietshelf.store.engine import reading
from quietshelf.store.tables import Base, FactRow, Product
from tests.shops import Shop

NOW = datetime(2026, 11, 24, 18, tzinfo=UTC)

PRODUCTS = "sku,name,barcode,price,cost,category,supplier,pack,minimum_order"
SUPPLIERS = "supplier,email,quoted_lead_days,order_day"
OFFERS = "supplier,sku,cost,pack,minimum_order,lead_days,from_quantity"
SALES = "sku,sold_at,quantity,unit_price,line_id"
STOCK = "sku,on_hand,counted_at"
DELIVERIES = "order,supplier,sku,sent,promised,received,ordered,received_qty,accepted_qty"


def table(*lines: str) -> bytes:
    """A CSV file as its bytes."""
    return ("\n".join(lines) + "\n").encode()


def bring(shop: Shop, kind: FileKind, folder: Path, *lines: str, **how: Any) -> ImportReport:
    """Import a CSV file of these lines."""
    file = folder / f"{kind}.csv"
    file.write_bytes(table(*lines))
    told: dict[str, Any] = {"file_name": file.name, "now": NOW, **how}
    return import_file(shop.engine, shop.site_id, kind, file, **told)


def accounted(report: ImportReport) -> int:
    """Rows of which the report says what became of them."""
    return sum(
        [*report.booked.values(), report.repeated, *report.held.values(), *report.skipped.values()],
    )


def facts(shop: Shop) -> list[tuple[str, str, int, datetime]]:
    """The ledger: SKU, kind, quantity, when."""
    with reading(shop.engine) as session:
        rows = session.execute(
            select(Product.sku, FactRow.kind, FactRow.quantity, FactRow.happened)
            .join(Product, Product.id == FactRow.product_id)
            .where(FactRow.site_id == shop.site_id)
            .order_by(FactRow.happened, Product.sku, FactRow.key)
        )
        return [(sku, kind, quantity, happened) for sku, kind, quantity, happened in rows]


def everything(shop: Shop) -> Mapping[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    with reading(shop.engine) as session:
        return {
            each.name: sorted(map(tuple, session.execute(select(each)).all()), key=repr)
            for each in Base.metadata.sorted_tables
        }


def rows_of(shop: Shop, of: type[Any]) -> list[Any]:
    """The rows of one table, in order of id."""
    with reading(shop.engine) as session:
        return list(session.scalars(select(of).order_by(of.id)))
