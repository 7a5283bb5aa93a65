"""A sale as a till tells it, at once: booked, and its SKUs decided anew. Files of sales come in by the imports."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from quietshelf.cycle import decide_skus
from quietshelf.intake.imports import IMPORT_FEED
from quietshelf.rules.facts import Fact, Kind
from quietshelf.store.engine import writing
from quietshelf.store.facts import add_facts
from quietshelf.store.feeds import raise_known_until
from quietshelf.store.shelves import product_ids


class UnknownItemError(LookupError):
    """A sale names an item that the shop does not know; nothing of it was booked."""


@dataclass(frozen=True)
class SaleLine:
    """One line of a sale. `quantity` is above 0 for a sale, below 0 for a return."""

    line_id: str
    """As the till numbers it, for ever the same: a line that comes again, here or in a file, counts once."""
    sku: str
    quantity: int
    unit_price_minor: int


def book_sale(
    engine: Engine,
    site_id: int,
    lines: Sequence[SaleLine],
    sold_at: datetime,
    now: datetime,
    *,
    feed: str = IMPORT_FEED,
) -> int:
    """Book one sale and decide its SKUs; how many of its lines are new.

    Args:
        sold_at: when it was paid; until then the sales of `feed` are known now.
        feed: the source of sales that this till belongs to; by default the one whose files are brought.

    Raises:
        UnknownItemError: a line's SKU is no product here.
        ValueError: a line's quantity is 0, its price is below 0, or the sale is in the future.
    """
    if sold_at > now:
        raise ValueError(f"a sale can't be in the future: {sold_at.isoformat()}")
    for line in lines:
        if line.quantity == 0 or line.unit_price_minor < 0:
            raise ValueError(f"line {line.line_id}: a quantity of 0 or a price below 0 is no sale")
    with writing(engine) as session:
        ids = product_ids(session, (line.sku for line in lines))
        if unknown := sorted({line.sku for line in lines} - ids.keys()):
            raise UnknownItemError(f"There is no item {', '.join(unknown)} here: import it, then send the sale again.")
        facts = [(ids[line.sku], _fact(line, sold_at), now, False) for line in lines]
        booked = add_facts(session, site_id, facts)
        raise_known_until(session, site_id, feed, sold_at)
    decide_skus(engine, site_id, sorted(booked.product_ids), now)
    return booked.added


def _fact(line: SaleLine, sold_at: datetime) -> Fact:
    kind = Kind.SALE if line.quantity > 0 else Kind.RETURN
    return Fact(sold_at, kind, abs(line.quantity), f"line:{line.line_id}", price_minor=line.unit_price_minor)
