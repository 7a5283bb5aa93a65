"""What files tell of stock besides sales: what is on hand, and what suppliers delivered or still owe."""

from dataclasses import dataclass
from datetime import date, datetime

from quietshelf.files.reports import Reason, Unreadable
from quietshelf.files.sales import Ordinals
from quietshelf.files.tables import Cells, Format, Parse, Reading, filled_name, name


@dataclass(frozen=True, slots=True)
class StockRow:
    """What was counted of one product."""

    line: int
    sku: str
    on_hand: int
    site: str | None
    counted_at: datetime | None
    """In UTC; None where the file doesn't say: now."""


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One line of an order to a supplier, and what came of it."""

    line: int
    key: str
    """The same when the line comes again in a later file, received by then."""
    order: str
    supplier: str
    sku: str
    sent: date | None
    """None where nobody noted it: no lead time is learnt from this line."""
    promised: date | None
    received: date | None
    """None: still open."""
    ordered: int
    received_quantity: int
    accepted_quantity: int


def _stock(reading: Reading) -> Parse[StockRow]:
    sku = reading.required("sku", name)
    on_hand = reading.required("on_hand", reading.amounts.whole)
    site = reading.optional("site", name)
    counted_at = reading.optional("counted_at", reading.past)
    seen: set[tuple[str, str | None]] = set()

    def parse(line: int, cells: Cells) -> StockRow | Reason:
        row = StockRow(line, sku(cells), on_hand(cells), site(cells), counted_at(cells))
        if not row.sku:
            return Reason.NO_CODE
        if (row.sku, row.site) in seen:
            return Reason.DUPLICATE
        seen.add((row.sku, row.site))
        return row if row.on_hand >= 0 else Reason.STOCK_BELOW_ZERO

    return parse


def _deliveries(reading: Reading) -> Parse[DeliveryRow]:
    order = reading.required("order", filled_name)
    supplier = reading.required("supplier", filled_name)
    sku = reading.required("sku", name)
    sent = reading.optional("sent", reading.past_day)
    promised = reading.optional("promised", reading.dates.day)
    received = reading.optional("received", reading.past_day)
    ordered = reading.required("ordered", reading.count)
    received_quantity = reading.optional("received_qty", reading.count)
    accepted_quantity = reading.optional("accepted_qty", reading.count)
    ordinals = Ordinals()

    def parse(line: int, cells: Cells) -> DeliveryRow | Reason:
        came, accepted = received_quantity(cells), accepted_quantity(cells)
        day_sent, day_received = sent(cells), received(cells)
        if day_received and came is None:
            raise Unreadable("received_qty: is blank, though a day of receipt is given")
        if day_sent and day_received and day_received < day_sent:
            raise Unreadable(f"received: {day_received} is before {day_sent}, the day it was sent")
        came = (came or 0) if day_received else 0
        accepted = came if accepted is None or not day_received else accepted
        if accepted > came:
            raise Unreadable(f"accepted_qty: {accepted} is more than the {came} received")
        number, who, code, pieces = order(cells), supplier(cells), sku(cells), ordered(cells)
        if not code:
            return Reason.NO_CODE
        if not pieces:
            return Reason.NOTHING_ORDERED
        identity = f"{number}:{who}:{code}"
        return DeliveryRow(
            line=line,
            key=f"delivery:{identity}:{ordinals.next(identity)}",
            order=number,
            supplier=who,
            sku=code,
            sent=day_sent,
            promised=promised(cells),
            received=day_received,
            ordered=pieces,
            received_quantity=came,
            accepted_quantity=accepted,
        )

    return parse


STOCK = Format(
    name="Quietshelf stock",
    required=("sku", "on_hand"),
    optional=("site", "counted_at"),
    dates=("counted_at",),
    numbers=("on_hand",),
    parser=_stock,
)
DELIVERIES = Format(
    name="Quietshelf deliveries",
    required=("order", "supplier", "sku", "sent", "promised", "received", "ordered", "received_qty", "accepted_qty"),
    optional=(),
    dates=("sent", "promised", "received"),
    numbers=("ordered", "received_qty", "accepted_qty"),
    parser=_deliveries,
)
