"""Real brokers for tests, each on a free port with its files under the test's own folder. No test lives here."""

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from quietshelf.intake.adoption import password_hash
from quietshelf.intake.brokers import RunningBroker, start_broker
from quietshelf.intake.mosquitto import mosquitto_program
from tests.conftest import free_port, require

NODE_PASSWORD = "a-node's-password"


@dataclass
class TestBroker:
    """A broker that runs, and the nodes that it lets in: at Mosquitto those in `nodes`, by `NODE_PASSWORD`."""

    __test__ = False

    running: RunningBroker
    home: Path
    nodes: dict[str, str]

    @property
    def kind(self) -> str:
        """mosquitto or embedded."""
        return self.running.kind

    @property
    def port(self) -> int:
        """On 127.0.0.1."""
        return self.running.port

    @property
    def url(self) -> str:
        """For the server."""
        return self.running.url

    def kill(self) -> None:
        """End the process without a word, as a crash does."""
        os.kill(self.pid(), signal.SIGKILL)

    def pid(self) -> int:
        """The process."""
        if self.kind == "mosquitto":
            return int((self.home / "broker" / "pid").read_text())
        process = self.running._process._process  # type: ignore[attr-defined]
        return int(process.pid)


def _started(kind: str, home: Path) -> Iterator[TestBroker]:
    nodes = {name: password_hash(NODE_PASSWORD) for name in ("tea-1", "tea-2")}
    running = start_broker(kind, home, port=free_port(), credentials=lambda: nodes)
    yield TestBroker(running, home, nodes)
    running.stop()


@pytest.fixture
def embedded_broker(tmp_path: Path) -> Iterator[TestBroker]:
    """The embedded broker."""
    yield from _started("embedded", tmp_path)


@pytest.fixture
def mosquitto_broker(tmp_path: Path) -> Iterator[TestBroker]:
    """Mosquitto, which lets in the nodes tea-1 and tea-2."""
    require(mosquitto_program(), "Mosquitto")
    yield from _started("mosquitto", tmp_path)


@pytest.fixture(params=["embedded", "mosquitto"])
def broker(request: pytest.FixtureRequest) -> TestBroker:
    """A broker: the test runs once with the embedded one and once with Mosquitto."""
    chosen: TestBroker = request.getfixturevalue(f"{request.param}_broker")
    return chosen
