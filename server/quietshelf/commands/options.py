"""Options that several commands have."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import click


def _day(ctx: click.Context, parameter: click.Parameter, given: datetime | None) -> date | None:
    return given.date() if given else None


as_of_option: Callable[[Any], Any] = click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DAY",
    callback=_day,
    help="As of the end of this day, YYYY-MM-DD.",
)
