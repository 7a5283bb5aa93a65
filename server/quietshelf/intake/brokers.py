"""The shop's own broker: Mosquitto as a child where it is installed, else the embedded one, for simulated nodes only.

What a node may do at Mosquitto is in `mosquitto`; how messages are taken is in `mqtt`.
"""

import socket
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import iotcore
import structlog

from quietshelf.intake import connection
from quietshelf.intake.connection import UNACKNOWLEDGED, BrokerUrl
from quietshelf.intake.mosquitto import Mosquitto, mosquitto_program

log = structlog.get_logger()

USUAL_PORT = 1883
LOOK_EVERY_S = 2.0
RIGHTS_EVERY_S = 1.0
DEAD_AFTER = 3
"""Round trips in a row that fail before the broker is started anew."""
ONLY_SIMULATED = (
    "The broker is the embedded one, for simulated shelves only: it serves this machine alone and knows no passwords. "
    "Real shelf nodes need Mosquitto: install it (apt install mosquitto) and start again."
)


class BrokerProcess(Protocol):
    """A broker as a child process."""

    def start(self) -> object:
        """Start it; it accepts connections when this returns. OSError or RuntimeError where it can't be started."""

    def stop(self) -> object:
        """End it; may be called twice."""


class RunningBroker:
    """A broker that is kept running: looked at by an MQTT round trip, started anew when it gives no answer."""

    def __init__(self, kind: str, url: BrokerUrl, process: BrokerProcess, rights: Callable[[], None]) -> None:
        self.kind, self.port = kind, url.port
        self._url, self._process, self._rights = url, process, rights
        self._failed = 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="broker", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where the server connects: mqtt://, with its password where the broker wants one."""
        user = f"{self._url.username}:{self._url.password}@" if self._url.username else ""
        return f"mqtt://{user}{self._url.host}:{self._url.port}"

    def healthy(self) -> bool:
        """Whether the last round trip came back."""
        return self._failed == 0

    def sentence(self) -> str:
        """What the page and the log say of it."""
        if not self.healthy():
            return "The broker gives no answer; it is being started again. Shelves keep what they count."
        return ONLY_SIMULATED if self.kind == "embedded" else f"Shelf nodes connect to Mosquitto, port {self.port}."

    def stop(self) -> None:
        """End the broker."""
        self._stopping.set()
        self._thread.join()
        self._process.stop()

    def _keep(self) -> None:
        looked = 0
        while not self._stopping.wait(RIGHTS_EVERY_S):
            try:
                self._rights()
            except Exception:  # the database is away: whoever has rights keeps them, and this thread must live
                log.warning("the broker's rights can't be looked up now", exc_info=True)
            looked += 1
            if looked % round(LOOK_EVERY_S / RIGHTS_EVERY_S) == 0:
                self._look()

    def _look(self) -> None:
        if _accepts(self._url) and connection.answers(self._url, five=self.kind == "mosquitto"):
            if self._failed:
                log.info("broker answers again", port=self.port)
            self._failed = 0
            return
        self._failed += 1
        if self._failed == 1:
            log.warning("broker gives no answer", port=self.port)
        if self._failed % DEAD_AFTER == 0 or not _accepts(self._url):
            self._restart()

    def _restart(self) -> None:
        self._process.stop()
        try:
            self._process.start()
        except (OSError, RuntimeError) as error:
            log.warning("broker can't be started", why=str(error))


def start_broker(
    kind: str,
    home: Path,
    *,
    port: int | None = None,
    listen: str = "127.0.0.1",
    credentials: Callable[[], Mapping[str, str]] = dict,
) -> RunningBroker:
    """Start the shop's broker and wait until it answers.

    Args:
        kind: "mosquitto", "embedded", or "auto" for the first where it is installed.
        home: its files are kept in home/broker.
        port: by default the one it had last, else 1883; a free one where that is taken.
        listen: the address to listen at; the embedded broker knows no rights and always listens on this machine only.
        credentials: each node's name and password hash; asked again and again, and followed.

    Raises RuntimeError where it can't be started, with what to do.
    """
    program = mosquitto_program()
    if kind == "mosquitto" and program is None:
        raise RuntimeError("Mosquitto is not installed: install it (apt install mosquitto) and start again.")
    folder = home / "broker"
    folder.mkdir(parents=True, exist_ok=True)
    process: BrokerProcess
    if program is not None and kind != "embedded":
        mosquitto = Mosquitto(program, folder, listen)
        mosquitto.end_orphan()
        mosquitto.port = _free(port or last_port(home) or USUAL_PORT, listen)
        _remembered(home).write_text(f"{mosquitto.port}\n")
        mosquitto.grant(credentials())
        process, url = mosquitto, mosquitto.url
        running_kind, rights = "mosquitto", lambda: mosquitto.grant(credentials())
    else:
        url = BrokerUrl("127.0.0.1", _free(port or USUAL_PORT, "127.0.0.1"))
        process = iotcore.Broker(port=url.port, listen=url.host, max_inflight_count=UNACKNOWLEDGED)
        running_kind, rights = "embedded", lambda: None
    process.start()
    if not connection.answers(url, five=running_kind == "mosquitto", timeout_s=15):
        process.stop()
        raise RuntimeError(f"The broker on port {url.port} was started and gives no answer: see {folder}.")
    running = RunningBroker(running_kind, url, process, rights)
    log.info("broker started", kind=running_kind, port=running.port, note=running.sentence())
    return running


def last_port(home: Path) -> int | None:
    """The port at which Mosquitto listens, or listened last: nodes know it by heart. None before the first run."""
    try:
        return int(_remembered(home).read_text())
    except (OSError, ValueError):
        return None


def _remembered(home: Path) -> Path:
    return home / "broker" / "port"


def _free(port: int, listen: str) -> int:
    """`port` where nothing listens on it, else one that is free."""
    for candidate in (port, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((listen, candidate))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise RuntimeError(f"No port is free at {listen}.")


def _accepts(url: BrokerUrl) -> bool:
    try:
        with socket.create_connection((url.host, url.port), timeout=1):
            return True
    except OSError:
        return False
