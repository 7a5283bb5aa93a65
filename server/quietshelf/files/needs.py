"""Needs that are known before they come: so many of an item, on a day, for something."""

from dataclasses import dataclass
from datetime import date

from quietshelf.files.reports import Reason
from quietshelf.files.tables import Cells, Format, Parse, Reading, name


@dataclass(frozen=True, slots=True)
class NeedRow:
    """So many of one item, wanted on a day."""

    line: int
    sku: str
    quantity: int
    on_day: date
    note: str
    """What it is for; empty where nobody said."""

    @property
    def key(self) -> str:
        """The same need has the same key, in whatever file it comes."""
        return f"need:{self.sku}:{self.on_day}:{self.quantity}:{self.note}"


def _needs(reading: Reading) -> Parse[NeedRow]:
    sku = reading.required("sku", name)
    quantity = reading.required("quantity", reading.count)
    day = reading.required("day", reading.dates.day)
    note = reading.optional("note", name)
    today = reading.now.astimezone(reading.dates.zone).date()
    seen: set[str] = set()

    def parse(line: int, cells: Cells) -> NeedRow | Reason:
        row = NeedRow(line, sku(cells), quantity(cells), day(cells), note(cells) or "")
        if not row.sku:
            return Reason.NO_CODE
        if not row.quantity:
            return Reason.QUANTITY_ZERO
        if row.on_day < today:
            return Reason.DAY_PAST
        if row.key in seen:
            return Reason.REPEATED
        seen.add(row.key)
        return row

    return parse


NEEDS = Format(
    name="Quietshelf needs",
    required=("sku", "quantity", "day"),
    optional=("note",),
    dates=("day",),
    numbers=("quantity",),
    parser=_needs,
)
