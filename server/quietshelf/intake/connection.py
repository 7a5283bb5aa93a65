"""A broker's address, clients that connect to it, and whether it answers. What messages mean is not known here."""

import secrets
import threading
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

KEEPALIVE_S = 30
SESSION_KEPT_S = 30 * 86_400
"""How long the broker keeps the intake's session, and what queues for it, while it is away."""
UNACKNOWLEDGED = 1000
"""Messages that the broker may have under way to an intake before it acknowledges one."""
MOST_BACKOFF_S = 30


@dataclass(frozen=True)
class BrokerUrl:
    """Where a broker is, and as whom to sign in."""

    host: str
    port: int
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: bool = False

    @classmethod
    def parse(cls, url: str) -> "BrokerUrl":
        """From mqtt://USER:PASSWORD@HOST:PORT, or mqtts:// for TLS. Raises ValueError."""
        parts = urlsplit(url)
        if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
            raise ValueError("write a broker's address as mqtt://HOST:PORT or mqtts://USER:PASSWORD@HOST:PORT")
        tls = parts.scheme == "mqtts"
        return cls(
            parts.hostname,
            parts.port or (8883 if tls else 1883),
            unquote(parts.username) if parts.username else None,
            unquote(parts.password) if parts.password else None,
            tls,
        )

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def new_client(url: BrokerUrl, client_id: str, *, five: bool, persistent: bool = False) -> mqtt.Client:
    """A client that is not connected yet. `five`: MQTT 5, else 3.1.1; `persistent`: it acknowledges by hand."""
    client = mqtt.Client(
        CallbackAPIVersion.VERSION2,
        client_id=client_id,
        protocol=MQTTProtocolVersion.MQTTv5 if five else MQTTProtocolVersion.MQTTv311,
        clean_session=None if five else not persistent,
        manual_ack=persistent,
    )
    if url.username is not None:
        client.username_pw_set(url.username, url.password)
    if url.tls:
        client.tls_set()
    client.reconnect_delay_set(1, MOST_BACKOFF_S)
    client.max_inflight_messages_set(UNACKNOWLEDGED)
    return client


def begin(client: mqtt.Client, url: BrokerUrl, *, five: bool, persistent: bool = False) -> None:
    """Connect in a thread of the client's own, and stay connected, even where the broker is away at first."""
    options: dict[str, Any] = {}
    if five:
        options["clean_start"] = not persistent
        options["properties"] = properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.ReceiveMaximum = UNACKNOWLEDGED
        if persistent:
            properties.SessionExpiryInterval = SESSION_KEPT_S
    client.connect_async(url.host, url.port, KEEPALIVE_S, **options)
    client.loop_start()


def answers(url: BrokerUrl, *, five: bool, timeout_s: float = 5.0) -> bool:
    """Whether a message comes back from the broker: the only proof that it works."""
    topic = f"quietshelf/health/{secrets.token_hex(8)}"
    back = threading.Event()
    client = new_client(url, f"quietshelf.health.{secrets.token_hex(4)}", five=five)
    client.on_connect = lambda client, *_: client.subscribe(topic, 1)
    client.on_subscribe = lambda client, *_: client.publish(topic, b"?", qos=1)
    client.on_message = lambda *_: back.set()
    begin(client, url, five=five)
    try:
        return back.wait(timeout_s)
    finally:
        client.disconnect()
        client.loop_stop()
