"""Some hundred SKUs at a time, loaded, decided and saved. Which are due is for `passes` to say."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from quietshelf.cycle.beginning import as_begun
from quietshelf.cycle.loading import Known, load
from quietshelf.cycle.modes import in_mode
from quietshelf.cycle.moments import Moment
from quietshelf.cycle.saving import Decided, Saved, save
from quietshelf.cycle.soonest import with_soonest
from quietshelf.rules.decide import decide
from quietshelf.store.engine import reading
from quietshelf.store.supply import SupplyRecord

SKUS_AT_ONCE = 500
"""SKUs that are loaded, decided and saved together, at most: so long does a pass keep others from writing."""


@dataclass(frozen=True)
class Done:
    """What became of some SKUs: how many were decided, and what was saved."""

    decided: int
    saved: Saved


def decide_some(
    engine: Engine, moment: Moment, product_ids: Collection[int], suppliers: Mapping[int, SupplyRecord] | None = None
) -> Done:
    """Decide about at most SKUS_AT_ONCE SKUs. `suppliers` are the records of all, where they have been read already."""
    with reading(engine) as session:
        known = known_of(session, moment, product_ids, suppliers)
    return decide_known(engine, moment, known)


def known_of(
    session: Session, moment: Moment, product_ids: Collection[int], suppliers: Mapping[int, SupplyRecord] | None = None
) -> Sequence[Known]:
    """What is known of some SKUs, who brings it soonest, and what mode and beginning mean for them."""
    loaded = with_soonest(session, moment, load(session, moment, product_ids, suppliers))
    return as_begun(session, moment, in_mode(session, moment, loaded))


def decide_known(engine: Engine, moment: Moment, known: Sequence[Known]) -> Done:
    """Decide, with no transaction open, and save what is news."""
    decided = [Decided.of(one, decide(one.item, moment.policy), moment.policy) for one in known]
    news = [one for one in decided if one.is_news]
    return Done(len(known), save(engine, moment, news) if news else Saved(0, 0, 0))
