"""The way in over real brokers: whatever is killed, no event is lost, none is booked twice, and the page is told."""

import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from quietshelf.intake.adoption import adopt, assign_slot, password_hash
from quietshelf.intake.brokers import start_broker
from quietshelf.intake.mqtt import Intake
from quietshelf_edge.messages import decode_config
from tests.brokers import NODE_PASSWORD, TestBroker
from tests.conftest import free_port
from tests.intake import an_intake
from tests.intake.shelf_node import ShelfNode
from tests.intake.words import Shelf, moved

SOON_S = 40.0


def eventually(holds: Callable[[], object], what: str) -> None:
    """Wait until something holds; fail, saying what did not."""
    until_s = time.monotonic() + SOON_S
    while not holds():
        if time.monotonic() > until_s:
            pytest.fail(f"{what}: not within {SOON_S:.0f} s")
        time.sleep(0.05)


@contextmanager
def taking_in(shelf: Shelf, broker: TestBroker) -> Iterator[Intake]:
    """An intake in this process."""
    intake = Intake(shelf.shop.engine, shelf.shop.site_id, broker.url, lambda: datetime.now(UTC), broker.kind)
    intake.start()
    try:
        eventually(intake.healthy, "the intake is connected")
        yield intake
    finally:
        intake.stop()


@contextmanager
def sending(broker: TestBroker, folder: Path) -> Iterator[ShelfNode]:
    """The node, on the line."""
    node = ShelfNode(broker, folder)
    try:
        yield node
    finally:
        node.stop()


def adopted(shelf: Shelf) -> None:
    """Adopt the node once it has been heard."""
    eventually(lambda: shelf.node.stream, "the node is heard")
    adopt(shelf.shop.engine, shelf.node_id, datetime.now(UTC))


def all_booked_once(shelf: Shelf, pieces: list[int]) -> bool:
    """Whether the ledger moved by each of these picks, once."""
    picks = sorted(quantity for kind, quantity in shelf.facts() if kind == "pick")
    return picks == sorted(pieces)


def raw_client(broker: TestBroker, user: str = "tea-1", name: str = "raw") -> mqtt.Client:
    """A client that publishes what no agent would."""
    five = broker.kind == "mosquitto"
    protocol = MQTTProtocolVersion.MQTTv5 if five else MQTTProtocolVersion.MQTTv311
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=name, protocol=protocol)
    if five:
        client.username_pw_set(user, NODE_PASSWORD)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    return client


def test_events_reach_the_ledger_and_the_ack_alone_empties_the_outbox(
    sqlite_shelf: Shelf, broker: TestBroker, tmp_path: Path
) -> None:
    with sending(broker, tmp_path) as node:
        for _ in range(5):
            node.take(1)
        time.sleep(1.0)
        assert (node.acked, node.waiting) == (0, 5), "the broker has confirmed them, which proves nothing"
        with taking_in(sqlite_shelf, broker):
            eventually(lambda: node.waiting == 0, "the outbox is empty")
            adopted(sqlite_shelf)
            for pieces in (2, 3):
                node.take(pieces)
            eventually(lambda: node.waiting == 0, "the outbox is empty")
    assert all_booked_once(sqlite_shelf, [2, 3])
    assert sqlite_shelf.stream(sqlite_shelf.node.stream or "").mark == 7


def test_nothing_is_lost_or_booked_twice_though_the_intake_is_killed_again_and_again(
    sqlite_shelf: Shelf, broker: TestBroker, tmp_path: Path
) -> None:
    with sending(broker, tmp_path) as node:
        with taking_in(sqlite_shelf, broker):
            adopted(sqlite_shelf)
        lots = random.Random(7)
        taken = []
        for _ in range(5):
            with killed_in_the_end(sqlite_shelf, broker):
                begun = node.acked
                while node.acked == begun or lots.random() < 0.9:  # at work, and then at any moment
                    taken.append(lots.randint(1, 3))
                    node.take(taken[-1])
                    time.sleep(0.01)
        with taking_in(sqlite_shelf, broker):
            eventually(lambda: node.waiting == 0, "the outbox is empty")
    assert all_booked_once(sqlite_shelf, taken)
    assert moved(sqlite_shelf.facts()) == -sum(taken)


@contextmanager
def killed_in_the_end(shelf: Shelf, broker: TestBroker) -> Iterator[None]:
    """An intake in a process of its own, which ends by SIGKILL."""
    database = str(shelf.shop.engine.url)
    process = subprocess.Popen(
        [sys.executable, an_intake.__file__, database, str(shelf.shop.site_id), broker.url, broker.kind],
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def test_nothing_is_lost_or_booked_twice_though_the_broker_is_killed_and_starts_again(
    sqlite_shelf: Shelf, broker: TestBroker, tmp_path: Path
) -> None:
    taken = []
    with sending(broker, tmp_path) as node, taking_in(sqlite_shelf, broker) as intake:
        adopted(sqlite_shelf)
        for round_ in range(2):
            for pieces in (1, 2, 3):
                node.take(pieces)
                taken.append(pieces)
            if round_:
                eventually(lambda: node.waiting == 0, "the outbox is empty")
            broker.kill()
            eventually(lambda: "nothing is lost" in intake.status(), "it says so")
            node.take(2)
            taken.append(2)
            eventually(intake.healthy, "the broker is back")
        eventually(lambda: node.waiting == 0, "the outbox is empty")
    assert all_booked_once(sqlite_shelf, taken)


def test_a_broker_that_is_away_at_the_start_is_said_and_waited_for(sqlite_shelf: Shelf, tmp_path: Path) -> None:
    port = free_port()
    url = f"mqtt://127.0.0.1:{port}"
    intake = Intake(sqlite_shelf.shop.engine, sqlite_shelf.shop.site_id, url, lambda: datetime.now(UTC), "embedded")
    intake.start()
    try:
        eventually(lambda: f"No broker answers at 127.0.0.1:{port}." in intake.status(), "it says so")
        assert not intake.healthy()
        running = start_broker("embedded", tmp_path, port=port)
        try:
            eventually(intake.healthy, "it has connected")
            assert intake.status() == f"Shelves are heard through the broker at 127.0.0.1:{port}."
        finally:
            running.stop()
    finally:
        intake.stop()


def test_while_the_database_is_locked_nothing_is_acknowledged(
    sqlite_shelf: Shelf, embedded_broker: TestBroker, tmp_path: Path
) -> None:
    with sending(embedded_broker, tmp_path) as node, taking_in(sqlite_shelf, embedded_broker) as intake:
        adopted(sqlite_shelf)
        other = sqlite3.connect(str(sqlite_shelf.shop.engine.url.database), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        node.take(4)
        eventually(lambda: "The database takes nothing now" in intake.status(), "it says so")
        assert (node.acked, node.waiting) == (0, 1)
        other.execute("ROLLBACK")
        other.close()
        eventually(lambda: node.waiting == 0, "the outbox is empty")
        assert intake.healthy()
    assert all_booked_once(sqlite_shelf, [4])


def test_what_can_not_be_taken_over_a_real_broker_does_not_stop_what_follows(
    sqlite_shelf: Shelf, broker: TestBroker, tmp_path: Path
) -> None:
    with sending(broker, tmp_path) as node, taking_in(sqlite_shelf, broker):
        adopted(sqlite_shelf)
        client = raw_client(broker)
        for payload in (b"no JSON", b"x" * 5000, b"\xff"):
            client.publish("quietshelf/v1/main/tea-1/count", payload, qos=1).wait_for_publish(SOON_S)
        client.disconnect()
        client.loop_stop()
        node.take(3)
        eventually(lambda: node.waiting == 0, "the outbox is empty")
        eventually(lambda: len(sqlite_shelf.reasons()) == 3, "they are set aside")
    assert all_booked_once(sqlite_shelf, [3])


def test_a_plan_made_on_a_page_reaches_the_node(sqlite_shelf: Shelf, broker: TestBroker, tmp_path: Path) -> None:
    shop = sqlite_shelf.shop
    heard: list[bytes] = []
    with taking_in(sqlite_shelf, broker):
        client = raw_client(broker)
        client.on_message = lambda _client, _userdata, message: heard.append(bytes(message.payload))
        client.subscribe("quietshelf/v1/main/tea-1/config", 1)
        assign_slot(shop.engine, sqlite_shelf.node_id, "1", shop.products["TEA-0114"], piece_weight_g=262.5)
        eventually(lambda: heard, "the plan arrives")
        client.disconnect()
        client.loop_stop()
    assert decode_config(heard[0]).slots[0].items[0].sku == "TEA-0114"


def test_a_plan_that_no_message_can_carry_stops_nobody_else(
    sqlite_shelf: Shelf, broker: TestBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = sqlite_shelf.shop
    monkeypatch.setattr("quietshelf.intake.adoption._can_be_told", lambda _session, _node: None)
    for place in range(60):
        assign_slot(shop.engine, sqlite_shelf.node_id, f"slot-{place}", shop.products["TEA-0114"], piece_weight_g=262.5)
    with taking_in(sqlite_shelf, broker), sending(broker, tmp_path) as node:
        adopted(sqlite_shelf)
        node.take(3)
        eventually(lambda: node.waiting == 0, "the outbox is empty")
        eventually(lambda: all_booked_once(sqlite_shelf, [3]), "it is booked")
    assert all_booked_once(sqlite_shelf, [3])


def test_a_node_can_not_publish_under_anothers_name_and_sees_the_refusal(mosquitto_broker: TestBroker) -> None:
    server: list[str] = []
    listening = raw_client(mosquitto_broker, name="listening")
    listening.on_message = lambda _client, _userdata, message: server.append(message.topic)
    reasons: list[int] = []
    node = raw_client(mosquitto_broker)
    node.on_publish = lambda _client, _userdata, _mid, reason, _properties: reasons.append(reason.value)
    for topic in ("main/tea-2/count", "main/tea-1/ack", "main/tea-1/config", "main/tea-1/count"):
        node.publish(f"quietshelf/v1/{topic}", b"{}", qos=1).wait_for_publish(SOON_S)
    eventually(lambda: len(reasons) == 4, "each is answered")
    assert [reason >= 0x80 for reason in reasons] == [True, True, True, False]
    for client in (node, listening):
        client.disconnect()
        client.loop_stop()


def test_a_stranger_gets_no_connection_and_a_new_node_gets_one_without_a_restart(
    mosquitto_broker: TestBroker,
) -> None:
    pid = mosquitto_broker.pid()
    assert _connects(mosquitto_broker, "tea-1")
    assert not _connects(mosquitto_broker, "tea-9")
    mosquitto_broker.nodes["tea-9"] = password_hash(NODE_PASSWORD)
    eventually(lambda: _connects(mosquitto_broker, "tea-9"), "the new node is let in")
    assert mosquitto_broker.pid() == pid


def _connects(broker: TestBroker, user: str) -> bool:
    answered: list[bool] = []
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=f"try-{user}", protocol=MQTTProtocolVersion.MQTTv5)
    client.username_pw_set(user, NODE_PASSWORD)
    client.on_connect = lambda _client, _userdata, _flags, reason, _properties: answered.append(not reason.is_failure)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    eventually(lambda: answered, "the broker answers")
    client.disconnect()
    client.loop_stop()
    return answered[0]


def test_mosquitto_never_runs_as_root(mosquitto_broker: TestBroker) -> None:
    assert Path(f"/proc/{mosquitto_broker.pid()}").stat().st_uid != 0
