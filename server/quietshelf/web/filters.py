"""What templates may say: money and days of this shop, as Jinja filters. The words themselves are amounts.py's."""

from collections.abc import Mapping
from datetime import date, datetime

from flask import Flask, url_for
from markupsafe import Markup, escape

from quietshelf.web import amounts
from quietshelf.web.context import now, site, today, zone


def init_filters(app: Flask) -> None:
    """Register the filters and functions on `app`."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        money=_money,
        day=lambda on: amounts.day(on, today()),
        on_day=lambda on: amounts.on_day(on, today()),
        plain_day=lambda iso: amounts.plain_day(date.fromisoformat(iso), today()),
        short_day=lambda on: amounts.short_day(on, today()),
        clock=_clock,
        clock_s=lambda at: f"{at.astimezone(zone()):%H:%M:%S}",
        moment=_moment,
        first_up=amounts.first_up,
        rate=amounts.rate,
        linked=_linked,
        local_day=lambda at: at.astimezone(zone()).date(),
    )
    app.jinja_env.globals.update(counted=amounts.counted, seconds_left=_seconds_left)


def _money(minor: int) -> str:
    return amounts.money(minor, site().currency)


def _clock(at: datetime) -> str:
    return amounts.at_clock(at, zone())


def _moment(at: datetime | date) -> str:
    return amounts.moment(at, now(), zone()) if isinstance(at, datetime) else amounts.day(at, today())


def _seconds_left(until: datetime | None) -> int:
    """Whole seconds until an instant, from 0 to 10: what is left of an undo."""
    return 0 if until is None else max(0, min(10, round((until - now()).total_seconds())))


def _linked(sentence: str, orders: Mapping[str, int]) -> Markup:
    """A sentence in which each order's number leads to it."""
    html = escape(sentence)
    for number, order_id in orders.items():
        to = url_for("orders.page", order_id=order_id)
        html = html.replace(escape(number), Markup('<a class="id" href="{}">{}</a>').format(to, number))
    return html
