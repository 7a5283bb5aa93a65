"""What the shop trades in, as files tell it: products, suppliers, and what suppliers offer."""

import re
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP
from typing import TypeVar

from quietshelf.files.reports import Reason, Unreadable, quoted
from quietshelf.files.tables import Cells, Format, Parse, Reading, filled_name, name, text

Thing = TypeVar("Thing")

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LONGEST_ADDRESS = 254
_ADDRESS = re.compile(r"[^@\s,;<>\x00-\x1f]+@[^@\s,;<>\x00-\x1f]+\.[^@\s,;<>\x00-\x1f]+")


@dataclass(frozen=True, slots=True)
class ProductRow:
    """One product. What the file leaves blank is None: unknown."""

    line: int
    sku: str
    name: str
    barcode: str | None
    price_minor: int | None
    cost_minor: int | None
    category: str | None
    supplier: str | None
    pack: int | None
    minimum_order: int | None
    piece_weight_g: float | None
    tax_percent_hundredths: int | None


@dataclass(frozen=True, slots=True)
class SupplierRow:
    """One supplier."""

    line: int
    supplier: str
    email: str | None
    quoted_lead_days: int | None
    payment_days: int | None
    currency: str | None
    order_day: int | None
    """ISO weekday on which orders are taken (1 is Monday), None is any."""
    minimum_value_minor: int | None
    closed_from: date | None
    closed_to: date | None
    """The last day of the closure, included."""


@dataclass(frozen=True, slots=True)
class OfferRow:
    """What one supplier asks for one product, from a quantity on."""

    line: int
    supplier: str
    sku: str
    cost_minor: int
    pack: int
    minimum_order: int
    lead_days: int | None
    from_quantity: int


def _products(reading: Reading) -> Parse[ProductRow]:
    sku = reading.required("sku", name)
    title = reading.required("name", text)
    barcode = reading.optional("barcode", name)
    price = reading.optional("price", reading.money)
    cost = reading.optional("cost", reading.money)
    category = reading.optional("category", name)
    supplier = reading.optional("supplier", name)
    pack = reading.optional("pack", reading.count)
    minimum_order = reading.optional("minimum_order", reading.count)
    weight = reading.optional("piece_weight_g", lambda cell: _weight_g(reading, cell))
    tax = reading.optional("tax_percent", lambda cell: _percent_hundredths(reading, cell))
    seen: set[Hashable] = set()

    def parse(line: int, cells: Cells) -> ProductRow | Reason:
        row = ProductRow(
            line=line,
            sku=sku(cells),
            name=title(cells) or sku(cells),
            barcode=barcode(cells),
            price_minor=price(cells),
            cost_minor=cost(cells),
            category=category(cells),
            supplier=supplier(cells),
            pack=pack(cells) or None,
            minimum_order=minimum_order(cells),
            piece_weight_g=weight(cells) or None,
            tax_percent_hundredths=tax(cells),
        )
        return _first_of(seen, row.sku, row) if row.sku else Reason.NO_CODE

    return parse


def _suppliers(reading: Reading) -> Parse[SupplierRow]:
    supplier = reading.required("supplier", filled_name)
    email = reading.optional("email", _email)
    quoted = reading.optional("quoted_lead_days", reading.count)
    payment = reading.optional("payment_days", reading.count)
    currency = reading.optional("currency", _currency)
    order_day = reading.optional("order_day", _weekday)
    minimum_value = reading.optional("minimum_value", reading.money)
    closed_from = reading.optional("closed_from", reading.dates.day)
    closed_to = reading.optional("closed_to", reading.dates.day)
    seen: set[Hashable] = set()

    def parse(line: int, cells: Cells) -> SupplierRow | Reason:
        row = SupplierRow(
            line=line,
            supplier=supplier(cells),
            email=email(cells),
            quoted_lead_days=quoted(cells),
            payment_days=payment(cells),
            currency=currency(cells),
            order_day=order_day(cells),
            minimum_value_minor=minimum_value(cells),
            closed_from=closed_from(cells),
            closed_to=closed_to(cells),
        )
        if (row.closed_from is None) != (row.closed_to is None):
            raise Unreadable("closed_from and closed_to belong together: one of them is blank")
        if row.closed_from and row.closed_to and row.closed_to < row.closed_from:
            raise Unreadable("closed_to is before closed_from")
        return _first_of(seen, row.supplier, row)

    return parse


def _offers(reading: Reading) -> Parse[OfferRow]:
    supplier = reading.required("supplier", filled_name)
    sku = reading.required("sku", name)
    cost = reading.required("cost", reading.money)
    pack = reading.optional("pack", reading.count)
    minimum_order = reading.optional("minimum_order", reading.count)
    lead = reading.optional("lead_days", reading.count)
    from_quantity = reading.optional("from_quantity", reading.count)
    seen: set[Hashable] = set()

    def parse(line: int, cells: Cells) -> OfferRow | Reason:
        row = OfferRow(
            line=line,
            supplier=supplier(cells),
            sku=sku(cells),
            cost_minor=cost(cells),
            pack=pack(cells) or 1,
            minimum_order=minimum_order(cells) or 0,
            lead_days=lead(cells),
            from_quantity=from_quantity(cells) or 1,
        )
        return _first_of(seen, (row.supplier, row.sku, row.from_quantity), row) if row.sku else Reason.NO_CODE

    return parse


def _first_of(seen: set[Hashable], identity: Hashable, row: Thing) -> Thing | Reason:
    if identity in seen:
        return Reason.DUPLICATE
    seen.add(identity)
    return row


def _email(cell: str) -> str:
    address = text(cell)
    if len(address) > _LONGEST_ADDRESS or not _ADDRESS.fullmatch(address):
        raise Unreadable(f"{quoted(address)} is no e-mail address")
    return address


def _currency(cell: str) -> str:
    code = text(cell).upper()
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise Unreadable(f"{quoted(cell)} is no currency code such as GBP")
    return code


def _weekday(cell: str) -> int:
    """An ISO weekday, from its number or its English name (three letters are enough)."""
    day = text(cell).casefold()
    if day in tuple("1234567"):
        return int(day)
    fitting = [number for number, weekday in enumerate(WEEKDAYS, start=1) if len(day) >= 3 and weekday.startswith(day)]
    if not fitting:
        raise Unreadable(f"{quoted(cell)} is no weekday such as Tuesday, or 2")
    return fitting[0]


def _weight_g(reading: Reading, cell: str) -> float:
    grams = reading.amounts.number(cell)
    if grams < 0:
        raise Unreadable(f"{cell} is below 0")
    return float(grams)


def _percent_hundredths(reading: Reading, cell: str) -> int:
    percent = reading.amounts.number(cell.strip().removesuffix("%"))
    if not 0 <= percent <= 100:
        raise Unreadable(f"{cell} is no share from 0 to 100")
    return int(percent.scaleb(2).to_integral_value(ROUND_HALF_UP))


PRODUCTS = Format(
    name="Quietshelf products",
    required=("sku", "name", "price", "cost"),
    optional=("barcode", "category", "supplier", "pack", "minimum_order", "piece_weight_g", "tax_percent"),
    dates=(),
    numbers=("price", "cost", "piece_weight_g", "tax_percent"),
    parser=_products,
)
SUPPLIERS = Format(
    name="Quietshelf suppliers",
    required=("supplier", "email"),
    optional=(
        "quoted_lead_days",
        "payment_days",
        "currency",
        "order_day",
        "minimum_value",
        "closed_from",
        "closed_to",
    ),
    dates=("closed_from", "closed_to"),
    numbers=("minimum_value",),
    parser=_suppliers,
)
OFFERS = Format(
    name="Quietshelf offers",
    required=("supplier", "sku", "cost", "pack", "minimum_order"),
    optional=("lead_days", "from_quantity"),
    dates=(),
    numbers=("cost",),
    parser=_offers,
)
