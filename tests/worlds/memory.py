"""What a shop of the worlds remembers of its SKUs, order lines and suppliers. What it does with them is in shop.py."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from itertools import accumulate, pairwise

from quietshelf.rules.exceptions import ExceptionKind
from quietshelf.rules.item import Supply
from quietshelf.rules.lives import Day, Held, Look, OrderLife, Receipt, SkuLife
from quietshelf.rules.looks import Silence
from quietshelf.rules.policy import Policy
from quietshelf.rules.velocity import InStock
from quietshelf.rules.zones import Zone
from tests.worlds.luck import BEFORE, SkuLuck

START = date(2026, 6, 1)
HOURS = 24


def on(day: int) -> date:
    """The date of a day of the world."""
    return START + timedelta(days=day)


@dataclass
class Line:
    """One SKU's order line, from its draft on."""

    number: str
    drafted: int
    quantity: int
    ruled: int
    """The day on which the rule last set it."""
    promised_days: int
    held: Held | None = None
    sent: int | None = None
    wanted: int = 0
    """What the rule wanted when it was sent."""
    comes: int = 0
    brings: int = 0
    came: bool = False

    def life(self) -> OrderLife:
        """The line as the causes read it."""
        wanted, sent = (self.quantity, 0) if self.sent is None else (self.wanted, self.quantity)
        return OrderLife(
            self.number,
            on(self.drafted),
            wanted,
            self.promised_days,
            None if self.sent is None else on(self.sent),
            sent,
            (Receipt(on(self.comes), self.brings),) if self.came else (),
            self.held,
        )


@dataclass
class Sku:
    """One SKU's state in the shop, and its memory."""

    luck: SkuLuck
    stock: int
    book: int
    per_day: float
    sold_by: list[int]
    """Units sold in all by the end of each day, from BEFORE days before the first on."""
    out_by: list[int] = field(default_factory=lambda: [0] * (BEFORE + 1))
    """Hours in all for which the book is known to have shown none, by the end of the same days."""
    zone: Zone | None = None
    draft: Line | None = None
    lines: list[Line] = field(default_factory=list)
    open_lines: list[Line] = field(default_factory=list)
    """Sent, and not here yet."""
    days: list[Day] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)
    seen_on: int = 0
    """The last day on which a piece was sold, came or was counted."""
    found: int = 0
    """Looks that have found some since the last sale."""
    reorder_at: float = 0.0
    today: tuple[date, int, int, float, float, bool, int] = (START, 0, 0, 0.0, 0.0, False, 0)
    """Until its evening: the day, the book, what sold, velocity, the share without stock, if open, the largest sale."""

    @classmethod
    def new(cls, luck: SkuLuck, stock: int) -> "Sku":
        """A SKU on the first day: all that customers wanted before was sold."""
        sold_by = [0, *accumulate(luck.wanted[:BEFORE])]
        return cls(luck, stock, stock, sold_by[-1] / BEFORE, sold_by)

    @property
    def margin(self) -> int:
        """Money that one unit earns."""
        return self.luck.price_minor - self.luck.cost_minor

    def evening(self) -> Day:
        """The day that ends, with the line that now stands."""
        day, book, sold, per_day, out, is_open, largest = self.today
        return Day(day, book, book, sold, per_day, self.reorder_at, out, is_open, largest)

    @property
    def position(self) -> int:
        """On hand by the book, and on order."""
        return self.book + sum(line.quantity for line in self.open_lines)

    def sold_in(self, days: int) -> int:
        """Units sold in the last so many days."""
        return self.sold_by[-1] - self.sold_by[-1 - days]

    def in_stock(self, policy: Policy) -> InStock:
        """What it sold while it was in stock, over the days that the product reads velocity over (stock.window_of)."""
        last = len(self.out_by) - 1
        first, ran_out = max(0, last - policy.velocity_days), None
        if self.out_by[last] - self.out_by[first] == (last - first) * HOURS:
            while last > 0 and self.out_by[last] - self.out_by[last - 1] == HOURS:
                last -= 1
            first, ran_out = max(0, last - policy.velocity_days), last
        enough = policy.in_stock_at_least_days * HOURS
        while first > 0 and (last - first) * HOURS - (self.out_by[last] - self.out_by[first]) < enough:
            first -= 1
        hours = (last - first) * HOURS - (self.out_by[last] - self.out_by[first])
        return InStock(
            self.sold_by[last] - self.sold_by[first],
            Fraction(hours, HOURS),
            Fraction(0),
            None if ran_out is None else on(ran_out - BEFORE),
        )

    def silence(self, day: int, policy: Policy) -> Silence | None:
        """How silent it is, as rules/looks.py would say; None where that can't be long enough yet."""
        if day - self.seen_on < policy.look_sale_days:
            return None
        at = BEFORE + self.seen_on + 1  # by the end of that day
        first = max(0, at - policy.velocity_days)
        unsold = Fraction((day - self.seen_on) * HOURS - self.out_by[-1] + self.out_by[at], HOURS)
        there = Fraction((at - first) * HOURS - self.out_by[at] + self.out_by[first], HOURS) + unsold
        sales = sum(a < b for a, b in pairwise(self.sold_by[first : at + 1]))
        chance = min(Fraction(1), sales / there) if there else Fraction(0)
        allowed = policy.look_sale_days * 2**self.found
        return Silence(on(self.seen_on), day - self.seen_on, unsold * chance, chance, self.found, allowed)


@dataclass
class Supplier:
    """One supplier's record, as the shop knows it, and its draft."""

    took: list[int]
    supply: Supply
    line_days: float
    """Cover at which Yellow begins."""
    delays: list[int] = field(default_factory=list)
    draft_since: int | None = None
    decides_on: int = 0


@dataclass(frozen=True)
class Past:
    """What a shop remembers of the whole time."""

    lives: tuple[SkuLife, ...]
    earned_minor: tuple[int, ...]
    """Throughput of each day."""
    held_minor: tuple[int, ...]
    """Holding cost of each day."""
    kinds: Counter[ExceptionKind]
    """Exceptions that stood open on the last 60 days, one a day."""
    uncovered: int
    """Red or Yellow on the last 60 days with neither a draft line nor an open order."""
    deliveries: int
    """Of the scored days."""
    silence_looks: int
    """Looks for silence on the last 60 days."""
