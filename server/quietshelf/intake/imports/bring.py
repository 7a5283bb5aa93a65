"""One file, from its bytes to the books and to new decisions.

The whole file is read first, without touching the database: a file that can't be read is refused while nobody waits for
it. Then it is booked in one transaction, which holds SQLite's one write lock: milliseconds for a day's sales, seconds
for years of them; live intake waits meanwhile, acknowledges nothing, and goes on. Deciding comes after, in small steps.
"""

from datetime import date, datetime
from typing import Any, Literal, TypedDict, get_args
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from quietshelf.cycle import run_pass
from quietshelf.files import (
    RowsFile,
    Source,
    read_deliveries,
    read_needs,
    read_offers,
    read_products,
    read_sales,
    read_stock,
    read_suppliers,
)
from quietshelf.intake.import_report import ImportReport
from quietshelf.intake.imports.desk import Desk, Outcome, Place, Progress, Readied
from quietshelf.intake.imports.goods import Offers, Products, Suppliers
from quietshelf.intake.imports.movements import Deliveries, Stock
from quietshelf.intake.imports.needs import Needs
from quietshelf.intake.imports.sales import Sales
from quietshelf.rules.first_week import begins
from quietshelf.rules.policy import Policy
from quietshelf.store.beginning import has_sales, note_import
from quietshelf.store.engine import reading, writing
from quietshelf.store.feeds import begin_import, end_import
from quietshelf.store.sites import touch
from quietshelf.store.tables import Site

FileKind = Literal["sales", "products", "suppliers", "offers", "stock", "deliveries", "needs"]
KINDS: tuple[FileKind, ...] = get_args(FileKind)
"""What can be brought."""

IMPORT_FEED = "import"
"""The feed whose last word a sales file is, unless it is said to be another's."""


def import_file(
    engine: Engine,
    site_id: int,
    kind: FileKind,
    source: Source,
    *,
    file_name: str,
    now: datetime,
    dry_run: bool = False,
    create_products: bool = False,
    date_order: str | None = None,
    feed: str = IMPORT_FEED,
    progress: Progress = lambda doing, share: None,
) -> ImportReport:
    """Book a file as one transaction, then decide what it changed. The same file twice changes nothing.

    A dry run does all the same and takes it back: its report is the real one's. `create_products` (sales only) assumes
    products and a starting stock for what is unknown. `date_order` is "day-first" or "month-first", where dates can be
    read two ways. Sales are known until the file's newest one, in this `feed`.

    Raises Refused, with the rows and their reasons, where the file can't be read: then nothing is booked.
    """
    with reading(engine) as session:
        place = Place.of(session.get_one(Site, site_id))
    how = _How(time_zone=place.zone, minor_digits=place.minor_digits, now=now, date_order=date_order)
    readied = _read(kind, source, how, place, feed, create_products, progress)
    with writing(engine) as session:
        site = session.get_one(Site, site_id)
        may_begin = kind == "sales" and site.began_on is None and not has_sales(session, site_id)
        row = begin_import(session, site_id, kind, file_name, now)
        desk = Desk(session, place, row.id, now, progress)
        readied.book(desk)
        report = _report(kind, file_name, dry_run, readied.file, desk.outcome)
        end_import(
            row,
            rows=report.rows,
            booked=sum(report.booked.values()),
            repeated=report.repeated,
            held=sum(report.held.values()),
            skipped=dict(report.skipped),
        )
        note_import(session, site, _began_on(place, desk.outcome.known_until, now) if may_begin else None)
        touch(session, site_id)
        if dry_run:
            session.rollback()
    if not dry_run:
        progress("deciding", 0.0)
        run_pass(engine, site_id, now)
    progress("done", 1.0)
    return report


def _began_on(place: Place, newest: datetime | None, now: datetime) -> date | None:
    """The day on which a shop begins with its first sales; None where they are history. `newest` is the newest one."""
    today = now.astimezone(place.zone).date()
    return today if newest and begins(newest.astimezone(place.zone).date(), today, Policy()) else None


class _How(TypedDict):
    """How files are read at a place; see files/kinds.py."""

    time_zone: ZoneInfo
    minor_digits: int
    now: datetime
    date_order: str | None


def _read(
    kind: FileKind, source: Source, how: _How, place: Place, feed: str, create_products: bool, progress: Progress
) -> Readied:
    """Read a file to its end."""
    match kind:
        case "sales":
            return Sales(read_sales(source, **how), place, feed, create_products, progress)
        case "products":
            return Products(read_products(source, **how), progress)
        case "suppliers":
            return Suppliers(read_suppliers(source, **how), progress)
        case "offers":
            return Offers(read_offers(source, **how), progress)
        case "stock":
            return Stock(read_stock(source, **how), place, progress)
        case "deliveries":
            return Deliveries(read_deliveries(source, **how), progress)
        case "needs":
            return Needs(read_needs(source, **how), progress)


def _report(kind: str, file_name: str, dry_run: bool, file: RowsFile[Any], outcome: Outcome) -> ImportReport:
    read = file.report
    return ImportReport(
        kind=kind,
        file_name=file_name,
        dry_run=dry_run,
        understood=file.understood,
        rows=read.rows_read,
        booked=dict(outcome.booked),
        repeated=outcome.repeated,
        held=dict(outcome.held),
        held_skus=tuple(outcome.held_skus),
        skipped={str(reason): count for reason, count in read.skipped.items()} | dict(outcome.skipped),
        made=dict(outcome.made),
        released=outcome.released,
        rounded=read.rounded,
        known_until=outcome.known_until,
        assumed=tuple(outcome.assumed),
    )
