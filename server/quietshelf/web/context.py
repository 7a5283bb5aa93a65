"""What a running shop hands to its pages, and what one request reads with. No page lives here."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

from flask import current_app, g
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from quietshelf.store.engine import reading
from quietshelf.store.sites import NoSiteError, the_site
from quietshelf.store.tables import Site


@dataclass(frozen=True)
class BrokerStatus:
    """The MQTT broker as the pages tell of it."""

    takes_real_nodes: bool
    """False for the embedded broker: it listens on this machine only, and knows no rights."""
    reachable: bool


@dataclass(frozen=True)
class AppContext:
    """Everything the pages need of the process they run in."""

    engine: Engine
    clock: Callable[[], datetime]
    """Now, aware; of a shop whose clock is stopped, always the same instant."""
    secret_key: bytes
    """Signs sessions and form tokens; never logged."""
    home: Path
    """Where files wait that were brought and are not booked yet (home/uploads)."""
    broker: Callable[[], BrokerStatus]
    sends_mail: bool = True
    """Whether a mail server is set."""
    stopped_at: date | None = None
    """The day at which `--as-of` stopped the shop's clock."""
    secure_cookies: bool = False
    """Cookies over HTTPS only: behind a proxy that ends TLS."""


def context() -> AppContext:
    """The context of the app that answers."""
    return cast(AppContext, current_app.extensions["quietshelf"])


def now() -> datetime:
    """This shop's now."""
    return context().clock()


def db() -> Session:
    """The session that this request reads with: one consistent state from its first query on."""
    if "db" not in g:
        g.db_exit = ExitStack()
        g.db = g.db_exit.enter_context(reading(context().engine))
    return cast(Session, g.db)


def let_go(error: BaseException | None = None) -> None:
    """End the reading session, if there is one: at the end of a request, or before an action writes."""
    g.pop("site", None)
    g.pop("db", None)
    if exit_stack := g.pop("db_exit", None):
        exit_stack.close()


def site() -> Site:
    """The shop of this request. Raises NoSiteError before the first run."""
    if "site" not in g:
        g.site = the_site(db())
    return cast(Site, g.site)


def site_or_none() -> Site | None:
    """The shop, or None before its first run."""
    try:
        return site()
    except NoSiteError:
        return None


def zone() -> ZoneInfo:
    """The shop's time zone."""
    return ZoneInfo(site().time_zone)


def today() -> date:
    """The shop's calendar day."""
    return now().astimezone(zone()).date()
