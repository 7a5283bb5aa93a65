"""One booking: what its parts share while a transaction is open. What messages mean is in counts, states, statuses."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from quietshelf.store import shelves
from quietshelf.store.facts import Learnt
from quietshelf.store.streams import StreamKey
from quietshelf.store.tables import Node, Slot, Stream
from quietshelf_edge.messages import Ack, Rev, What, topic

CLOCK_SLACK = timedelta(minutes=5)
"""A node's date this far ahead of its arrival is a clock error, and no date."""


@dataclass(frozen=True)
class Arrival:
    """One message as the broker handed it over. `retained`: a replay of what the broker kept, not news."""

    topic: str
    payload: bytes
    retained: bool
    at: datetime


@dataclass(frozen=True)
class Outgoing:
    """One message to publish once the transaction is committed."""

    topic: str
    payload: bytes
    retain: bool


@dataclass(frozen=True)
class Booked:
    """What a booking did: what to publish, which products have new facts, and how many messages were what."""

    publish: tuple[Outgoing, ...]
    product_ids: frozenset[int]
    counted: Counter[str]


@dataclass
class Booking:
    """The open transaction, the rows that it has locked, and what is to be done at its end."""

    session: Session
    site_id: int
    site_key: str
    streams: dict[StreamKey, Stream] = field(default_factory=dict)
    nodes: dict[int, Node] = field(default_factory=dict)
    slots: dict[tuple[int, str], Slot] = field(default_factory=dict)
    products: dict[str, int] = field(default_factory=dict)
    facts: list[Learnt] = field(default_factory=list)
    redated: set[int] = field(default_factory=set)
    answer: set[StreamKey] = field(default_factory=set)
    counted: Counter[str] = field(default_factory=Counter)
    shown: bool = False
    """Something that a page shows has changed, beside facts."""

    def stream(self, node: Node, name: str) -> Stream:
        """A stream of this booking, locked."""
        return self.streams[node.id, name]

    def know(self, skus: Iterable[str]) -> None:
        """Look up the products of `skus` that this booking has not met yet."""
        new = set(skus) - self.products.keys()
        if new:
            self.products |= shelves.product_ids(self.session, new)

    def knows_slot(self, node: Node, slot: str) -> bool:
        """Whether a node has told of a slot of this name, or it is planned."""
        return (node.id, slot) in self.slots

    def has_slots(self, node: Node) -> bool:
        """Whether any slot of a node is known."""
        return any(node_id == node.id for node_id, _ in self.slots)

    def add_slot(self, node: Node, slot: str) -> None:
        """Know a slot from now on."""
        self.slots[node.id, slot] = Slot(node_id=node.id, name=slot, disagrees=0)
        self.session.add(self.slots[node.id, slot])
        self.shown = True

    def quarantine(self, arrival: Arrival, reason: str) -> None:
        """Keep a message that can't be taken, with its reason."""
        shelves.quarantine(self.session, self.site_id, arrival.topic, reason, arrival.payload, arrival.at)
        self.counted["quarantined"] += 1
        self.shown = True

    def acks(self) -> tuple[Outgoing, ...]:
        """The marks to tell, as this transaction leaves them."""
        epoch = shelves.epoch_of(self.session, self.site_id) if self.answer else 0
        return tuple(
            ack_of(self.site_key, self.nodes[node_id], self.streams[node_id, name], epoch)
            for node_id, name in sorted(self.answer)
        )


def ack_of(site_key: str, node: Node, stream: Stream, epoch: int) -> Outgoing:
    """The server's mark of a stream. Only the current stream's stays at the broker."""
    missing = stream.mark + 1 if stream.high > stream.mark else None
    payload = Ack(epoch=epoch, stream=stream.stream, seq=stream.mark, missing=missing).encode()
    return Outgoing(topic(site_key, node.name, What.ACK), payload, retain=stream.stream == node.stream)


def rev_of(node: Node) -> Rev:
    """The revision of what a node's slots are planned to hold."""
    return Rev(node.config_epoch, node.config_number)


def dated(at: datetime | None, arrived: datetime) -> datetime | None:
    """A node's date where it can be one, else None."""
    return at if at is not None and at <= arrived + CLOCK_SLACK else None
