"""A shop that lives through a luck, day by day, ordering by the real rules. What it remembers is in memory.py."""

from collections import Counter, defaultdict
from dataclasses import replace
from fractions import Fraction

from quietshelf.rules.causes import Cause, holding_cost_minor
from quietshelf.rules.decide import decide
from quietshelf.rules.decision import Decision
from quietshelf.rules.exceptions import ExceptionKind
from quietshelf.rules.item import Item, Supply
from quietshelf.rules.leadtimes import LeadTime, OpenOrder, lead_time
from quietshelf.rules.ledger import Book
from quietshelf.rules.lives import Held, Look, SkuLife, as_found
from quietshelf.rules.looks import asks, looks_left
from quietshelf.rules.ordering import Act, DraftLine, Terms
from quietshelf.rules.policy import Policy
from quietshelf.rules.velocity import InStock
from quietshelf.rules.zones import Zone, buffer_days
from tests.worlds.kinds import SUPPLIERS, TROUBLE_FROM, Trouble
from tests.worlds.luck import BEFORE, Luck, SkuLuck
from tests.worlds.memory import HOURS, Line, Past, Sku, Supplier, on

LOOK_EVERY = 45
"""Each SKU is counted on every so many days."""
NEAR = 1.05
"""With a position beyond this many times the line where Yellow ends, and no draft, a decision changes nothing."""
QUIET_DAYS = 60
"""The last days, on which a calm shop must be quiet."""


class Shop:
    """The shop of one luck, with nothing, or one cause, taken away."""

    def __init__(self, luck: Luck, trouble: Trouble, foresees: bool = False, counts_rightly: bool = False) -> None:
        self.luck, self.trouble, self.policy, self.shape = luck, trouble, Policy(), trouble.shape
        self.foresees, self.counts_rightly = foresees, counts_rightly
        self.suppliers = [self._supplier(n) for n in range(SUPPLIERS)]
        self.skus = [self._sku(sku) for sku in luck.skus]
        weekly = sum(sku.rate * sku.cost_minor for sku in luck.skus) * 7
        self.budget = None if trouble.budget is None else trouble.budget * weekly
        self.purse = 2.0 * weekly
        self.earned, self.held = [0] * self.shape.days, [0] * self.shape.days
        self.uncovered = self.deliveries = self.silence_looks = 0
        self.kinds: Counter[ExceptionKind] = Counter()

    def live(self) -> Past:
        """Every day of the world, one after the other."""
        for day in range(self.shape.days):
            self._receive(day)
            is_open = self.shape.is_open(day)
            for sku in self.skus:
                self._open(sku, day, is_open)
            if is_open:
                self._look(day)
                for sku in self.skus:
                    self._decide(sku, day)
                self._send(day)
            for sku in self.skus:
                sku.days.append(sku.evening())
        return Past(
            tuple(self._life(sku) for sku in self.skus),
            tuple(self.earned),
            tuple(self.held),
            self.kinds,
            self.uncovered,
            self.deliveries,
            self.silence_looks,
        )

    # -- the first day

    def _supplier(self, n: int) -> Supplier:
        luck = self.luck.suppliers[n]
        took = list(luck.past)
        lead = lead_time(took, luck.quoted_days, self.policy)
        return Supplier(took, Supply(f"Supplier {n}", Terms(), lead), self._line_days(lead))

    def _line_days(self, lead: LeadTime) -> float:
        return float(lead.late_days + buffer_days(lead, self.policy.next_look_days, self.policy))

    def _sku(self, luck: SkuLuck) -> Sku:
        lead = self.suppliers[luck.supplier].supply.lead
        line = self._line_days(lead)
        days = 300.0 if luck.sits and self.trouble.sitting else line + luck.starts_with * self.policy.lot_days
        return Sku.new(luck, round(luck.rate * days))

    # -- a day

    def _receive(self, day: int) -> None:
        trucks: dict[tuple[int, int], int] = {}  # what came of one order today counts once
        for sku in self.skus:
            for line in [line for line in sku.open_lines if line.comes == day]:
                line.came = True
                sku.open_lines.remove(line)
                sku.stock += line.brings
                sku.book += line.brings
                sku.seen_on = day
                trucks[sku.luck.supplier, line.sent or 0] = line.promised_days
                self.deliveries += day >= self.shape.days - self.shape.scored
        for (n, sent), promised_days in trucks.items():
            supplier, luck = self.suppliers[n], self.luck.suppliers[n]
            supplier.took.append(day - sent)
            supplier.delays.append(day - sent - promised_days)
            lead = lead_time(supplier.took, luck.quoted_days, self.policy)
            supplier.supply = replace(supplier.supply, lead=lead, delays=tuple(supplier.delays))
            supplier.line_days = self._line_days(lead)

    def _open(self, sku: Sku, day: int, is_open: bool) -> None:
        """Customers come and take what is there; what vanishes does so before them; perhaps a person looks."""
        luck = sku.luck
        if day == self.trouble.ends and luck.sits and self.trouble.sitting:
            sku.stock = sku.book = min(sku.stock, round(luck.rate * self.policy.lot_days))  # what sat there is sold off
        if gone := min(sku.stock, luck.vanishes[day]):
            sku.stock -= gone
            if self.counts_rightly:
                sku.book -= gone
        wanted = luck.wanted[BEFORE + day]
        sold = min(wanted, sku.stock)
        sku.stock -= sold
        sku.book -= sold
        sku.sold_by.append(sku.sold_by[-1] + sold)
        # Known from the time of the last sale where the book shows none left; what vanished unseen is not known.
        out = 0.0
        if sku.book == 0:
            out = 1 - sold / wanted if wanted > sold else float(sku.stock == 0 and wanted == 0)
        sku.out_by.append(sku.out_by[-1] + round(HOURS * out))
        sku.today = on(day), sku.book, sold, sku.per_day, out * is_open, is_open, min(sold, luck.largest[BEFORE + day])
        if sold:
            sku.seen_on, sku.found = day, 0
        self.earned[day] += sold * sku.margin
        beyond = int(sku.stock - sku.per_day * self.policy.held_cover_days)
        self.held[day] += round(holding_cost_minor(max(0, beyond), luck.cost_minor, self.policy))

    def _look(self, day: int) -> None:
        """A person counts each SKU in its turn, and those that are probably gone, a few a day, most money first."""
        in_turn = [sku for sku in self.skus if (day + int(sku.luck.starts_with * LOOK_EVERY)) % LOOK_EVERY == 0]
        silent = [sku for sku in self.skus if sku.book > 0 and asks(sku.silence(day, self.policy), sku.book, None)]
        silent.sort(key=lambda sku: -sku.per_day * sku.margin)
        silent = silent[: looks_left(0, 0, self.policy, counts_mode=False)]
        if day >= self.shape.days - QUIET_DAYS:
            self.silence_looks += len(silent)
        for sku in {id(sku): sku for sku in (*in_turn, *silent)}.values():
            sku.looks.append(Look(on(day), sku.stock, sku.book))
            sku.book = sku.stock
            if sku.stock:
                sku.seen_on, sku.found = day, sku.found + 1

    def _decide(self, sku: Sku, day: int) -> None:
        supplier = self.suppliers[sku.luck.supplier]
        in_window, in_lot, in_stock = self._sales(sku, day)
        sku.per_day = in_stock.sold / max(float(in_stock.days), self.policy.in_stock_at_least_days)
        sku.reorder_at = sku.per_day * supplier.line_days
        if sku.draft is None and sku.position > NEAR * (sku.reorder_at + sku.per_day * self.policy.flap_days):
            return
        said = decide(self._item(sku, day, supplier, in_window, in_lot, in_stock), self.policy)
        sku.zone, sku.per_day, sku.reorder_at = said.zone, float(said.velocity.per_day), float(said.at.yellow)
        self._draft(sku, day, said, supplier)
        if day >= self.shape.days - QUIET_DAYS:
            self.kinds.update(opening.kind for opening in said.openings)
            self.uncovered += said.zone is not Zone.GREEN and sku.draft is None and not sku.open_lines

    def _sales(self, sku: Sku, day: int) -> tuple[int, int, InStock]:
        """Units sold in velocity's days, in a lot's, and in stock; or what will be, where that is foreseen."""
        window, lot = self.policy.velocity_days, self.policy.lot_days
        if self.foresees and day >= TROUBLE_FROM:
            in_lot = sum(sku.luck.wanted[BEFORE + day + 1 : BEFORE + day + 1 + lot])
            in_window = round(in_lot * window / lot)
            return in_window, in_lot, InStock(in_window, Fraction(window), Fraction(0))
        return sku.sold_in(window), sku.sold_in(lot), sku.in_stock(self.policy)

    def _item(self, sku: Sku, day: int, supplier: Supplier, in_window: int, in_lot: int, in_stock: InStock) -> Item:
        return Item(
            sku.luck.sku,
            on(day),
            Book(sku.book, sku.book, None, 0, sku.book),
            in_window,
            in_window * sku.luck.price_minor,
            in_lot,
            sku.luck.price_minor,
            sku.luck.cost_minor,
            replace(supplier.supply, terms=Terms(sku.luck.pack)),
            tuple(
                OpenOrder(line.number, line.quantity, on(line.sent or 0), on((line.sent or 0) + line.promised_days))
                for line in sku.open_lines
            ),
            DraftLine(sku.draft.quantity, on(sku.draft.ruled)) if sku.draft else None,
            sku.zone,
            in_stock=in_stock,
        )

    def _draft(self, sku: Sku, day: int, said: Decision, supplier: Supplier) -> None:
        """Carry the decision's line change out, as the cycle does."""
        change = said.line
        if change.act is Act.DROP:
            sku.draft = None
        elif change.act is Act.CHANGE and change.proposal and sku.draft:
            sku.draft.quantity, sku.draft.ruled = change.proposal.quantity, day
        elif change.act is Act.ADD and change.proposal:
            n = sku.luck.supplier
            quoted = self.luck.suppliers[n].quoted_days
            sku.draft = Line(f"PO-{n}-{day}", day, change.proposal.quantity, day, quoted)
            if supplier.draft_since is None:
                waits = self.luck.suppliers[n].waits[day] if self.trouble.waiting else 0
                supplier.draft_since, supplier.decides_on = day, day + waits

    # -- the evening: a person sends what the budget allows

    def _bound(self, day: int) -> bool:
        """Whether the budget binds."""
        return self.budget is not None and self.trouble.reigns(Cause.CAPITAL, day)

    def _send(self, day: int) -> None:
        if day % 7 == 0 and self.budget is not None:
            self.purse = min(self.purse + self.budget, 2 * self.budget) if self._bound(day) else 2 * self.budget
        drafts: defaultdict[int, list[Sku]] = defaultdict(list)
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

    def _send_line(self, sku: Sku, day: int) -> None:
        line, luck = sku.draft, self.luck.suppliers[sku.luck.supplier]
        assert line is not None
        cost = line.quantity * sku.luck.cost_minor
        if self._bound(day):
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
        sku.open_lines.append(line)
        sku.draft = None

    def _life(self, sku: Sku) -> SkuLife:
        lines = [*sku.lines, *([sku.draft] if sku.draft else [])]
        return SkuLife(
            sku.luck.sku,
            sku.margin,
            sku.luck.cost_minor,
            as_found(sku.days, sku.looks),
            tuple(line.life() for line in sorted(lines, key=lambda line: line.drafted)),
            tuple(sku.looks),
            self.luck.suppliers[sku.luck.supplier].quoted_days,
        )


def live(luck: Luck, trouble: Trouble, without: Cause | None = None) -> Past:
    """What the shop remembers, with one cause taken away; the luck stays what it was."""
    left = trouble if without is None else trouble.without(without)
    return Shop(luck, left, foresees=without is Cause.DEMAND, counts_rightly=without is Cause.COUNTS).live()
