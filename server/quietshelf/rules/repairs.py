"""What would have come of a SKU's orders, had one leg of their life been as it should, or all of them.

Which leg a lost day is laid to is decided in causes.py.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate, pairwise
from math import floor, sqrt

from quietshelf.rules.lives import Day, Held, OrderLife, SkuLife
from quietshelf.rules.policy import Policy

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rescue:
    """Units that would have come on a day, had a leg of an order's life been as it should."""

    order: OrderLife | None
    due: date
    units: int
    until: date
    """The day on which what they lacked had been ordered again, and came."""


def saved(wanted: Mapping[date, float], rescues: Sequence[Rescue]) -> Iterator[tuple[date, Rescue]]:
    """The days without stock on which rescued units would have been there; each such day sells what it wanted."""
    left = {rescue: float(rescue.units) for rescue in rescues}
    in_order = sorted(rescues, key=lambda rescue: rescue.due)
    for day, units_wanted in wanted.items():
        for rescue in in_order:
            if rescue.due > day:
                break
            units = left[rescue] if day < rescue.until else 0.0
            if rescue.order is not None:
                # What came of it after all is in the stock of the next day on, and is not there a second time.
                came = rescue.order.received_by(max(rescue.due, day - DAY))
                since = came - rescue.order.received_by(rescue.due)
                units = min(units, rescue.units - since)
            if units > 0:
                left[rescue] = units - units_wanted
                yield day, rescue
                break


# -- one leg as it should be, and the others as they were


def delivered_as_promised(life: SkuLife, policy: Policy) -> list[Rescue]:
    """Had every order come by its promise, in full: but triggered as the rules do where deliveries are punctual.

    Late deliveries make the rules order sooner. So of what came late, no more is the supplier's than comes on top of
    the greater buffer that is kept because of it.
    """
    rescues = (
        _rescue(
            order,
            max(order.sent_on, _punctual_trigger(order, life, policy)) + timedelta(days=order.promised_days),
            order.sent_units,
            life.orders,
        )
        for order in life.orders
        if order.sent_on is not None
    )
    return [rescue for rescue in rescues if rescue]


def decided_at_once(life: SkuLife, policy: Policy, by_money: bool) -> list[Rescue]:
    """Had no order waited for the budget (or, not `by_money`, for a person), or been cut or refused by it."""
    rescues = (
        _sooner(
            order,
            (order.sent_on or order.refused_on or life.days[-1].day) - order.drafted_on,
            max(order.ruled_units, order.sent_units),
            life,
        )
        for order in held(life, policy, by_money)
    )
    return [rescue for rescue in rescues if rescue]


def counted_rightly(life: SkuLife, policy: Policy) -> list[Rescue]:
    """Had the book shown what was there: orders triggered on the day on which it should have triggered them."""
    rescues = []
    for at, order in _missed_triggers(life, lambda day: _misled(day, life.orders)):
        if order is None:
            rescues.append(_never_ordered(at, _lot(at, life, policy), life))
        elif rescue := _sooner(order, order.drafted_on - at.day, order.sent_units or order.ruled_units, life):
            rescues.append(rescue)
    return rescues


def foreseen(life: SkuLife, policy: Policy) -> list[Rescue]:
    """Had velocity been what then really sold: orders triggered by it, of as many units as it asks for.

    Only where it was far more than velocity, and no chance: all velocities are off by a little.
    """
    really = _really_sold(life.days, policy)

    def misses(day: Day) -> bool:
        return day.day in really and _position(day, life.orders) <= line_at(day)

    def line_at(day: Day) -> float:
        return day.line_at(day.reorder_at * really[day.day] / day.per_day)

    rescues = []
    for at, order in _missed_triggers(life, misses):
        lot = really[at.day] * policy.lot_days
        short_of = line_at(at) - _position(at, life.orders)
        pinned = life.said.quantity_on(at.day)
        units = round(lot * max(1, floor(short_of / lot) + 1)) if pinned is None else pinned
        if order is None:
            rescues.append(_never_ordered(at, units, life))
        elif rescue := _sooner(order, order.drafted_on - at.day, max(units, order.sent_units), life):
            rescues.append(rescue)
    return rescues


# -- one leg after the other, each on top of those before it


def step_by_step(life: SkuLife, policy: Policy) -> Iterator[list[Rescue]]:
    """What would have come, delivered as promised; and with no budget; and decided at once; and counted rightly."""
    rescues = {order: _as_promised(order, life.orders) for order in life.orders}
    yield [rescue for rescue in rescues.values() if rescue]
    for by_money in (True, False):
        for order in held(life, policy, by_money):
            rescues[order] = _as_ruled(order, order.drafted_on, life.orders)
        yield [rescue for rescue in rescues.values() if rescue]
    lots: list[Rescue] = []
    for at, late in _missed_triggers(life, lambda day: _misled(day, life.orders)):
        if late is not None:
            rescues[late] = _as_ruled(late, at.day, life.orders) or rescues[late]
        else:
            lots.append(_never_ordered(at, _lot(at, life, policy), life))
    yield [*(rescue for rescue in rescues.values() if rescue), *lots]


def held(life: SkuLife, policy: Policy, by_money: bool) -> list[OrderLife]:
    """The orders that the budget (or a person) kept from being sent as ruled within 2 open days."""
    open_days = [day.day for day in life.days if day.open]
    return [
        order
        for order in life.orders
        if (order.held in (Held.BUDGET, Held.CASH)) is by_money
        and (
            order.cut
            or order.refused_on is not None
            or sum(order.drafted_on < day <= (order.sent_on or life.days[-1].day) for day in open_days)
            > policy.decided_within_days
        )
    ]


def _as_promised(order: OrderLife, orders: Sequence[OrderLife]) -> Rescue | None:
    """What a sent order lacked of its promise: all that came later, or never."""
    if order.promised_on is None:
        return None
    return _rescue(order, order.promised_on, order.sent_units, orders)


def _as_ruled(order: OrderLife, drafted_on: date, orders: Sequence[OrderLife]) -> Rescue | None:
    """What an order lacked of being sent as ruled on the day of its trigger, and delivered as promised."""
    due = drafted_on + timedelta(days=order.promised_days)
    return _rescue(order, due, max(order.ruled_units, order.sent_units), orders)


def _sooner(order: OrderLife, by: timedelta, units: int, life: SkuLife) -> Rescue | None:
    """What an order lacked of having gone out so much sooner, with so many units, and taken as long as it took."""
    if order.promised_on is None:
        came = (order.refused_on or life.days[-1].day) + timedelta(days=order.promised_days)
    else:
        first = min((receipt.on for receipt in order.receipts), default=None)
        came = first or max(order.promised_on, life.days[-1].day + DAY)
    return _rescue(order, came - by, units, life.orders)


def _never_ordered(at: Day, units: int, life: SkuLife) -> Rescue:
    """A lot that should have been ordered on a day, where no order ever was."""
    return Rescue(None, at.day + timedelta(days=life.lead_days), max(1, units), date.max)


def _lot(at: Day, life: SkuLife, policy: Policy) -> int:
    """Units of an order that the rule would have made on a day: what was pinned, else a lot."""
    pinned = life.said.quantity_on(at.day)
    return round(at.per_day * policy.lot_days) if pinned is None else pinned


def _rescue(order: OrderLife, due: date, units: int, orders: Sequence[OrderLife]) -> Rescue | None:
    """Units that had not come by `due`; they help until what was ordered in their stead has come."""
    lacking = units - order.received_by(due)
    if lacking <= 0:
        return None
    # From this day on the position knew that they would not come of this order, and the rule ordered them again.
    known_on = order.refused_on or (order.sent_on if order.cut else None) or order.received_on or date.max
    again = [
        receipt.on
        for later in orders
        if later.drafted_on >= known_on and later is not order
        for receipt in later.receipts
        if receipt.on > due
    ]
    return Rescue(order, due, lacking, min(again, default=date.max))


# -- triggers


def _position(day: Day, orders: Sequence[OrderLife]) -> int:
    return day.stock + sum(order.coming_on(day.day) for order in orders)


def _misled(day: Day, orders: Sequence[OrderLife]) -> bool:
    """Whether a right count would have triggered an order that evening, and the book did not."""
    if day.book <= day.stock or day.per_day <= 0:
        return False
    position = _position(day, orders)
    return position <= day.line_at(day.reorder_at) < position + day.book - day.stock


def _missed_triggers(life: SkuLife, misses: Callable[[Day], bool]) -> Iterator[tuple[Day, OrderLife | None]]:
    """Between each two orders the first day on which a trigger was missed, with the order that followed, if any."""
    bounds = [life.days[0].day, *(order.drafted_on for order in life.orders), life.days[-1].day + DAY]
    following: list[OrderLife | None] = [*life.orders, None]
    for (since, before), order in zip(pairwise(bounds), following, strict=True):
        at = next((day for day in life.days if since <= day.day < before and misses(day)), None)
        if at is not None:
            yield at, order


def _punctual_trigger(order: OrderLife, life: SkuLife, policy: Policy) -> date:
    """The day on which the rules would have triggered an order, had its supplier always kept its promise."""
    others = [other for other in life.orders if other.drafted_on < order.drafted_on]
    line_days = order.promised_days * (1 + policy.buffer_share) + policy.next_look_days
    at = order.drafted_on
    for day in life.days[max(0, (order.drafted_on - life.days[0].day).days) :]:
        at = day.day
        line = day.per_day * line_days
        booked = day.book + sum(other.coming_on(day.day) for other in others)
        if booked <= day.line_at(line) or day.reorder_at <= line:
            break
    return at


def _really_sold(days: Sequence[Day], policy: Policy) -> dict[date, float]:
    """Units a day that really sold from each day on, where that was far more than velocity, and no chance."""
    sold = [0, *accumulate(day.sold for day in days)]
    is_open = [0, *accumulate(day.open for day in days)]
    in_stock = [0.0, *accumulate((1 - day.out) * day.open for day in days)]
    found = {}
    for index, day in enumerate(days):
        last = min(len(days), index + 1 + policy.jump_days)
        first = max(0, min(index + 1, last - policy.around_days))
        there, opened = in_stock[last] - in_stock[first], is_open[last] - is_open[first]
        if day.per_day <= 0 or there < policy.around_days_enough:
            continue
        units, share = sold[last] - sold[first], opened / (last - first)
        per_day, expected = units / there * share, day.per_day * there / share
        beyond = 2 * (sqrt(units) - sqrt(expected))  # standard errors, as of counted units
        if per_day > day.per_day * policy.jump_times and beyond > policy.jump_errors:
            found[day.day] = per_day
    return found
