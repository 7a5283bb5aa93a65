"""Looks and losses put into a test's shop as a daily look would have kept them. No test lives here."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from quietshelf.store.engine import writing
from quietshelf.store.sites import touch
from quietshelf.store.tables import LookRow, LossRow
from tests.shops import Shop

YESTERDAY = date(2026, 11, 23)
NUMBERS: dict[str, tuple[float, float, str]] = {
    "supply": (0.81, 0.88, "worse"),
    "demand": (0.47, 0.31, "worse"),
    "purchasing": (0.64, 0.5, "better"),
    "capital": (4.2, 4.4, "about as before"),
    "counts": (0.925, 0.9, "about as before"),
    "none": (0.996, 0.989, "better"),
}
"""The number of each name, the one before, and what became of it."""


def look(shop: Shop, named: str, day: date = YESTERDAY, **said: Any) -> None:
    """Keep one day's look, which names `named`."""
    number, before, course = NUMBERS.get(named, (None, None, "untold"))
    lost = dict.fromkeys(("supply", "capital", "purchasing", "counts", "demand"), 0) | {named: 86_400, "demand": 28_700}
    lost.pop("none", None), lost.pop("unknown", None)
    row = {
        "says": named,
        "named": named,
        "named_on": day.replace(day=1),
        "challenger": None,
        "lost": lost if named in lost or named == "unknown" else dict.fromkeys(lost, 0),
        "throughput_minor": 1_040_000,
        "stock_out_days": 31,
        "deliveries": 12,
        "number": number,
        "before": before,
        "error": 0.02,
        "course": course,
        "looked_at": datetime(day.year, day.month, day.day, 23, tzinfo=UTC),
        "facts_seen": 0,
        "orders_seen": 0,
    }
    with writing(shop.engine) as session:
        session.merge(LookRow(site_id=shop.site_id, day=day, **(row | said)))
        touch(session, shop.site_id)


def lose(
    shop: Shop, sku: str, cause: str, first: date, days: int, minor: int, *, out: float = 1.0, **evidence: Any
) -> None:
    """Keep what a SKU lost to one cause on each of some days running."""
    figures = {
        "per_day": 4.0,
        "throughput_minor": 485,
        "order": None,
        "would_have_come_on": None,
        "missing_units": 0,
        "one_sale_of": None,
        "held_units": 0,
        "booked_units": 0,
    } | evidence
    with writing(shop.engine) as session:
        for n in range(days):
            session.add(
                LossRow(
                    site_id=shop.site_id,
                    product_id=shop.products[sku],
                    day=first + timedelta(days=n),
                    cause=cause,
                    minor=minor,
                    out=out,
                    evidence=figures,
                )
            )
        touch(session, shop.site_id)


def order_life(number: str, **figures: Any) -> dict[str, Any]:
    """An order as evidence tells of it: drafted and sent on 24 October, promised for the 2nd, received on the 9th."""
    return {
        "number": number,
        "drafted_on": "2026-10-24",
        "sent_on": "2026-10-24",
        "promised_on": "2026-11-02",
        "received_on": "2026-11-09",
        "refused_on": None,
        "ruled_units": 204,
        "sent_units": 204,
        "received_units": 204,
        "held": None,
    } | figures
