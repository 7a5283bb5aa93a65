"""A shop of any size for benchmarks, written straight into the tables: made up, and no import. No bench lives here."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import Engine

from quietshelf.rules.ordering import Proposal
from quietshelf.store.engine import writing
from quietshelf.store.schema import upgrade
from quietshelf.store.sites import create_site
from quietshelf.store.tables import Feed, Supplier

DAYS = 730
SKUS_A_SUPPLIER = 500
LEAD_DAYS = 7
FIRST = date(2024, 6, 30)
NOW = datetime(2026, 6, 29, 20, tzinfo=UTC)
"""The last sale is before it, and the sales are known until then."""

Rows = Iterable[Sequence[Any]]


@dataclass(frozen=True)
class Size:
    """How big a shop is."""

    skus: int
    lines: int
    """Sale lines in all, about."""


@dataclass
class _Orders:
    """Each supplier's orders, one a week, and the receipts that came by them."""

    orders: dict[tuple[int, int], int] = field(default_factory=dict)
    ordered: set[tuple[int, int]] = field(default_factory=set)
    lines: list[Sequence[Any]] = field(default_factory=list)
    deliveries: list[Sequence[Any]] = field(default_factory=list)

    def came(self, product_id: int, day: int, units: int, key: str, text: str) -> None:
        """A receipt that an order brought."""
        supplier_id = 1 + (product_id - 1) // SKUS_A_SUPPLIER
        order_id = self.orders.setdefault((supplier_id, day // 7), len(self.orders) + 1)
        if (order_id, product_id) in self.ordered:
            return
        self.ordered.add((order_id, product_id))
        ruled = Proposal(units, 1, units, units, 1, 0, days=45).figures() | {"ruled_on": "2025-01-01"}
        line_id = len(self.lines) + 1
        self.lines.append((line_id, order_id, 1, product_id, False, units, json.dumps(ruled), 100, units, 0, text))
        self.deliveries.append((1, line_id, key, units, 0, "", text, text))


def make(engine: Engine, size: Size) -> int:
    """Make the shop in an empty database; its site's id. What sells follows a long tail: few SKUs sell most."""
    upgrade(engine)
    with writing(engine) as session:
        site = create_site(session, key="main", name="Bench", time_zone="Europe/London", currency="GBP")
        site_id = site.id
        suppliers = -(-size.skus // SKUS_A_SUPPLIER)
        session.add_all(
            Supplier(name=f"Supplier {n}", email="", quoted_lead_days=LEAD_DAYS) for n in range(1, suppliers + 1)
        )
        session.add(Feed(site_id=site_id, name="sales", known_until=NOW))
    connection = engine.raw_connection()
    write = _copy if engine.dialect.name == "postgresql" else _insert
    try:
        cursor = connection.cursor()
        if engine.dialect.name == "sqlite":
            cursor.execute("BEGIN IMMEDIATE")
        write(
            cursor,
            "products",
            "id sku name price_minor cost_minor supplier_id pack minimum_order assumed",
            _products(size),
        )
        write(cursor, "site_days", "site_id day", ((1, str(FIRST + timedelta(days=n))) for n in range(DAYS)))
        orders = _Orders()
        write(
            cursor,
            "facts",
            "site_id product_id happened learnt kind quantity key packs price_minor assumed one_off",
            _facts(size, orders),
        )
        write(
            cursor,
            "orders",
            "id site_id number supplier_id state version created_at sent_at promised_on imported",
            _orders(orders),
        )
        write(
            cursor,
            "order_lines",
            "id order_id site_id product_id is_draft quantity ruled unit_cost_minor received rejected closed_at",
            orders.lines,
        )
        write(
            cursor,
            "deliveries",
            "site_id order_line_id key received rejected reason happened learnt",
            orders.deliveries,
        )
        if engine.dialect.name == "postgresql":
            for table in ("products", "orders", "order_lines"):
                cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
        connection.commit()
    finally:
        connection.close()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as settled:
        settled.exec_driver_sql("ANALYZE")
    return site_id


def _products(size: Size) -> Iterator[Sequence[Any]]:
    for n in range(1, size.skus + 1):
        yield n, f"SKU-{n:06}", f"Item {n}", 500 + n % 4000, 300 + n % 2000, 1 + (n - 1) // SKUS_A_SUPPLIER, 1, 0, False


def _facts(size: Size, orders: _Orders) -> Iterator[Sequence[Any]]:
    """Counted once, sold at any time of any day, and restocked when little is left; SKU by SKU, in order."""
    random = Random(1)
    days = [str(FIRST + timedelta(days=n)) for n in range(DAYS)]
    seconds = [f" {8 + s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}.000000" for s in range(11 * 3600)]
    weights = [1 / (n + 20) for n in range(size.skus)]
    random.shuffle(weights)
    share = size.lines / sum(weights)
    number = 0
    for product_id, weight in enumerate(weights, 1):
        count = max(1, round(weight * share))
        units_a_day = 1.5 * count / DAYS
        left = round(units_a_day * random.uniform(20, 60)) + 2
        first = f"{days[0]} 07:00:00.000000"
        yield 1, product_id, first, first, "count", left, f"count:{product_id}", False, None, False, False
        for at in sorted(int(DAYS * random.random()) * 40000 + int(11 * 3600 * random.random()) for _ in range(count)):
            day, second = divmod(at, 40000)
            if left <= units_a_day * 26 + 2:
                units, key = round(units_a_day * 45) + 3, f"receipt:{product_id}:{day}:{second}"
                text = f"{days[day]} 07:30:00.{second:06}"
                left += units
                if product_id % 10 == 0 and day > DAYS - 200:
                    orders.came(product_id, day, units, key, text)
                yield 1, product_id, text, text, "receipt", units, key, False, None, False, False
            number += 1
            quantity = 1 + (number & 1)
            left -= quantity
            text = days[day] + seconds[second]
            yield 1, product_id, text, text, "sale", quantity, f"line:{number:09}", False, 500, False, False


def _orders(orders: _Orders) -> Iterator[Sequence[Any]]:
    for (supplier_id, bucket), order_id in orders.orders.items():
        sent = FIRST + timedelta(days=bucket * 7 - LEAD_DAYS)
        promised = str(sent + timedelta(days=LEAD_DAYS))
        at = f"{sent} 09:00:00.000000"
        yield order_id, 1, f"PO-{order_id}", supplier_id, "received", 1, at, at, promised, False


def _insert(cursor: Any, table: str, columns: str, rows: Rows) -> None:
    names = columns.split()
    cursor.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})", rows)


def _copy(cursor: Any, table: str, columns: str, rows: Rows) -> None:
    with cursor.copy(f"COPY {table} ({', '.join(columns.split())}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
