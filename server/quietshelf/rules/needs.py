"""Known needs: what a person knows will be wanted on a day. When they are due, and which sales met them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from quietshelf.rules.facts import Fact, Kind
from quietshelf.rules.leadtimes import Closing, LeadTime, arrival
from quietshelf.rules.policy import Policy
from quietshelf.rules.velocity import DaySum


@dataclass(frozen=True)
class Need:
    """So many units wanted on a day, beyond what sells every day."""

    id: int
    quantity: int
    on: date
    note: str = ""
    """What it is for, as the person put it: "the fair"."""
    met: int = 0
    """Units of it that have been sold."""
    ordered: bool = False
    """Its quantity stands on an order that was sent, whatever has come of that since."""

    @property
    def left(self) -> int:
        """Units that are still to be kept for it."""
        return self.quantity - self.met


def due(
    needs: Iterable[Need], today: date, lead: LeadTime, closing: Closing | None, next_look_days: int
) -> tuple[Need, ...]:
    """The needs that are to be ordered for by now: ordered at the next look, they could come after their day.

    A need is over with its day, or when it is met.

    >>> lead, fair = LeadTime(7, 10, 20), Need(1, 60, date(2026, 12, 3), "the fair")
    >>> [len(due([fair], date(*day), lead, None, 1)) for day in ((2026, 11, 22), (2026, 11, 23), (2026, 12, 4))]
    [0, 1, 0]
    """
    if not (needs := tuple(needs)):
        return ()
    too_late = arrival(today + timedelta(days=next_look_days), lead.late_days, closing)
    return tuple(need for need in needs if need.left > 0 and today <= need.on < too_late)


def met(needs: Sequence[Need], facts: Iterable[Fact], zone: ZoneInfo, policy: Policy) -> dict[int, dict[date, DaySum]]:
    """What of each need was sold, by need and day: these sales say nothing of what sells every day.

    A need is met by the sales of its own day, and by single sales of at least half of it within 3 days; the largest
    first, and no more than its quantity. No unit meets two needs.

    >>> from datetime import UTC, datetime
    >>> def sale(day, units):
    ...     return Fact(datetime(2026, 12, day, 12, tzinfo=UTC), Kind.SALE, units, f"{day}:{units}", price_minor=500)
    >>> sold = [sale(1, 4), sale(2, 50), sale(3, 4), sale(3, 15), sale(20, 60)]
    >>> days = met([Need(7, 60, date(2026, 12, 3))], sold, ZoneInfo("Europe/London"), Policy())[7]
    >>> {day.day: sums.units for day, sums in days.items()}
    {2: 50, 3: 10}
    """
    if not needs:
        return {}
    sales = [(fact.happened.astimezone(zone).date(), fact) for fact in facts if fact.kind is Kind.SALE]
    left = {fact.key: fact.quantity for _, fact in sales}
    found: dict[int, dict[date, DaySum]] = {}
    for need in sorted(needs, key=lambda need: (need.on, need.id)):
        own = [(day, fact) for day, fact in sales if _meets(day, fact, need, policy)]
        rest, days = need.quantity, found.setdefault(need.id, {})
        for day, fact in sorted(own, key=lambda sale: (-sale[1].quantity, sale[1].key)):
            taken = min(rest, left[fact.key])
            if taken:
                before = days.get(day, DaySum(0, 0))
                revenue = before.revenue_minor + taken * (fact.price_minor or 0)
                days[day] = DaySum(before.units + taken, revenue)
                left[fact.key] -= taken
                rest -= taken
    return found


def _meets(day: date, sale: Fact, need: Need, policy: Policy) -> bool:
    near = abs((day - need.on).days) <= policy.need_days
    return day == need.on or (near and 2 * sale.quantity >= need.quantity)


def without(days: Mapping[date, DaySum], met_by_need: Iterable[Mapping[date, DaySum]]) -> dict[date, DaySum]:
    """What sold by day, less what met a known need; never below 0.

    >>> monday = date(2026, 11, 23)
    >>> without({monday: DaySum(64, 640)}, [{monday: DaySum(60, 600)}])
    {datetime.date(2026, 11, 23): DaySum(units=4, revenue_minor=40)}
    """
    rest = dict(days)
    for taken in met_by_need:
        for day, sums in taken.items():
            if day in rest:
                sold = rest[day]
                units, revenue = sold.units - sums.units, sold.revenue_minor - sums.revenue_minor
                rest[day] = DaySum(max(0, units), max(0, revenue))
    return rest
