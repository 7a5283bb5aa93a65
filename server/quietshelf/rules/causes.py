"""Every lost day, laid to one cause: which leg of the order's life was it without which there would have been stock?

What is lost is weighed here, and by whom it was; which cause is the constraint is decided in constraint.py.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any

from quietshelf.rules.lives import Day, Held, OrderLife, SkuLife
from quietshelf.rules.policy import Policy


class Cause(StrEnum):
    """What a lost day is laid to, in the order in which it is asked: from the goods back to the first trigger."""

    SUPPLY = "supply"
    CAPITAL = "capital"
    PURCHASING = "purchasing"
    COUNTS = "counts"
    DEMAND = "demand"


@dataclass(frozen=True)
class Evidence:
    """The figures that a sentence about a lost day is made of."""

    per_day: float
    """What it would have sold that day, units."""
    throughput_minor: int
    out: float = 0.0
    """Share of the day without stock; 0 where nothing was out and stock was held too long."""
    order: OrderLife | None = None
    """The order in whose life the leg lies; None where no order was ever drafted."""
    would_have_come_on: date | None = None
    """When it would have come without that leg; None where nothing would have helped (demand)."""
    missing_units: int = 0
    """Units that the leg kept from coming in time, or that the book had too many."""
    one_sale_of: int | None = None
    """Units of one sale of over 15 days' worth that took the stock."""
    held_units: int = 0
    """Units beyond 90 days of cover, of a day's holding cost."""
    booked_units: int = 0
    """What the book showed that evening, when in truth there was none."""

    @property
    def figures(self) -> dict[str, Any]:
        """What a sentence about it is made of, as it is kept: days as text, the order as OrderLife.figures."""
        due = self.would_have_come_on
        return {
            "per_day": round(self.per_day, 4),
            "throughput_minor": self.throughput_minor,
            "order": self.order.figures if self.order else None,
            "would_have_come_on": due.isoformat() if due else None,
            "missing_units": self.missing_units,
            "one_sale_of": self.one_sale_of,
            "held_units": self.held_units,
            "booked_units": self.booked_units,
        }


@dataclass(frozen=True)
class Loss:
    """What one day of one SKU cost, and by what."""

    sku: str
    day: date
    cause: Cause
    minor: int
    evidence: Evidence

    @property
    def stock_out(self) -> bool:
        """Whether something could not be sold (else stock was held too long)."""
        return self.evidence.out > 0


@dataclass(frozen=True, slots=True)
class _Rescue:
    """Units that would have come on a day, had one leg of an order's life been as it should."""

    order: OrderLife | None
    due: date
    units: int
    until: date
    """The day on which what they lacked had been ordered again, and came."""


def losses(life: SkuLife, policy: Policy) -> tuple[Loss, ...]:
    """What every day of a SKU lost, each laid to one cause (docs/policy.md, Causes).

    >>> start = date(2026, 11, 1)
    >>> from quietshelf.rules.lives import Receipt
    >>> def on(n): return start + timedelta(days=n)
    >>> def day(n, stock): return Day(on(n), stock, stock, 0 if stock == 0 else 2, 2.0, 20.0, float(stock == 0))
    >>> late = OrderLife("PO-1", on(2), 90, 6, on(2), 90, (Receipt(on(12), 90),))
    >>> tea = SkuLife("TEA", 500, 300, tuple(day(n, max(0, 14 - 2 * n)) for n in range(12)), (late,))
    >>> [(lost.day.day, str(lost.cause), lost.minor) for lost in losses(tea, Policy())]  # due on the 9th
    [(8, 'demand', 1000), (9, 'supply', 1000), (10, 'supply', 1000), (11, 'supply', 1000), (12, 'supply', 1000)]
    """
    found = [*_stock_outs(life, policy), *_holding(life, policy)]
    return tuple(sorted(found, key=lambda loss: (loss.day, loss.cause)))


def holding_cost_minor(units: int, cost_minor: int, policy: Policy) -> float:
    """What it costs to hold units for one day: 2% of their purchase cost a month of 30 days.

    >>> holding_cost_minor(100, 450, Policy())
    30.0
    """
    return units * cost_minor * policy.holding_share_per_month / 30


def _holding(life: SkuLife, policy: Policy) -> Iterator[Loss]:
    """Stock beyond 90 days of cover costs money each day, and is laid to capital; `ending` stock is a decision made."""
    if life.ending:
        return
    young = life.here_since + timedelta(days=policy.velocity_days) if life.here_since else date.min
    for day in life.days:
        if day.day < young:
            continue  # nobody can know yet how long it lasts
        units = int(day.stock - day.per_day * policy.held_cover_days)
        if units > 0:
            minor = round(holding_cost_minor(units, life.cost_minor, policy))
            evidence = Evidence(day.per_day, life.throughput_minor, held_units=units)
            yield Loss(life.sku, day.day, Cause.CAPITAL, minor, evidence)


def _stock_outs(life: SkuLife, policy: Policy) -> Iterator[Loss]:
    """Each open day without stock, laid to the first leg, from the goods back, that would have saved it."""
    out = [day for day in life.days if day.open and day.out > 0 and day.per_day > 0]
    if not out:
        return
    wanted = {day.day: _wanted_on(day, life.days, policy) for day in out}
    saved_by: dict[date, tuple[Cause, _Rescue]] = {}
    for cause, rescues in _ladder(life, policy):
        for saved_on, rescue in _saved(wanted, rescues):
            saved_by.setdefault(saved_on, (cause, rescue))
    spikes = _spikes(life.days, policy)
    for day in out:
        cause, saved = saved_by.get(day.day, (Cause.DEMAND, None))
        last = max((order for order in life.orders if order.drafted_on <= day.day), key=_drafted, default=None)
        per_day = wanted[day.day] / day.out
        evidence = Evidence(
            per_day,
            life.throughput_minor,
            day.out,
            saved.order if saved else last,
            saved.due if saved else None,
            saved.units if saved else 0,
            spikes.get(day.day),
            booked_units=max(0, day.book),
        )
        yield Loss(life.sku, day.day, cause, round(wanted[day.day] * max(0, life.throughput_minor)), evidence)


def _wanted_on(day: Day, days: Sequence[Day], policy: Policy) -> float:
    """Units that a day without stock would have sold: by what was sold in stock in the 15 days before and after it.

    Velocity as it was known then runs behind where demand has jumped, which is when most is lost. It stands in where
    the SKU was in stock on too few of those days to tell.
    """
    span = timedelta(days=policy.around_days)
    near = [other for other in days if other.open and abs(other.day - day.day) <= span]
    in_stock = sum(1 - other.out for other in near)
    enough = in_stock >= policy.around_days_enough
    return day.out * (sum(other.sold for other in near) / in_stock if enough else day.per_day)


def _ladder(life: SkuLife, policy: Policy) -> Iterator[tuple[Cause, list[_Rescue]]]:
    """What would have come under each repair, each rung on top of those before it."""
    open_days = {day.day for day in life.days if day.open}
    blamed = {order: _blamed(order, life, open_days, policy) for order in life.orders}
    last_day = life.days[-1].day
    rescues = {order: _as_promised(order, life.orders) for order in life.orders}
    yield Cause.SUPPLY, [r for r in rescues.values() if r]
    for cause in (Cause.CAPITAL, Cause.PURCHASING):
        for order in life.orders:
            if blamed[order] is cause:
                rescues[order] = _as_ruled(order, order.drafted_on, life.orders)
        yield cause, [r for r in rescues.values() if r]
    counted = _counted_rightly(life, last_day, policy)
    kept = [r for order, r in rescues.items() if r and not any(c.order is order for c in counted)]
    yield Cause.COUNTS, kept + counted


def _blamed(order: OrderLife, life: SkuLife, open_days: set[date], policy: Policy) -> Cause | None:
    """Who kept an order from being sent as ruled within 2 open days: the budget, a person, or nobody."""
    decided = order.sent_on or order.refused_on or life.days[-1].day
    waited = sum(order.drafted_on < day <= decided for day in open_days)
    if waited <= policy.decided_within_days and not order.cut and order.refused_on is None:
        return None
    return Cause.CAPITAL if order.held in (Held.BUDGET, Held.CASH) else Cause.PURCHASING


def _as_promised(order: OrderLife, orders: Sequence[OrderLife]) -> _Rescue | None:
    """What a sent order lacked of its promise: all that came later, or never."""
    if order.promised_on is None:
        return None
    return _rescue(order, order.promised_on, order.sent_units, orders)


def _as_ruled(order: OrderLife, drafted_on: date, orders: Sequence[OrderLife]) -> _Rescue | None:
    """What an order lacked of being sent as ruled on the day of its trigger, and delivered as promised."""
    due = drafted_on + timedelta(days=order.promised_days)
    return _rescue(order, due, max(order.ruled_units, order.sent_units), orders)


def _rescue(order: OrderLife, due: date, units: int, orders: Sequence[OrderLife]) -> _Rescue | None:
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
    return _Rescue(order, due, lacking, min(again, default=date.max))


def _counted_rightly(life: SkuLife, last_day: date, policy: Policy) -> list[_Rescue]:
    """What would have come, had the book shown what was there: orders triggered on the day it should have."""
    rescues = []
    bounds = [life.days[0].day, *(order.drafted_on for order in life.orders), last_day + timedelta(days=1)]
    following: list[OrderLife | None] = [*life.orders, None]
    for (since, before), order in zip(pairwise(bounds), following, strict=True):
        at = next((day for day in life.days if since <= day.day < before and _missed_trigger(day, life.orders)), None)
        if at is None:
            continue
        if order is not None:
            rescue = _as_ruled(order, at.day, life.orders)
            rescues += [rescue] if rescue else []
        else:
            lot = max(1, round(at.per_day * policy.lot_days))
            rescues.append(_Rescue(None, at.day + timedelta(days=life.lead_days), lot, date.max))
    return rescues


def _missed_trigger(day: Day, orders: Iterable[OrderLife]) -> bool:
    """Whether a right count would have triggered an order that evening, and the book did not."""
    if day.book <= day.stock or day.per_day <= 0:
        return False
    coming = sum(order.coming_on(day.day) for order in orders)
    return day.stock + coming <= day.reorder_at < day.book + coming


def _saved(wanted: Mapping[date, float], rescues: Sequence[_Rescue]) -> Iterator[tuple[date, _Rescue]]:
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
                came = rescue.order.received_by(max(rescue.due, day - timedelta(days=1)))
                since = came - rescue.order.received_by(rescue.due)
                units = min(units, rescue.units - since)
            if units > 0:
                left[rescue] = units - units_wanted
                yield day, rescue
                break


def _spikes(days: Sequence[Day], policy: Policy) -> dict[date, int]:
    """For each day of a run without stock, the one sale of over 15 days' worth that took the last of it."""
    found: dict[date, int] = {}
    taken: int | None = None
    before: Day | None = None
    for day in days:
        begins = day.out > 0 and (before is None or before.out < 1)
        if begins:
            taken = max(day.largest_sale, before.largest_sale if before else 0)
        if day.out > 0 and taken is not None and taken > day.per_day * policy.one_off_days:
            found[day.day] = taken
        before = day
    return found


def _drafted(order: OrderLife) -> date:
    return order.drafted_on


def by_cause(found: Iterable[Loss], since: date, until: date) -> dict[Cause, int]:
    """Money lost by each cause on the days from `since` to `until`, both included, minor units."""
    lost: defaultdict[Cause, int] = defaultdict(int)
    for loss in found:
        if since <= loss.day <= until:
            lost[loss.cause] += loss.minor
    return {cause: lost[cause] for cause in Cause}
