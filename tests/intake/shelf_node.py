"""Node tea-1 over a real connection: the agent's own outbox and link, with events put in by the test."""

import threading
import time
from datetime import UTC, datetime
from pathlib import Path

from quietshelf_edge.config import MqttConfig
from quietshelf_edge.link import Connected, Link, Received, Refused
from quietshelf_edge.messages import Count, Item, SlotState, State, StateItem, Status, What, decode_ack
from quietshelf_edge.outbox import Outbox
from tests.brokers import NODE_PASSWORD, TestBroker

FASTER = 10
"""The node's retries, which wait for 5 to 60 s, come so many times sooner."""


class ShelfNode:
    """Takes events, sends them until they are acknowledged, and says its state; in a thread of its own."""

    def __init__(self, broker: TestBroker, folder: Path, name: str = "tea-1") -> None:
        five = broker.kind == "mosquitto"
        user, password = (name, NODE_PASSWORD) if five else (None, None)
        config = MqttConfig("127.0.0.1", broker.port, user, password, "5" if five else "3.1.1")
        self._path = folder / f"{name}.sqlite"
        self._link = Link(config, "main", name)
        self._lock = threading.Lock()
        self._taken: list[int] = []
        self._ending = threading.Event()
        self.refused: list[str] = []
        self.pieces = 100_000
        self.acked = 0
        self.waiting = 0
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def take(self, pieces: int) -> None:
        """A hand takes so many pieces."""
        with self._lock:
            self._taken.append(pieces)
            self.waiting += 1

    def stop(self) -> None:
        """Go offline."""
        self._ending.set()
        self._thread.join()

    def _run(self) -> None:
        self._outbox = Outbox(self._path, "boot", "pi-1")
        self._link.open(self._status(online=False))
        while not self._ending.is_set():
            self._keep()
            while not self._link.news.empty():
                self._hear()
            now_s = time.monotonic() * FASTER
            for out in self._outbox.due(now_s, hold_undated=False):
                if self._link.publish(What.COUNT, out.payload):
                    self._outbox.sent(out.seq, now_s)
            time.sleep(0.01)
        self._link.close()
        self._outbox.close()

    def _keep(self) -> None:
        with self._lock:
            taken, self._taken = self._taken, []
        for pieces in taken:
            self.pieces -= pieces
            item = Item("TEA-0114", self.pieces, -pieces)
            now = datetime.now(UTC)
            event = Count("1", self._outbox.stream, 1, 1, now, True, None, (item,), 1.0, 1.0, None)
            self._outbox.append(event, time.monotonic(), {})
        self._count()

    def _hear(self) -> None:
        news = self._link.news.get()
        if isinstance(news, Connected):
            self._outbox.reconnected()
            self._link.publish(What.STATUS, self._status(online=True), retain=True)
            self._link.publish(What.STATE, self._state(), retain=True)
        elif isinstance(news, Refused):
            self.refused.append(news.why)
        elif isinstance(news, Received) and news.what is What.ACK:
            self._outbox.take_ack(decode_ack(news.payload), retained=news.retained)
            self._count()

    def _count(self) -> None:
        with self._lock:
            self.acked = self._outbox.acked
            self.waiting = self._outbox.next_seq - 1 - self._outbox.acked + len(self._taken)

    def _status(self, *, online: bool) -> bytes:
        return Status(online, "0.1.0", 1, "pi-1", self._outbox.stream).encode()

    def _state(self) -> bytes:
        box = self._outbox
        word = SlotState("1", (StateItem("TEA-0114", self.pieces),), 1.0, 1.0, None, True)
        last = box.next_seq - 1
        return State(box.stream, last, box.first, box.epoch, box.acked, None, datetime.now(UTC), (word,)).encode()
