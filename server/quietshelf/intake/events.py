"""The booking of one batch of messages from nodes, in one transaction: read, check, hold, book, and what to answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from quietshelf.intake.booking import Arrival, Booked, Booking, Outgoing, ack_of
from quietshelf.intake.counts import Taken, take_events
from quietshelf.intake.states import compare_state, know_slots, misfit, take_state
from quietshelf.intake.statuses import heard, take_status
from quietshelf.store import shelves, streams
from quietshelf.store.facts import add_facts
from quietshelf.store.sites import touch
from quietshelf.store.streams import StreamKey
from quietshelf.store.tables import Site
from quietshelf_edge.messages import (
    Count,
    State,
    Status,
    Unreadable,
    Void,
    What,
    decode_count,
    decode_state,
    decode_status,
    parse_topic,
)

Message = Count | Void | State | Status

_DECODE: dict[What, Callable[[bytes], Message]] = {
    What.COUNT: decode_count,
    What.STATE: decode_state,
    What.STATUS: decode_status,
}


@dataclass(frozen=True)
class _Read:
    """A message of a node that is known. `message` is None where only stream and seq could be read."""

    arrival: Arrival
    node_id: int
    stream: str
    message: Message | None
    seq: int = 0
    reason: str | None = None


def book(session: Session, site_id: int, arrivals: Sequence[Arrival]) -> Booked:
    """Book a batch of messages in the open writing transaction. What can't be taken goes to quarantine.

    Raises nothing for what a node sent; whatever the database raises leaves the batch to be booked again.
    """
    site = session.get_one(Site, site_id)
    booking = Booking(session, site_id, site.key)
    messages = _owned(booking, _readable(booking, arrivals))
    _lock(booking, messages)
    for read in messages:
        _first_words(booking, read)
    take_events(booking, [_taken(booking, read) for read in messages if read.seq])
    for read in messages:
        if isinstance(read.message, State):
            take_state(booking, read.arrival, booking.nodes[read.node_id], read.message)
    for stream in booking.streams.values():
        compare_state(booking, booking.nodes[stream.node_id], stream)
    booking.answer |= {(read.node_id, read.stream) for read in messages if read.seq}
    session.flush()
    product_ids = add_facts(session, site_id, booking.facts).product_ids | booking.redated
    acks = booking.acks()
    if booking.shown:
        touch(session, site_id)
    return Booked(acks, frozenset(product_ids), booking.counted)


def _readable(booking: Booking, arrivals: Sequence[Arrival]) -> list[_Read]:
    """What can be read, of nodes that are known here; the rest goes to quarantine."""
    addressed = []
    for arrival in arrivals:
        try:
            addressed.append((arrival, parse_topic(arrival.topic)))
        except Unreadable as error:
            booking.quarantine(arrival, error.reason)
    ids = shelves.node_ids(booking.session, booking.site_id, (address.node for _, address in addressed))
    readable = []
    for arrival, address in addressed:
        if address.site != booking.site_key or address.node not in ids:
            booking.quarantine(arrival, f"no node {address.node} is known here: make it with `quietshelf node new`")
        elif address.what not in _DECODE:
            booking.quarantine(arrival, f"a node does not send {address.what}")
        elif (read := _read(booking, arrival, ids[address.node], _DECODE[address.what])) is not None:
            readable.append(read)
    return readable


def _read(booking: Booking, arrival: Arrival, node_id: int, decode: Callable[[bytes], Message]) -> _Read | None:
    try:
        message = decode(arrival.payload)
    except Unreadable as error:
        if decode is decode_count and error.stream and error.seq:
            return _Read(arrival, node_id, error.stream, None, error.seq, error.reason)
        booking.quarantine(arrival, error.reason)
        return None
    if isinstance(message, State) and (reason := misfit(message)):
        booking.quarantine(arrival, reason)
        return None
    seq = message.seq if isinstance(message, Count | Void) else 0
    return _Read(arrival, node_id, message.stream, message, seq)


def _owned(booking: Booking, messages: list[_Read]) -> list[_Read]:
    """Those whose stream is their own node's: one that is another's was sent under the wrong name."""
    owners = {
        stream: node_id
        for stream, (node_id, _) in streams.owners(
            booking.session, booking.site_id, (read.stream for read in messages)
        ).items()
    }
    own = []
    for read in messages:
        if owners.setdefault(read.stream, read.node_id) == read.node_id:
            own.append(read)
        else:
            reason = f"stream {read.stream} is another node's: check the name in this one's TOML, or delete its outbox"
            booking.quarantine(read.arrival, reason)
    return own


def _lock(booking: Booking, messages: list[_Read]) -> None:
    """Lock every stream that is touched, those that may end with it, and read the nodes as they are then."""
    node_ids = {read.node_id for read in messages}
    before = shelves.nodes_by_id(booking.session, node_ids)
    keys: set[StreamKey] = {(read.node_id, read.stream) for read in messages}
    keys |= {(node.id, node.stream) for node in before.values() if node.stream}
    began = min((read.arrival.at for read in messages), default=None)
    if began is not None:
        booking.streams = streams.lock_streams(booking.session, booking.site_id, keys, began)
        booking.nodes = shelves.nodes_by_id(booking.session, node_ids)
        booking.slots = shelves.slots_of(booking.session, node_ids)


def _first_words(booking: Booking, read: _Read) -> None:
    """What must be known of a node before its events are judged: who it is, and which slots it has."""
    node = booking.nodes[read.node_id]
    node.stream = node.stream or read.stream  # the first that is heard of it; another takes over by its status
    if isinstance(read.message, Status):
        take_status(booking, read.arrival, node, read.message)
    elif isinstance(read.message, State):
        know_slots(booking, node, read.message)
    heard(node, read.arrival, read.message.at if isinstance(read.message, State) else None)


def _taken(booking: Booking, read: _Read) -> Taken:
    node = booking.nodes[read.node_id]
    event = read.message if isinstance(read.message, Count | Void) else None
    return Taken(read.arrival, node, booking.stream(node, read.stream), read.seq, event, read.reason)


def set_aside(session: Session, site_id: int, arrival: Arrival, reason: str) -> Booked:
    """Quarantine a message unread, for a reason of the server's own."""
    booking = Booking(session, site_id, session.get_one(Site, site_id).key)
    booking.quarantine(arrival, reason)
    session.flush()
    touch(session, site_id)
    return Booked((), frozenset(), booking.counted)


def current_acks(session: Session, site_id: int) -> list[Outgoing]:
    """The mark of every node's current stream, for a broker that may have forgotten them."""
    site = session.get_one(Site, site_id)
    current = streams.current_streams(session, site_id)
    return [ack_of(site.key, node, stream, site.epoch) for node, stream in current]
