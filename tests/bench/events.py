"""How many events a second the intake books for good, beside a consumer that does nothing with them."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import paho.mqtt.client as mqtt
from sqlalchemy import Engine, select

from quietshelf.intake.adoption import adopt, password_hash
from quietshelf.intake.brokers import RunningBroker, start_broker
from quietshelf.intake.connection import BrokerUrl, begin, new_client
from quietshelf.store.engine import open_engine, reading, writing
from quietshelf.store.schema import upgrade
from quietshelf.store.tables import Node, Stream
from quietshelf_edge.messages import Count, Item, SlotState, State, StateItem, Status, What, topic
from tests.bench.rows import Row
from tests.conftest import free_port
from tests.intake import an_intake
from tests.shops import open_shop

EVENTS = 5_000
ROUNDS = 3
PATIENCE_S = 120
SITE, NODE, SKU, STREAM, PASSWORD = "main", "tea-1", "TEA-0114", "bench", "a node's password"


def events(folder: Path) -> list[Row]:
    """The same events, sent as fast as Mosquitto takes them, to a bare consumer and to the intake, in turn."""
    bare, booked = [], []
    for number in range(ROUNDS):
        home = folder / str(number)
        home.mkdir()
        broker = start_broker("mosquitto", home, port=free_port(), credentials=_credentials)
        try:
            bare.append(_bare(broker))
            booked.append(_booked(broker, home))
        finally:
            broker.stop()
    ratios = sorted(ours / theirs for ours, theirs in zip(booked, bare, strict=True))
    return [
        Row("durable_events_per_second", sorted(booked)[ROUNDS // 2], "events/s"),
        Row("durable_events_ratio", ratios[ROUNDS // 2], "x", None, "a bare consumer that keeps nothing"),
    ]


def _credentials() -> dict[str, str]:
    return {NODE: password_hash(PASSWORD)}


def _bare(broker: RunningBroker) -> float:
    """Events a second of a consumer that only counts them."""
    url, all_came = BrokerUrl.parse(broker.url), threading.Event()
    came: list[float] = []
    client = new_client(url, "bare", five=True)
    subscribed = threading.Event()

    def on_connect(client: mqtt.Client, *_: object) -> None:
        client.subscribe(topic(SITE, NODE, What.COUNT), qos=1)

    def on_message(client: mqtt.Client, data: object, message: mqtt.MQTTMessage) -> None:
        came.append(time.perf_counter())
        if len(came) == EVENTS:
            all_came.set()

    client.on_connect, client.on_message = on_connect, on_message
    client.on_subscribe = lambda *_: subscribed.set()
    begin(client, url, five=True)
    if not subscribed.wait(PATIENCE_S):
        raise TimeoutError("the broker does not answer")
    with _published(broker):
        if not all_came.wait(PATIENCE_S):
            raise TimeoutError(f"{len(came)} of {EVENTS} events came")
    client.disconnect()
    client.loop_stop()
    return (EVENTS - 1) / (came[-1] - came[0])


def _booked(broker: RunningBroker, folder: Path) -> float:
    """Events a second that are committed on SQLite, in a process of its own."""
    address = f"sqlite:///{folder}/quietshelf.db"
    engine = open_engine(address)
    upgrade(engine)
    shop = open_shop(engine)
    with writing(engine) as session:
        session.add(Node(site_id=shop.site_id, name=NODE))
    arguments = [an_intake.__file__, address, str(shop.site_id), broker.url, broker.kind]
    with (folder / "intake.log").open("w") as log:
        process = subprocess.Popen([sys.executable, *arguments], stdout=log, stderr=log)
    try:
        _publish(broker.port, 0)
        _wait(lambda: _node(engine).stream is not None)
        adopt(engine, _node(engine).id, datetime.now(UTC))
        with _published(broker):
            _wait(lambda: _mark(engine) > 0)
            first, began = _mark(engine), time.perf_counter()
            _wait(lambda: _mark(engine) == EVENTS)
            took_s = time.perf_counter() - began
    finally:
        process.terminate()
        process.wait()
        engine.dispose()
    return (EVENTS - first) / took_s


def _node(engine: Engine) -> Node:
    with reading(engine) as session:
        return session.scalars(select(Node)).one()


def _mark(engine: Engine) -> int:
    with reading(engine) as session:
        return session.scalars(select(Stream.mark)).one()


def _wait(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not true():
        if time.monotonic() > end:
            raise TimeoutError("the intake has not booked what was sent")
        time.sleep(0.01)


@contextmanager
def _published(broker: RunningBroker) -> Iterator[None]:
    """A node's process sends all events, as fast as it can, while the block runs."""
    sender = subprocess.Popen([sys.executable, "-m", "tests.bench.events", str(broker.port), str(EVENTS)])
    yield
    if sender.wait():
        raise RuntimeError("the sender could not send")


def _publish(broker_port: int, events: int) -> None:
    """Say who the node is and how it stands; or (`events` above 0) send so many events, one piece taken each time."""
    url = BrokerUrl("127.0.0.1", broker_port, NODE, PASSWORD)
    client = new_client(url, NODE, five=True)
    connected = threading.Event()
    client.on_connect = lambda *_: connected.set()
    begin(client, url, five=True)
    if not connected.wait(PATIENCE_S):
        raise TimeoutError("the broker does not answer")
    if events:
        sent = [client.publish(topic(SITE, NODE, What.COUNT), _event(seq), qos=1) for seq in range(1, events + 1)]
    else:
        status = Status(True, "0.1.0", 1, "pi-1", STREAM).encode()
        sent = [
            client.publish(topic(SITE, NODE, What.STATUS), status, qos=1, retain=True),
            client.publish(topic(SITE, NODE, What.STATE), _state(), qos=1, retain=True),
        ]
    for message in sent:
        message.wait_for_publish(PATIENCE_S)
    client.disconnect()
    client.loop_stop()


def _event(seq: int) -> bytes:
    item = Item(SKU, 2 * EVENTS - seq, -1)
    return Count("1", STREAM, seq, 1, datetime.now(UTC), True, None, (item,), 1.0, 1.0, None).encode()


def _state() -> bytes:
    slot = SlotState("1", (StateItem(SKU, 2 * EVENTS),), 1.0, 1.0, None, True)
    return State(STREAM, 0, 1, 0, 0, None, datetime.now(UTC), (slot,)).encode()


if __name__ == "__main__":
    _publish(int(sys.argv[1]), int(sys.argv[2]))
