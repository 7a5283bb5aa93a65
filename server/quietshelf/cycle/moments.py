"""The site and the instant that is decided for. What is known of SKUs then is in loading."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from zlib import crc32
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from quietshelf.rules.first_week import Beginning
from quietshelf.rules.policy import Policy
from quietshelf.rules.stock import Calendar
from quietshelf.store.facts import picked_on
from quietshelf.store.selling import selling_runs
from quietshelf.store.states import time_of


@dataclass(frozen=True)
class Moment:
    """The site and the instant that a pass decides for."""

    site_id: int
    zone: ZoneInfo
    now: datetime
    known_until: datetime
    """T: sales are known until then, at most now."""
    policy: Policy
    calendar: Calendar
    """The site's days that count, within T."""
    mode: str | None = None
    """The mode that is on at the site (rules/modes.py)."""
    target_turns: float | None = None
    decided_by: str | None = None
    """What all decisions rested on at the last look (`digest`)..."""
    decided_on: date | None = None
    """...and the day of T that it was for."""
    top_drawn_on: date | None = None
    began_on: date | None = None
    asks_on_order: bool = False
    looked_at: datetime | None = None
    sold_by_shelves: bool = False
    """Nobody tells of sales: what the shelves sensed was sold (rules/sensed.py)."""

    @cached_property
    def today(self) -> date:
        """The site's day of T: with it the velocity's window ends."""
        return self.day(self.known_until)

    @cached_property
    def beginning(self) -> Beginning | None:
        """How the shop began; None where it has been here for longer."""
        return Beginning(self.began_on, self.asks_on_order) if self.began_on else None

    @cached_property
    def made_by(self) -> str:
        """A digest of what a gist is made by, beside the facts."""
        return _digest(self.policy, self.zone.key)

    @cached_property
    def digest(self) -> str:
        """A digest of what all decisions rest on, whichever the SKU."""
        return _digest(self.made_by, self.mode, self.target_turns, self.calendar.first, self.calendar.closed)

    @property
    def rests_as_before(self) -> bool:
        """Whether decisions rest on the same as at the last look, which was for no later day; if not, all are due."""
        return self.decided_by == self.digest and self.decided_on is not None and self.decided_on <= self.today

    def day(self, at: datetime) -> date:
        """The site's day of an instant."""
        return at.astimezone(self.zone).date()


def moment_of(session: Session, site_id: int, now: datetime, policy: Policy) -> Moment:
    """The moment of `now` at a site."""
    site = time_of(session, site_id)
    zone, known_until = ZoneInfo(site.zone), now if site.known_until is None else min(now, site.known_until)
    runs = selling_runs(session, site_id, policy.closed_run_days)
    by_shelves = site.known_until is None and not runs
    if by_shelves:
        calendar = Calendar.of(zone, known_until, picked_on(session, site_id, zone), policy)
    else:
        calendar = Calendar.of_runs(zone, known_until, runs, policy)
    return Moment(site_id, zone, now, known_until, policy, calendar, *site[2:], sold_by_shelves=by_shelves)


def _digest(*parts: Any) -> str:
    return f"{crc32(repr(parts).encode()):08x}"
