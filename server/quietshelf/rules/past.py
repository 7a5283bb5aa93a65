"""From what is known of one SKU to its past, day by day and order by order, as the rules would have seen it then.

Pure, and fed by files as well as by a database. What the past lost, and by what, is told in causes.py.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate

from quietshelf.rules.almanac import Almanac, Leads
from quietshelf.rules.course import Step
from quietshelf.rules.facts import Fact, Kind
from quietshelf.rules.ledger import course
from quietshelf.rules.lives import Day, Look, SkuLife, as_found
from quietshelf.rules.needs import met, without
from quietshelf.rules.opening import Opened, opened
from quietshelf.rules.policy import Policy
from quietshelf.rules.said import NOTHING_SAID, Said
from quietshelf.rules.stock import Stock, stock_of
from quietshelf.rules.triggers import Line, Positions, orders_of
from quietshelf.rules.velocity import DaySum, net_days

ALL_DAY = 1 - 1e-9
"""What is out for less than this share of a day was in stock for some of it, rounding aside."""


BEFORE_DAYS = 60
"""Triggers are looked for so long before the first day that is wanted."""

Met = Mapping[int, Mapping[date, DaySum]]
"""What of each known need was sold, by need and day."""

_RANK = {kind: rank for rank, kind in enumerate(Kind)}


@dataclass(frozen=True)
class SkuPast:
    """What is known of one SKU at one site."""

    sku: str
    facts: Sequence[Fact]
    lines: Sequence[Line] = ()
    price_minor: int | None = None
    cost_minor: int | None = None
    ending: bool = False
    sold: Mapping[date, DaySum] | None = None
    """What it sold by day, returns taken back, where that is derived already."""
    said: Said = NOTHING_SAID
    """What people said of it, and when."""


def life_of(past: SkuPast, leads: Leads, almanac: Almanac, since: date, began: date | None, policy: Policy) -> SkuLife:
    """One SKU's life from `since` on (docs/policy.md, From the past). It has no days where its stock was never known.

    Args:
        leads: of who it is ordered from.
        since: the first day wanted; the life begins later where the SKU does.
        began: the day on which our own rules began to draft; before it, and where it is None, orders were sent without
            them, and each one's trigger is when the rule would first have wanted it.
    """
    until = almanac.calendar.known_until
    told = opened(sorted((fact for fact in past.facts if fact.happened <= until), key=_in_order))
    steps = course(told.facts, until, policy).steps if told.known_from else ()
    stock = stock_of(told.facts, steps, almanac.calendar) if told.known_from else None
    sold = net_days(past.facts, almanac.calendar.zone) if past.sold is None else past.sold
    earns, cost = _money(past, sold, almanac, policy)
    lead_days = leads.promised_days[-1]
    if stock is None or stock.since is None or told.known_from is None:
        return SkuLife(past.sku, earns, cost, (), lead_days=lead_days, ending=past.ending)
    met_needs = met(past.said.stood, told.facts, almanac.calendar.zone, policy)
    course_of = _Course(stock, without(sold, met_needs.values()), almanac, policy)
    begins = max(0, almanac.place_of(told.known_from), almanac.place(stock.since))
    shown = _at_close(steps, almanac)
    positions = _positions(begins, almanac.place(since), told, course_of, shown, leads, almanac, past.said, met_needs)
    orders = orders_of(past.lines, positions, began, policy)
    looks = list(_looks(told, steps, almanac))
    days = _days(max(begins, almanac.place(since)), positions, course_of, looks, past.facts, almanac, met_needs)
    found = as_found(days, looks)
    here_since = almanac.days[begins]
    return SkuLife(past.sku, earns, cost, found, orders, tuple(looks), lead_days, past.ending, here_since, past.said)


def _positions(
    begins: int,
    wanted_from: int,
    told: Opened,
    course_of: "_Course",
    shown: Sequence[int],
    leads: Leads,
    almanac: Almanac,
    said: Said,
    met_needs: Met,
) -> Positions:
    """What the position was made of since some time before the days that are wanted, and what velocity was."""
    first, policy = max(begins, wanted_from - BEFORE_DAYS), course_of.policy
    # What was there when records begin had sold before them: what was known of it then is first read a month later.
    was_there = told.facts[0].kind is not Kind.RECEIPT and told.facts[0].quantity > 0
    readable = min(begins + policy.in_stock_at_least_days, len(almanac.days)) - 1 if was_there else 0
    speed = [course_of.per_day(max(at, readable)) for at in range(first, len(almanac.days))]
    keep = kept = [0] * len(speed)
    if said != NOTHING_SAID:
        days = almanac.days[first:]
        keep = [said.keep_on(day) for day in days]
        kept = [said.kept_on(day, leads.reach_days[at], met_needs) for at, day in enumerate(days, first)]
    return Positions(first, shown, speed, leads, almanac, keep, kept, said)


def _in_order(fact: Fact) -> tuple[datetime, int, str]:
    """As the ledger takes them (rules/ledger.py)."""
    return fact.happened, _RANK[fact.kind], fact.key


def _money(past: SkuPast, sold: Mapping[date, DaySum], almanac: Almanac, policy: Policy) -> tuple[int, int]:
    """What one unit earns and what it costs: the mean price of the last 60 days in which it sold, less its cost."""
    last = max((day for day, sums in sold.items() if sums.units > 0 and day <= almanac.days[-1]), default=None)
    units = revenue = 0
    if last is not None:
        since = last - timedelta(days=policy.velocity_days)
        within = [sums for day, sums in sold.items() if since < day <= last]
        units, revenue = sum(sums.units for sums in within), sum(sums.revenue_minor for sums in within)
    price = revenue / units if units > 0 and revenue > 0 else past.price_minor
    if price is None:
        return 0, past.cost_minor or 0
    cost = price * policy.assumed_cost_share if past.cost_minor is None else past.cost_minor
    return round(price - cost), round(cost)


def _at_close(steps: Sequence[Step], almanac: Almanac) -> list[int]:
    """What the book showed at each day's close, never below 0."""
    last: dict[int, int] = {almanac.place_of(step.at): step.on_hand for step in steps}
    shown: list[int] = []
    on_hand = next((last[at] for at in sorted(last, reverse=True) if at < 0), 0)
    for at in range(len(almanac.days)):
        on_hand = last.get(at, on_hand)
        shown.append(on_hand if on_hand > 0 else 0)
    return shown


def _looks(told: Opened, steps: Sequence[Step], almanac: Almanac) -> Iterator[Look]:
    """People's counts of the whole SKU, but for those that its first stock was told from."""
    at = [step.at for step in steps]
    counts = [fact for fact in told.facts if fact.kind is Kind.COUNT and fact.place is None]
    for fact in counts[told.opening_counts :]:
        if fact.is_settled:
            continue
        seen = bisect_right(at, fact.happened) - 1
        before, found = steps[seen - 1], steps[seen]
        yield Look(almanac.calendar.day_of(fact.happened), max(0, found.on_hand), max(0, before.on_hand))


def _days(
    first: int,
    positions: Positions,
    course_of: "_Course",
    looks: Sequence[Look],
    facts: Sequence[Fact],
    almanac: Almanac,
    met_needs: Met,
) -> list[Day]:
    """Each day from the place `first` on, as the book showed it."""
    largest: dict[int, int] = {}
    for fact in facts:
        if fact.kind is Kind.SALE and (at := almanac.place_of(fact.happened)) >= first:
            largest[at] = max(largest.get(at, 0), fact.quantity)
    for_needs: dict[int, int] = {}
    for need in met_needs.values():
        for day, sums in need.items():
            at = almanac.place(day)
            for_needs[at] = for_needs.get(at, 0) + sums.units
            largest[at] = min(largest.get(at, 0), course_of.sold[at])  # a sale that was known of took nobody unawares
    missing: dict[int, int] = {}
    for look in looks:  # that evening the book still showed what the look found missing, had nobody looked
        at = almanac.place(look.on)
        missing[at] = missing.get(at, 0) + max(0, look.booked - look.found)
    speed, begins, book, cover = positions.speed, positions.begins, positions.book, positions.leads.cover_days
    sold, out = course_of.sold, course_of.out
    return [
        Day(
            almanac.days[at],
            book[at] + missing.get(at, 0),
            book[at] + missing.get(at, 0),
            sold[at],
            speed[at - begins - 1] if at > begins else speed[0],
            speed[at - begins] * cover[at],
            out[at],
            almanac.counts[at],
            largest.get(at, 0),
            positions.keep[at - begins],
            positions.kept[at - begins],
            for_needs.get(at, 0),
        )
        for at in range(first, len(almanac.days))
    ]


class _Course:
    """How a SKU sold and was there, as running sums over the almanac's days."""

    def __init__(self, stock: Stock, sold: Mapping[date, DaySum], almanac: Almanac, policy: Policy) -> None:
        self.policy = policy
        days = len(almanac.days)
        self.sold = [0] * days
        for day, sums in sold.items():
            if 0 <= (at := almanac.place(day)) < days:
                self.sold[at] = sums.units
        self.out = [0.0] * days
        here = max(0, almanac.place(stock.since)) if stock.since else days
        present = [0.0] * here + [float(counts) for counts in almanac.counts[here:]]
        for begun, ended in stock.out:
            self._take_off(begun.timestamp(), ended.timestamp(), present, almanac)
        self._sold_by = [0, *accumulate(self.sold)]
        self._there_by = [0.0, *accumulate(present)]

    def _take_off(self, begun: float, ended: float, present: list[float], almanac: Almanac) -> None:
        """A span without stock: off the days in stock, and noted by the share of each day's hours."""
        begins = almanac.begins
        opens, closes = almanac.hours.opens.total_seconds(), almanac.hours.closes.total_seconds()
        first, last = bisect_right(begins, begun) - 1, min(bisect_right(begins, ended) - 1, len(almanac.days) - 1)
        for at in range(max(0, first), last + 1):
            start, end = begins[at], begins[at + 1]
            length = max(1.0, min(end, almanac.known_until) - start)
            share = (min(end, ended) - max(start, begun)) / length
            present[at] = 0.0 if share >= ALL_DAY else max(0.0, present[at] - share * almanac.counts[at])
            selling = min(start + closes, ended) - max(start + opens, begun)
            if almanac.counts[at]:
                self.out[at] = min(1.0, self.out[at] + max(0.0, selling) / (closes - opens))

    def per_day(self, at: int) -> float:
        """Velocity with the evening of a day, as rules/stock.py's window and rules/velocity.py give it."""
        if at < 0:
            return 0.0
        last, policy, there = at, self.policy, self._there_by
        first = max(0, at + 1 - policy.velocity_days)
        if not policy.in_stock_days:
            return max(0, self._sold_by[at + 1] - self._sold_by[first]) / policy.velocity_days
        if there[at + 1] - there[first] < 1e-9 < there[at + 1]:
            # out for all of its days: what it sold before it ran out
            last = bisect_right(there, there[at + 1] - 1e-9) - 1
            first = max(0, last + 1 - policy.velocity_days)
        least = policy.in_stock_at_least_days
        if there[last + 1] - there[first] < least:
            first = max(0, min(first, bisect_right(there, there[last + 1] - least + 1e-9) - 1))
        units = self._sold_by[last + 1] - self._sold_by[first]
        return max(0, units) / max(least, there[last + 1] - there[first])
