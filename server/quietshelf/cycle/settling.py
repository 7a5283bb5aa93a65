"""Taking the shelves' count as the truth where all of a SKU stands on them and is at rest: by a count, once a word."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from quietshelf.cycle.loading import Known
from quietshelf.cycle.moments import Moment
from quietshelf.rules.settled import settled
from quietshelf.store.facts import Learnt, add_facts


def settle(session: Session, moment: Moment, known: Sequence[Known]) -> None:
    """Book the counts of those SKUs that have come to rest; each is stale then. Who calls holds their states."""
    counts: list[Learnt] = []
    for one in known:
        if one.item.plan.on_shelf:
            count = settled(one.item.book, one.item.doubt, moment.known_until, moment.policy)
            counts += [(one.product.id, count, moment.now, False)] if count else []
    if counts:
        add_facts(session, moment.site_id, counts)
