"""The simulated shop's history as the CSV files that any shop brings. Nothing is made up here."""

import csv
from pathlib import Path

from quietshelf.demo.history import Delivered, History
from quietshelf.demo.world import DEARER, GOODS, MAKERS, Good, Maker, good
from quietshelf.intake.imports import FileKind


def write(history: History, folder: Path) -> list[tuple[FileKind, Path]]:
    """The history as the files that any shop would bring, each with its kind, in the order in which to import them."""
    tables: dict[FileKind, tuple[str, list[tuple[object, ...]]]] = {
        "suppliers": (
            "supplier,email,quoted_lead_days,payment_days",
            [(maker.name, maker.email, maker.quoted_lead_days, maker.payment_days) for maker in (*MAKERS, *DEARER)],
        ),
        "products": (
            "sku,name,barcode,price,cost,category,supplier,pack,minimum_order,piece_weight_g",
            [_product_row(number, good) for number, good in enumerate(GOODS, start=1)],
        ),
        "offers": (
            "supplier,sku,cost,pack,minimum_order,lead_days",
            [_offer_row(good, good.maker, good.cost_minor) for good in GOODS]
            + [
                _offer_row(good(sku), maker, good(sku).cost_minor * (100 + per_cent) // 100)
                for maker, (per_cent, skus) in DEARER.items()
                for sku in skus
            ],
        ),
        "stock": (
            "sku,on_hand,counted_at",
            [(sku, units, history.counted_at.isoformat()) for sku, units in history.opening.items()],
        ),
        "deliveries": (
            "order,supplier,sku,sent,promised,received,ordered,received_qty,accepted_qty",
            [_delivery_row(line) for line in history.deliveries],
        ),
        "sales": (
            "sku,sold_at,quantity,unit_price,line_id",
            [(s.sku, s.sold_at.isoformat(), s.quantity, _money(s.unit_price_minor), s.line_id) for s in history.sales],
        ),
    }
    folder.mkdir(parents=True, exist_ok=True)
    paths = [(kind, _table(folder / f"{kind}.csv", *table)) for kind, table in tables.items()]
    if history.recounted_at is not None:
        at = history.recounted_at.isoformat()
        rows: list[tuple[object, ...]] = [(sku, units, at) for sku, units in history.recounted.items()]
        paths.append(("stock", _table(folder / "stock-again.csv", "sku,on_hand,counted_at", rows)))
    return paths


def _table(path: Path, header: str, rows: list[tuple[object, ...]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header.split(","))
        writer.writerows(rows)
    return path


def _product_row(number: int, good: Good) -> tuple[object, ...]:
    maker, weight = good.maker.name, f"{good.piece_weight_g:g}"
    money = _money(good.price_minor), _money(good.cost_minor)
    barcode = _ean13(f"20{number:010}")
    return (good.sku, good.name, barcode, *money, good.category, maker, good.pack, good.minimum_order, weight)


def _offer_row(good: Good, maker: Maker, cost_minor: int) -> tuple[object, ...]:
    return (maker.name, good.sku, _money(cost_minor), good.pack, good.minimum_order, maker.quoted_lead_days)


def _delivery_row(line: Delivered) -> tuple[object, ...]:
    came = (
        ("", line.ordered, "", "")
        if line.received is None
        else (line.received, line.ordered, line.accepted, line.accepted)
    )
    return (line.order, line.maker.name, line.sku, line.sent, line.promised, *came)


def _money(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02}"


def _ean13(digits: str) -> str:
    """Twelve digits with their check digit; 20 begins the numbers that a shop gives out itself."""
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-weighted % 10}"
