"""What happened at the simulated shop in the 90 days before now.

Pure: the same seed and instant give the same history. It is made backwards from the stock that the demo opens with,
so that every SKU plays its part whatever the dice say, and none was ever below zero.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from quietshelf.demo.world import CALDER, GOODS, MAKERS, NORTHGATE, TIME_ZONE, Good, Maker, Part

DAYS = 90
OPENS, CLOSES = time(9, 0), time(18, 0)
BUSY = (0.7, 0.8, 0.9, 1.0, 1.2, 1.6, 0.8)
"""How a weekday sells, Monday first, against an average day."""
LATE_BY = (0, 0, 1, -1, 0, 2, 0, 1, 3, 0, -1, 4)
"""Days beyond its quote of each delivery of a supplier, before they are shuffled."""
OVERDUE_DAYS = 19
STARVED_DAYS = 2
"""Days since which the SKUs of the overdue order are all but gone."""


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
    """What is there now: opening + accepted - sold."""


def make_history(now: datetime, seed: int) -> History:
    """90 days of Larch & Ladle up to `now` (aware)."""
    random = Random(seed)
    zone = ZoneInfo(TIME_ZONE)
    today = now.astimezone(zone).date()
    days = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    sold = {good.sku: _sold_by_day(good, days, random) for good in GOODS}
    sales = _at_the_till(sold, now, zone, random)
    sold = _by_day(sales, zone)
    trucks = {maker: _trucks(maker, today, random) for maker in MAKERS}
    opening: dict[str, int] = {}
    on_hand: dict[str, int] = {}
    came: dict[tuple[Maker, date], list[tuple[str, int]]] = defaultdict(list)
    for good in GOODS:
        on_hand[good.sku] = _stock_now(good, sold[good.sku], today)
        stock = on_hand[good.sku]
        floor = math.ceil(good.sold_per_day * (good.maker.quoted_lead_days + 3))
        for day in reversed(days):
            stock += sold[good.sku].get(day, 0)
            if day in trucks[good.maker] and stock - floor >= good.pack:
                units = (stock - floor) // good.pack * good.pack
                came[good.maker, day].append((good.sku, units))
                stock -= units
        opening[good.sku] = stock
    counted_at = datetime.combine(days[0], time(7, 30), zone)
    deliveries = (*_orders(trucks, came), *_open_orders(today))
    return History(counted_at, opening, sales, deliveries, on_hand)


def _sold_by_day(good: Good, days: Iterable[date], random: Random) -> dict[date, int]:
    days = list(days)
    selling = days[:-STARVED_DAYS] if good.part is Part.STARVED else days
    return {day: _poisson(good.sold_per_day * BUSY[day.weekday()], random) for day in selling}


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
    prices = {good.sku: good.price_minor for good in GOODS}
    return tuple(
        Sale(f"A{number:05}", sku, at, pieces, prices[sku])
        for number, (at, sku, pieces) in enumerate(sorted(lines), start=1)
        if at < now
    )


def _by_day(sales: Iterable[Sale], zone: ZoneInfo) -> dict[str, dict[date, int]]:
    sold: dict[str, dict[date, int]] = {good.sku: defaultdict(int) for good in GOODS}
    for sale in sales:
        sold[sale.sku][sale.sold_at.astimezone(zone).date()] += sale.quantity
    return sold


def _trucks(maker: Maker, today: date, random: Random) -> dict[date, int]:
    """The days on which a supplier's truck came, one a week, each with its days beyond the quote."""
    late_by = list(LATE_BY)
    random.shuffle(late_by)
    last = today - timedelta(days=random.randrange(1, 7))
    return {last - timedelta(weeks=week): late for week, late in enumerate(late_by)}


def _stock_now(good: Good, sold: Mapping[date, int], today: date) -> int:
    """What is left of a SKU now, for its part, measured by what it sold in 60 days."""
    per_day = sum(units for day, units in sold.items() if (today - day).days < 60) / 60
    late_days = good.maker.quoted_lead_days + 3
    reorder_days = late_days * 1.5 + 1
    match good.part:
        case Part.STARVED:
            return 1
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


def _open_orders(today: date) -> list[Delivered]:
    """Two orders on their way: Northgate's comes in some days, Calder's is long past its promise."""
    coming = today - timedelta(days=NORTHGATE.quoted_lead_days - 5)
    overdue = today - timedelta(days=CALDER.quoted_lead_days + OVERDUE_DAYS)
    starved = [good for good in GOODS if good.part is Part.STARVED]
    return [
        Delivered("LL-1188", NORTHGATE, "TEA-0113", coming, today + timedelta(days=5), None, 30, 0),
        *(
            Delivered(
                "LL-1171", CALDER, good.sku, overdue, today - timedelta(days=OVERDUE_DAYS), None, 4 * good.pack, 0
            )
            for good in starved
        ),
    ]
