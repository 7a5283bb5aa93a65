"""Until when a decision stands by itself: the first day on which it may be another though nothing happens meanwhile.

"Another" is another zone, order line, mark or set of exceptions; velocity itself moves with each day. What is not plain
to say is said to be tomorrow: a SKU is then decided again too often, and never too late.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from math import ceil, floor

from quietshelf.rules.decision import Decision
from quietshelf.rules.gist import Gist
from quietshelf.rules.item import lead_for, next_look_days
from quietshelf.rules.plans import Plan
from quietshelf.rules.policy import Policy
from quietshelf.rules.stock import DAY
from quietshelf.rules.zones import Mark, Zone, kept_days

_WEEK = 7


def decide_again_on(decision: Decision, gist: Gist, policy: Policy) -> date | None:
    """The first day on which a decision may be another while no fact comes; None is never.

    It holds as long as the days to come count: where the site turns out to have been closed, all is decided anew.

    A Green SKU that is in stock stays Green while nothing happens, because what it sells a day only falls: sales leave
    the days that velocity is read over, and none come in. What changes is its mark, on days that can be told.

    Args:
        gist: of the SKU's facts, as it was decided on.
    """
    item = decision.item
    tomorrow = item.today + DAY
    if not gist.lasts or decision.zone is not Zone.GREEN or decision.openings or decision.needs or decision.looks_gone:
        return tomorrow
    if item.draft or item.doubt or item.mode or _moves(item.plan) or _is_closing(decision):
        return tomorrow
    if any(order.promised_on < item.today for order in item.open_orders):
        return tomorrow
    if decision.on_hand <= 0:
        return None if _is_asleep(decision, gist) else tomorrow
    most, enough_days = _most_per_day(decision, policy), _enough_days(decision, policy)
    if enough_days is None or not _stays_green(decision, most, policy):
        return tomorrow
    changes = [order.promised_on + DAY for order in item.open_orders]
    to_go = item.silence.days_to_go if item.silence else None
    if to_go is not None:
        changes.append(item.today + timedelta(days=to_go))
    changes += _mark_changes(decision, gist, most, enough_days, policy)
    return max(tomorrow, min(changes)) if changes else None


def _moves(plan: Plan) -> bool:
    """Whether what people said of a SKU means something else on another day."""
    return plan.ends_on is not None or plan.not_this_time_on is not None or bool(plan.needs)


def _is_closing(decision: Decision) -> bool:
    """Whether its supplier has closing days ahead."""
    supply = decision.item.supply
    return supply is not None and supply.closing is not None and supply.closing.last >= decision.item.today


def _is_asleep(decision: Decision, gist: Gist) -> bool:
    """Whether none is there, none sells, and no day to come will show that any did."""
    item = decision.item
    if item.open_orders or item.last_piece_gone or decision.velocity.units:
        return False
    return gist.last_sale_on is None or decision.ran_out_on is not None


def _most_per_day(decision: Decision, policy: Policy) -> Fraction:
    """Velocity will not be more than this: with fewer days in stock than it is divided by, it may still move up."""
    speed = decision.velocity
    if speed.in_stock is None or speed.in_stock >= policy.in_stock_at_least_days + 1:
        return speed.per_day
    return Fraction(speed.units, policy.in_stock_at_least_days)


def _stays_green(decision: Decision, most: Fraction, policy: Policy) -> bool:
    """Whether the most that it may sell a day is far from both lines, on whatever day of the week it is looked at."""
    supply = decision.item.supply
    if supply is not None and supply.order_day is None and most is decision.velocity.per_day:
        return not decision.item.open_orders or decision.on_hand > floor(most * supply.lead.typical_days)
    until_next = max(decision.at.days_until_delivery, lead_for(supply, policy).typical_days)
    kept = _kept_days(decision, policy) + (_WEEK if supply is not None and supply.order_day is not None else 0)
    return decision.on_hand > floor(most * until_next) and decision.position > floor(most * kept)


def _kept_days(decision: Decision, policy: Policy) -> Fraction:
    """Late lead time plus buffer."""
    supply, today = decision.item.supply, decision.item.today
    return kept_days(lead_for(supply, policy), next_look_days(supply, today, policy), policy)


def _enough_days(decision: Decision, policy: Policy) -> Fraction | None:
    """The cover from which on it is overstock; None where that moves with the day of the week."""
    supply, enough = decision.item.supply, _kept_days(decision, policy)
    if supply is not None and supply.order_day is not None and enough + _WEEK > policy.no_order_cover_days:
        return None
    return max(Fraction(policy.no_order_cover_days), enough)


def _mark_changes(
    decision: Decision, gist: Gist, most: Fraction, enough_days: Fraction, policy: Policy
) -> Iterator[date]:
    """The first days on which the mark may be another."""
    today, hand = decision.item.today, decision.on_hand
    if decision.mark is Mark.DEAD:
        return
    since_sale = decision.item.in_stock.since_sale if decision.item.in_stock else 0
    yield today + timedelta(days=ceil(policy.dead_days - since_sale))
    if decision.mark is Mark.OVERSTOCK:
        if hand < most * enough_days:
            yield today + DAY
        yield (gist.last_sale_on or today) + timedelta(days=policy.velocity_days)
        return
    # it sells at least what its last 60 days hold, over 60: from some day on the stock is enough for that
    before = today - timedelta(days=policy.velocity_days)
    left = sum(sums.units for day, sums in gist.sold.items() if day > before)
    enough = floor(hand * policy.velocity_days / enough_days)  # of what sells in those days, so few is overstock
    if decision.velocity.units and left <= enough:
        yield today + DAY
        return
    for day in sorted(gist.sold):
        leaves_on = day + timedelta(days=policy.velocity_days)
        if leaves_on <= today:
            continue
        left -= gist.sold[day].units
        if left <= enough:
            yield leaves_on
            return
