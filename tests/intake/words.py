"""What node tea-1 says, made in one line, and what the server has made of it. No test lives here."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from quietshelf.intake.adoption import adopt
from quietshelf.intake.booking import Arrival, Booked
from quietshelf.intake.events import book
from quietshelf.store.engine import reading, writing
from quietshelf.store.tables import FactRow, LostEvents, Node, NodeEvent, Quarantined, Site, Slot, Stream
from quietshelf_edge.messages import (
    Ack,
    Count,
    Doubt,
    Item,
    Missed,
    SlotState,
    State,
    StateItem,
    Status,
    Void,
    What,
    decode_ack,
    topic,
)
from tests.shops import Shop

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""When the shop opens; what happens is told in minutes from here."""


def at(minutes: float) -> datetime:
    """So many minutes past nine."""
    return NINE + timedelta(minutes=minutes)


def count(
    seq: int,
    pieces: int,
    delta: int,
    *,
    minutes: float | None = 0,
    sku: str = "TEA-0114",
    stream: str = "s1",
    slot: str = "1",
    doubt: Doubt | None = None,
    missed: Missed | None = None,
) -> Count:
    """An event: so many pieces lie there now, moved by `delta`. `minutes` None: the node had no clock."""
    happened = None if minutes is None else at(minutes)
    item = Item(sku, pieces, delta)
    return Count(slot, stream, seq, 1, happened, happened is not None, None, (item,), 100.0, 1.0, doubt, missed)


def void(seq: int, *, stream: str = "s1") -> Void:
    """An event that was given up."""
    return Void(stream, seq, 1, None, False)


def state(
    seq: int,
    pieces: int,
    *,
    stream: str = "s1",
    first: int = 1,
    epoch: int = 0,
    acked: int = 0,
    minutes: float | None = 0,
    sku: str = "TEA-0114",
    cell_ok: bool = True,
) -> State:
    """Every slot (there is one) after event `seq`."""
    told = None if minutes is None else at(minutes)
    word = SlotState("1", (StateItem(sku, pieces),), 100.0, 1.0, None, cell_ok)
    return State(stream, seq, first, epoch, acked, None, told, (word,))


def online(stream: str = "s1", *, serial: str | None = "pi-1") -> Status:
    """The node is there."""
    return Status(True, "0.1.0", 1, serial, stream)


_WHAT = {Count: What.COUNT, Void: What.COUNT, State: What.STATE, Status: What.STATUS}


@dataclass
class Shelf:
    """The shop, its node, and one way to have messages booked."""

    shop: Shop
    node_id: int
    acks: list[Ack] = field(default_factory=list)

    def hear(
        self,
        *messages: Count | Void | State | Status,
        minutes: float = 0,
        node: str = "tea-1",
        retained: bool = False,
    ) -> Booked:
        """Have the server book these messages in one batch that arrives at this minute."""
        return self.hear_raw(
            *((topic("main", node, _WHAT[type(message)]), message.encode()) for message in messages),
            minutes=minutes,
            retained=retained,
        )

    def hear_raw(self, *messages: tuple[str, bytes], minutes: float = 0, retained: bool = False) -> Booked:
        """The same for topics and payloads that no honest node would send."""
        with writing(self.shop.engine) as session:
            arrivals = [Arrival(where, payload, retained, at(minutes)) for where, payload in messages]
            booked = book(session, self.shop.site_id, arrivals)
        self.acks += [decode_ack(out.payload) for out in booked.publish]
        return booked

    def open(self, pieces: int = 10) -> None:
        """Connect, and be adopted with so many pieces on the shelf."""
        self.hear(online(), state(0, pieces))
        adopt(self.shop.engine, self.node_id, at(0))
        self.acks.clear()

    def rows(self, table: type[Any]) -> list[Any]:
        """All rows of a table."""
        with reading(self.shop.engine) as session:
            return list(session.scalars(select(table).order_by(*table.__table__.primary_key)))

    @property
    def node(self) -> Node:
        """The node as the server has it."""
        nodes: list[Node] = self.rows(Node)
        return next(node for node in nodes if node.id == self.node_id)

    @property
    def slot(self) -> Slot:
        """Slot 1 as the server has it."""
        slots: list[Slot] = self.rows(Slot)
        return next(slot for slot in slots if slot.name == "1")

    def stream(self, name: str = "s1") -> Stream:
        """A stream as the server has it."""
        streams: list[Stream] = self.rows(Stream)
        return next(stream for stream in streams if stream.stream == name)

    def facts(self) -> list[tuple[str, int]]:
        """The ledger: kinds and quantities, in order of happening."""
        facts: list[FactRow] = sorted(self.rows(FactRow), key=lambda fact: (fact.happened, fact.id))
        return [(fact.kind, fact.quantity) for fact in facts]

    def held(self) -> list[tuple[int, str]]:
        """The events: seq, and what was made of each."""
        return [(event.seq, event.what) for event in self.rows(NodeEvent)]

    def reasons(self) -> list[str]:
        """Why messages were quarantined."""
        return [row.reason for row in self.rows(Quarantined)]

    def lost(self) -> list[tuple[int, int, int]]:
        """Spans of lost events: first, last, and how many of them are missing still."""
        return [(span.first, span.last, span.missing) for span in self.rows(LostEvents)]

    @property
    def epoch(self) -> int:
        """The site's epoch."""
        sites: list[Site] = self.rows(Site)
        return sites[0].epoch


def altered(message: Count | State, **values: Any) -> bytes:
    """A message's payload with other values in it, however wrong."""
    return json.dumps(json.loads(message.encode()) | values).encode()


def moved(counts: Iterable[tuple[str, int]]) -> int:
    """By how many pieces picks and puts moved the shelf."""
    return sum(-n if kind == "pick" else n for kind, n in counts if kind in ("pick", "put"))
