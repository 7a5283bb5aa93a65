"""From when to when a site sold anything, gap by gap. What the days between mean is the rules'."""

from datetime import date, timedelta
from functools import lru_cache

from sqlalchemy import String, bindparam, cast, func, select
from sqlalchemy.orm import Session

from quietshelf.store.tables import SiteDay

Run = tuple[date, date]
"""A first and a last day."""


def selling_runs(session: Session, site_id: int, apart_days: int) -> tuple[Run, ...]:
    """From when to when the site sold, in order: between two runs lie at least `apart_days` days without any sale."""
    days = session.connection().scalar(_DAYS, {"site": site_id})
    return _runs(days, apart_days) if days else ()


# one text, not two years of rows: each decision asks for them, and they are as they were but for once a day
_DAYS = select(func.aggregate_strings(cast(SiteDay.day, String), " ")).where(SiteDay.site_id == bindparam("site"))


@lru_cache(maxsize=64)
def _runs(days: str, apart_days: int) -> tuple[Run, ...]:
    runs: list[Run] = []
    for day in sorted(map(date.fromisoformat, days.split())):
        if runs and day - runs[-1][1] <= timedelta(days=apart_days):
            runs[-1] = runs[-1][0], day
        else:
            runs.append((day, day))
    return tuple(runs)
