"""The one decision about a SKU: its velocity, zone, draft line and exceptions, from what is known of it.

It reads no database and returns intents; `cycle` loads the facts and saves what is decided here.
"""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from math import ceil

from quietshelf.rules.decision import Decision
from quietshelf.rules.exceptions import ExceptionKind, Opening
from quietshelf.rules.expedite import BoughtAgain, bought_again
from quietshelf.rules.first_week import Waits
from quietshelf.rules.item import Item, Supply, lead_for, next_look_days, throughput_minor
from quietshelf.rules.leadtimes import LeadTime, arrival, closed_days, credible_arrival
from quietshelf.rules.modes import did, guarded, late_for_red, raised, within_cycle
from quietshelf.rules.needs import Need, due
from quietshelf.rules.ordering import Act, LineChange, follow, on_order, one_pack, propose
from quietshelf.rules.plans import least, planned
from quietshelf.rules.policy import Policy
from quietshelf.rules.velocity import Velocity, velocity
from quietshelf.rules.zones import Lines, Zone, kept_days, lines, mark_of, zone_of


def decide(item: Item, policy: Policy) -> Decision:
    """Decide about one SKU (docs/policy.md, sections Velocity, Zones and Ordering).

    >>> from quietshelf.rules.ledger import Book
    >>> from quietshelf.rules.ordering import Terms
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
    until_next = _days_from_now(item, for_red)
    if next_on is not None:
        until_next = min(until_next, Fraction((next_on - item.today).days))
    look_days = next_look_days(item.supply, item.today, policy)
    closing = item.supply.closing if item.supply else None
    at = lines(per_day, lead, until_next, look_days, policy, closed_days(item.today, lead.late_days, closing))
    needs = due(item.plan.needs, item.today, lead, closing, look_days)
    free = hand + coming - sum(need.left for need in needs)
    zone = zone_of(hand, free, at, item.previous_zone, policy)
    if zone is Zone.GREEN and free < least(item.plan, item.last_piece_gone):
        zone = Zone.YELLOW  # wanted though it does not sell
    if item.waits is Waits.ASLEEP:
        zone = Zone.GREEN  # it is short of nothing until it is woken, or comes in

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
    if zone is Zone.GREEN and item.draft is None:
        return LineChange(Act.NONE)
    per_day = speed.per_day
    if zone is Zone.GREEN:
        return follow(item.draft, None, free, per_day, at.yellow, item.today, policy)
    # Green begins beyond the line that ends a Yellow: what is ordered must not leave the SKU flapping on it.
    green_from = at.yellow + per_day * policy.flap_days
    enough = supply.lead.late_days + at.buffer_days + at.closed_days
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
