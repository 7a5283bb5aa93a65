"""The UCI "Online Retail" set as published: a wholesaler's order lines, recognised by their header.

What its codes and notes mean was learnt from the set itself. A cancellation (an invoice that begins with C) is a return
on its own day; what is neither a sale nor a return is skipped by a named reason.
"""

from quietshelf.files.reports import Reason
from quietshelf.files.sales import Ordinals, SaleRow, note_span, unplaced
from quietshelf.files.tables import Cells, Format, Parse, Reading, filled_name, name, text

NO_GOODS = {
    "POST": Reason.POSTAGE,
    "DOT": Reason.POSTAGE,
    "C2": Reason.POSTAGE,
    "23444": Reason.POSTAGE,  # "Next Day Carriage"
    "23574": Reason.POSTAGE,  # "PACKING CHARGE"
    "BANK CHARGES": Reason.FEE,
    "AMAZONFEE": Reason.FEE,
    "CRUK": Reason.FEE,  # a charity's commission
    "D": Reason.DISCOUNT,
    "M": Reason.MANUAL,
    "S": Reason.SAMPLES,
    "B": Reason.BAD_DEBT,
    "22016": Reason.VOUCHER,  # "Gift Voucher £100.00"
    "23702": Reason.PICTURE,  # "High Resolution Image"
}
"""Codes, in upper case, under which no goods leave the shelf."""


def _online_retail(reading: Reading) -> Parse[SaleRow]:
    """Its rows. A code in either letter case is one product; the key is the invoice and the line's ordinal there."""
    invoice = reading.required("InvoiceNo", filled_name)
    code = reading.required("StockCode", name)
    description = reading.required("Description", text)
    quantity = reading.required("Quantity", reading.amounts.whole)
    sold_at = reading.required("InvoiceDate", reading.past)
    unit_price = reading.required("UnitPrice", reading.price)
    customer = reading.required("CustomerID", name)
    ordinals = Ordinals()

    def parse(line: int, cells: Cells) -> SaleRow | Reason:
        number, sku, when = invoice(cells), code(cells).upper(), sold_at(cells)
        pieces, price = quantity(cells), unit_price(cells)
        if reason := _no_goods(number, sku) or _no_sale(number, pieces, price.minor) or unplaced(pieces, price):
            return reason
        identity = f"{number}:{sku}:{pieces}:{price.minor}"
        note_span(reading.report, when)
        return SaleRow(
            line=line,
            key=f"online-retail:{identity}:{ordinals.next(identity)}",
            sku=sku,
            name=description(cells) or None,
            sold_at=when,
            quantity=pieces,
            unit_price_minor=price.minor,
            party=customer(cells).removesuffix(".0") or None,
            order_ref=number,
            site=None,
        )

    return parse


def _no_goods(invoice: str, sku: str) -> Reason | None:
    """Why this line moves no goods: by its code, or because its invoice only puts a bad debt right."""
    if not sku:
        return Reason.NO_CODE
    if invoice.startswith("A"):
        return Reason.BAD_DEBT
    return Reason.VOUCHER if sku.startswith("GIFT_") else NO_GOODS.get(sku)


def _no_sale(invoice: str, quantity: int, price_minor: int) -> Reason | None:
    """A note of stock gone: a negative quantity at no price that cancels nothing ("damages", "check", "?")."""
    return Reason.WRITE_OFF if quantity < 0 and not price_minor and not invoice.startswith("C") else None


ONLINE_RETAIL = Format(
    name="UCI Online Retail",
    required=("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID"),
    optional=(),
    dates=("InvoiceDate",),
    numbers=("Quantity", "UnitPrice"),
    parser=_online_retail,
)
