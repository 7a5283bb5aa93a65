"""Filling the budget of the capital mode: which draft lines it pays for, and which wait for the next one.

Done once a day, and whenever lines, money or the budget have changed: what sells meanwhile does not make lines flap.
"""

from collections.abc import Mapping
from datetime import date, datetime, time
from fractions import Fraction
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from quietshelf.cycle.moments import Moment
from quietshelf.rules.budget import Budget, Wish, fill, lost_by_waiting
from quietshelf.store.budgets import WaitingLine, budget_of, draft_lines, drawn_since, hold_drafts, let_wait
from quietshelf.store.engine import reading, writing
from quietshelf.store.modes import mode_on, note
from quietshelf.store.sites import touch


def fill_budget(engine: Engine, moment: Moment) -> None:
    """Let the budget pay for the draft lines that lose most by waiting; the others wait for the next one."""
    with reading(engine) as session:
        row = mode_on(session, moment.site_id, "capital")
        if row is None or row.figures.get("filled_for") == _asked(session, moment)[0]:
            return
    with writing(engine) as session:
        hold_drafts(session, moment.site_id)
        asked, until, parts = _asked(session, moment)
        row = mode_on(session, moment.site_id, "capital")
        if row is None:
            return
        let_wait(session, moment.site_id, until, parts, moment.now)
        note(session, row.id, {**row.figures, "filled_for": asked})
        touch(session, moment.site_id)


def _asked(session: Session, moment: Moment) -> tuple[list[Any], dict[int, date | None], Mapping[int, int]]:
    """What the budget was filled for, ready for JSON; until when each draft line waits; and of which a part goes."""
    today = moment.day(moment.now)
    lines = draft_lines(session, moment.site_id)
    wants = [[line.line_id, line.quantity, line.by_person] for line in lines]
    budget = budget_of(session, moment.site_id)
    period = budget.period(today) if budget else None
    if budget is None or period is None:
        return [today.isoformat(), None, 0, wants], dict.fromkeys(line.line_id for line in lines), {}
    begins, next_one = period
    left = budget.minor - drawn_since(session, moment.site_id, _midnight(begins, moment))
    filled = fill([_wish(line, today, next_one, moment) for line in lines], left)
    until = {line.line_id: next_one if line.line_id in filled.waits else None for line in lines}
    return [today.isoformat(), _said(budget), left, wants], until, filled.parts


def _wish(line: WaitingLine, today: date, next_budget: date, moment: Moment) -> Wish:
    """What a draft line costs, and what is lost if it waits."""
    said, cost = line.figures, line.unit_cost_minor
    if cost is None:
        cost = round((line.price_minor or 0) * moment.policy.assumed_cost_share)
    comes_on = said.get("next_delivery_on")
    lost = lost_by_waiting(
        said.get("on_hand", 0),
        said.get("on_order", 0),
        max(0, (date.fromisoformat(comes_on) - today).days) if comes_on else None,
        Fraction(said.get("per_day", 0.0)),
        said.get("throughput_minor"),
        Fraction(said.get("typical_days") or moment.policy.quoted_lead_days),
        (next_budget - today).days,
    )
    return Wish(
        line.line_id,
        cost * line.quantity,
        lost,
        line.by_person,
        units=line.quantity,
        pack=line.pack,
        least=line.minimum_order,
    )


def _said(budget: Budget) -> list[Any]:
    return [budget.minor, budget.days, budget.first.isoformat()]


def _midnight(day: date, moment: Moment) -> datetime:
    return datetime.combine(day, time(), moment.zone)
