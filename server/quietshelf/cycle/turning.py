"""Whether stock turned too slowly last month, for the target that a manager set."""

from datetime import timedelta

from sqlalchemy.orm import Session

from quietshelf.cycle.moments import Moment
from quietshelf.rules.exceptions import turns_below_target
from quietshelf.store.exceptions import Open
from quietshelf.store.turning import look_of_month, most_tied_up

NAMED = 10
"""SKUs to act on."""


def slow_stock(session: Session, moment: Moment) -> list[Open]:
    """`turns_below_target`, all through the month after the one that was too slow. Without a target: nothing."""
    if moment.target_turns is None:
        return []
    first = moment.day(moment.now).replace(day=1)
    before = (first - timedelta(days=1)).replace(day=1)
    turns = look_of_month(session, moment.site_id, before, first)
    if turns is None or turns >= moment.target_turns:
        return []
    skus = most_tied_up(session, moment.site_id, moment.policy.held_cover_days, NAMED)
    opening = turns_below_target(before, turns, moment.target_turns, skus)
    return [Open(opening)] if opening else []
