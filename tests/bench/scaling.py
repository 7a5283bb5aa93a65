"""A shop of 100,000 SKUs and 10 million sale lines: what a look at all of it, at what has changed, and one sale cost.

The shop is written straight into the tables (big_shop.py). Beside it stands the plainest question that such a shop can
be asked: what did each SKU sell in the last 60 days, by SQL alone, from lines with the index that suits it best.
"""

import resource
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median

from sqlalchemy import Engine, text, update

from quietshelf.cycle import run_pass
from quietshelf.cycle.cores import processes
from quietshelf.intake.sales import SaleLine, book_sale
from quietshelf.rules.facts import Fact, Kind
from quietshelf.store.engine import open_engine, writing
from quietshelf.store.facts import add_facts
from quietshelf.store.feeds import raise_known_until
from quietshelf.store.tables import SkuState
from tests.bench.big_shop import NOW, Size, make
from tests.bench.rows import Row, percentile
from tests.postgres import postgres

SIZE = Size(100_000, 10_000_000)
CHANGED = 0.02
"""Of all SKUs, before each look: three in four of these by a sale, the others by their day that has come."""
ROUNDS = 5
SALES = 400

BARE = "SELECT sku, SUM(quantity) FROM bare_lines WHERE day > :since GROUP BY sku"
DAY_OF = {
    "sqlite": "CAST(julianday(happened, '12:00') AS INTEGER)",
    "postgresql": "CAST(to_char(happened AT TIME ZONE 'UTC', 'J') AS INTEGER)",
}
"""The Julian day of a fact: a whole number is what both databases find fastest."""
JULIAN = 1_721_425
"""The Julian day before Python's day 1."""


def scaling(folder: Path) -> list[Row]:
    """The same on SQLite and on PostgreSQL; medians of 5, warm."""
    rows = _measured("sqlite", f"sqlite:///{folder}/quietshelf.db", SIZE)
    with postgres() as url:
        rows += _measured("postgresql", url, SIZE)
    return rows


def _measured(name: str, url: str, size: Size) -> list[Row]:
    engine = open_engine(url)
    site_id = make(engine, size)
    run_pass(engine, site_id, NOW)
    bare_s = _bare(engine)
    shop = _Changing(engine, site_id, size)
    whole_s = _median(lambda: run_pass(engine, site_id, shop.now, whole=True), shop.change)
    usual_s = _median(lambda: run_pass(engine, site_id, shop.now), shop.change)
    sales_ms = shop.sell_one_by_one()
    shop.change()
    peak = subprocess.run(
        [sys.executable, "-m", "tests.bench.scaling", url, str(site_id), shop.now.isoformat()],
        check=True,
        capture_output=True,
        text=True,
    )
    engine.dispose()
    against = "the bare SQL of 60 days"
    return [
        Row(f"scale_bare_sql_{name}", bare_s, "s"),
        Row(f"scale_whole_pass_{name}", whole_s, "s", "<= 10"),
        Row(f"scale_whole_pass_ratio_{name}", whole_s / bare_s, "x", None, against),
        Row(f"scale_usual_pass_ratio_{name}", usual_s / bare_s, "x", "<= 3", against),
        Row(f"scale_sale_to_zone_p50_{name}", percentile(sales_ms, 50), "ms"),
        Row(f"scale_sale_to_zone_p95_{name}", percentile(sales_ms, 95), "ms", "< 20"),
        Row(f"scale_pass_memory_{name}", float(peak.stdout) / 1024**2, "GB", "< 1"),
    ]


class _Changing:
    """The shop as time goes by: every change comes a minute after the last."""

    def __init__(self, engine: Engine, site_id: int, size: Size) -> None:
        self.engine, self.site_id, self.size = engine, site_id, size
        self.now, self.random = NOW, Random(2)

    def change(self) -> None:
        """Some SKUs sell one piece, and the day of some others comes."""
        self.now += timedelta(minutes=1)
        changed = self.random.sample(range(1, self.size.skus + 1), round(self.size.skus * CHANGED))
        sold, due = changed[len(changed) // 4 :], changed[: len(changed) // 4]
        with writing(self.engine) as session:
            facts = [(one, self._sale(one, self.now), self.now, False) for one in sorted(sold)]
            add_facts(session, self.site_id, facts)
            raise_known_until(session, self.site_id, "sales", self.now)
            of_these = (SkuState.site_id == self.site_id, SkuState.product_id.in_(due))
            session.execute(update(SkuState).where(*of_these).values(decide_again_on=self.now.date()))

    def sell_one_by_one(self) -> list[float]:
        """How long each sale took until its SKU was decided, in ms."""
        samples = []
        for number in range(SALES):
            self.now += timedelta(seconds=1)
            line = SaleLine(f"bench-{number}", f"SKU-{self.random.randint(1, self.size.skus):06}", 1, 500)
            began = time.perf_counter()
            book_sale(self.engine, self.site_id, [line], self.now, self.now, feed="sales")
            samples.append(1000 * (time.perf_counter() - began))
        return samples

    def _sale(self, product_id: int, at: datetime) -> Fact:
        return Fact(at, Kind.SALE, 1, f"bench:{product_id}:{at.isoformat()}", price_minor=500)


def _bare(engine: Engine) -> float:
    """The plain question, asked of a table that holds nothing but the lines."""
    with writing(engine) as session:
        session.execute(text("CREATE TABLE bare_lines (sku INTEGER, day INTEGER, quantity INTEGER)"))
        lines = f"SELECT product_id, {DAY_OF[engine.dialect.name]}, quantity FROM facts WHERE kind = 'sale'"
        session.connection().exec_driver_sql(f"INSERT INTO bare_lines {lines}")
        session.execute(text("CREATE INDEX bare_lines_best ON bare_lines (day, sku, quantity)"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM bare_lines" if engine.dialect.name == "postgresql" else "ANALYZE bare_lines"))
        since = {"since": NOW.toordinal() + JULIAN - 60}
        seconds = _median(lambda: connection.execute(text(BARE), since).all(), lambda: None)
    with writing(engine) as session:
        session.execute(text("DROP TABLE bare_lines"))
    return seconds


def _median(work: Callable[[], object], before: Callable[[], None]) -> float:
    """Seconds that some work takes, once warm."""
    samples = []
    for _ in range(ROUNDS + 1):
        before()
        began = time.perf_counter()
        work()
        samples.append(time.perf_counter() - began)
    return median(samples[1:])


def _peak(url: str, site_id: int, now: datetime) -> None:
    """Print the most memory that a whole look takes, in kB, in a process that does nothing else and those it starts."""
    run_pass(open_engine(url), site_id, now, whole=True)
    own, largest = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(own + processes() * largest)


if __name__ == "__main__":
    _peak(sys.argv[1], int(sys.argv[2]), datetime.fromisoformat(sys.argv[3]))
