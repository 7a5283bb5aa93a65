"""What happened at the simulated shop in the 90 days before now.

Pure: the same seed and instant give the same history. It is made backwards from the stock that the demo opens with,
so that every SKU plays its part whatever the dice say, and none was ever below zero.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from quietshelf.demo.scenarios import (
    HOARD_COVER_DAYS,
    SCENARIOS,
    SURGE_DAYS,
    SURGE_TIMES,
    VANISHED_COVER_DAYS,
    Constraint,
    Scenario,
)
from quietshelf.demo.world import GOODS, MAKERS, NORTHGATE, TIME_ZONE, Good, Maker, Part, good

DAYS = 90
OPENS, CLOSES = time(9, 0), time(18, 0)
BUSY = (0.7, 0.8, 0.9, 1.0, 1.2, 1.6, 0.8)
"""How a weekday sells, Monday first, against an average day."""
LATE_BY = (0, 0, 1, -1, 0, 2, 0, 1, 3, 0, -1, 4)
"""Days beyond its quote of each delivery of a supplier, before they are shuffled."""
COUNTED_AT = time(7, 30)
UNSEEN_TRUCK_DAYS = 35
"""What vanished had come before this."""


@dataclass(frozen=True)
class Sale:
    """One line at the till."""

    line_id: str
    sku: str
    sold_at: datetime
    quantity: int
    unit_price_minor: int


@dataclass(frozen=True)
class Delivered:
    """One line of an order: what was asked for, and what came of it. `received` None: still on its way."""

    order: str
    maker: Maker
    sku: str
    sent: date
    promised: date
    received: date | None
    ordered: int
    accepted: int


@dataclass(frozen=True)
class History:
    """All that the shop brings: its opening stock and everything since."""

    counted_at: datetime
    opening: Mapping[str, int]
    sales: tuple[Sale, ...]
    deliveries: tuple[Delivered, ...]
    on_hand: Mapping[str, int]
    """What is there now: opening + accepted - sold, or what was counted."""
    recounted_at: datetime | None = None
    recounted: Mapping[str, int] = field(default_factory=dict)
    """What was counted once more, and found."""


def make_history(now: datetime, seed: int, constraint: Constraint = Constraint.SUPPLY) -> History:
    """90 days of Larch & Ladle up to `now` (aware), constrained as is said."""
    scenario, random = SCENARIOS[constraint], Random(seed)
    zone = ZoneInfo(TIME_ZONE)
    today = now.astimezone(zone).date()
    days = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    surges = {sku: _surge(good(sku), days, random) for sku in scenario.surging}
    wanted = {
        each.sku: surges[each.sku].sold if each.sku in surges else _sold_by_day(each, days, scenario, random)
        for each in GOODS
    }
    sales = _at_the_till(wanted, now, zone, random)
    sold = _by_day(sales, zone)
    trucks = {maker: _trucks(maker, today, random) for maker in MAKERS}
    opening: dict[str, int] = {}
    on_hand: dict[str, int] = {}
    came: dict[tuple[Maker, date], list[tuple[str, int]]] = defaultdict(list)
    for each in GOODS:
        surge = surges.get(each.sku)
        on_hand[each.sku] = surge.left(sold[each.sku]) if surge else _stock_now(each, sold[each.sku], today, scenario)
        stock = on_hand[each.sku]
        floor = math.ceil(each.sold_per_day * (each.maker.quoted_lead_days + 3))
        last_truck = surge.begins - timedelta(days=1) if surge else _last_truck(each, today, scenario)
        for day in reversed(days):
            stock += sold[each.sku].get(day, 0)
            stock -= sum(line.accepted for line in surge.orders if line.received == day) if surge else 0
            if day in trucks[each.maker] and day <= last_truck and stock - floor >= each.pack:
                units = (stock - floor) // each.pack * each.pack
                came[each.maker, day].append((each.sku, units))
                stock -= units
        opening[each.sku] = stock
    counted_at = datetime.combine(days[0], COUNTED_AT, zone)
    deliveries = (
        *_orders(trucks, came),
        *(line for surge in surges.values() for line in surge.orders),
        *_open_orders(today, scenario),
    )
    found = dict.fromkeys(scenario.vanished, 0)
    agreed = {sku: on_hand[sku] for sku in list(on_hand)[:: len(GOODS) // 8]} if found else {}
    recounted_at = datetime.combine(today - timedelta(days=1), COUNTED_AT, zone) if found else None
    since = {sku: sum(sold[sku].get(day, 0) for day in days[-2:]) for sku in agreed}
    for (_, day), brought in came.items():
        for sku, units in brought if day == days[-2] else ():
            since[sku] = since.get(sku, 0) - units
    return History(
        counted_at,
        opening,
        sales,
        deliveries,
        on_hand | found,
        recounted_at,
        {sku: units + since[sku] for sku, units in agreed.items()} | found,
    )


def _sold_by_day(good: Good, days: Sequence[date], scenario: Scenario, random: Random) -> dict[date, int]:
    without = scenario.gone.get(good.sku, 0) or scenario.vanished.get(good.sku, 0)
    selling = days[: len(days) - without]
    return {day: _poisson(good.sold_per_day * BUSY[day.weekday()], random) for day in selling}


def _last_truck(good: Good, today: date, scenario: Scenario) -> date:
    """The last day on which a truck may have brought some of it."""
    if good.sku in scenario.hoarded:
        return today - timedelta(days=DAYS)
    return today - timedelta(days=UNSEEN_TRUCK_DAYS) if good.sku in scenario.vanished else today


@dataclass(frozen=True)
class _Surge:
    """A SKU that suddenly sells faster: what it sold, and the orders of its goods, sent as soon as it was seen."""

    begins: date
    stock: int
    """When it begins."""
    sold: Mapping[date, int]
    orders: tuple[Delivered, ...]

    def left(self, sold: Mapping[date, int]) -> int:
        """What is left now of what sold, as far as it did by now."""
        came = sum(line.accepted for line in self.orders)
        return self.stock + came - sum(units for day, units in sold.items() if day >= self.begins)


def _surge(good: Good, days: Sequence[date], random: Random) -> _Surge:
    """Each order is sent the evening after its need shows, and comes as promised: nothing is late but the insight."""
    lead = good.maker.quoted_lead_days
    begins, today = days[-SURGE_DAYS], days[-1]
    stock = at_first = math.ceil(good.sold_per_day * ((lead + 3) * 1.5 + 14))
    sent = begins + timedelta(days=1)
    orders: list[Delivered] = []
    for number in range(2):
        due = sent + timedelta(days=lead)
        units = math.ceil(good.sold_per_day * (50 + 25 * number) / good.pack) * good.pack
        received = due if due < today else None
        came = units if received else 0
        orders.append(
            Delivered(f"LL-{1190 + number}-{good.sku}", good.maker, good.sku, sent, due, received, units, came)
        )
        sent = due + timedelta(days=1)
        if sent >= today:
            break
    sold = {day: _poisson(good.sold_per_day * BUSY[day.weekday()], random) for day in days[:-SURGE_DAYS]}
    for day in days[-SURGE_DAYS:]:
        sold[day] = min(stock, _poisson(good.sold_per_day * SURGE_TIMES * BUSY[day.weekday()], random))
        stock += sum(line.accepted for line in orders if line.received == day) - sold[day]
    return _Surge(begins, at_first, sold, tuple(orders))


def _poisson(mean: float, random: Random) -> int:
    """How often something happens that happens `mean` times on average (Knuth's way, good for small means)."""
    limit, product, happened = math.exp(-mean), random.random(), 0
    while product > limit:
        product *= random.random()
        happened += 1
    return happened


def _at_the_till(
    sold: Mapping[str, Mapping[date, int]], now: datetime, zone: ZoneInfo, random: Random
) -> tuple[Sale, ...]:
    """Each day's units as lines of one or two pieces, at times within opening hours and before `now`."""
    lines: list[tuple[datetime, str, int]] = []
    for sku, by_day in sold.items():
        for day, units in by_day.items():
            while units:
                pieces = min(units, 2 if random.random() < 0.15 else 1)
                units -= pieces
                seconds = random.randrange((CLOSES.hour - OPENS.hour) * 3600)
                lines.append((datetime.combine(day, OPENS, zone) + timedelta(seconds=seconds), sku, pieces))
    prices = {each.sku: each.price_minor for each in GOODS}
    return tuple(
        Sale(f"A{number:05}", sku, at, pieces, prices[sku])
        for number, (at, sku, pieces) in enumerate(sorted(lines), start=1)
        if at < now
    )


def _by_day(sales: Iterable[Sale], zone: ZoneInfo) -> dict[str, dict[date, int]]:
    sold: dict[str, dict[date, int]] = {each.sku: defaultdict(int) for each in GOODS}
    for sale in sales:
        sold[sale.sku][sale.sold_at.astimezone(zone).date()] += sale.quantity
    return sold


def _trucks(maker: Maker, today: date, random: Random) -> dict[date, int]:
    """The days on which a supplier's truck came, one a week, each with its days beyond the quote."""
    late_by = list(LATE_BY)
    random.shuffle(late_by)
    last = today - timedelta(days=random.randrange(1, 7))
    return {last - timedelta(weeks=week): late for week, late in enumerate(late_by)}


def _stock_now(good: Good, sold: Mapping[date, int], today: date, scenario: Scenario) -> int:
    """What is left of a SKU now by the book, for its part, measured by what it sold in 60 days."""
    if good.sku in scenario.gone:
        return 0
    per_day = sum(units for day, units in sold.items() if (today - day).days < 60) / 60
    late_days = good.maker.quoted_lead_days + 3
    reorder_days = late_days * 1.5 + 1
    if good.sku in scenario.hoarded:
        return math.ceil(per_day * HOARD_COVER_DAYS)
    if good.sku in scenario.vanished:
        return math.ceil(good.sold_per_day * VANISHED_COVER_DAYS)
    match good.part:
        case Part.LAST_FEW:
            return math.floor(per_day * reorder_days) + 2
        case Part.LOW:
            return math.ceil(per_day * (good.maker.quoted_lead_days + reorder_days) / 2)
        case Part.PLENTY:
            spread = 1.2 + int(good.sku[-2:]) % 5 * 0.2
            return math.ceil(per_day * reorder_days * spread) + 2


def _orders(
    trucks: Mapping[Maker, Mapping[date, int]], came: Mapping[tuple[Maker, date], list[tuple[str, int]]]
) -> list[Delivered]:
    """What came, as the orders that asked for it, numbered by the day they were sent. One line in 40 was short."""
    sent_on = {(maker, day): day - timedelta(days=maker.quoted_lead_days + trucks[maker][day]) for maker, day in came}
    lines: list[Delivered] = []
    for number, (maker, day) in enumerate(sorted(came, key=lambda key: (sent_on[key], key[0].name)), start=1101):
        sent = sent_on[maker, day]
        promised = sent + timedelta(days=maker.quoted_lead_days)
        for sku, units in came[maker, day]:
            short = 1 if len(lines) % 40 == 39 else 0
            lines.append(Delivered(f"LL-{number}", maker, sku, sent, promised, day, units + short, units))
    return lines


def _open_orders(today: date, scenario: Scenario) -> list[Delivered]:
    """What is on its way: one order of Northgate's, and those of the goods that are gone."""
    coming = today - timedelta(days=NORTHGATE.quoted_lead_days - 5)
    lines = [Delivered("LL-1188", NORTHGATE, "TEA-0113", coming, today + timedelta(days=5), None, 30, 0)]
    promised = today - timedelta(days=scenario.promised_ago)
    gone = [good(sku) for sku in scenario.gone]
    for number, maker in enumerate(dict.fromkeys(each.maker for each in gone), start=1171):
        sent = promised - timedelta(days=maker.quoted_lead_days)
        for each in gone:
            if each.maker is maker:
                units = math.ceil(each.sold_per_day * 45 / each.pack) * each.pack
                lines.append(Delivered(f"LL-{number}", maker, each.sku, sent, promised, None, units, 0))
    return lines
