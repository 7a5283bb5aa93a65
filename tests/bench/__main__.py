"""`make bench`: measures, prints a table, writes build/bench.json; with names (`ARGS="pages"`), only those."""

import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.deciding import deciding
from tests.bench.events import events
from tests.bench.importing import importing
from tests.bench.pages import pages
from tests.bench.rows import Row, keep, show
from tests.bench.scaling import scaling
from tests.bench.starting import starting

FILE = Path("build/bench.json")

BENCHES: dict[str, Callable[[Path], list[Row]]] = {
    "starting": starting,
    "pages": pages,
    "importing": importing,
    "deciding": deciding,
    "events": events,
    "scaling": scaling,
}
"""Each measures in a folder of its own."""


def main(names: list[str]) -> int:
    """Run the benchmarks named, or all; 1 where one could not run."""
    failed = 0
    rows: list[Row] = []
    for name in names or BENCHES:
        print(f"measuring: {name}", file=sys.stderr, flush=True)
        with TemporaryDirectory(prefix="quietshelf-bench-") as folder:
            try:
                measured = BENCHES[name](Path(folder))
            except Exception:
                failed += 1
                traceback.print_exc()
                continue
        keep(measured, FILE)
        rows += measured
    show(rows)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
