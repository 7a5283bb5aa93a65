"""What is said of a file that was brought: its report, and the report as lines, as rows of a table and as JSON.

Pure: nothing is read, booked or printed here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from quietshelf.files import Refused, Understood

HELD_SKUS_TOLD = 10
"""So many unknown items are named; the rest are only counted."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of every row of a file: booked, known already, held for a person, or skipped; nothing else."""

    kind: str
    file_name: str
    dry_run: bool
    understood: Understood
    rows: int
    booked: Mapping[str, int]
    """By what it was booked as: sales, returns, new products, ..."""
    repeated: int
    """Known already, booked or held."""
    held: Mapping[str, int]
    """By reason; booked by itself when the item becomes known."""
    held_skus: tuple[str, ...]
    """The first of the unknown items."""
    skipped: Mapping[str, int]
    """By reason."""
    made: Mapping[str, int] = field(default_factory=dict)
    """What was made besides the rows: products, suppliers, orders."""
    released: int = 0
    """Rows of earlier files that were held, and are booked now that their item is known."""
    rounded: int = 0
    """Prices with a part below the smallest coin."""
    known_until: datetime | None = None
    """The newest sale of the file."""
    assumed: tuple[str, ...] = ()
    """What nobody told and was therefore assumed, each a sentence."""


def table_rows(report: ImportReport) -> list[tuple[str, int]]:
    """The report as a table, most wanted first; the last row is the sum of those above it."""
    return [
        *report.booked.items(),
        ("known already", report.repeated),
        *((f"held: {reason}", count) for reason, count in _by_count(report.held)),
        *((f"skipped: {reason}", count) for reason, count in _by_count(report.skipped)),
        ("rows read", report.rows),
    ]


def lines(report: ImportReport) -> Iterator[str]:
    """What stands beside the table, a sentence each."""
    yield f"Understood as {report.understood.describe()}."
    if report.dry_run:
        yield "This was a dry run: nothing was changed."
    if not sum(report.booked.values()):
        yield "Nothing is booked by it: every row is known already, held or skipped."
    if made := [f"{count:,} {what}" for what, count in report.made.items() if count]:
        yield f"Made besides: {', '.join(made)}."
    if sum(report.held.values()):
        skus = ", ".join(report.held_skus) + (" ..." if len(report.held_skus) == HELD_SKUS_TOLD else "")
        yield f"Rows of unknown items ({skus}) wait: import the products, and they are booked by themselves."
    if report.released:
        yield f"Rows of earlier files that waited for their item, and are booked now: {report.released:,}."
    if report.rounded:
        yield f"Prices with a part below the smallest coin, which were rounded: {report.rounded:,}."
    if report.known_until:
        yield f"The newest sale is of {report.known_until:%Y-%m-%d %H:%M} UTC."
    for sentence in report.assumed:
        yield f"Assumed: {sentence}."


def as_json(report: ImportReport) -> dict[str, Any]:
    """The report for machines: no key missing, unknown is null."""
    understood = report.understood
    return {
        "kind": report.kind,
        "file": report.file_name,
        "dry_run": report.dry_run,
        "understood": {
            "format": understood.format,
            "compressed": understood.compressed,
            "encoding": understood.encoding,
            "delimiter": understood.delimiter,
            "date_order": understood.date_order,
            "days_only": understood.days_only,
            "decimal_sign": understood.decimal_sign,
            "ignored_columns": list(understood.ignored_columns),
        },
        "rows": report.rows,
        "booked": dict(report.booked),
        "repeated": report.repeated,
        "held": dict(report.held),
        "held_skus": list(report.held_skus),
        "skipped": dict(report.skipped),
        "made": dict(report.made),
        "released": report.released,
        "rounded": report.rounded,
        "known_until": report.known_until and report.known_until.isoformat(),
        "assumed": list(report.assumed),
        "refused": [],
        "refused_total": 0,
    }


def refusal_lines(refused: Refused) -> Iterator[str]:
    """Why a file was refused, a row each, and that nothing of it was booked."""
    yield from (str(refusal) for refusal in refused.reasons)
    if refused.total > len(refused.reasons):
        yield f"and {refused.total - len(refused.reasons):,} rows more"
    yield "Nothing was booked. Put right what is named above, and import the file again."


def refusal_as_json(kind: str, file_name: str, dry_run: bool, refused: Refused) -> dict[str, Any]:
    """A refusal for machines, in the shape of a report: nothing understood, nothing booked."""
    return {
        "kind": kind,
        "file": file_name,
        "dry_run": dry_run,
        "understood": None,
        "rows": None,
        "booked": {},
        "repeated": 0,
        "held": {},
        "held_skus": [],
        "skipped": {},
        "made": {},
        "released": 0,
        "rounded": 0,
        "known_until": None,
        "assumed": [],
        "refused": [{"row": refusal.line, "reason": refusal.reason} for refusal in refused.reasons],
        "refused_total": refused.total,
    }


def _by_count(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
