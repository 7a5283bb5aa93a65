"""Every lost day, laid to one cause: which leg of the order's life was it without which there would have been stock?

What is lost is weighed here, and divided between the legs; what would have come without each of them is reckoned in
repairs.py, and which cause is the constraint is decided in constraint.py.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from quietshelf.rules.lives import Day, OrderLife, SkuLife
from quietshelf.rules.policy import Policy
from quietshelf.rules.repairs import (
    Rescue,
    counted_rightly,
    decided_at_once,
    delivered_as_promised,
    foreseen,
    saved,
    step_by_step,
)


class Cause(StrEnum):
    """What a lost day is laid to, from the goods back to the first trigger."""

    SUPPLY = "supply"
    CAPITAL = "capital"
    PURCHASING = "purchasing"
    COUNTS = "counts"
    DEMAND = "demand"


_IN_ORDER = (Cause.DEMAND, Cause.COUNTS, Cause.CAPITAL, Cause.PURCHASING, Cause.SUPPLY)
"""The legs in the order of an order's life."""


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
    """When it would have come without that leg; None where nothing would have helped."""
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
    """Each open day without stock, with the leg that it is laid to and what that leg kept away."""
    runs = _runs(life)
    if not runs:
        return
    wanted = {day.day: _wanted_on(day, life.days, policy) for run in runs for day in run}
    alone = _alone(life, policy, wanted)
    together: dict[date, tuple[Cause, Rescue]] = {}
    steps = (Cause.SUPPLY, Cause.CAPITAL, Cause.PURCHASING, Cause.COUNTS)
    for cause, rescues in zip(steps, step_by_step(life, policy), strict=True):
        for saved_on, rescue in saved(wanted, rescues):
            together.setdefault(saved_on, (cause, rescue))
    spikes = _spikes(life.days, policy)
    for run in runs:
        laid = _laid(run, wanted, alone, together)
        for day in run:
            cause = laid[day.day]
            helped = alone.get(day.day, {}).get(cause) or together.get(day.day, (cause, None))[1]
            last = max((order for order in life.orders if order.drafted_on <= day.day), key=_drafted, default=None)
            evidence = Evidence(
                wanted[day.day] / day.out,
                life.throughput_minor,
                day.out,
                helped.order if helped else last,
                helped.due if helped else None,
                helped.units if helped else 0,
                spikes.get(day.day),
                booked_units=max(0, day.book),
            )
            yield Loss(life.sku, day.day, cause, round(wanted[day.day] * max(0, life.throughput_minor)), evidence)


def _runs(life: SkuLife) -> list[list[Day]]:
    """The open days without stock, run by run: a day in stock ends one."""
    runs: list[list[Day]] = []
    running = False
    for day in life.days:
        if not day.open:
            continue
        is_out = day.out > 0 and day.per_day > 0
        if is_out and running:
            runs[-1].append(day)
        elif is_out:
            runs.append([day])
        running = is_out
    return runs


def _alone(life: SkuLife, policy: Policy, wanted: Mapping[date, float]) -> dict[date, dict[Cause, Rescue]]:
    """For each day without stock, the causes whose removal alone would have saved it, and what would have come."""
    repairs = {
        Cause.DEMAND: foreseen(life, policy),
        Cause.COUNTS: counted_rightly(life, policy),
        Cause.CAPITAL: decided_at_once(life, policy, by_money=True),
        Cause.PURCHASING: decided_at_once(life, policy, by_money=False),
        Cause.SUPPLY: delivered_as_promised(life, policy),
    }
    alone: defaultdict[date, dict[Cause, Rescue]] = defaultdict(dict)
    for cause, rescues in repairs.items():
        for day, rescue in saved(wanted, rescues):
            alone[day][cause] = rescue
    return alone


def _laid(
    run: Sequence[Day],
    wanted: Mapping[date, float],
    alone: Mapping[date, Mapping[Cause, Rescue]],
    together: Mapping[date, tuple[Cause, Rescue]],
) -> dict[date, Cause]:
    """One cause a day of a stock-out. What several legs took together is divided by their lengths.

    A day that one leg's repair alone would have saved is that leg's. All others that could have been saved, by either
    of several repairs or by several at once, make each leg's share up to its part of the stock-out, whole days in the
    order of the order's life. What nothing would have saved is demand.
    """
    lengths: dict[Cause, float] = {}
    for day in run:
        for cause, rescue in alone.get(day.day, {}).items():
            # It would have come so long before the stock-out ended, and lasted so long.
            lasts = rescue.units * day.out / wanted[day.day] if wanted[day.day] else 1.0
            length = max(1.0, min((run[-1].day - rescue.due).days + 1, lasts))
            lengths[cause] = max(lengths.get(cause, 0.0), length)
    could_be_saved = [day.day for day in run if day.day in together or alone.get(day.day)]
    left = {cause: len(could_be_saved) * length / sum(lengths.values()) for cause, length in lengths.items()}
    laid = {day.day: Cause.DEMAND for day in run}
    shared: dict[date, list[Cause]] = {}
    for on in could_be_saved:
        by = list(alone.get(on, lengths)) or [together[on][0]]
        if len(by) > 1:
            shared[on] = sorted(by, key=_IN_ORDER.index)
        else:
            laid[on] = by[0]
            left[by[0]] = left.get(by[0], 0.0) - 1
    for on, by in shared.items():
        laid[on] = next((cause for cause in by if left[cause] >= 0.5), max(by, key=lambda cause: left[cause]))
        left[laid[on]] -= 1
    return laid


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
