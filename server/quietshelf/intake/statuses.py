"""Who is on the line: a node's status, a new card in its box, and two boxes under one name."""

from datetime import datetime

from quietshelf.intake.booking import Arrival, Booking
from quietshelf.intake.counts import book_kept
from quietshelf.store import shelves, streams
from quietshelf.store.tables import Node, Stream
from quietshelf_edge.messages import Status


def take_status(booking: Booking, arrival: Arrival, node: Node, status: Status) -> None:
    """Note that a node is there or gone. Another serial, or two streams in turn, ends its adoption."""
    booking.shown = True
    if not status.online:
        if status.stream == node.stream:
            node.online = False
        return
    node.online, node.agent = True, status.version
    stream = booking.stream(node, status.stream)
    other_box = bool(node.serial and status.serial and node.serial != status.serial)
    in_turn = stream.ended_at is not None and not arrival.retained
    if node.adopted_at and (other_box or in_turn):
        shelves.end_adoption(booking.session, node)
        for name in [name for node_id, name in booking.streams if node_id == node.id]:
            booking.stream(node, name).booked_after = None
        node.twice = True
        booking.counted["twice"] += 1
    if status.stream != node.stream and (stream.ended_at is None or in_turn):
        _begin(booking, node, stream)
    if stream.stream == node.stream:
        streams.end_others(booking.session, stream, arrival.at)
    node.serial = status.serial or node.serial


def _begin(booking: Booking, node: Node, stream: Stream) -> None:
    """The node sends on this stream from now on."""
    node.stream, stream.ended_at = stream.stream, None
    if node.adopted_at and node.opening_stream:
        stream.booked_after = 0
        book_kept(booking, node, stream, 0)


def heard(node: Node, arrival: Arrival, made_at: datetime | None) -> None:
    """Note when a node was last heard: now, or when a message that the broker had kept was made."""
    at = made_at if arrival.retained else arrival.at
    if at is not None and (node.heard_at is None or at > node.heard_at):
        node.heard_at = at
