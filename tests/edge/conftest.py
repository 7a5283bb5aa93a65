"""What the edge's tests run against: a real embedded broker on a free port, and real agents."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import free_port
from tests.edge.bench import Broker, NodeProcess, StandIn, write_node


@pytest.fixture
def broker() -> Iterator[Broker]:
    running = Broker(free_port())
    yield running
    running.stop()


@pytest.fixture
def server(broker: Broker) -> Iterator[StandIn]:
    stand_in = StandIn(broker.port)
    yield stand_in
    stand_in.close()


@pytest.fixture
def node(tmp_path: Path, broker: Broker) -> Iterator[NodeProcess]:
    """A running node with two slots; its folder is tmp_path."""
    process = NodeProcess(write_node(tmp_path, broker.port))
    yield process
    process.close()
