"""A purchase order as a CSV file, for suppliers that read orders by machine, and for spreadsheets."""

from io import StringIO

from quietshelf.files.currencies import minor_digits
from quietshelf.files.writing import Cell, money, write_csv
from quietshelf.outbound.paper import OrderPaper

HEADER = ("order", "ordered_on", "supplier", "sku", "name", "quantity", "unit_cost", "total", "currency")


def order_csv(paper: OrderPaper) -> str:
    """One row a line, costs without tax; texts that a spreadsheet would run as a formula are defused."""
    digits = minor_digits(paper.currency)

    def amount(minor: int | None) -> Cell:
        return None if minor is None else money(minor, digits)

    out = StringIO(newline="")
    write_csv(
        out,
        HEADER,
        (
            (
                paper.number,
                paper.day,
                paper.supplier,
                line.sku,
                line.name,
                line.quantity,
                amount(line.unit_cost_minor),
                amount(line.total_minor),
                paper.currency,
            )
            for line in paper.lines
        ),
    )
    return out.getvalue()
