"""A purchase order as a sheet of paper: what stands on it, and the PDF that shows it. No database is read here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from importlib.resources import as_file, files

from fpdf import FPDF, XPos, YPos

from quietshelf.outbound.money import SIGNS, amount, written

INK = (22, 29, 26)
SOFT = (71, 81, 76)
LINE = (200, 205, 197)
LEFT, TOP, BOTTOM, WIDTH = 20.0, 18.0, 24.0, 170.0
"""Margins and the width between them, mm."""
COLUMNS = (30.0, 76.0, 18.0, 21.0, 25.0)
"""SKU, item, quantity, unit cost, total, mm."""
GAP = 4.0
"""Between a text column and the next, mm."""
THIRD = WIDTH / 3
SUMS_MM = 52.0
"""Room for the sums and the closing words: they never stand on a page without a line."""


@dataclass(frozen=True)
class PaperLine:
    """One line of an order."""

    sku: str
    name: str
    quantity: int
    unit_cost_minor: int | None
    """None: the supplier is to say it."""
    tax_percent_hundredths: int = 0
    """2000 is 20%."""

    @property
    def total_minor(self) -> int | None:
        """Quantity x unit cost, without tax; None where the cost is not known."""
        return None if self.unit_cost_minor is None else self.quantity * self.unit_cost_minor


@dataclass(frozen=True)
class OrderPaper:
    """All that stands on a purchase order."""

    number: str
    day: date
    """The day of the order, in the shop."""
    shop: str
    shop_address: str
    reply_to: str
    deliver_to: str
    supplier: str
    supplier_email: str
    currency: str
    lines: tuple[PaperLine, ...]
    expected_on: date | None = None
    """By when the goods are counted on."""
    draft: bool = False
    """A draft says so, so that nobody sends it by hand."""

    @property
    def net_minor(self) -> int:
        """The sum of the lines whose cost is known, without tax."""
        return sum(line.total_minor or 0 for line in self.lines)

    @property
    def taxes(self) -> dict[int, int]:
        """Tax in minor units by its rate in hundredths of a percent; each rate's sum is rounded once, half up."""
        rates = sorted({line.tax_percent_hundredths for line in self.lines if line.tax_percent_hundredths})
        return {rate: (self._net_at(rate) * rate + 5_000) // 10_000 for rate in rates}

    @property
    def total_minor(self) -> int:
        """What is to pay for the lines whose cost is known."""
        return self.net_minor + sum(self.taxes.values())

    @property
    def unpriced(self) -> int:
        """How many lines have no known cost."""
        return sum(line.unit_cost_minor is None for line in self.lines)

    def _net_at(self, rate: int) -> int:
        return sum(line.total_minor or 0 for line in self.lines if line.tax_percent_hundredths == rate)


def order_pdf(paper: OrderPaper) -> bytes:
    """The order as a PDF on A4. The same paper gives the same bytes."""
    sheet = _Sheet(paper)
    sheet.add_page()
    sheet.title_block()
    sheet.parties()
    sheet.table_head()
    for line in paper.lines:
        sheet.table_row(line, keep_mm=SUMS_MM if line is paper.lines[-1] else 0)
    sheet.totals()
    sheet.closing()
    sheet.finished = True
    return bytes(sheet.output())


def long_day(day: date) -> str:
    """A day in full.

    >>> long_day(date(2026, 12, 3))
    'Thursday 3 December 2026'
    """
    return f"{day:%A} {day.day} {day:%B %Y}"


def percent(hundredths: int) -> str:
    """A rate as it is said.

    >>> percent(2000), percent(550)
    ('20%', '5.5%')
    """
    return f"{hundredths / 100:g}%"


class _Sheet(FPDF):
    """The drawing of one order, from top to bottom; a long one goes on over the page under its own head."""

    def __init__(self, paper: OrderPaper) -> None:
        super().__init__(format="A4")
        self.paper = paper
        self.finished = False
        self.set_margins(LEFT, TOP, LEFT)
        self.set_auto_page_break(True, BOTTOM)
        self.c_margin = 0
        with as_file(files("quietshelf.outbound") / "fonts") as fonts:
            self.add_font("DejaVu", "", fonts / "DejaVuSans.ttf")
            self.add_font("DejaVu", "B", fonts / "DejaVuSans-Bold.ttf")
        self.set_title(f"Purchase order {paper.number}")
        self.set_author(paper.shop)
        self.set_lang("en")
        self.set_creation_date(datetime.combine(paper.day, time(12), UTC))

    def header(self) -> None:
        """From the second page on, whose order this is."""
        if self.page_no() > 1:
            self._ink(7.5, soft=True)
            self.cell(WIDTH, 4, f"{self.paper.number}, {self.paper.shop} to {self.paper.supplier}")
            self.set_y(TOP + 10)
            self.table_head()

    def footer(self) -> None:
        """The page and how many there are, where there is more than one."""
        if self.page_no() > 1 or not self.finished:
            self.set_y(-14)
            self._ink(7.5, soft=True)
            self.cell(WIDTH, 4, f"Page {self.page_no()} of {{nb}}")

    def title_block(self) -> None:
        """Who orders, at the left; which order, at the right."""
        paper = self.paper
        right = LEFT + WIDTH / 2
        self._ink(7.5, soft=True)
        self._at(right, TOP, WIDTH / 2, 4, ["Draft, not sent" if paper.draft else "Purchase order"], align="R")
        self._ink(20, bold=True)
        self._at(right, self.get_y() + 1, WIDTH / 2, 9, [paper.number], align="R")
        self._ink(9)
        self._at(right, self.get_y() + 1, WIDTH / 2, 4.6, [f"{paper.day.day} {paper.day:%B %Y}"], align="R")
        bottom = self.get_y()
        self._ink(13, bold=True)
        self._at(LEFT, TOP + 4, WIDTH / 2 - GAP, 6.5, [paper.shop])
        self._ink(9, soft=True)
        self._at(LEFT, self.get_y() + 1, WIDTH / 2 - GAP, 4.6, _rows(paper.shop_address))
        self.set_y(max(bottom, self.get_y()) + 11)

    def parties(self) -> None:
        """To whom, where to, and whom to answer, side by side."""
        paper = self.paper
        blocks: tuple[tuple[str, list[str], list[str]], ...] = (
            ("To", [paper.supplier], [paper.supplier_email]),
            ("Deliver to", [paper.shop], _rows(paper.deliver_to)),
            ("Answer to", [], [paper.reply_to]),
        )
        top, bottom = self.get_y(), self.get_y()
        for place, (label, strong, rest) in enumerate(blocks):
            x = LEFT + place * THIRD
            self._ink(7.5, soft=True)
            self._at(x, top, THIRD - GAP, 5, [label])
            self._ink(9, bold=True)
            self._at(x, self.get_y(), THIRD - GAP, 4.6, strong)
            self._ink(9)
            self._at(x, self.get_y(), THIRD - GAP, 4.6, [row for row in rest if row])
            bottom = max(bottom, self.get_y())
        self.set_y(bottom + 12)

    def table_head(self) -> None:
        """The names of the columns, on a board."""
        self._ink(7.5, soft=True)
        sign = SIGNS.get(self.paper.currency, self.paper.currency)
        names = ("SKU", "Item", "Quantity", f"Unit cost, {sign}", f"Total, {sign}")
        for width, name, align in zip(COLUMNS, names, "LLRRR", strict=True):
            self.cell(width, 5, name, align=align)
        self.set_y(self.get_y() + 6.4)
        self._rule(INK, 0.7)
        self.set_y(self.get_y() + 0.6)

    def table_row(self, line: PaperLine, keep_mm: float) -> None:
        """One line of the order, on one page with what comes in the `keep_mm` after it."""
        self._ink(9)
        rows = max(self._rows_of(COLUMNS[0] - GAP, line.sku), self._rows_of(COLUMNS[1] - GAP, line.name))
        height = 4.6 * rows + 4.4
        if self.will_page_break(height + keep_mm):
            self.add_page()
        top = self.get_y() + 2.2
        self._ink(9, soft=True)
        self._at(LEFT, top, COLUMNS[0] - GAP, 4.6, [line.sku])
        self._ink(9)
        self._at(LEFT + COLUMNS[0], top, COLUMNS[1] - GAP, 4.6, [line.name])
        self.set_xy(LEFT + COLUMNS[0] + COLUMNS[1], top)
        self.set_font(style="B")
        self.cell(COLUMNS[2], 4.6, f"{line.quantity:,}", align="R")
        self.set_font(style="")
        for width, minor in zip(COLUMNS[3:], (line.unit_cost_minor, line.total_minor), strict=True):
            self.cell(width, 4.6, "–" if minor is None else amount(minor, self.paper.currency), align="R")
        self.set_y(top + height - 2.2)
        self._rule(LINE, 0.2)

    def totals(self) -> None:
        """The sum, the tax by its rate, and what is to pay."""
        paper = self.paper
        rows = [(f"Tax {percent(rate)}", tax) for rate, tax in paper.taxes.items()]
        if rows:
            rows.insert(0, ("Without tax", paper.net_minor))
        self.set_y(self.get_y() + 4)
        for label, minor in rows:
            self._sum(label, minor, 9, 5.6)
        if rows:
            self.set_y(self.get_y() + 1.6)
            self._rule(LINE, 0.2, LEFT + WIDTH / 2)
            self.set_y(self.get_y() + 1.6)
        self._sum("Total", paper.total_minor, 11, 7, bold=True)
        if paper.unpriced:
            self._ink(7.5, soft=True)
            lines = "1 line has" if paper.unpriced == 1 else f"{paper.unpriced} lines have"
            self.cell(WIDTH, 5, f"{lines} no cost yet: name it when you confirm", align="R", new_y=YPos.NEXT)

    def closing(self) -> None:
        """What the shop counts on, and how to answer."""
        paper = self.paper
        counted_on = f"We count on delivery by {long_day(paper.expected_on)}. " if paper.expected_on else ""
        self.set_y(self.get_y() + 12)
        self._ink(9)
        self._at(
            LEFT, self.get_y(), 118, 5, [f"{counted_on}Answer with {paper.number} to confirm, or say what differs."]
        )

    def _sum(self, label: str, minor: int, size: float, height: float, *, bold: bool = False) -> None:
        self._ink(size, soft=not bold, bold=bold)
        self.set_x(LEFT + WIDTH / 2)
        self.cell(WIDTH / 2 - 45, height, label)
        self._ink(size, bold=bold)
        self.cell(45, height, written(minor, self.paper.currency), align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _at(self, x: float, y: float, width: float, height: float, rows: Iterable[str], *, align: str = "L") -> None:
        """Rows of text under each other, wrapped; the pen ends under them."""
        self.set_xy(x, y)
        for row in rows:
            self.multi_cell(width, height, row, align=align, new_x=XPos.LEFT, new_y=YPos.NEXT)

    def _rows_of(self, width: float, text: str) -> int:
        """How many rows a text takes in a column."""
        rows = self.multi_cell(width, 4.6, text, align="L", dry_run=True, output="LINES")
        assert isinstance(rows, list)
        return len(rows)

    def _rule(self, color: tuple[int, int, int], thickness: float, start: float = LEFT) -> None:
        self.set_draw_color(*color)
        self.set_line_width(thickness)
        self.line(start, self.get_y(), LEFT + WIDTH, self.get_y())

    def _ink(self, size: float, *, bold: bool = False, soft: bool = False) -> None:
        self.set_font("DejaVu", "B" if bold else "", size)
        self.set_text_color(*(SOFT if soft else INK))


def _rows(text: str) -> list[str]:
    return [row.strip() for row in text.splitlines() if row.strip()]
