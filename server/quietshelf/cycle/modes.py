"""The mode that is on, carried to what is decided about each SKU, and what it has done, kept for the pages to tell.

What a mode changes is rules/modes.py's; filling a budget is budgeting.py's.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from fractions import Fraction

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from quietshelf.cycle.budgeting import fill_budget
from quietshelf.cycle.loading import Known
from quietshelf.cycle.moments import Moment
from quietshelf.rules.causes import Cause
from quietshelf.rules.modes import InMode, Recent, cash_cycle_days, missed
from quietshelf.store import deeds
from quietshelf.store.engine import reading, writing
from quietshelf.store.modes import mode_on, note
from quietshelf.store.sale_counts import sales_counted
from quietshelf.store.scores import scores_of
from quietshelf.store.sites import touch


def in_mode(session: Session, moment: Moment, known: Sequence[Known]) -> Sequence[Known]:
    """What was loaded, with what the mode that is on means for each SKU. Without a mode: as it was."""
    if moment.mode is None:
        return known
    told = _told(session, moment, known)
    return known if told is None else [replace(one, item=replace(one.item, mode=told(one))) for one in known]


def _told(session: Session, moment: Moment, known: Sequence[Known]) -> Callable[[Known], InMode] | None:
    """What the mode means for a SKU; None where it changes no decision."""
    match moment.mode:
        case Cause.SUPPLY:
            suppliers = {one.supplier_id for one in known if one.supplier_id is not None}
            cards = scores_of(session, moment.site_id, suppliers)

            def supply(one: Known) -> InMode:
                card = cards.get(one.supplier_id or 0)
                delays = one.item.supply.delays if one.item.supply else ()
                return InMode(Cause.SUPPLY, missed=missed(card.otif if card else None, delays, moment.policy))

            return supply
        case Cause.CAPITAL:
            cycle = InMode(Cause.CAPITAL, cycle_days=cash_cycle_days(moment.target_turns, moment.policy))
            return lambda one: cycle
        case Cause.DEMAND:
            first = _days_ago(moment, moment.policy.velocity_days)
            lately = _days_ago(moment, moment.policy.recent_days)
            counts = sales_counted(
                session,
                moment.site_id,
                [one.product.id for one in known],
                _midnight(first, moment),
                _midnight(lately, moment),
                moment.known_until,
            )
            return lambda one: InMode(Cause.DEMAND, recent=_recent(one, counts, first, lately, moment.today))
        case _:
            return None


def _recent(one: Known, counts: Mapping[int, tuple[int, int]], first: date, lately: date, today: date) -> Recent | None:
    """What a SKU sold in the last days, and as usual."""
    if one.product.id not in counts:
        return None
    sales, usual_sales = counts[one.product.id]
    stock = one.past.said.stock
    return Recent(
        sales,
        sum(sums.units for day, sums in one.past.gist.sold.items() if lately <= day <= today),
        Fraction(stock.in_stock(lately, today)),
        usual_sales,
        Fraction(stock.in_stock(first, today)),
    )


def _days_ago(moment: Moment, days: int) -> date:
    """The first of the last so many days."""
    return moment.today - timedelta(days=days - 1)


def _midnight(day: date, moment: Moment) -> datetime:
    return datetime.combine(day, time(), moment.zone)


def follow_mode(engine: Engine, moment: Moment) -> None:
    """After a look: let the budget decide which lines wait, and keep what the mode has done."""
    if moment.mode is None:
        return
    if moment.mode == Cause.CAPITAL:
        fill_budget(engine, moment)
    with reading(engine) as session:
        row = mode_on(session, moment.site_id)
        did = deeds.of(session, row) if row else {}
    if row is None or {**row.figures, **did} == row.figures:
        return
    with writing(engine) as session:
        if (now_on := mode_on(session, moment.site_id)) is not None and now_on.id == row.id:
            note(session, row.id, {**now_on.figures, **did})
            touch(session, moment.site_id)
