"""The connection: MQTT 5 first, 3.1.1 where that is refused, and what the broker denies is said."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from queue import Empty

import pytest
from paho.mqtt.enums import MQTTProtocolVersion

from quietshelf_edge.config import MqttConfig
from quietshelf_edge.link import Connected, Disconnected, Link, News, Received, Refused
from quietshelf_edge.messages import What
from tests.conftest import free_port, require
from tests.edge.bench import SITE, Broker, wait_for

RIGHTS = Path(__file__).parents[2] / "firmware-config" / "mosquitto" / "rights"


class Listener:
    """A link whose news is kept."""

    def __init__(self, config: MqttConfig, node: str = "tea-1") -> None:
        self.link = Link(config, SITE, node)
        self.news: list[News] = []
        self.link.open(b"gone")

    def heard(self, kind: type[News]) -> list[News]:
        self.link.tend(0.0)
        try:
            while True:
                self.news.append(self.link.news.get_nowait())
        except Empty:
            return [news for news in self.news if isinstance(news, kind)]


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[int]:
    """A Mosquitto with the rights that are shipped, users tea-1 and tea-2 without passwords to check; its port."""
    program = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    require(program, "mosquitto")
    port = free_port()
    conf = tmp_path / "mosquitto.conf"
    conf.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nacl_file {RIGHTS}\nuser root\n")
    running = subprocess.Popen([str(program), "-c", str(conf)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    yield port
    running.terminate()
    running.wait(10)


def config(port: int, username: str = "tea-1", protocol: str = "5") -> MqttConfig:
    return MqttConfig("127.0.0.1", port, username, "x", "5" if protocol == "5" else "3.1.1")


def test_a_broker_that_refuses_mqtt_5_is_spoken_to_in_3_1_1_and_no_fault_is_seen(broker: Broker) -> None:
    listener = Listener(config(broker.port))
    wait_for(lambda: listener.heard(Connected), "a connection")
    assert listener.link.protocol == MQTTProtocolVersion.MQTTv311
    assert listener.heard(Disconnected) == []
    listener.link.close()


def test_a_node_speaks_mqtt_5_and_is_told_what_the_broker_denies(mosquitto: int) -> None:
    listener = Listener(config(mosquitto))
    wait_for(lambda: listener.heard(Connected), "a connection")
    assert listener.link.protocol == MQTTProtocolVersion.MQTTv5
    assert listener.link.publish(What.COUNT, b"{}")
    assert listener.link.publish(What.ACK, b"{}")  # the server's to say
    wait_for(lambda: listener.heard(Refused), "the refusal")
    assert len(listener.heard(Refused)) == 1
    listener.link.close()


def test_a_node_under_another_ones_name_can_neither_write_nor_hear(mosquitto: int) -> None:
    impostor = Listener(config(mosquitto, username="tea-2"), "tea-1")
    wait_for(lambda: impostor.heard(Connected), "a connection")
    impostor.link.publish(What.COUNT, b"{}")
    wait_for(lambda: impostor.heard(Refused), "the refusal")
    assert impostor.heard(Received) == []
    impostor.link.close()


def test_a_broker_that_comes_late_is_found(tmp_path: Path) -> None:
    port = free_port()
    listener = Listener(config(port, protocol="3.1.1"))
    wait_for(lambda: listener.heard(Disconnected), "the fault")
    late = Broker(port)
    wait_for(lambda: listener.heard(Connected), "a connection")
    listener.link.close()
    late.stop()
