"""The file of figures: a new run replaces rows of its own names and leaves the others."""

import json
from pathlib import Path

from tests.bench.rows import Row, keep, percentile


def test_a_new_run_replaces_only_rows_of_its_own_names(tmp_path: Path) -> None:
    file = tmp_path / "build" / "bench.json"
    keep([Row("a", 1.0, "s"), Row("b", 2.0, "s", "<= 3")], file)
    keep([Row("b", 2.5, "s", "<= 3"), Row("c", 9.0, "x", None, "bare consumer")], file)
    rows = json.loads(file.read_text())
    assert [(row["name"], row["value"]) for row in rows] == [("a", 1.0), ("b", 2.5), ("c", 9.0)]
    assert all(set(row) == {"name", "value", "unit", "aim", "against"} for row in rows)


def test_a_percentile_is_not_exceeded_by_that_share() -> None:
    assert percentile([float(n) for n in range(1, 101)], 95) == 95.05
    assert percentile([7.0], 95) == 7.0
