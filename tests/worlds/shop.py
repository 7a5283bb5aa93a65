"""A shop that lives through a luck, day by day, ordering by the real rules; and what it remembers of it."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import accumulate

from quietshelf.rules.causes import Cause, holding_cost_minor
from quietshelf.rules.decide import Decision, Item, Supply, decide
from quietshelf.rules.exceptions import ExceptionKind
from quietshelf.rules.leadtimes import OpenOrder, lead_time
from quietshelf.rules.ledger import Book
from quietshelf.rules.lives import Day, Held, Look, OrderLife, Receipt, SkuLife, as_found
from quietshelf.rules.ordering import Act, DraftLine, Terms
from quietshelf.rules.policy import Policy
from quietshelf.rules.zones import Zone
from tests.worlds.kinds import Trouble
from tests.worlds.luck import BEFORE, DAYS, QUIET_DAYS, SUPPLIERS, TROUBLE_FROM, Luck, SkuLuck, is_open

START = date(2026, 6, 1)
LOOK_EVERY = 45
"""Each SKU is counted on every so many days."""
SILENT_SALE_DAYS = 4.0
"""A SKU that did not sell while this many sale days were expected is looked at."""

FAR_DAYS = 3
"""A SKU whose position is half as much again as its Yellow line is decided every so many days."""


def on(day: int) -> date:
    """The date of a day of the world."""
    return START + timedelta(days=day)


@dataclass
class _Line:
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
class _Sku:
    """One SKU's state in the shop, and its memory."""

    luck: SkuLuck
    stock: int
    book: int
    sold: list[int]
    """From BEFORE days before the first day on."""
    per_day: float
    zone: Zone | None = None
    draft: _Line | None = None
    lines: list[_Line] = field(default_factory=list)
    days: list[Day] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)
    silent: float = 0.0
    patience: float = SILENT_SALE_DAYS
    sold_sums: list[int] = field(default_factory=list)
    """How much had sold by each of those days."""
    reorder_at: float = 0.0
    decide_by: int = 0
    """Far from its line nothing can happen in a day or two: then it is not decided daily, to save time."""


@dataclass
class _Supplier:
    """One supplier's record, as the shop knows it, and its draft."""

    took: list[int]
    supply: Supply
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
    """Of the last 30 days."""


class Shop:
    """The shop of one luck, with nothing, or one cause, taken away."""

    def __init__(self, luck: Luck, trouble: Trouble, foresees: bool = False, counts_rightly: bool = False) -> None:
        self.luck, self.trouble, self.policy = luck, trouble, Policy()
        self.foresees, self.counts_rightly = foresees, counts_rightly
        self.suppliers = [self._supplier(n) for n in range(SUPPLIERS)]
        self.skus = [self._sku(sku) for sku in luck.skus]
        weekly = sum(sku.rate * sku.cost_minor for sku in luck.skus) * 7
        self.budget = None if trouble.budget is None else trouble.budget * weekly
        self.purse = 2.0 * weekly
        self.sent_numbers = 0
        self.earned, self.held = [0] * DAYS, [0] * DAYS
        self.uncovered = self.deliveries = 0
        self.kinds: Counter[ExceptionKind] = Counter()

    def live(self) -> Past:
        """Every day of the world, one after the other."""
        for day in range(DAYS):
            self._receive(day)
            for sku in self.skus:
                self._open(sku, day)
            if is_open(day):
                for sku in self.skus:
                    if sku.decide_by <= day:
                        self._decide(sku, day)
                self._send(day)
        return Past(
            tuple(self._life(sku) for sku in self.skus),
            tuple(self.earned),
            tuple(self.held),
            self.kinds,
            self.uncovered,
            self.deliveries,
        )

    # -- the first day

    def _supplier(self, n: int) -> _Supplier:
        luck = self.luck.suppliers[n]
        took = list(luck.past)
        lead = lead_time(took, luck.quoted_days, self.policy)
        return _Supplier(took, Supply(f"Supplier {n}", Terms(), lead))

    def _sku(self, luck: SkuLuck) -> _Sku:
        lead = self.suppliers[luck.supplier].supply.lead
        line = float(lead.late_days) * 1.5 + 1
        days = 300.0 if luck.sits and self.trouble.sitting else line + luck.starts_with * self.policy.lot_days
        stock = round(luck.rate * days)
        sold = list(luck.wanted[:BEFORE])
        return _Sku(luck, stock, stock, sold, sum(sold) / BEFORE, sold_sums=[0, *accumulate(sold)])

    # -- a day

    def _receive(self, day: int) -> None:
        trucks: dict[tuple[int, int], int] = {}  # what came of one order today counts once
        for sku in self.skus:
            for line in sku.lines:
                if line.sent is None or line.came or line.comes != day:
                    continue
                line.came = True
                sku.stock += line.brings
                sku.book += line.brings
                sku.decide_by = day
                trucks[sku.luck.supplier, line.sent] = line.promised_days
                self.deliveries += day >= DAYS - self.policy.constraint_days
        for (n, sent), promised_days in trucks.items():
            supplier, luck = self.suppliers[n], self.luck.suppliers[n]
            supplier.took.append(day - sent)
            supplier.delays.append(day - sent - promised_days)
            lead = lead_time(supplier.took, luck.quoted_days, self.policy)
            supplier.supply = Supply(f"Supplier {n}", Terms(), lead, tuple(supplier.delays))

    def _open(self, sku: _Sku, day: int) -> None:
        """Customers come and take what is there; what vanishes does so before them; perhaps a person looks."""
        luck = sku.luck
        if gone := min(sku.stock, luck.vanishes[day]):
            sku.stock -= gone
            if self.counts_rightly:
                sku.book -= gone
        wanted = luck.wanted[BEFORE + day]
        sold = min(wanted, sku.stock)
        sku.stock -= sold
        sku.book -= sold
        sku.sold.append(sold)
        sku.sold_sums.append(sku.sold_sums[-1] + sold)
        # Known from the time of the last sale where the book shows none left; what vanished unseen is not known.
        out = 1 - sold / wanted if wanted > sold else float(sku.stock == 0 and wanted == 0)
        known_out = (out if is_open(day) else 0.0) if sku.book == 0 else 0.0
        sku.days.append(Day(on(day), sku.book, sku.book, sold, sku.per_day, sku.reorder_at, known_out, is_open(day)))
        if is_open(day):
            self._look(sku, day, sold)
        self.earned[day] += sold * _margin(luck)
        beyond = int(sku.stock - sku.per_day * self.policy.held_cover_days)
        self.held[day] += round(holding_cost_minor(max(0, beyond), luck.cost_minor, self.policy))

    def _look(self, sku: _Sku, day: int, sold: int) -> None:
        """A person counts a SKU in its turn, or when it has not sold on days on which it should have."""
        sku.silent = 0.0 if sold else sku.silent + min(1.0, sku.per_day)
        in_turn = (day + int(sku.luck.starts_with * LOOK_EVERY)) % LOOK_EVERY == 0
        silent = sku.book > 0 and sku.silent >= sku.patience
        if not (in_turn or silent):
            return
        sku.looks.append(Look(on(day), sku.stock, sku.book))
        sku.patience = sku.patience * 2 if silent and sku.stock == sku.book else SILENT_SALE_DAYS
        sku.silent = 0.0
        sku.decide_by = day if sku.book != sku.stock else sku.decide_by
        sku.book = sku.stock

    def _decide(self, sku: _Sku, day: int) -> None:
        supplier = self.suppliers[sku.luck.supplier]
        open_lines = [line for line in sku.lines if line.sent is not None and not line.came]
        item = self._item(sku, day, supplier, open_lines)
        said = decide(item, self.policy)
        sku.zone, sku.per_day = said.zone, float(said.velocity.per_day)
        sku.reorder_at = float(said.at.yellow)
        sku.days[-1] = replace(sku.days[-1], reorder_at=sku.reorder_at)
        sku.decide_by = day + (FAR_DAYS if said.zone is Zone.GREEN and said.position > 1.5 * sku.reorder_at else 1)
        self._draft(sku, day, said, supplier)
        if day >= DAYS - QUIET_DAYS:
            self.kinds.update(opening.kind for opening in said.openings)
            self.uncovered += said.zone is not Zone.GREEN and sku.draft is None and not open_lines

    def _item(self, sku: _Sku, day: int, supplier: _Supplier, open_lines: list[_Line]) -> Item:
        window, lot = self.policy.velocity_days, self.policy.lot_days
        in_window, in_lot = _last(sku.sold_sums, window), _last(sku.sold_sums, lot)
        if self.foresees and day >= TROUBLE_FROM:
            coming = sku.luck.wanted[BEFORE + day + 1 : BEFORE + day + 1 + lot]
            in_lot = sum(coming)
            in_window = round(in_lot * window / lot)
        terms = Terms(sku.luck.pack)
        return Item(
            sku.luck.sku,
            on(day),
            Book(sku.book, sku.book, None, 0, sku.book),
            in_window,
            in_window * sku.luck.price_minor,
            in_lot,
            sku.luck.price_minor,
            sku.luck.cost_minor,
            Supply(supplier.supply.supplier, terms, supplier.supply.lead, supplier.supply.delays),
            tuple(
                OpenOrder(line.number, line.quantity, on(line.sent or 0), on((line.sent or 0) + line.promised_days))
                for line in open_lines
            ),
            DraftLine(sku.draft.quantity, on(sku.draft.ruled)) if sku.draft else None,
            sku.zone,
        )

    def _draft(self, sku: _Sku, day: int, said: Decision, supplier: _Supplier) -> None:
        """Carry the decision's line change out, as the cycle does."""
        change = said.line
        if change.act is Act.DROP:
            sku.draft = None
        elif change.act is Act.CHANGE and change.proposal and sku.draft:
            sku.draft.quantity, sku.draft.ruled = change.proposal.quantity, day
        elif change.act is Act.ADD and change.proposal:
            n = sku.luck.supplier
            quoted = self.luck.suppliers[n].quoted_days
            sku.draft = _Line(f"PO-{n}-{day}", day, change.proposal.quantity, day, quoted)
            if supplier.draft_since is None:
                waits = self.luck.suppliers[n].waits[day] if self.trouble.waiting else 0
                supplier.draft_since, supplier.decides_on = day, day + waits

    # -- the evening: a person sends what the budget allows

    def _send(self, day: int) -> None:
        if day % 7 == 0 and self.budget is not None:
            self.purse = min(self.purse + self.budget, 2 * self.budget) if day >= TROUBLE_FROM else 2 * self.budget
        drafts: defaultdict[int, list[_Sku]] = defaultdict(list)
        for sku in self.skus:
            if sku.draft:
                drafts[sku.luck.supplier].append(sku)
        for n, skus in drafts.items():
            supplier = self.suppliers[n]
            if supplier.draft_since is not None and day < supplier.decides_on:
                for sku in skus:
                    if sku.draft:
                        sku.draft.held = Held.PERSON
                continue
            supplier.draft_since = None
            for sku in sorted(skus, key=lambda s: s.draft.drafted if s.draft else 0):
                self._send_line(sku, day)

    def _send_line(self, sku: _Sku, day: int) -> None:
        line, luck = sku.draft, self.luck.suppliers[sku.luck.supplier]
        assert line is not None
        cost = line.quantity * sku.luck.cost_minor
        if self.budget is not None and day >= TROUBLE_FROM:
            if cost > self.purse:
                line.held = Held.BUDGET
                return
            self.purse -= cost
        line.wanted, line.sent = line.quantity, day
        if self.trouble.waiting and sku.luck.cut[day] and line.quantity > 1:
            line.quantity, line.held = line.quantity // 2, Held.PERSON
        late = sku.luck.late_by[day] if self.trouble.late_share else 0
        short = self.trouble.late_share and sku.luck.short[day]
        line.comes = day + luck.takes[day] + late
        line.brings = line.quantity // 2 if short else line.quantity
        sku.lines.append(line)
        sku.draft = None

    def _life(self, sku: _Sku) -> SkuLife:
        lines = [*sku.lines, *([sku.draft] if sku.draft else [])]
        return SkuLife(
            sku.luck.sku,
            _margin(sku.luck),
            sku.luck.cost_minor,
            as_found(sku.days, sku.looks),
            tuple(line.life() for line in sorted(lines, key=lambda line: line.drafted)),
            tuple(sku.looks),
            self.luck.suppliers[sku.luck.supplier].quoted_days,
        )


def _margin(luck: SkuLuck) -> int:
    return luck.price_minor - luck.cost_minor


def _last(sums: list[int], days: int) -> int:
    return sums[-1] - sums[-1 - days]


def live(luck: Luck, trouble: Trouble, without: Cause | None = None) -> Past:
    """What the shop remembers, with one cause taken away; the luck stays what it was."""
    left = trouble if without is None else trouble.without(without)
    return Shop(luck, left, foresees=without is Cause.DEMAND, counts_rightly=without is Cause.COUNTS).live()
