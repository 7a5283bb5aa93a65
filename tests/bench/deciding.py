"""How long a sale takes until its SKU is decided anew, in a shop with a year of sales behind it."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import select

from quietshelf.cycle import run_pass
from quietshelf.intake.imports import import_file
from quietshelf.intake.sales import SaleLine, book_sale
from quietshelf.store.engine import open_engine, reading, writing
from quietshelf.store.schema import upgrade
from quietshelf.store.sites import create_site
from quietshelf.store.tables import Product
from tests.bench.importing import write_sales
from tests.bench.rows import Row, percentile

LINES = 200_000
SALES = 400


def deciding(folder: Path) -> list[Row]:
    """One sale to its SKU's new zone, committed; and one pass over every SKU."""
    engine = open_engine(f"sqlite:///{folder}/quietshelf.db")
    upgrade(engine)
    now = datetime(2026, 6, 30, 20, tzinfo=UTC)
    with writing(engine) as session:
        site_id = create_site(session, key="main", name="Bench", time_zone="Europe/London", currency="GBP").id
    import_file(
        engine,
        site_id,
        "sales",
        write_sales(folder / "sales.csv", LINES),
        file_name="sales.csv",
        create_products=True,
        now=now,
    )
    with reading(engine) as session:
        sold = list(session.scalars(select(Product.sku).order_by(Product.id)))
    random, samples = Random(1), []
    for number in range(SALES):
        sold_at = now + timedelta(seconds=number)
        line = SaleLine(f"bench-{number}", random.choice(sold), 1, 500)
        began = time.perf_counter()
        book_sale(engine, site_id, [line], sold_at, sold_at)
        samples.append(1000 * (time.perf_counter() - began))
    began = time.perf_counter()
    report = run_pass(engine, site_id, now + timedelta(hours=1), whole=True)
    whole_s = time.perf_counter() - began
    engine.dispose()
    return [
        Row("sale_to_zone_p50", percentile(samples, 50), "ms"),
        Row("sale_to_zone_p95", percentile(samples, 95), "ms", "<= 20"),
        Row("whole_pass_skus_per_second", report.decided / whole_s, "SKUs/s"),
    ]
