"""How fast, and in how much memory, a year of sales is brought into the books."""

import csv
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from tests.bench.rows import Row
from tests.running import QUIETSHELF, environment

LINES = 541_909
"""As many as the real wholesaler's year that the product is tried on."""
SKUS = 4_000


def write_sales(path: Path, lines: int = LINES, skus: int = SKUS, until: datetime = datetime(2026, 6, 30, 18)) -> Path:  # noqa: DTZ001 (a till's local time)
    """A year of sales, a few SKUs selling most, as a till exports them."""
    random = Random(7)
    began = until - timedelta(days=365)
    with path.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["sku", "sold_at", "quantity", "unit_price", "line_id"])
        for line in range(lines):
            sku = min(int(random.paretovariate(0.6)), skus)
            at = began + timedelta(seconds=round(line * 365 * 86_400 / lines))
            row = [f"SKU-{sku:05}", f"{at:%Y-%m-%d %H:%M:%S}", random.randint(1, 12), f"{1 + sku % 40}.95", line]
            out.writerow(row)
    return path


def importing(folder: Path) -> list[Row]:
    """`quietshelf import sales FILE --create-products`, decisions about every SKU included."""
    file = write_sales(folder / "sales.csv")
    took_s, peak_mb = _timed(["import", "sales", str(file), "--create-products"], folder / "home")
    return [
        Row("import_lines_per_second", LINES / took_s, "lines/s"),
        Row("import_year_seconds", took_s, "s", "<= 120"),
        Row("import_peak_memory", peak_mb, "MB", "<= 500"),
    ]


def _timed(arguments: Sequence[str], home: Path) -> tuple[float, float]:
    """Run a command to its end: seconds, and peak memory in MB."""
    home.mkdir()
    began = time.perf_counter()
    process = subprocess.Popen(
        [QUIETSHELF, *arguments], env=environment(home), stdout=subprocess.DEVNULL, stderr=sys.stderr
    )
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"quietshelf {' '.join(arguments)} ended with {os.waitstatus_to_exitcode(status)}")
    return time.perf_counter() - began, used.ru_maxrss / 1024
