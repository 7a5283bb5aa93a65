"""`quietshelf node`: making a node's credentials, and taking it into the shop."""

import socket
from urllib.parse import urlsplit

import click

from quietshelf.clock import wall_clock
from quietshelf.commands.opening import opened
from quietshelf.intake.adoption import NotPossibleError, adopt, new_node
from quietshelf.intake.brokers import USUAL_PORT, last_port
from quietshelf.settings import Settings
from quietshelf.store.engine import reading
from quietshelf.store.shelves import node_named
from quietshelf.store.sites import the_site

NEAR = ("127.0.0.1", "::1", "localhost")


@click.group()
def node() -> None:
    """Shelf nodes: make one, adopt one."""


@node.command()
@click.argument("name")
@click.option("--broker", metavar="HOST:PORT", help="The broker as the node sees it; by default QUIETSHELF_MQTT_URL's.")
@click.pass_obj
def new(settings: Settings, name: str, broker: str | None) -> None:
    """Make credentials for a node NAME, and print the TOML file for its card. The password is shown this once."""
    where = urlsplit(f"//{broker}" if broker else settings.mqtt_url or f"//{socket.gethostname()}")
    if not broker and not settings.mqtt_url and settings.http_host in NEAR:
        click.echo(
            "The broker listens on this machine only: for nodes on the network, set QUIETSHELF_HTTP to 0.0.0.0:8080.",
            err=True,
        )
    own = None if broker or settings.mqtt_url else last_port(settings.home)  # where 1883 was taken, it is another
    port = where.port or own or USUAL_PORT
    with opened(settings) as engine:
        with reading(engine) as session:
            site_id = the_site(session).id
        try:
            made = new_node(engine, site_id, name, host=str(where.hostname), port=port, now=wall_clock())
        except NotPossibleError as error:
            raise click.ClickException(str(error)) from None
    click.echo(made.toml, nl=False)


@node.command("adopt")
@click.argument("name")
@click.pass_obj
def adopt_(settings: Settings, name: str) -> None:
    """Take the node NAME into the shop: from its next state on, its counts are booked."""
    with opened(settings) as engine:
        with reading(engine) as session:
            found = node_named(session, name)
        if found is None:
            raise click.ClickException(f"There is no node {name}: make it with quietshelf node new {name}.")
        try:
            adopt(engine, found.id, wall_clock())
        except NotPossibleError as error:
            raise click.ClickException(str(error)) from None
    click.echo(f"{name} is adopted.")
