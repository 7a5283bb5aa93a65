"""How a shop begins, carried to what is decided: who drafts in the first week, what sleeps; and drawing the top 20%."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from quietshelf.cycle.loading import Known
from quietshelf.cycle.moments import Moment
from quietshelf.rules import top
from quietshelf.rules.first_week import Waits, sleeps, waits
from quietshelf.store.beginning import earning, save_top, wakes, woken
from quietshelf.store.engine import reading, writing


def as_begun(session: Session, moment: Moment, known: Sequence[Known]) -> Sequence[Known]:
    """What was loaded, with why some of it drafts nothing by itself yet. In a shop long open: as it was."""
    beginning = moment.beginning
    if beginning is None:
        return known
    today = moment.day(moment.now)
    may_sleep = [one.product.id for one in known if _sleeps(one, moment)]
    asleep = set(may_sleep) - woken(session, moment.site_id, may_sleep) if may_sleep else set()

    def told(one: Known) -> Waits | None:
        return waits(beginning, today, is_top=one.state.is_top, asleep=one.product.id in asleep, policy=moment.policy)

    return [replace(one, item=replace(one.item, waits=told(one))) for one in known]


def _sleeps(one: Known, moment: Moment) -> bool:
    item = one.item
    return (
        moment.beginning is not None
        and not item.plan.ending
        and sleeps(
            moment.beginning.began_on,
            moment.day(moment.now),
            item.book.on_hand,
            sum(order.units for order in item.open_orders),
            item.sold_in_window,
            item.in_stock,
            moment.policy,
        )
    )


def turn_of_days(engine: Engine, moment: Moment) -> None:
    """When the first week has ended since the last look, what is short becomes due."""
    beginning = moment.beginning
    if beginning is None or moment.looked_at is None:
        return
    if beginning.turns(moment.day(moment.looked_at), moment.day(moment.now), moment.policy):
        with writing(engine) as session:
            wakes(session, moment.site_id)


def draw_top(engine: Engine, moment: Moment) -> list[int]:
    """Draw the top 20%, if that is due; products that are in it now and were not. Before anything sells: nothing."""
    today = moment.day(moment.now)
    began_on = moment.beginning.began_on if moment.beginning else None
    if not top.is_due(moment.top_drawn_on, began_on, today):
        return []
    with reading(engine) as session:
        skus, was_top = earning(session, moment.site_id)
    drawn = top.top(skus, was_top, moment.policy)
    if not drawn:
        return []
    new = sorted(drawn - was_top)
    with writing(engine) as session:
        save_top(session, moment.site_id, new, sorted(was_top - drawn), today)
    return new
