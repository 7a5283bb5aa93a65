"""The server's end of the wire: takes messages from the broker, books them in groups, acknowledges what is committed.

What a message means is in `events`; here is when it is taken, and what happens when the broker or the database is away.
"""

import queue
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import paho.mqtt.client as mqtt
import structlog
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from sqlalchemy import Engine
from sqlalchemy.exc import InterfaceError, OperationalError

from quietshelf.cycle import decide_skus
from quietshelf.intake import adoption, connection
from quietshelf.intake.booking import Arrival, Booked, Outgoing
from quietshelf.intake.connection import BrokerUrl
from quietshelf.intake.events import book, current_acks, set_aside
from quietshelf.intake.faults import Fault
from quietshelf.store.engine import reading, writing
from quietshelf.store.tables import Site
from quietshelf_edge.messages import ROOT, Config, Rev, What, topic

log = structlog.get_logger()

GROUP = 200
GROUP_WAIT_S = 0.02
PLANS_EVERY_S = 1.0
DECIDING_RESTS_S = 1.0
RETRY_S = 0.2
RETRY_MOST_S = 10.0
HEARD = (What.COUNT, What.STATE, What.STATUS)
SHARE = "quietshelf"


@dataclass(frozen=True)
class _Waiting:
    """A message that is not acknowledged yet. `connection`: which one it came by, since ids mean nothing on another."""

    arrival: Arrival
    mid: int
    qos: int
    connection: int


class Intake:
    """One intake of one site. Nothing is acknowledged to the broker, or to a node, that is not committed.

    Args:
        url: of the broker, mqtt://HOST:PORT.
        broker_kind: "mosquitto", "embedded" (MQTT 3.1.1, never a shared subscription, which kills it) or "external".
        member: names this intake where several share one site's messages, on a broker with MQTT 5 alone; None: it is
            the only one.
    """

    def __init__(
        self,
        engine: Engine,
        site_id: int,
        url: str,
        clock: Callable[[], datetime],
        broker_kind: str,
        *,
        member: str | None = None,
    ) -> None:
        self._engine, self._site_id, self._clock, self._member = engine, site_id, clock, member
        self._url = BrokerUrl.parse(url)
        self._five = broker_kind != "embedded"
        if member is not None and not self._five:
            raise ValueError("several intakes can't share the embedded broker: run Mosquitto, or one intake")
        with reading(engine) as session:
            self._site_key = session.get_one(Site, site_id).key
        self._arrived: queue.SimpleQueue[_Waiting] = queue.SimpleQueue()
        self._undecided: queue.SimpleQueue[frozenset[int]] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._connection = 0
        self._told: dict[str, Rev] = {}
        self._tell_all = False
        self._told_at_s = 0.0
        self._broker = Fault("broker away", clock)
        self._database = Fault("database away", clock)
        self._client = self._new_client()
        self._threads = [
            threading.Thread(target=self._work, name="intake-book", daemon=True),
            threading.Thread(target=self._decide, name="intake-decide", daemon=True),
        ]

    def start(self) -> None:
        """Connect and begin to book; also where the broker is away, and until `stop`."""
        self._broker.begin(f"There is no connection to the broker at {self._url} yet.")
        for thread in self._threads:
            thread.start()
        connection.begin(self._client, self._url, five=self._five, persistent=True)

    def stop(self) -> None:
        """Finish what is being booked and disconnect; the broker keeps what comes meanwhile."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        self._client.disconnect()
        self._client.loop_stop()

    def healthy(self) -> bool:
        """Whether messages are taken now."""
        works = all(thread.is_alive() for thread in self._threads)
        return works and self._broker.sentence is None and self._database.sentence is None

    def status(self) -> str:
        """What the page says of the way in, in a sentence."""
        fault = self._broker.sentence or self._database.sentence
        if fault:
            return f"{fault} Shelves keep what they count until it is back; nothing is lost."
        return f"Shelves are heard through the broker at {self._url}."

    # -- the connection, in paho's thread

    def _new_client(self) -> mqtt.Client:
        client_id = f"quietshelf.intake.{self._site_key}" + (f".{self._member}" if self._member else "")
        client = connection.new_client(self._url, client_id, five=self._five, persistent=True)
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        client.on_subscribe = self._on_subscribe
        return client

    def _on_connect(
        self, client: mqtt.Client, _userdata: Any, _flags: Any, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        if reason.is_failure:
            self._broker.begin(f"The broker at {self._url} refuses the server: {reason}.")
            return
        self._connection += 1
        shared = f"$share/{SHARE}/" if self._member else ""
        client.subscribe([(f"{shared}{ROOT}/{self._site_key}/+/{what}", 1) for what in HEARD])

    def _on_subscribe(
        self, _client: mqtt.Client, _userdata: Any, _mid: int, reasons: list[ReasonCode], _properties: Any
    ) -> None:
        refused = [reason for reason in reasons if reason.is_failure]
        if refused:
            self._broker.begin(f"The broker at {self._url} lets the server hear no shelf: {refused[0]}.")
            return
        self._tell_all = True
        self._broker.end()

    def _on_connect_fail(self, _client: mqtt.Client, _userdata: Any) -> None:
        self._broker.begin(f"No broker answers at {self._url}.")

    def _on_disconnect(
        self, _client: mqtt.Client, _userdata: Any, _flags: Any, reason: ReasonCode, _properties: Any
    ) -> None:
        if not self._stopping.is_set():
            self._broker.begin(f"The connection to the broker at {self._url} broke ({reason}).")

    def _on_message(self, _client: mqtt.Client, _userdata: Any, message: mqtt.MQTTMessage) -> None:
        arrival = Arrival(message.topic, bytes(message.payload), bool(message.retain), self._clock())
        self._arrived.put(_Waiting(arrival, message.mid, message.qos, self._connection))

    # -- booking, in a thread of its own

    def _work(self) -> None:
        while not self._stopping.is_set():
            group = self._gather()
            if group:
                self._book(group)
            if self._tell_all or time.monotonic() - self._told_at_s >= PLANS_EVERY_S:
                self._tell()

    def _gather(self) -> list[_Waiting]:
        """What has arrived: up to 200 messages, or those of 20 ms from the first on."""
        try:
            group = [self._arrived.get(timeout=PLANS_EVERY_S / 2)]
        except queue.Empty:
            return []
        until_s = time.monotonic() + GROUP_WAIT_S
        while len(group) < GROUP and (left_s := until_s - time.monotonic()) > 0:
            try:
                group.append(self._arrived.get(timeout=left_s))
            except queue.Empty:
                break
        return group

    def _book(self, group: list[_Waiting]) -> None:
        try:
            booked = self._commit([waiting.arrival for waiting in group])
        except Exception as error:  # a fault of ours in one message: it alone is set aside, the others are booked
            log.exception("a group could not be booked", messages=len(group))
            if len(group) > 1:
                for waiting in group:
                    self._book([waiting])
                return
            reason = f"the server failed on it: {type(error).__name__}"
            booked = self._retrying(lambda: self._set_aside(group[0].arrival, reason))
        if booked is None:
            return
        for waiting in group:
            if waiting.connection == self._connection:
                self._client.ack(waiting.mid, waiting.qos)
        self._publish(booked.publish)
        if booked.product_ids:
            self._undecided.put(booked.product_ids)
        noted = {name: count for name, count in booked.counted.items() if name not in ("events", "repeats")}
        if noted:
            log.warning("nodes sent what needs a look", **noted)

    def _commit(self, arrivals: list[Arrival]) -> Booked | None:
        def commit() -> Booked:
            with writing(self._engine) as session:
                return book(session, self._site_id, arrivals)

        return self._retrying(commit)

    def _set_aside(self, arrival: Arrival, reason: str) -> Booked:
        with writing(self._engine) as session:
            return set_aside(session, self._site_id, arrival, reason)

    def _retrying(self, commit: Callable[[], Booked]) -> Booked | None:
        """Commit, and try again while the database is locked, full or away; None when we are to stop first."""
        pause_s = RETRY_S
        while True:
            try:
                booked = commit()
            except (OperationalError, InterfaceError) as error:
                self._database.begin(f"The database takes nothing now ({error.orig}).")
                if self._stopping.wait(pause_s):
                    return None
                pause_s = min(2 * pause_s, RETRY_MOST_S)
            else:
                self._database.end()
                return booked

    # -- what goes out

    def _publish(self, messages: Iterable[Outgoing]) -> None:
        if self._client.is_connected():  # else it would be stale when it goes out; a node that repeats is answered
            for message in messages:
                self._client.publish(message.topic, message.payload, qos=1, retain=message.retain)

    def _tell(self) -> None:
        """Publish plans that are new; after a connection all of them, and every node's mark."""
        self._told_at_s = time.monotonic()
        try:
            if self._tell_all:
                self._tell_all = False
                self._told = {}
                with reading(self._engine) as session:
                    self._publish(current_acks(session, self._site_id))
            plans = adoption.plans(self._engine, self._site_id, self._told)
        except (OperationalError, InterfaceError) as error:
            self._tell_all = True
            self._database.begin(f"The database can't be read now ({error.orig}).")
            return
        if self._client.is_connected():
            for node, plan in plans.items():
                self._tell_plan(node, plan)
            self._told |= {node: plan.rev for node, plan in plans.items()}

    def _tell_plan(self, node: str, plan: Config) -> None:
        try:
            payload = plan.encode()
        except ValueError:  # its node keeps the plan before; the others must not wait for it
            log.exception("a plan does not fit into a message", node=node)
            return
        self._publish([Outgoing(topic(self._site_key, node, What.CONFIG), payload, retain=True)])

    # -- deciding, in a thread of its own, so that no event waits for it

    def _decide(self) -> None:
        while not self._stopping.is_set():
            try:
                product_ids = set(self._undecided.get(timeout=0.5))
            except queue.Empty:
                continue
            while not self._undecided.empty():
                product_ids |= self._undecided.get()
            began_s = time.monotonic()
            try:
                decide_skus(self._engine, self._site_id, product_ids, self._clock())
            except Exception:  # they are booked, and stale: the next pass decides them
                log.exception("SKUs could not be decided at once", skus=len(product_ids))
            self._stopping.wait(min(time.monotonic() - began_s, DECIDING_RESTS_S))  # under a flood, half the time books
