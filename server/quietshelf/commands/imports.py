"""`quietshelf import`: one file into the books, with a report of what was understood, booked, held and skipped."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from sqlalchemy import Engine

from quietshelf.clock import wall_clock
from quietshelf.commands.opening import opened
from quietshelf.files import Refused
from quietshelf.intake.import_report import (
    ImportReport,
    as_json,
    lines,
    refusal_as_json,
    refusal_lines,
    table_rows,
)
from quietshelf.intake.imports import KINDS, FileKind, import_file
from quietshelf.settings import Settings
from quietshelf.store.engine import open_engine, reading, writing
from quietshelf.store.schema import upgrade
from quietshelf.store.sites import NoSiteError, create_site, the_site
from quietshelf.store.tables import Site

NEW_SHOP = "My shop"
LOCAL_TIME = Path("/etc/localtime")


@click.command("import")
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would be done, and change nothing.")
@click.option(
    "--create-products",
    is_flag=True,
    help="Sales only: assume products and a starting stock from the sales, each marked so.",
)
@click.option(
    "--date-order", type=click.Choice(["day-first", "month-first"]), help="How to read dates like 01/10/2011."
)
@click.option("--time-zone", metavar="ZONE", help="Of a new shop, for example Europe/London (this machine's).")
@click.option("--currency", metavar="CODE", help="Of a new shop, for example EUR (GBP).")
@click.option("--json", "for_machines", is_flag=True, help="The report as JSON.")
@click.pass_obj
def import_(
    settings: Settings,
    kind: FileKind,
    file: Path,
    dry_run: bool,
    create_products: bool,
    date_order: str | None,
    time_zone: str | None,
    currency: str | None,
    for_machines: bool,
) -> None:
    """Book FILE, a CSV (gzip too) of sales, products, suppliers, offers, stock, deliveries or needs.

    A file that can't be read is refused as a whole, with the rows and the reasons. The same file twice changes nothing.
    """
    if create_products and kind != "sales":
        raise click.UsageError("--create-products makes products of sales: it goes with `import sales`.")
    with (
        opened(settings) as engine,
        _shop(engine, dry_run, time_zone, currency) as (books, site, is_new),
        _bar() as bar,
    ):
        try:
            report = import_file(
                books,
                site.id,
                kind,
                file,
                file_name=file.name,
                now=wall_clock(),
                dry_run=dry_run,
                create_products=create_products,
                date_order=date_order,
                progress=lambda doing, share: bar.update(bar.task_ids[0], description=doing, completed=share),
            )
        except Refused as refused:
            bar.stop()
            if for_machines:
                click.echo(json.dumps(refusal_as_json(kind, file.name, dry_run, refused), ensure_ascii=False))
            raise click.ClickException("\n  ".join([f"{file.name} was refused.", *refusal_lines(refused)])) from None
    if for_machines:
        click.echo(json.dumps(as_json(report), ensure_ascii=False))
    else:
        _print(report, site if is_new else None)


@contextmanager
def _shop(
    engine: Engine, dry_run: bool, time_zone: str | None, currency: str | None
) -> Iterator[tuple[Engine, Site, bool]]:
    """The books to import into, their shop, and whether it is new; for a dry run it is made in books of its own."""
    try:
        with reading(engine) as session:
            site = the_site(session)
    except NoSiteError:
        if dry_run:
            with TemporaryDirectory() as folder:
                books = open_engine(f"sqlite:///{folder}/dry.db")
                upgrade(books)
                yield books, _made(books, time_zone, currency), True
                books.dispose()
        else:
            yield engine, _made(engine, time_zone, currency), True
        return
    if (time_zone or site.time_zone) != site.time_zone or (currency or site.currency) != site.currency:
        raise click.UsageError(
            f"{site.name} is there already, in {site.time_zone} and {site.currency}: "
            "leave off --time-zone and --currency, and change them on its Set-up page."
        )
    yield engine, site, False


def _made(engine: Engine, time_zone: str | None, currency: str | None) -> Site:
    """A new shop."""
    try:
        with writing(engine) as session:
            return create_site(
                session,
                key="main",
                name=NEW_SHOP,
                time_zone=time_zone or _time_zone_here(),
                currency=(currency or "GBP").upper(),
            )
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _time_zone_here() -> str:
    """This machine's time zone; where it can't be told, UTC."""
    if named := os.environ.get("TZ"):
        return named
    _, found, name = str(LOCAL_TIME.resolve()).partition("zoneinfo/")
    return name if found else "UTC"


@contextmanager
def _bar() -> Iterator[Progress]:
    """A progress bar on stderr, gone when the work is done."""
    columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn()
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        bar.add_task("opening", total=1.0)
        yield bar


def _print(report: ImportReport, new_shop: Site | None) -> None:
    """The report for a person, on stdout."""
    console = Console(highlight=False, soft_wrap=True)
    table = Table(title=f"{report.kind} from {report.file_name}", title_justify="left", show_header=False)
    table.add_column(justify="right")
    table.add_column()
    rows = table_rows(report)
    for place, (what, count) in enumerate(rows, start=1):
        table.add_row(f"{count:,}", what, end_section=place == len(rows) - 1)
    console.print(table)
    if new_shop:
        console.print(
            f'The shop is new, and assumed to be "{new_shop.name}", in {new_shop.time_zone}, with prices in '
            f"{new_shop.currency}. Put that right on its Set-up page.",
            markup=False,
        )
    for line in lines(report):
        console.print(line, markup=False)
    if report.kind == "sales" and report.held and not report.made:
        console.print(
            "Without a products file, import it again with --create-products: they are assumed from the sales."
        )
