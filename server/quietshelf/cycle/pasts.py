"""What each SKU's facts say now: from its kept gist where that tells, else from the facts. No rule lives here."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from quietshelf.cycle.moments import Moment
from quietshelf.rules.facts import Fact
from quietshelf.rules.feedback import Lot
from quietshelf.rules.gist import Gist, Reading, gist_of, read, with_sale
from quietshelf.rules.needs import met, without
from quietshelf.rules.plans import NO_PLAN, Plan
from quietshelf.rules.sensed import with_sensed_sales
from quietshelf.rules.velocity import DaySum, net_days
from quietshelf.store.facts import facts_of_each, later_facts_of_each
from quietshelf.store.gists import as_read, written
from quietshelf.store.states import ProductNow, StateNow, days_of_each

NO_DAYS: Mapping[date, DaySum] = {}


@dataclass(frozen=True)
class Past:
    """What one SKU's facts say."""

    gist: Gist
    said: Reading
    plan: Plan
    """What people said of it, and how far its known needs are met."""
    days_before: Mapping[date, DaySum]
    days: Mapping[date, DaySum]
    """What it sold on the days that may differ from before."""
    kept: str | None
    """The gist as it is to be kept; None: the facts are to be read the next time."""
    is_new: bool
    """It is not the one that is kept now."""


def pasts_of(
    session: Session,
    moment: Moment,
    rows: Sequence[tuple[StateNow, ProductNow, str | None]],
    lots: Mapping[int, Sequence[Lot]],
    plans: Mapping[int, Plan],
) -> dict[int, Past]:
    """What the facts of some SKUs say. Only of those are facts read whose kept gists don't tell."""
    pasts: dict[int, Past] = {}
    gists: dict[int, Gist] = {}
    kept = {state.product_id: text for state, _, text in rows}
    grown = []
    for state, _, text in rows:
        product_id = state.product_id
        plan = plans.get(product_id, NO_PLAN)
        gist = None if plan.needs else as_read(text, moment.made_by)
        if gist is None or not (gist.newest is None or gist.newest <= moment.known_until):
            continue
        if state.facts_from is None:
            gists[product_id] = gist
        elif gist.newest is None or state.facts_from > gist.newest:
            gists[product_id] = gist
            grown.append(product_id)
    later = later_facts_of_each(session, moment.site_id, grown) if grown else {}
    for product_id, gist in gists.items():
        more = _with_sales(gist, later.get(product_id, ()), moment)
        if more is None:
            continue
        said = read(more, lots.get(product_id, ()), moment.calendar, moment.policy)
        if said is None:
            continue
        plan = plans.get(product_id, NO_PLAN)
        if more is gist:
            pasts[product_id] = Past(gist, said, plan, NO_DAYS, NO_DAYS, kept[product_id], False)
        else:
            pasts[product_id] = Past(more, said, plan, gist.sold, more.sold, written(more, moment.made_by), True)
    unread = [state.product_id for state, _, _ in rows if state.product_id not in pasts]
    if unread:
        facts = facts_of_each(session, moment.site_id, unread)
        days = days_of_each(session, moment.site_id, unread)
        for product_id in unread:
            if moment.sold_by_shelves:
                facts[product_id] = with_sensed_sales(facts[product_id], moment.now, moment.policy)
            plan = plans.get(product_id, NO_PLAN)
            past = _past(facts[product_id], days[product_id], plan, lots.get(product_id, ()), moment)
            pasts[product_id] = replace(past, is_new=past.kept != (kept[product_id] or None))
    return pasts


def _with_sales(gist: Gist, later: Collection[Fact], moment: Moment) -> Gist | None:
    """The gist with all later facts; None where they are not plain sales within T."""
    now: Gist | None = gist
    for fact in later:
        if now is None or fact.happened > moment.known_until:
            return None
        now = with_sale(now, fact, moment.zone)
    return now


def _past(
    facts: Sequence[Fact], days_before: Mapping[date, DaySum], plan: Plan, lots: Sequence[Lot], moment: Moment
) -> Past:
    """What a SKU's facts say, read anew."""
    days = net_days(facts, moment.zone)
    today = moment.day(moment.now)
    seen = [fact for fact in facts if moment.day(fact.happened) <= today]
    # a shop whose clock was stopped knows of nothing that came later
    sold = days if len(seen) == len(facts) else net_days(seen, moment.zone)
    met_by_need = met(plan.needs, seen, moment.zone, moment.policy)
    if met_by_need:
        sold = without(sold, met_by_need.values())
        sums = {need_id: sum(day.units for day in taken.values()) for need_id, taken in met_by_need.items()}
        plan = replace(plan, needs=tuple(replace(need, met=sums[need.id]) for need in plan.needs))
    gist = gist_of(seen, sold, lots, moment.calendar, moment.policy)
    said = read(gist, lots, moment.calendar, moment.policy)
    if said is None:
        raise AssertionError("a gist of all facts tells what they tell")
    lasts = len(seen) == len(facts) and not plan.needs
    return Past(gist, said, plan, days_before, days, written(gist, moment.made_by) if lasts else None, True)
