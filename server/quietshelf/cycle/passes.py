"""Looking at SKUs: at some of them at once, or at all that are due. What is known is loaded, decided and saved."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from quietshelf.cycle.beginning import draw_top, turn_of_days
from quietshelf.cycle.cores import decide_many
from quietshelf.cycle.deciding import SKUS_AT_ONCE, decide_known, known_of
from quietshelf.cycle.looks import ask_for_looks
from quietshelf.cycle.modes import follow_mode
from quietshelf.cycle.moments import moment_of
from quietshelf.cycle.site import look_at_site
from quietshelf.cycle.sourcing import look_at_suppliers
from quietshelf.cycle.terms import look_at_terms
from quietshelf.rules.policy import Policy
from quietshelf.store.engine import reading, writing
from quietshelf.store.states import decide_all_by, due, every_sku, mark_stale, without_state
from quietshelf.store.upsert import in_chunks

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
            known = known_of(session, moment, chunk)
        decide_known(engine, moment, known)


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
    done = decide_many(engine, moment, to_decide)
    new = draw_top(engine, moment)
    if moment.beginning:
        done += decide_many(engine, moment, new)  # in the first week the top drafts by itself, and no other
    follow_mode(engine, moment)
    looks = ask_for_looks(engine, moment)
    return PassReport(
        looked=len(to_decide),
        decided=sum(some.decided for some in done),
        saved=sum(some.saved.skus for some in done),
        opened=len(moved.opened) + looks + sum(some.saved.opened for some in done),
        closed=len(moved.closed) + sum(some.saved.closed for some in done),
    )
