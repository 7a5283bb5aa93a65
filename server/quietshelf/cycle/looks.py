"""Asking for looks at what is probably gone: most money first, a few a day. They close with their SKU's decision."""

from datetime import datetime, time

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from quietshelf.cycle.moments import Moment
from quietshelf.rules.exceptions import looks_gone
from quietshelf.rules.looks import looks_left
from quietshelf.store.engine import reading, writing
from quietshelf.store.exceptions import Open, open_more
from quietshelf.store.looks import asked, to_ask
from quietshelf.store.sites import touch


def ask_for_looks(engine: Engine, moment: Moment) -> int:
    """Ask for as many looks as the day still allows; how many were asked for."""
    with reading(engine) as session:
        if not _wanted(session, moment):
            return 0
    with writing(engine) as session:
        wanted = _wanted(session, moment)
        opened = open_more(session, moment.site_id, wanted, moment.now)
        if opened:
            touch(session, moment.site_id)
    return opened


def _wanted(session: Session, moment: Moment) -> list[Open]:
    """What to ask for now."""
    began = datetime.combine(moment.day(moment.now), time(), moment.zone)
    so_far = asked(session, moment.site_id, began)
    left = looks_left(so_far.open_now, so_far.done_today, moment.policy, counts_mode=so_far.counts_mode)
    return [
        Open(looks_gone(sku, state.risk_minor_per_day, state.figures or {}), product_id=state.product_id)
        for state, sku in (to_ask(session, moment.site_id, left) if left else ())
    ]
