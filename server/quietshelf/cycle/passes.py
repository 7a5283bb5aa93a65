"""Looking at SKUs: at some of them at once, or at all that are due. What is known is loaded, decided and saved."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from quietshelf.cycle.beginning import as_begun, draw_top, turn_of_days
from quietshelf.cycle.loading import Known, load
from quietshelf.cycle.looks import ask_for_looks
from quietshelf.cycle.modes import follow_mode, in_mode
from quietshelf.cycle.moments import Moment, moment_of
from quietshelf.cycle.saving import Decided, Saved, save
from quietshelf.cycle.site import look_at_site
from quietshelf.cycle.soonest import with_soonest
from quietshelf.cycle.sourcing import look_at_suppliers
from quietshelf.cycle.terms import look_at_terms
from quietshelf.rules.decide import decide
from quietshelf.rules.policy import Policy
from quietshelf.store.engine import reading, writing
from quietshelf.store.states import decide_all_by, due, every_sku, mark_stale, without_state
from quietshelf.store.supply import SupplyRecord, records
from quietshelf.store.upsert import in_chunks

SKUS_AT_ONCE = 500
"""SKUs that are loaded, decided and saved together, at most: so long does a pass keep others from writing."""

PLAIN = Policy()


@dataclass(frozen=True)
class PassReport:
    """What a pass did: SKUs it looked at, decided and saved, and exceptions that it opened and closed."""

    looked: int
    decided: int
    saved: int
    opened: int
    closed: int


def decide_skus(
    engine: Engine, site_id: int, product_ids: Collection[int], now: datetime, policy: Policy = PLAIN
) -> None:
    """Decide about some SKUs at once, after a booking. One of which more is known meanwhile stays for the next pass."""
    for chunk in in_chunks(sorted(set(product_ids)), SKUS_AT_ONCE):
        with reading(engine) as session:
            moment = moment_of(session, site_id, now, policy)
            known = _load(session, moment, chunk, None)
        _decide(engine, moment, known)


def run_pass(engine: Engine, site_id: int, now: datetime, *, whole: bool = False, policy: Policy = PLAIN) -> PassReport:
    """Look at the site: at what is not a SKU's, then at every SKU that is due (`whole`: at all of them).

    Nothing is decided twice that another pass decides at the same time, and what is killed on the way leaves each SKU
    either decided or due.
    """
    with reading(engine) as session:
        moment = moment_of(session, site_id, now, policy)
        new = without_state(session, site_id)
    if new or not moment.rests_as_before:
        with writing(engine) as session:
            mark_stale(session, site_id, new)
            if not moment.rests_as_before:
                decide_all_by(session, site_id, moment.digest)
    turn_of_days(engine, moment)
    moved = look_at_site(engine, moment)
    if look_at_suppliers(engine, moment, whole=whole):
        look_at_terms(engine, moment)
    with reading(engine) as session:
        to_decide = every_sku(session, site_id) if whole else due(session, site_id, moment.known_until, moment.today)
        suppliers = records(session, moment.zone) if to_decide else {}
    decided, saved = 0, []

    def decide_all(product_ids: Sequence[int]) -> None:
        nonlocal decided
        for chunk in in_chunks(product_ids, SKUS_AT_ONCE):
            with reading(engine) as session:
                known = _load(session, moment, chunk, suppliers)
            decided += len(known)
            saved.append(_decide(engine, moment, known))

    decide_all(to_decide)
    new = draw_top(engine, moment)
    if moment.beginning:
        decide_all(new)  # in the first week the top drafts by itself, and no other
    follow_mode(engine, moment)
    looks = ask_for_looks(engine, moment)
    return PassReport(
        looked=len(to_decide),
        decided=decided,
        saved=sum(done.skus for done in saved),
        opened=len(moved.opened) + looks + sum(done.opened for done in saved),
        closed=len(moved.closed) + sum(done.closed for done in saved),
    )


def _load(
    session: Session, moment: Moment, chunk: Collection[int], suppliers: Mapping[int, SupplyRecord] | None
) -> Sequence[Known]:
    """What is known of some SKUs, who brings it soonest, and what mode and beginning mean for them."""
    loaded = with_soonest(session, moment, load(session, moment, chunk, suppliers))
    return as_begun(session, moment, in_mode(session, moment, loaded))


def _decide(engine: Engine, moment: Moment, known: Sequence[Known]) -> Saved:
    """Decide, with no transaction open, and save what is news."""
    decided = [Decided.of(one, decide(one.item, moment.policy), moment.policy) for one in known]
    news = [one for one in decided if one.is_news]
    return save(engine, moment, news) if news else Saved(0, 0, 0)
