"""`quietshelf cycle`: one pass over the whole shop, now or as of a day."""

from datetime import date
from zoneinfo import ZoneInfo

import click

from quietshelf.clock import stopped_at, wall_clock
from quietshelf.commands.opening import opened
from quietshelf.commands.options import as_of_option
from quietshelf.cycle import look_back, moment_at, run_pass
from quietshelf.settings import Settings
from quietshelf.store.engine import reading
from quietshelf.store.sites import the_site


@click.command()
@as_of_option
@click.pass_obj
def cycle(settings: Settings, as_of: date | None) -> None:
    """Look at every item once: load, decide, save; then back at what past days lost."""
    with opened(settings) as engine:
        with reading(engine) as session:
            site = the_site(session)
        clock = stopped_at(as_of, ZoneInfo(site.time_zone)) if as_of else wall_clock
        report = run_pass(engine, site.id, clock(), whole=True)
        look_back(engine, moment_at(engine, site.id, clock()))
    click.echo(
        f"Looked at {report.looked:,} items, decided {report.decided:,}, saved {report.saved:,}; "
        f"exceptions opened: {report.opened:,}, closed: {report.closed:,}."
    )
