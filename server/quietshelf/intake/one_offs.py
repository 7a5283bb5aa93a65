"""A person's word that a sale was a one-off, or was not: kept with the sale, and its SKU decided anew at once."""

from datetime import datetime

from sqlalchemy import Engine

from quietshelf.cycle import decide_skus
from quietshelf.store.engine import writing
from quietshelf.store.facts import set_one_off
from quietshelf.store.states import say


def say_one_off(engine: Engine, site_id: int, product_id: int, key: str, one_off: bool, now: datetime) -> bool:
    """Leave a sale out of its SKU's velocity, or count it again. The stock that it took stays as it is.

    Args:
        key: of the sale's fact.

    Returns: False where there is no such sale, or that was said already.
    """
    with writing(engine) as session:
        sale = set_one_off(session, site_id, product_id, key, one_off)
        if sale is None:
            return False
        units, sold_at = sale
        what = "one_off" if one_off else "no_one_off"
        say(session, site_id, product_id, now, what, {"units": units, "sold_at": sold_at.isoformat()})
    decide_skus(engine, site_id, [product_id], now)
    return True
