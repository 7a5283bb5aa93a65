"""Rows of a benchmark: what was measured, what it aims at, and how they are printed and kept."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import quantiles

from rich.console import Console
from rich.table import Column, Table


@dataclass(frozen=True)
class Row:
    """One figure. `aim` reads like "<= 3"; `against` says what a ratio is taken to."""

    name: str
    value: float
    unit: str
    aim: str | None = None
    against: str | None = None


def percentile(samples: Sequence[float], percent: int) -> float:
    """The value that `percent` of the samples do not exceed."""
    if len(samples) == 1:
        return samples[0]
    return quantiles(samples, n=100, method="inclusive")[percent - 1]


def keep(rows: Iterable[Row], path: Path) -> None:
    """Write the rows into the file, in the place of rows of the same names; the others stay."""
    new = {row.name: asdict(row) for row in rows}
    old = json.loads(path.read_text()) if path.exists() else []
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = [new.pop(row["name"], row) for row in old]
    path.write_text(json.dumps([*kept, *new.values()], indent=2) + "\n")


def show(rows: Iterable[Row]) -> None:
    """Print the rows as a table."""
    table = Table(Column("what", no_wrap=True), Column("value", justify="right"), "unit", "aim", "against")
    for row in rows:
        table.add_row(row.name, f"{row.value:,.4g}", row.unit, row.aim or "", row.against or "")
    Console().print(table)
