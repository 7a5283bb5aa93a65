"""The review of a month: made once sales are known beyond its end, and kept. What it says is rules/review.py's.

A month that is not over is told as it stands, and not kept; nor is any in a shop's first days, while files of its past
may still come. After that a past month that nobody reviewed is made, and kept, when it is first asked for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from quietshelf.rules.causes import Cause
from quietshelf.rules.constraint import Calm, Named
from quietshelf.rules.modes import end_is_proposed, reviewed_months
from quietshelf.rules.policy import Policy
from quietshelf.rules.review import BeforeAndAfter, Do, Month, named_in, propose
from quietshelf.store import losses, reviews
from quietshelf.store.engine import reading, writing
from quietshelf.store.sites import touch
from quietshelf.store.sourcing import sourcing_of
from quietshelf.store.tables import LookRow, ModeRow, Site

COURSE_DAYS = 7
"""Within the month its number is told this many days apart."""
EARLIER_MONTHS = 5
"""So many months before it stand beside it."""
SETTLED_AFTER = timedelta(days=7)
"""So long after the first look back nothing is kept: deliveries may come in a file after the sales."""
TRIED_DAYS = 7
"""An action that was tried for less than this tells nothing yet."""


@dataclass(frozen=True)
class Review:
    """The review of a month."""

    month: Month
    figures: Mapping[str, Any]
    """`named`, `number`, `before`, `course`, `until` (the last day that is known); `lost` (by cause: minor, out_days),
    `through` (names of who, or which items, lost most of it), `numbers` (day and number within the month, then
    `earlier` by month), `propose` (do, mode, minor, and what that needs), `tried` (what was done before, and what came
    of it; None), `acts` (by kind) and `acts_before`; each None where nobody had an account."""
    made_at: datetime | None
    """None: the month is not over, or its past still comes in."""
    is_over: bool = True


class NoSuchMonthError(LookupError):
    """Nothing is known of that month: it is before the shop's history, or to come."""


def months_known(session: Session, site_id: int) -> list[Month]:
    """The months of which something is known, newest first; the first of them may not be over."""
    first, look = reviews.first_known(session, site_id), losses.latest_look(session, site_id)
    if first is None or look is None:
        return []
    months, month = [], Month.of(look.day)
    while month >= Month.of(first):
        months.append(month)
        month = month.before
    return months


def review_of(engine: Engine, site_id: int, month: Month, now: datetime, policy: Policy) -> Review:
    """A month's review: the one that is kept, else made now, and kept if the month is over. Raises NoSuchMonthError."""
    with reading(engine) as session:
        row = reviews.kept(session, site_id, month.first)
        if row is not None:
            return Review(month, row.figures, row.made_at)
        if month not in months_known(session, site_id):
            raise NoSuchMonthError(str(month))
        look = losses.latest_look(session, site_id)
        is_over = look is not None and look.day > month.last
        first = reviews.first_looked_at(session, site_id)
        figures = _Month(session, site_id, month, policy).figures()
    if not is_over or first is None or now < first + SETTLED_AFTER:
        return Review(month, figures, None, is_over)
    with writing(engine) as session:
        reviews.keep(session, site_id, month.first, figures, now)
        touch(session, site_id)
    return Review(month, figures, now)


def make_due(engine: Engine, site_id: int, now: datetime, policy: Policy) -> bool:
    """Make last month's review where it is over and none was kept; whether one is now. It can be asked at any time."""
    with reading(engine) as session:
        look = losses.latest_look(session, site_id)
        if look is None:
            return False
        last = Month.of(look.day).before
        if reviews.kept(session, site_id, last.first) is not None or last not in months_known(session, site_id):
            return False
    return review_of(engine, site_id, last, now, policy).made_at is not None


class _Month:
    """What is known of one month, gathered for its review."""

    def __init__(self, session: Session, site_id: int, month: Month, policy: Policy) -> None:
        self.session, self.site_id, self.month, self.policy = session, site_id, month, policy
        self.zone = ZoneInfo(session.get_one(Site, site_id).time_zone)
        latest = losses.latest_look(session, site_id)
        self.until = min(month.last, latest.day) if latest else month.last
        self.lost = losses.lost_by_cause(session, site_id, month.first, self.until)
        self.looks = reviews.looks_in(session, site_id, month.first, month.last)
        self.named = self._named()

    def figures(self) -> dict[str, Any]:
        """As Review.figures says."""
        told = next((look for look in reversed(self.looks) if look.named == self.named), None)
        return {
            "named": self.named.value,
            "until": self.until.isoformat(),
            "number": told.number if told else None,
            "before": told.before if told else None,
            "course": told.course if told else "untold",
            "needed": [told.more_days_needed, told.more_deliveries_needed] if told else [0, 0],
            "lost": {cause: {"minor": of.minor, "out_days": of.out_days} for cause, of in self.lost.items()},
            "through": losses.most_lost_by(
                self.session, self.site_id, self.named.value, self.month.first, self.until, 3
            )
            if isinstance(self.named, Cause)
            else [],
            "numbers": [[look.day.isoformat(), _number(look, self.named)] for look in self._weekly()],
            "earlier": self._earlier(),
            "propose": self._propose(),
            "tried": self._tried(),
            "acts": self._acts(self.month),
            "acts_before": self._acts(self.month.before),
        }

    def _named(self) -> Named:
        stood = [_named(look.named) for look in self.looks]
        lost = {Cause(cause): of.minor for cause, of in self.lost.items()}
        out_days = sum(of.out_days for of in self.lost.values())
        return named_in(stood, lost, out_days, None, self.policy)

    def _weekly(self) -> Sequence[LookRow]:
        """Looks a week apart that measured what the month names, to the last of them."""
        measured = [look for look in self.looks if _number(look, self.named) is not None]
        found: list[LookRow] = []
        for look in reversed(measured):
            if not found or (found[-1].day - look.day).days >= COURSE_DAYS:
                found.append(look)
        return found[::-1]

    def _earlier(self) -> list[list[Any]]:
        """The same number at the end of each of the months before, oldest first, where it was taken."""
        first = self.month
        for _ in range(EARLIER_MONTHS):
            first = first.before
        ends: dict[Month, float] = {}
        for look in reviews.looks_in(self.session, self.site_id, first.first, self.month.before.last):
            if (number := _number(look, self.named)) is not None:
                ends[Month.of(look.day)] = number
        return [[str(month), number] for month, number in ends.items()]

    def _propose(self) -> dict[str, Any]:
        on = self._mode_on()
        cause = self.named if isinstance(self.named, Cause) else None
        minor = self.lost[cause.value].minor if cause and cause.value in self.lost else 0
        held = reviews.held_minor(self.session, self.site_id, self.month.first, self.until)
        shift = None
        if cause is Cause.SUPPLY:
            shift = reviews.shiftable(self.session, self.site_id, self.month.first, self.until)
        end_is_due = on is not None and self._end_is_due(on)
        do = propose(self.named, Cause(on.mode) if on else None, end_is_due, shift is not None, held, minor)
        said: dict[str, Any] = {"do": do.value, "minor": minor, "mode": cause.value if cause else None}
        said["on"] = on.mode if on else None
        if do is Do.END and on is not None:
            said["mode"] = on.mode
        if do is Do.SHIFT and shift is not None:
            said |= {"product_id": shift.product_id, "product": shift.product, "minor": shift.lost_minor}
            said["shift"] = shift.proposal
        if do is Do.SELL_OFF:
            said["minor"] = held
        return said

    def _mode_on(self) -> ModeRow | None:
        """The mode that is on at the month's end."""
        ends = self._at(self.until + timedelta(days=1))
        on = reviews.modes_on(self.session, self.site_id, ends, ends)
        return on[-1] if on else None

    def _end_is_due(self, on: ModeRow) -> bool:
        since = on.on_at.astimezone(self.zone).date()
        months = reviewed_months(since, self.until + timedelta(days=1), self.policy)
        lost = [
            (span, of.minor if (of := losses.lost_by_cause(self.session, self.site_id, *span).get(on.mode)) else 0)
            for span in months
        ]
        return end_is_proposed(on.figures.get("at_stake_minor", 0), lost, self.policy)

    def _tried(self) -> dict[str, Any] | None:
        """What was on in this month, or had been chosen for it, and what came of it; None where nothing was."""
        begins, ends = self._at(self.month.first), self._at(self.until + timedelta(days=1))
        modes = reviews.modes_on(self.session, self.site_id, begins, ends)
        if modes:
            mode = modes[-1]
            touched = reviews.touched_by(self.session, mode, ends)
            return {"do": Do.MODE.value, "mode": mode.mode} | self._came_of(touched, mode.on_at)
        before = reviews.kept(self.session, self.site_id, self.month.before.first)
        last = before.figures["propose"] if before else {}
        if last.get("do") == Do.SHIFT.value:
            sourcing = sourcing_of(self.session, self.site_id, last["product_id"])
            if sourcing and sourcing.chosen_at and sourcing.supplier_id == last["shift"]["to_id"]:
                said = {"do": Do.SHIFT.value, "product": last["product"], "to": last["shift"]["to"]}
                return said | self._came_of({last["product_id"]}, sourcing.chosen_at)
        if last.get("do") in (Do.MODE.value, Do.SHIFT.value):
            return {"do": Do.NOTHING.value, "proposed": last}
        return None

    def _came_of(self, touched: set[int], at: datetime) -> dict[str, Any]:
        """What the touched SKUs and all the rest lost a day before and since; `tried` None where it is too early."""
        on = at.astimezone(self.zone).date()
        since = max(self.month.first, on + timedelta(days=1))
        days = (self.until - since).days + 1
        if days < TRIED_DAYS:
            return {"on": on.isoformat(), "came": None}
        before = on - timedelta(days=self.policy.constraint_days), on - timedelta(days=1)
        rates = []
        for span, length in ((before, self.policy.constraint_days), ((since, self.until), days)):
            every = reviews.lost_by(self.session, self.site_id, None, *span)
            own = reviews.lost_by(self.session, self.site_id, touched, *span)
            rates += [own / length, (every - own) / length]
        beside = BeforeAndAfter(len(touched), rates[0], rates[2], rates[1], rates[3])
        came = {
            "helped": beside.helped(self.policy).value,
            "touched": beside.touched,
            "touched_before": round(beside.touched_before * self.policy.constraint_days),
            "touched_after": round(beside.touched_after * self.policy.constraint_days),
            "rest_before": round(beside.rest_before * self.policy.constraint_days),
            "rest_after": round(beside.rest_after * self.policy.constraint_days),
        }
        return {"on": on.isoformat(), "came": came}

    def _acts(self, month: Month) -> dict[str, int] | None:
        return reviews.acts(self.session, self.site_id, self._at(month.first), self._at(month.next.first))

    def _at(self, day: date) -> datetime:
        """When a day of the site begins."""
        return datetime.combine(day, time(), self.zone).astimezone(UTC)


def _number(look: LookRow, named: Named) -> float | None:
    """The number of `named` that a look took, whatever it named itself."""
    if look.named == named:
        return look.number
    number: float | None = (look.numbers or {}).get(named.value)
    return number


def _named(said: str) -> Named:
    return Calm(said) if said in list(Calm) else Cause(said)
