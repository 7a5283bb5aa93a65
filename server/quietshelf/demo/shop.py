"""Opening the simulated shop in an empty database, by the ways that any shop takes: its facts, then its files."""

from collections.abc import Mapping
from datetime import datetime
from itertools import count
from pathlib import Path

from sqlalchemy import Engine

from quietshelf.clock import Clock
from quietshelf.demo.history import History
from quietshelf.demo.papers import write
from quietshelf.demo.shoppers import Counter, Stocked
from quietshelf.demo.world import ADDRESS, CURRENCY, MAIL, SHOP_NAME, SITE_KEY, TIME_ZONE, good
from quietshelf.intake.imports import FileKind, import_file
from quietshelf.intake.sales import SaleLine, book_sale
from quietshelf.store.engine import reading, writing
from quietshelf.store.sites import create_site
from quietshelf.store.stock import on_hand_and_sensed
from quietshelf.store.tables import Site


def open_site(engine: Engine) -> int:
    """Make the site in an empty database, as the first-run page does; its id."""
    with writing(engine) as session:
        site = create_site(session, key=SITE_KEY, name=SHOP_NAME, time_zone=TIME_ZONE, currency=CURRENCY)
        site.address = site.delivery_address = ADDRESS
        site.reply_to = MAIL
        session.flush()
        return site.id


def bring(engine: Engine, site_id: int, history: History, folder: Path, now: datetime) -> Mapping[FileKind, int]:
    """Bring a history as CSV files, which stay in `folder` to be looked at; rows read, by kind of file."""
    with writing(engine) as session:  # its people have worked with these pages for as long as it has a history
        session.get_one(Site, site_id).began_on = min(sale.sold_at for sale in history.sales).date()
    rows: dict[FileKind, int] = {}
    for kind, path in write(history, folder):
        rows[kind] = rows.get(kind, 0) + import_file(engine, site_id, kind, path, file_name=path.name, now=now).rows
    return rows


def counter_of(engine: Engine, site_id: int, clock: Clock) -> Counter:
    """The shop as its people meet it: a till whose sales are booked at once, and what the page says of stock."""
    numbers = count(1)

    def sell(sku: str, pieces: int) -> None:
        now = clock()
        line = SaleLine(f"till-{next(numbers):05}", sku, pieces, good(sku).price_minor)
        book_sale(engine, site_id, [line], sold_at=now, now=now)

    def stocked() -> Mapping[str, Stocked]:
        with reading(engine) as session:
            known = on_hand_and_sensed(session, site_id)
        return {sku: Stocked(on_hand, max(0, on_hand - sensed)) for sku, (on_hand, sensed) in known.items()}

    return Counter(sell, stocked)
