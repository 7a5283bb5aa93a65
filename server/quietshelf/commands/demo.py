"""`quietshelf demo`: one simulated shop on this machine, from nothing to its first shoppers."""

import secrets
import shutil
import socket
from dataclasses import replace
from pathlib import Path
from random import Random
from threading import Event
from time import monotonic

import click
from rich.console import Console
from sqlalchemy import Engine

from quietshelf import logs
from quietshelf.clock import wall_clock
from quietshelf.demo.hand import Hand
from quietshelf.demo.history import make_history
from quietshelf.demo.nodes import lay_out, nodes_running, take_in
from quietshelf.demo.scenarios import Constraint
from quietshelf.demo.shop import bring, counter_of, open_site
from quietshelf.demo.shoppers import Shoppers
from quietshelf.demo.world import MAIL, NODES, PLACES, SHOP_NAME
from quietshelf.outbound.mailbox import Mailbox
from quietshelf.processes import only_one, until_stopped
from quietshelf.run import WHOLE, decide_all, running, sign_in_url
from quietshelf.settings import Settings
from quietshelf.store.engine import writing
from quietshelf.store.people import add_user
from quietshelf.web.accounts import hash_password


class Progress:
    """What is done so far, a line each on stderr, with the seconds since the start."""

    def __init__(self) -> None:
        """The start is now."""
        self._console = Console(stderr=True, highlight=False)
        self._began = monotonic()

    def say(self, what: str) -> None:
        """One thing is done."""
        self._console.print(f"[dim]{monotonic() - self._began:5.1f} s[/dim]  {what}", soft_wrap=True)


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Port of the pages on 127.0.0.1 (QUIETSHELF_HTTP's).")
@click.option("--seed", type=int, default=7, show_default=True, help="Another seed is another history.")
@click.option(
    "--constraint",
    type=click.Choice([each.value for each in Constraint]),
    default=Constraint.SUPPLY.value,
    show_default=True,
    help="What constrained the shop in its history; the product finds it by itself.",
)
@click.option("--no-shoppers", is_flag=True, help="Nobody comes: the shelves are left to your own hand.")
@click.pass_obj
def demo(settings: Settings, port: int | None, seed: int, constraint: str, no_shoppers: bool) -> None:
    """One simulated shop on this machine, until Ctrl-C: real nodes, tills and a mailbox. Each start is a new shop."""
    progress = Progress()
    logs.quieter()
    with until_stopped(), only_one("demo", settings.home):
        home = _fresh(settings.home / "demo")
        mailbox = Mailbox(home / "mail", _free_port())
        mailbox.start()
        try:
            _play(_settings_of_demo(settings, home, port, mailbox), progress, seed, Constraint(constraint), no_shoppers)
        finally:
            mailbox.stop()


def _play(settings: Settings, progress: Progress, seed: int, constraint: Constraint, no_shoppers: bool) -> None:
    home = settings.home
    with running(settings, WHOLE, broker="embedded") as shop:
        progress.say("The server and its broker run")
        engine, clock = shop.engine, shop.clock
        site_id = open_site(engine)
        history = make_history(clock(), seed, constraint)
        hand = Hand(home, Random(seed))
        lay_out(hand, history.on_hand)
        with nodes_running(engine, site_id, str(shop.mqtt_url), home, hand, clock, seed) as nodes:
            progress.say(f"{len(NODES)} shelf nodes run, with {len(PLACES)} slots")
            rows = bring(engine, site_id, history, home / "files", clock())
            progress.say(
                f"{SHOP_NAME} has brought {rows['products']} products, {rows['deliveries']} lines of deliveries "
                f"and {rows['sales']:,} sales of 90 days"
            )
            take_in(engine, site_id, nodes, clock)
            progress.say("The nodes are adopted, and every slot has counted")
            decide_all(engine, clock)
            progress.say(f"Every item is looked at; mails will lie in {home / 'mail'}")
            click.echo(f"ready: {shop.url}")
            click.echo(f"sign in: {sign_in_url(shop, _manager(engine))}")
            if no_shoppers:
                Event().wait()
            Shoppers(hand, counter_of(engine, site_id, clock), seed).run(Event())


def _fresh(home: Path) -> Path:
    """An empty folder: nothing of the last demo is left."""
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    return home


def _settings_of_demo(settings: Settings, home: Path, port: int | None, mailbox: Mailbox) -> Settings:
    """Everything on this machine and in this folder, whatever the installation's own settings are."""
    return replace(
        settings,
        home=home,
        database_url=f"sqlite:///{home}/quietshelf.db",
        mqtt_url=None,
        smtp_url=mailbox.url,
        mail_from=MAIL,
        http_host="127.0.0.1",
        http_port=port or settings.http_port,
        secret_key_file=home / "secret.key",
    )


def _manager(engine: Engine) -> int:
    """The account that the link signs in. Nobody knows its password."""
    password = hash_password(secrets.token_urlsafe())
    with writing(engine) as session:
        return add_user(session, MAIL, "Larch", "manager", password, wall_clock()).id


def _free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port: int = s.getsockname()[1]
        return port
