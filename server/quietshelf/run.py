"""The roles of a running shop, web, intake, schedule and broker, together in one process or apart."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from ipaddress import ip_address
from threading import Event, Thread
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from quietshelf.clock import Clock, stopped_at, wall_clock
from quietshelf.cycle import look_back, moment_at, run_pass
from quietshelf.intake.brokers import RunningBroker, start_broker
from quietshelf.intake.mqtt import Intake
from quietshelf.outbound.smtp import SmtpSettings
from quietshelf.processes import only_one
from quietshelf.schedule import scheduled
from quietshelf.serving import serving
from quietshelf.settings import Settings, SettingsError
from quietshelf.store import people, shelves
from quietshelf.store.engine import open_engine, reading, writing
from quietshelf.store.schema import upgrade
from quietshelf.store.sites import NoSiteError, the_site
from quietshelf.store.tables import Site
from quietshelf.web.app import create_app
from quietshelf.web.context import AppContext, BrokerStatus

ASKS_FOR_A_SHOP_EVERY_S = 1.0
INTAKE_STOPS_WITHIN_S = 3.0


class Role(StrEnum):
    """What a process of the product does."""

    WEB = "web"
    INTAKE = "intake"
    SCHEDULE = "schedule"


WHOLE = frozenset(Role)
"""All roles in one process, with a broker of its own where no other is named."""


@dataclass(frozen=True)
class Running:
    """A shop that runs: its database, and where it can be met."""

    engine: Engine
    clock: Clock
    url: str | None
    """Of the pages; None without the role web."""
    mqtt_url: str | None


@contextmanager
def running(
    settings: Settings, roles: frozenset[Role], *, as_of: date | None = None, broker: str = "auto"
) -> Iterator[Running]:
    """Run some roles while the block runs; begun in order, ended in the opposite one.

    Args:
        as_of: stop the shop's clock at the end of this day of the site. Nothing is taken in then and nothing mailed:
            shelves keep what they weigh, and no supplier gets an order of a day that is past.
        broker: "mosquitto", "embedded", or "auto" for the first where it is installed.

    Raises SettingsError, AlreadyRunningError, NoSiteError (as_of in an empty database).
    """
    with ExitStack() as opened:
        settings.home.mkdir(parents=True, exist_ok=True)
        if settings.on_sqlite:
            for role in sorted(roles):
                opened.enter_context(only_one(role, settings.home))
        engine = open_engine(settings.database_url)
        opened.callback(engine.dispose)
        upgrade(engine)
        clock, smtp = wall_clock, _smtp(settings)
        if as_of is not None:
            clock, smtp, roles = _stop_clock(engine, as_of), None, roles - {Role.INTAKE}
        own_broker = _start_broker(settings, engine, roles, broker, opened)
        mqtt_url = own_broker.url if own_broker else settings.mqtt_url
        status = _broker_status(own_broker, None)
        if Role.INTAKE in roles and mqtt_url is not None:
            kind = own_broker.kind if own_broker else "external"
            healthy = opened.enter_context(_taking_in(engine, mqtt_url, clock, kind))
            status = _broker_status(own_broker, healthy)
        if Role.SCHEDULE in roles:
            opened.enter_context(scheduled(engine, clock, smtp, settings.webhook_url if as_of is None else None))
        url = None
        if Role.WEB in roles:
            context = AppContext(
                engine=engine,
                clock=clock,
                secret_key=settings.secret_key().encode(),
                home=settings.home,
                broker=status,
                sends_mail=smtp is not None,
                stopped_at=as_of,
            )
            url = opened.enter_context(serving(create_app(context), settings.http_host, settings.http_port))
        yield Running(engine, clock, url, mqtt_url)


def sign_in_url(shop: Running, user_id: int | None) -> str:
    """A link that signs this account in once; None leads to making the first account."""
    with writing(shop.engine) as session:
        return f"{shop.url}sign-in/{people.make_link(session, user_id, shop.clock())}"


def is_first_run(engine: Engine) -> bool:
    """Whether nobody has an account yet."""
    with reading(engine) as session:
        return not people.anybody(session)


def decide_all(engine: Engine, clock: Clock) -> None:
    """Look at the whole shop at once, and back at its past days."""
    site_id = _site(engine).id
    run_pass(engine, site_id, clock(), whole=True)
    look_back(engine, moment_at(engine, site_id, clock()))


def _site(engine: Engine) -> Site:
    with reading(engine) as session:
        return the_site(session)


def _smtp(settings: Settings) -> SmtpSettings | None:
    return SmtpSettings.parse(settings.smtp_url, settings.mail_from) if settings.smtp_url else None


def _stop_clock(engine: Engine, day: date) -> Clock:
    """The clock of the shop as it was at the end of that day, which is decided whole."""
    clock = stopped_at(day, ZoneInfo(_site(engine).time_zone))
    decide_all(engine, clock)
    return clock


def _start_broker(
    settings: Settings, engine: Engine, roles: frozenset[Role], kind: str, opened: ExitStack
) -> RunningBroker | None:
    """The broker that belongs to a whole shop, where no other is named. It listens where the pages do."""
    if settings.mqtt_url is not None or Role.INTAKE not in roles:
        return None
    if roles != WHOLE:
        raise SettingsError("QUIETSHELF_MQTT_URL: intake alone starts no broker. Write mqtt://HOST:PORT of yours.")

    def credentials() -> dict[str, str]:
        with reading(engine) as session:
            return shelves.credentials(session)

    broker = start_broker(kind, settings.home, listen=_listens_at(settings.http_host), credentials=credentials)
    opened.callback(broker.stop)
    return broker


def _listens_at(host: str) -> str:
    """Where the broker listens when the pages listen at `host`: as near or as far, and by IPv4.

    >>> [_listens_at(host) for host in ("localhost", "::1", "::", "192.168.1.7")]
    ['127.0.0.1', '127.0.0.1', '0.0.0.0', '192.168.1.7']
    """
    try:
        address = ip_address(host)
    except ValueError:
        return "127.0.0.1" if host == "localhost" else host
    return "127.0.0.1" if address.is_loopback else "0.0.0.0" if address.is_unspecified else host


def _broker_status(own: RunningBroker | None, healthy: Callable[[], bool] | None) -> Callable[[], BrokerStatus]:
    """What pages tell of the broker; a process without intake can't tell, and does not alarm."""
    takes_real_nodes = own is None or own.kind == "mosquitto"
    return lambda: BrokerStatus(takes_real_nodes, reachable=healthy is None or healthy())


@contextmanager
def _taking_in(engine: Engine, url: str, clock: Clock, kind: str) -> Iterator[Callable[[], bool]]:
    """Take in what nodes send, from when there is a shop to take it in for; whether the broker can be reached."""
    stop = Event()
    begun: list[Intake] = []

    def work() -> None:
        while not stop.is_set():
            try:
                site_id = _site(engine).id
                break
            except (NoSiteError, OperationalError):
                stop.wait(ASKS_FOR_A_SHOP_EVERY_S)
        else:
            return
        intake = Intake(engine, site_id, url, clock, kind)
        intake.start()
        begun.append(intake)
        stop.wait()
        intake.stop()

    thread = Thread(target=work, name="intake", daemon=True)
    thread.start()
    try:
        yield lambda: not begun or begun[0].healthy()
    finally:
        stop.set()
        thread.join(INTAKE_STOPS_WITHIN_S)
