"""The sums of 30 days, gathered SKU by SKU: what was lost, what was earned, and every number beside the one before.

Lives are brought to it some hundred at a time, and of what they were only sums stay. No rule lives here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from quietshelf.rules.causes import Cause, Evidence, Loss
from quietshelf.rules.constraint import Calm, Look, Named, look, measure, more_is_better
from quietshelf.rules.lives import SkuLife
from quietshelf.rules.numbers import Number, Ratio, Share, compared
from quietshelf.rules.policy import Policy
from quietshelf.rules.stock import DAY

LEAD_IN_DAYS = 30
"""So long before the days of a number an order may have been drafted whose time for a decision ends in them."""


@dataclass
class Reckoning:
    """The 30 days that end with one day, and the 30 before."""

    until: date
    top: frozenset[str]
    policy: Policy
    light: list[Loss] = field(default_factory=list)
    """The last 30 days' losses without their evidence."""
    earned_minor: int = 0
    deliveries: int = 0
    measured: dict[tuple[Named, bool], Share | Ratio] = field(default_factory=dict)
    """Each number, over the last 30 days (True) and over the 30 before."""

    @property
    def since(self) -> date:
        """The first of the last 30 days."""
        return self.until - DAY * (self.policy.constraint_days - 1)

    def lost(self, found: Sequence[Loss]) -> None:
        """Add some SKU's losses, of any days."""
        self.light += [_light(loss) for loss in found if self.since <= loss.day <= self.until]

    def add(self, lives: Sequence[SkuLife]) -> None:
        """Add some SKUs' sums."""
        before = self.since - DAY * self.policy.constraint_days
        near = [_span(life, before - DAY * LEAD_IN_DAYS, self.until) for life in lives]
        for named in (*Cause, Calm.NONE):
            of = [_drafted_in(life) for life in near] if named is Cause.PURCHASING else near
            for now, since, until in ((True, self.since, self.until), (False, before, self.since - DAY)):
                part = measure(named, of, self.top, since, until, self.policy)
                kept = self.measured.get((named, now))
                self.measured[named, now] = part if kept is None else _joined(kept, part)
        for life in near:
            sold = sum(day.sold + day.for_needs for day in life.days if day.day >= self.since)
            self.earned_minor += life.throughput_minor * sold
            came = (receipt.on for order in life.orders for receipt in order.receipts)
            self.deliveries += sum(self.since <= on <= self.until for on in came)

    def said(self) -> Look:
        """What the last 30 days say."""
        return look(self.light, self.until, self.earned_minor, self.deliveries, self.policy)

    def number(self, named: Named) -> Number:
        """The one number of what stands, beside the 30 days before."""
        counted = named if isinstance(named, Cause) else Calm.NONE
        now, before = self.measured.get((counted, True)), self.measured.get((counted, False))
        nothing = Share(0, 0)
        return compared(now or nothing, before or nothing, more_is_better(named), self.policy)

    def numbers(self) -> dict[str, float | None]:
        """Every number of the last 30 days, by what it belongs to."""
        return {named.value: part.value for (named, now), part in self.measured.items() if now}


def _span(life: SkuLife, since: date, until: date) -> SkuLife:
    """A life's days within some; they are without gaps, so their place is known."""
    if not life.days:
        return life
    first = life.days[0].day
    return replace(life, days=life.days[max(0, (since - first).days) : max(0, (until - first).days + 1)])


def _drafted_in(life: SkuLife) -> SkuLife:
    """A life with those orders alone that were drafted in its days: earlier ones were decided before them."""
    if not life.days:
        return replace(life, orders=())
    return replace(life, orders=tuple(order for order in life.orders if order.drafted_on >= life.days[0].day))


def _joined(kept: Share | Ratio, part: Share | Ratio) -> Share | Ratio:
    """The same number of more SKUs."""
    if isinstance(kept, Share) and isinstance(part, Share):
        return Share(kept.hits + part.hits, kept.of + part.of)
    if isinstance(kept, Ratio) and isinstance(part, Ratio):
        return Ratio({**kept.parts, **part.parts})
    raise TypeError("a share can't be joined with a ratio")


_OUT, _HELD = Evidence(0.0, 0, out=1.0), Evidence(0.0, 0)


def _light(loss: Loss) -> Loss:
    return Loss(loss.sku, loss.day, loss.cause, loss.minor, _OUT if loss.stock_out else _HELD)
