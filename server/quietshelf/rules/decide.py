"""The one decision about a SKU: its velocity, zone, draft line and exceptions, from what is known of it.

It reads no database and returns intents; `cycle` loads the facts and saves what is decided here.
"""

from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from fractions import Fraction
from functools import cached_property
from math import ceil
from operator import attrgetter
from typing import Any
from zlib import crc32

from quietshelf.rules.exceptions import ExceptionKind, Opening
from quietshelf.rules.expedite import BoughtAgain, bought_again
from quietshelf.rules.feedback import USUAL, Feedback
from quietshelf.rules.first_week import Waits
from quietshelf.rules.leadtimes import Closing, LeadTime, OpenOrder, arrival, credible_arrival
from quietshelf.rules.ledger import Book
from quietshelf.rules.looks import Silence, asks
from quietshelf.rules.modes import InMode, did, guarded, late_for_red, raised, within_cycle
from quietshelf.rules.needs import Need, due
from quietshelf.rules.ordering import Act, DraftLine, LineChange, Terms, follow, on_order, one_pack, propose
from quietshelf.rules.plans import NO_PLAN, Plan, least, planned
from quietshelf.rules.policy import Policy
from quietshelf.rules.velocity import InStock, OneOff, Velocity, velocity
from quietshelf.rules.zones import Lines, Mark, Zone, kept_days, lines, mark_of, zone_of


@dataclass(frozen=True)
class Supply:
    """Who delivers the SKU, on which terms, and what the supplier's past deliveries say."""

    supplier: str
    terms: Terms
    lead: LeadTime
    delays: tuple[int, ...] = ()
    """Days past its promise of each past delivery, 0 or less on time."""
    order_day: int | None = None
    """ISO weekday on which it takes orders (1 is Monday), None is any day."""
    closing: Closing | None = None

    @cached_property
    def digest(self) -> str:
        """A text that differs where anything of it does."""
        return repr(self)


@dataclass(frozen=True)
class Item:
    """All that is known of one SKU at one site when it is decided upon."""

    sku: str
    today: date
    """The site's day of now, or of T where sales are known no further."""
    book: Book
    sold_in_window: int
    """Units sold in the velocity's days, returns taken back."""
    revenue_in_window_minor: int
    sold_in_lot_days: int
    price_minor: int | None
    """The list price, used where nothing was sold."""
    cost_minor: int | None
    supply: Supply | None
    """None where nobody is known to sell it: it has a zone, and no order."""
    open_orders: tuple[OpenOrder, ...] = ()
    draft: DraftLine | None = None
    previous_zone: Zone | None = None
    doubt: str | None = None
    """Why its shelf can't be trusted now (silent node, faulty cell, doubtful count): then the book counts."""
    in_stock: InStock | None = None
    """What sold while it was in stock; None where that is not asked: then the plain rule divides."""
    perhaps_one_off: OneOff | None = None
    """A sale that a person may call a one-off."""
    one_offs: tuple[OneOff, ...] = ()
    """Sales that a person called one-offs, in the days that velocity is read over."""
    plan: Plan = NO_PLAN
    """What people have said of it."""
    told: Feedback = USUAL
    """What its last lots taught."""
    soonest: Supply | None = None
    """Who delivers soonest of the others that sell it, where an order of it is late; None: its own supplier does."""
    last_piece_gone: bool = False
    """None is left, and not because it was sold: one pack is ordered though it does not sell."""
    order_again: bool = False
    """It never sold, its last piece is gone, and a person is asked if it is to come again."""
    mode: InMode | None = None
    """What the mode that is on means for it."""
    silence: Silence | None = None
    """How long it has not sold, and how long it may; None where it never sold."""
    waits: Waits | None = None
    """Why nothing is drafted for it by itself yet (rules/first_week.py)."""


@dataclass(frozen=True)
class Decision:
    """What was decided about one SKU, with every figure that a sentence about it needs."""

    item: Item
    on_hand: int
    on_order: int
    velocity: Velocity
    at: Lines
    zone: Zone
    line: LineChange
    throughput_minor: int | None
    """Money that one unit earns; None where no price is known."""
    cost_assumed: bool
    next_delivery_on: date | None
    openings: tuple[Opening, ...]
    mark: Mark | None = None
    needs: tuple[Need, ...] = ()
    """Known needs that are due: what is there is kept for them."""
    is_over: bool = False
    """It is ending, or ends before anything could come: it is never ordered again."""
    is_put_off: bool = False
    """A person's "not this time" holds."""
    in_mode: dict[str, Any] | None = None
    """What the mode that is on changed about it (rules/modes.py, did)."""

    @property
    def position(self) -> int:
        """On hand + on order."""
        return self.on_hand + self.on_order

    @cached_property
    def risk_minor_per_day(self) -> int:
        """Throughput that a day without stock loses."""
        return round(self.velocity.per_day * max(0, self.throughput_minor or 0))

    @property
    def ran_out_on(self) -> date | None:
        """The day on which it ran out, where it has been out for all of velocity's days: velocity is as it was then."""
        in_stock = self.item.in_stock
        return in_stock.ran_out_on if in_stock is not None and self.velocity.in_stock is not None else None

    @property
    def sell_again(self) -> bool:
        """Whether it is a question if this SKU is to be sold again: out that long, and nothing is on order."""
        return self.ran_out_on is not None and self.zone is Zone.RED and self.position == 0

    @property
    def looks_gone(self) -> bool:
        """Whether somebody should look if it is there at all."""
        return asks(self.item.silence, self.on_hand, self.item.book.sensed)

    @property
    def decide_again_at(self) -> datetime | None:
        """When the book changes without a new fact; steady.decide_again_on says on which day anything else may."""
        return self.item.book.expires_at

    def digest(self) -> str:
        """A short text that differs where any figure differs, or what was decided; made faster than the figures are."""
        item, at = self.item, self.at
        moves = item.open_orders or item.plan is not NO_PLAN or item.mode
        said = (
            _INPUTS(item),
            _OF_BOOK(item.book),
            item.supply and item.supply.digest,
            item.in_stock,
            item.today if moves else None,
            self.zone,
            self.line.proposal,
            self.line.rule_disagrees,
            self.mark,
            self.on_order,
            self.velocity,
            self.throughput_minor,
            at.days_until_delivery,
            at.buffer_days,
            self.looks_gone and item.silence,
        )
        return f"{crc32(repr(said).encode()):08x}"

    def figures(self) -> dict[str, Any]:
        """The figures, ready for JSON. Keys:

        `on_hand`, `on_order`, `position`, `book`, `waiting`, `sensed`, `back` (units; None where no shelf weighs it),
        `sold` and `days` (velocity is their quotient), `in_stock_days` (how long it was in stock in the days that
        velocity is read over; None by the plain rule), `since_sale_days` (days in stock since its last sale),
        `ran_out_on` (None but where it was out for all of velocity's days), `sell_again`,
        `mark` (overstock, dead, None), `perhaps_one_off` (key, sold_on, units, worth_days; None),
        `one_offs` (those that velocity leaves out: key, sold_on, units),
        `per_day`, `cover_days` (None where it does not sell),
        `red_at`, `yellow_at` (units, rounded down: at or below), `supplier`, `typical_days`, `late_days`,
        `buffer_days`, `deliveries` (lead time's evidence), `days_until_delivery`, `next_delivery_on`,
        `late_orders` (number, units, promised_on, late_days, supplier of each order past its promise),
        `proposal` (Proposal.figures; None), `rule_disagrees`,
        `throughput_minor`, `cost_assumed`, `risk_minor_per_day`, `doubt`, `lost` (units, since the last count),
        `disagreement`, `needs` (quantity, left, on, note of each that is due), `keep_at_least`, `last_piece_gone`,
        `order_again` (it never sold and is gone: a question), `ending`, `ends_on`, `is_over`,
        `waits` (answer, first_week, asleep; None),
        `put_off_on` (the day of a "not this time" that holds; None), `mode` (what the mode that is on changed about
        it: modes.did; None), `silence` (Silence.figures of what is probably gone; None).
        """
        item, supply = self.item, self.item.supply
        per_day = self.velocity.per_day
        proposal = self.line.proposal
        return {
            "on_hand": self.on_hand,
            "on_order": self.on_order,
            "position": self.position,
            "book": item.book.book,
            "waiting": item.book.waiting,
            "sensed": item.book.sensed,
            "back": item.book.back if item.book.sensed is not None else None,
            "sold": self.velocity.units,
            "days": _plain(self.velocity.days),
            "in_stock_days": _plain(self.velocity.in_stock) if self.velocity.in_stock is not None else None,
            "since_sale_days": int(item.in_stock.since_sale) if item.in_stock else None,
            "ran_out_on": self.ran_out_on.isoformat() if self.ran_out_on else None,
            "sell_again": self.sell_again,
            "mark": self.mark,
            "perhaps_one_off": _sale(item.perhaps_one_off) | {"worth_days": int(item.perhaps_one_off.units / per_day)}
            if item.perhaps_one_off and per_day
            else None,
            "one_offs": [_sale(one) for one in item.one_offs],
            "per_day": float(per_day),
            "cover_days": float(self.on_hand / per_day) if per_day else None,
            "red_at": int(self.at.red),
            "yellow_at": int(self.at.yellow),
            "supplier": supply.supplier if supply else None,
            "typical_days": float(supply.lead.typical_days) if supply else None,
            "late_days": float(supply.lead.late_days) if supply else None,
            "deliveries": supply.lead.deliveries if supply else None,
            "buffer_days": float(self.at.buffer_days),
            "days_until_delivery": float(self.at.days_until_delivery),
            "next_delivery_on": self.next_delivery_on.isoformat() if self.next_delivery_on else None,
            "late_orders": [
                {
                    "number": order.number,
                    "units": order.units,
                    "promised_on": order.promised_on.isoformat(),
                    "late_days": (item.today - order.promised_on).days,
                    "supplier": order.supplier or (supply.supplier if supply else None),
                }
                for order in item.open_orders
                if order.promised_on < item.today
            ],
            "proposal": proposal.figures() if proposal else None,
            "rule_disagrees": self.line.rule_disagrees,
            "throughput_minor": self.throughput_minor,
            "cost_assumed": self.cost_assumed,
            "risk_minor_per_day": self.risk_minor_per_day,
            "doubt": item.doubt,
            "lost": item.book.lost_since_count,
            "disagreement": item.book.disagreement,
            "needs": [
                {"quantity": need.quantity, "left": need.left, "on": need.on.isoformat(), "note": need.note}
                for need in self.needs
            ],
            "keep_at_least": item.plan.keep_at_least,
            "last_piece_gone": item.last_piece_gone,
            "order_again": item.order_again and self.on_order == 0,
            "ending": item.plan.ending,
            "ends_on": item.plan.ends_on.isoformat() if item.plan.ends_on else None,
            "is_over": self.is_over,
            "waits": item.waits,
            "put_off_on": item.plan.not_this_time_on.isoformat()
            if self.is_put_off and item.plan.not_this_time_on
            else None,
            "mode": self.in_mode,
            "silence": item.silence.figures() if item.silence and self.looks_gone else None,
        }


_APART = ("sku", "today", "book", "supply", "in_stock", "draft", "previous_zone", "silence")
"""What of an item a digest tells in its own way, or no figure shows."""
_INPUTS = attrgetter(*[field.name for field in fields(Item) if field.name not in _APART])
_OF_BOOK = attrgetter(*[field.name for field in fields(Book)])


def throughput_minor(item: Item, policy: Policy) -> tuple[int | None, bool]:
    """Money that one unit earns: mean price paid in the velocity's days, less its purchase cost.

    Where nothing was sold the list price stands in; where the cost is unknown 60% of the price does, and that is said.

    Returns: minor units (None where no price is known), and whether the cost was assumed.

    >>> def item(sold, revenue, price, cost):
    ...     return Item("TEA", date(2026, 11, 24), Book(9, 9, None, 0, 9), sold, revenue, sold, price, cost, None)
    >>> throughput_minor(item(258, 258 * 1150, 1195, 520), Policy())
    (630, False)
    >>> throughput_minor(item(0, 0, 1000, None), Policy())
    (400, True)
    >>> throughput_minor(item(0, 0, None, 520), Policy())
    (None, False)
    """
    paid: Fraction | None = None
    if item.sold_in_window > 0 and item.revenue_in_window_minor > 0:
        paid = Fraction(item.revenue_in_window_minor, item.sold_in_window)
    elif item.price_minor is not None:
        paid = Fraction(item.price_minor)
    if paid is None:
        return None, False
    if item.cost_minor is None:
        return round(paid * (1 - Fraction(str(policy.assumed_cost_share)))), True
    return round(paid) - item.cost_minor, False


def next_look_days(supply: Supply | None, today: date, policy: Policy) -> int:
    """Days to the next time the supplier can be ordered from: 1, or to its next order day after today.

    >>> policy, tuesday = Policy(), date(2026, 11, 24)
    >>> supply = Supply("Northgate", Terms(), LeadTime(Fraction(9), Fraction(10), 20), order_day=1)
    >>> next_look_days(supply, tuesday, policy), next_look_days(None, tuesday, policy)
    (6, 1)
    """
    if supply is None or supply.order_day is None:
        return policy.next_look_days
    return (supply.order_day - today.isoweekday() - 1) % 7 + 1


def lead_for(supply: Supply | None, policy: Policy) -> LeadTime:
    """The lead time of who delivers; what is taken for it where nobody is known to."""
    if supply is not None:
        return supply.lead
    typical = Fraction(policy.quoted_lead_days)
    return LeadTime(typical, typical * Fraction(policy.late_of_few), 0)


def decide(item: Item, policy: Policy) -> Decision:
    """Decide about one SKU (docs/policy.md, sections Velocity, Zones and Ordering).

    >>> northgate = Supply("Northgate", Terms(pack=12), LeadTime(Fraction(9), Fraction(10), 20))
    >>> assam = Item("TEA-0114", date(2026, 11, 24), Book(7, 7, None, 0, 7), 258, 258 * 1150, 195, 1195, 520, northgate)
    >>> said = decide(assam, Policy())
    >>> str(said.zone), said.line.act.value, said.line.proposal.quantity, said.risk_minor_per_day
    ('red', 'add', 204, 2709)
    >>> [opening.key for opening in said.openings]
    ['red:TEA-0114']
    """
    plain = velocity(item.sold_in_window, policy, item.in_stock)
    speed = raised(plain, item.mode.recent, policy) if item.mode else plain
    per_day = speed.per_day
    lead = lead_for(item.supply, policy)
    hand = max(0, item.book.book) if item.doubt else item.book.on_hand
    coming = on_order(item.open_orders, item.today, policy)

    next_on = _next_delivery(item, lead)
    for_red = lead
    if item.mode and item.mode.guards:
        for_red, policy = late_for_red(lead), guarded(policy)
    until_next = min(
        _days_from_now(item, for_red), Fraction((next_on - item.today).days) if next_on else for_red.typical_days
    )
    look_days = next_look_days(item.supply, item.today, policy)
    at = lines(per_day, lead, until_next, look_days, policy)
    closing = item.supply.closing if item.supply else None
    needs = due(item.plan.needs, item.today, lead, closing, look_days)
    free = hand + coming - sum(need.left for need in needs)
    zone = zone_of(hand, free, per_day, at, item.previous_zone, policy)
    if zone is Zone.GREEN and free < least(item.plan, item.last_piece_gone):
        zone = Zone.YELLOW  # wanted though it does not sell

    over = item.plan.is_over(item.today, lead, closing)
    put_off = item.plan.is_put_off(zone, item.today, policy)
    if over or put_off or item.waits or item.supply is None:
        line = LineChange(Act.NONE if item.draft is None or item.draft.edited_on else Act.DROP)
    else:
        again = bought_again(zone, item.open_orders, item.today, policy)
        if again is None:
            line = _line(item, item.supply, hand, free, speed, at, zone, needs, policy)
        else:
            line = _line_again(item, item.supply, again, hand, free, speed, at, needs, policy)
    earns, assumed = throughput_minor(item, policy)
    since_sale = item.in_stock.since_sale if item.in_stock else 0
    mark = mark_of(zone, hand, per_day, kept_days(lead, look_days, policy), since_sale, policy)
    decision = Decision(
        item,
        hand,
        coming,
        speed,
        at,
        zone,
        line,
        earns,
        assumed,
        next_on,
        (),
        mark,
        needs,
        over,
        put_off,
        did(item.mode, plain, speed, line.proposal),
    )
    return _with_openings(decision, policy)


def _plain(days: int | Fraction) -> int | float:
    """Days for JSON: whole where they are."""
    return int(days) if days == int(days) else float(days)


def _sale(one: OneOff) -> dict[str, Any]:
    return {"key": one.key, "sold_on": one.sold_on.isoformat(), "units": one.units}


def _days_from_now(item: Item, lead: LeadTime) -> Fraction:
    """Days that an order sent today takes, with the supplier's closing days on the way."""
    if item.supply is None or item.supply.closing is None:
        return lead.typical_days
    return Fraction((arrival(item.today, lead.typical_days, item.supply.closing) - item.today).days)


def _next_delivery(item: Item, lead: LeadTime) -> date | None:
    """The earliest credible arrival of what is on its way; None where nothing is."""
    delays = item.supply.delays if item.supply else ()
    return min(
        (
            credible_arrival(order, item.today, order.lead, order.delays)
            if order.lead  # it was sent to another supplier than the one that sells it now
            else credible_arrival(order, item.today, lead, delays)
            for order in item.open_orders
        ),
        default=None,
    )


def _line(
    item: Item,
    supply: Supply,
    hand: int,
    free: int,
    speed: Velocity,
    at: Lines,
    zone: Zone,
    needs: tuple[Need, ...],
    policy: Policy,
) -> LineChange:
    """The draft line's change. `free` is the position without what is kept for needs that are due."""
    per_day = speed.per_day
    if zone is Zone.GREEN:
        return follow(item.draft, None, free, per_day, at.yellow, item.today, policy)
    # Green begins beyond the line that ends a Yellow: what is ordered must not leave the SKU flapping on it.
    green_from = at.yellow + per_day * policy.flap_days
    enough = supply.lead.late_days + at.buffer_days
    new = tuple(need for need in needs if not need.ordered)
    position = free + sum(need.left for need in new)
    # what would have been sold in a lot's days in stock; by the plain rule, what was sold in them
    lot = item.sold_in_lot_days if speed.in_stock is None else ceil(per_day * policy.lot_days)
    by_rule = propose(lot, per_day, hand, position, green_from, enough, supply.terms, policy, item.told)
    if by_rule is None and item.last_piece_gone and free <= 0:
        by_rule = one_pack(supply.terms)
    if item.mode:
        by_rule = within_cycle(by_rule, per_day, supply.lead.typical_days, item.mode.cycle_days, supply.terms)
    wanted = planned(item.plan, by_rule, new, position, per_day, supply.terms, item.today)
    return follow(item.draft, wanted, free, per_day, at.yellow, item.today, policy)


def _line_again(
    item: Item,
    supply: Supply,
    again: BoughtAgain,
    hand: int,
    free: int,
    speed: Velocity,
    at: Lines,
    needs: tuple[Need, ...],
    policy: Policy,
) -> LineChange:
    """The line bought in the stead of what is far too late, at whoever delivers soonest."""
    if item.soonest is not None:
        draft = replace(item.draft, elsewhere=not item.draft.at_soonest) if item.draft else None
        supply = item.soonest
        item = replace(item, draft=draft)
    line = _line(item, supply, hand, free - again.counted, speed, at, Zone.RED, needs, policy)
    proposal = replace(line.proposal, instead_of=again.number) if line.proposal else None
    return replace(line, proposal=proposal)


def _with_openings(decision: Decision, policy: Policy) -> Decision:
    """The decision with the exceptions that it opens, or keeps open."""
    item, book = decision.item, decision.item.book
    kinds: list[ExceptionKind] = []
    if decision.is_over or item.waits is Waits.ASLEEP:
        pass  # nothing can be bought for it: running out is what is meant to happen
    elif decision.zone is Zone.RED:
        kinds.append(ExceptionKind.RED)
    elif decision.zone is Zone.YELLOW:
        kinds.append(ExceptionKind.YELLOW)
    if book.sensed == 0 and book.back > 0 and item.doubt is None and decision.velocity.units > 0:
        kinds.append(ExceptionKind.SHELF_EMPTY)
    lost_minor = book.lost_since_count * max(0, decision.throughput_minor or 0)
    if book.lost_since_count >= policy.loss_units or lost_minor >= policy.loss_minor:
        kinds.append(ExceptionKind.UNEXPLAINED_LOSS)
    if book.disagreement:
        kinds.append(ExceptionKind.COUNT_DISAGREES)
    if not kinds:
        return decision
    risk, figures = decision.risk_minor_per_day, decision.figures()
    return replace(decision, openings=tuple(Opening(kind, item.sku, risk, figures) for kind in kinds))
