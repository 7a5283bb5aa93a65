"""The connection to the broker: connects, stays connected, says what arrives. What messages mean is the agent's.

Callbacks of paho run in a thread of its own; everything they learn is put on one queue, which the agent empties.
"""

import contextlib
import logging
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.reasoncodes import ReasonCode

from quietshelf_edge.config import MqttConfig
from quietshelf_edge.messages import Unreadable, What, parse_topic, topic

log = logging.getLogger(__name__)

KEEPALIVE_S = 30
MOST_BACKOFF_S = 60
HEARD = (What.ACK, What.CONFIG, What.COMMAND)


@dataclass(frozen=True)
class Connected:
    """The broker took us, and our subscriptions are asked for."""


@dataclass(frozen=True)
class Disconnected:
    """There is no connection; `why` in words."""

    why: str


@dataclass(frozen=True)
class Refused:
    """The broker took the connection, and refused something on it."""

    why: str


@dataclass(frozen=True)
class Received:
    """A message for this node. `retained`: kept by the broker from before, not sent now."""

    what: What
    payload: bytes
    retained: bool


News = Connected | Disconnected | Refused | Received


class Link:
    """One node's connection, with a last will, reconnecting by itself with a pause of 1 to 60 s."""

    def __init__(self, config: MqttConfig, site: str, node: str) -> None:
        self._config, self._site, self._node = config, site, node
        self._client: mqtt.Client | None = None
        self._will = b""
        self._welcomed = False
        self._change_protocol = False
        self._changes = 0
        self._change_after_s = 0.0
        self.protocol = MQTTProtocolVersion.MQTTv5 if config.protocol == "5" else MQTTProtocolVersion.MQTTv311
        self.news: SimpleQueue[News] = SimpleQueue()

    def open(self, will: bytes) -> None:
        """Begin to connect; `will` is the retained status that the broker publishes when we vanish."""
        old, self._client = self._client, None
        if old is not None:
            old.disconnect()  # its thread ends by itself: waiting for it would hold up the samples
        self._will, self._welcomed, self._change_protocol = will, False, False
        five = self.protocol == MQTTProtocolVersion.MQTTv5
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"quietshelf-{self._node}",
            clean_session=None if five else True,
            protocol=self.protocol,
        )
        if self._config.username is not None:
            client.username_pw_set(self._config.username, self._config.password)
        client.will_set(self._topic(What.STATUS), will, qos=1, retain=True)
        client.reconnect_delay_set(1, MOST_BACKOFF_S)
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        client.on_subscribe = self._on_subscribe
        self._client = client
        if five:
            client.connect_async(self._config.host, self._config.port, KEEPALIVE_S, clean_start=True)
        else:
            client.connect_async(self._config.host, self._config.port, KEEPALIVE_S)
        client.loop_start()

    def close(self) -> None:
        """End the connection, if there is one; messages under way may be lost."""
        if self._client is not None:
            client, self._client = self._client, None
            client.disconnect()
            client.loop_stop()

    def tend(self, now_s: float) -> None:
        """To be called often: changes the protocol where the broker broke off without a word of welcome."""
        if self._change_protocol and now_s >= self._change_after_s:
            self._changes += 1
            self._change_after_s = now_s + min(2.0**self._changes, MOST_BACKOFF_S)
            five = self.protocol == MQTTProtocolVersion.MQTTv5
            self.protocol = MQTTProtocolVersion.MQTTv311 if five else MQTTProtocolVersion.MQTTv5
            log.info("trying MQTT %s", "3.1.1" if five else "5")
            self.open(self._will)

    def publish(self, what: What, payload: bytes, *, retain: bool = False) -> bool:
        """Hand a message to the broker, QoS 1; False while there is no connection. True proves nothing."""
        client = self._client
        if client is None or not client.is_connected():
            return False
        return client.publish(self._topic(what), payload, qos=1, retain=retain).rc == mqtt.MQTT_ERR_SUCCESS

    def farewell(self, status: bytes) -> None:
        """Say the offline status ourselves, since a clean goodbye cancels the last will; then close."""
        client = self._client
        if client is not None and client.is_connected():
            with contextlib.suppress(ValueError, RuntimeError):  # the connection went in between: the will speaks
                client.publish(self._topic(What.STATUS), status, qos=1, retain=True).wait_for_publish(2)
        self.close()

    def _topic(self, what: What) -> str:
        return topic(self._site, self._node, what)

    def _on_connect(
        self, client: mqtt.Client, _userdata: Any, _flags: Any, reason: ReasonCode, _properties: Any
    ) -> None:
        if reason.is_failure:
            self._welcomed = reason.getName() != "Unsupported protocol version"
            self.news.put(Disconnected(f"the broker refuses this node: {reason}. Check [mqtt] username and password"))
            return
        self._welcomed, self._changes, self._change_after_s = True, 0, 0.0
        client.subscribe([(self._topic(what), 1) for what in HEARD])
        self.news.put(Connected())

    def _on_connect_fail(self, _client: mqtt.Client, _userdata: Any) -> None:
        self.news.put(Disconnected(f"no broker answers at {self._config.host}:{self._config.port}"))

    def _on_disconnect(
        self, client: mqtt.Client, _userdata: Any, _flags: Any, reason: ReasonCode, _properties: Any
    ) -> None:
        if client is not self._client:
            return
        refused = not self._welcomed and self._config.protocol == "5"
        self._change_protocol = self._change_protocol or refused
        self._welcomed = False
        if refused and self._changes == 0:
            return  # the other protocol may be welcome: no fault yet
        self.news.put(Disconnected(f"the connection to {self._config.host}:{self._config.port} broke: {reason}"))

    def _on_message(self, _client: mqtt.Client, _userdata: Any, message: mqtt.MQTTMessage) -> None:
        try:
            address = parse_topic(message.topic)
        except Unreadable:
            return
        self.news.put(Received(address.what, bytes(message.payload), bool(message.retain)))

    def _on_publish(
        self, _client: mqtt.Client, _userdata: Any, _mid: int, reason: ReasonCode, _properties: Any
    ) -> None:
        if reason.is_failure:
            self.news.put(Refused(f"the broker refuses what this node publishes: {reason}. Check its rights (ACL)"))

    def _on_subscribe(
        self, _client: mqtt.Client, _userdata: Any, _mid: int, reasons: list[ReasonCode], _properties: Any
    ) -> None:
        for reason in reasons:
            if reason.is_failure:
                self.news.put(
                    Refused(f"the broker refuses a subscription of this node: {reason}. Check its rights (ACL)")
                )
