"""CSV that leaves the shop: a text that a spreadsheet would run as a formula is defused, numbers stay numbers.

`guarded` and `unguarded` are each other's inverse, so what was exported can be imported again unchanged.
"""

import csv
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import TextIO

Cell = str | int | Decimal | date | None
"""What may stand in an exported cell. Money comes as Decimal (see `money`), a day as a date, unknown as None."""

_FORMULA_SIGNS = tuple("=+-@\t\r")


def guarded(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would take it for a formula.

    >>> guarded("=HYPERLINK(...)"), guarded("Tea, green")
    ("'=HYPERLINK(...)", 'Tea, green')
    """
    return f"'{text}" if text.lstrip("'").startswith(_FORMULA_SIGNS) else text


def unguarded(text: str) -> str:
    """The text that `guarded` was given."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(_FORMULA_SIGNS) else text


def money(minor: int, minor_digits: int) -> Decimal:
    """An amount in minor units as a number of the currency, for a cell.

    >>> money(-1250, 2)
    Decimal('-12.50')
    """
    return Decimal(minor).scaleb(-minor_digits)


def write_csv(out: TextIO, header: Iterable[str], rows: Iterable[Iterable[Cell]]) -> None:
    """Write rows as CSV with a header. `out` must be opened with newline=""."""
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows([guarded(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
