"""Options that several commands have."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import click

from quietshelf.clock import wall_clock

FURTHEST_EAST = timedelta(hours=14)
"""No shop's day has begun earlier than this before UTC's."""


def _day(ctx: click.Context, parameter: click.Parameter, given: datetime | None) -> date | None:
    if given is None:
        return None
    if given.date() > (wall_clock() + FURTHEST_EAST).date():
        raise click.BadParameter(f"{given:%Y-%m-%d} has not come yet: name a day that has.")
    return given.date()


as_of_option: Callable[[Any], Any] = click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DAY",
    callback=_day,
    help="As of the end of this day, YYYY-MM-DD.",
)
