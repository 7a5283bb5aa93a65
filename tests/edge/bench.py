"""A node on the bench: its real agent as a process, an embedded broker, and a server that only acknowledges."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import iotcore
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from quietshelf_edge.messages import (
    Ack,
    Config,
    Count,
    PlannedItem,
    Rev,
    SlotPlan,
    Void,
    What,
    decode_count,
    parse_topic,
    topic,
)

SITE, NODE = "main", "tea-1"
PIECE_G = 250.0
PATIENCE_S = 30.0


def wait_for(what: Callable[[], Any], why: str) -> None:
    """Wait until `what()` holds."""
    deadline_s = time.monotonic() + PATIENCE_S
    while not what():
        assert time.monotonic() < deadline_s, f"waited {PATIENCE_S:g} s in vain for {why}"
        time.sleep(0.02)


def write_node(folder: Path, port: int, slots: int = 2, extra: str = "") -> Path:
    """A node's file with simulated cells."""
    path = folder / "node.toml"
    head = f"""
[node]
name = "{NODE}"
site = "{SITE}"
data_dir = "data"
[mqtt]
host = "127.0.0.1"
port = {port}
[cell]
kind = "simulated"
scene = "scene.jsonl"
[clock]
trust = "system"
{extra}
"""
    cells = [
        f'[[slots]]\nname = "{number}"\nzero_raw = 84000\ncounts_per_g = 400\ncapacity_g = 20000\n'
        for number in range(1, slots + 1)
    ]
    path.write_text(head + "".join(cells), encoding="utf-8")
    return path


def lay(folder: Path, slot: str, pieces: int) -> None:
    """Let exactly so many pieces lie on a slot."""
    with (folder / "scene.jsonl").open("a", encoding="utf-8") as scene:
        scene.write(json.dumps({"slot": slot, "grams": pieces * PIECE_G}) + "\n")


def plan(slots: int = 2, number: int = 1) -> Config:
    """Tea in the first slot, honey in the second, and so on."""
    names = ["TEA", "HONEY", "JAM", "SALT"]
    return Config(
        Rev(1, number), tuple(SlotPlan(str(n + 1), (PlannedItem(names[n], PIECE_G, 0.05),)) for n in range(slots))
    )


class NodeProcess:
    """`quietshelf-edge run` as a process of its own."""

    def __init__(self, config: Path) -> None:
        self._command = [sys.executable, "-c", "from quietshelf_edge.cli import main; raise SystemExit(main())"]
        self._command += ["run", "--config", str(config)]
        self._log = config.with_suffix(".log").open("ab")
        self.start()

    def start(self) -> None:
        """Start it (again)."""
        self._process = subprocess.Popen(self._command, stderr=self._log)

    def kill(self) -> None:
        """Kill it as a power cut would."""
        self._process.kill()
        self._process.wait(10)

    def stop(self, times: int = 1) -> int:
        """Ask it to end, `times` in a row; its exit code."""
        for _ in range(times):
            self._process.send_signal(signal.SIGTERM)  # one that has ended is left alone
        return self._process.wait(20)

    def close(self) -> None:
        """End it whatever state it is in."""
        if self._process.poll() is None:
            self.kill()
        self._log.close()


class Broker:
    """The embedded broker on one port; killed, it forgets everything."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.start()

    def start(self) -> None:
        """Start it (again)."""
        self._broker = iotcore.Broker(port=self.port, listen="127.0.0.1")
        self._broker.start()

    def stop(self) -> None:
        """Stop it, with all that it held."""
        self._broker.stop()


class StandIn:
    """In the server's place: keeps each event once, and acknowledges what it holds without a gap."""

    def __init__(self, port: int, acknowledging: bool = True) -> None:
        self.acknowledging = acknowledging
        self.events: dict[tuple[str, int], Count | Void] = {}
        self.seen: list[tuple[What, bytes, bool]] = []
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id="stand-in", protocol=MQTTProtocolVersion.MQTTv311
        )
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = self._ask
        self._client.on_message = self._hear
        self._client.connect_async("127.0.0.1", port)
        self._client.loop_start()
        wait_for(self._client.is_connected, "the stand-in server to be connected")

    def _ask(self, client: mqtt.Client, *_: Any) -> None:
        client.subscribe("quietshelf/v1/#", 1)

    def _hear(self, _client: mqtt.Client, _userdata: Any, message: mqtt.MQTTMessage) -> None:
        what = parse_topic(message.topic).what
        payload = bytes(message.payload)
        self.seen.append((what, payload, message.retain))
        if what is What.COUNT:
            event = decode_count(payload)
            self.events.setdefault((event.stream, event.seq), event)
            if self.acknowledging:
                self.acknowledge(event.stream)

    def acknowledge(self, stream: str) -> None:
        """Say how far this stream is held."""
        mark = 0
        while (stream, mark + 1) in self.events:
            mark += 1
        self.say(What.ACK, Ack(1, stream, mark, None).encode(), retain=True)

    def say(self, what: What, payload: bytes, *, retain: bool = False) -> None:
        """Publish something to the node."""
        self._client.publish(topic(SITE, NODE, what), payload, qos=1, retain=retain)

    def heard(self, what: What) -> list[bytes]:
        """Every payload of one kind, in order of arrival."""
        return [payload for kind, payload, _ in list(self.seen) if kind is what]

    def counts(self, sku: str) -> list[tuple[int, int]]:
        """(count, delta) of each event of a SKU, in the order of the node."""
        events = [self.events[key] for key in sorted(self.events, key=lambda key: key[1])]
        return [(i.count, i.delta) for e in events if isinstance(e, Count) for i in e.items if i.sku == sku]

    def close(self) -> None:
        """Go away."""
        self._client.disconnect()
        self._client.loop_stop()
