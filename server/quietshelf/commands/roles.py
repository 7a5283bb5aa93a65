"""`quietshelf run`, and its roles apart: web, intake, schedule."""

from datetime import date
from threading import Event

import click

from quietshelf.commands.options import as_of_option
from quietshelf.processes import until_stopped
from quietshelf.run import WHOLE, Role, Running, is_first_run, running, sign_in_url
from quietshelf.settings import Settings


@click.command()
@as_of_option
@click.pass_obj
def run(settings: Settings, as_of: date | None) -> None:
    """Pages, intake, schedule and broker in one process, for one shop, until Ctrl-C.

    With --as-of the shop's clock stands: nothing is taken in, and nothing is mailed.
    """
    with until_stopped(), running(settings, WHOLE, as_of=as_of) as shop:
        _announce(shop)
        Event().wait()


@click.command()
@click.pass_obj
def web(settings: Settings) -> None:
    """Only the pages, until Ctrl-C."""
    with until_stopped(), running(settings, frozenset({Role.WEB})) as shop:
        _announce(shop)
        Event().wait()


@click.command()
@click.pass_obj
def intake(settings: Settings) -> None:
    """Only what nodes send, from the broker at QUIETSHELF_MQTT_URL, until Ctrl-C."""
    with until_stopped(), running(settings, frozenset({Role.INTAKE})):
        Event().wait()


@click.command()
@click.pass_obj
def schedule(settings: Settings) -> None:
    """Only what happens by the clock, the cycle and mails, until Ctrl-C."""
    with until_stopped(), running(settings, frozenset({Role.SCHEDULE})):
        Event().wait()


def _announce(shop: Running) -> None:
    """Say where the page is, which has answered by now; on a first run, with the link to the first account."""
    click.echo(f"ready: {shop.url}")
    if is_first_run(shop.engine):
        click.echo(f"sign in: {sign_in_url(shop, None)}")
