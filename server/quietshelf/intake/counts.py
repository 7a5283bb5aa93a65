"""Events into the ledger: each held once, booked as picks, puts and what was missed, dated as well as is known.

A slot's last word is kept here too.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from quietshelf.intake.booking import Arrival, Booking, dated
from quietshelf.rules.facts import SETTLED, Fact, Kind
from quietshelf.store import streams
from quietshelf.store.streams import HeldEvent
from quietshelf.store.tables import Node, Slot, Stream
from quietshelf_edge.messages import Count, Item, Void
from quietshelf_edge.strict import format_moment, read

GIVEN_UP = "the node gave this event up, because it could not be brought across"


@dataclass(frozen=True)
class Taken:
    """An event with where it came from. `event` is None where only its stream and seq could be read."""

    arrival: Arrival
    node: Node
    stream: Stream
    seq: int
    event: Count | Void | None
    reason: str | None = None
    """Why it was quarantined; None is well."""


def take_events(booking: Booking, taken: list[Taken]) -> None:
    """Hold each event once, move the marks, and book what is new."""
    for stream in {id(t.stream): t.stream for t in taken}.values():
        _take_stream(booking, stream, [t for t in taken if t.stream is stream])


def _take_stream(booking: Booking, stream: Stream, taken: list[Taken]) -> None:
    held = streams.held_events(booking.session, stream, (t.seq for t in taken))
    booking.know(item.sku for t in taken if isinstance(t.event, Count) for item in t.event.items)
    had = set(held)
    new: dict[int, tuple[Taken, HeldEvent]] = {}
    for event in taken:
        known = held.get(event.seq)
        if known is None or (known.what == "void" and isinstance(event.event, Count)):
            held[event.seq] = _judge(booking, event)
            new[event.seq] = event, held[event.seq]
        else:
            _repeat(booking, event, known, event.seq in new)
    if not new:
        return
    streams.put_events(booking.session, [_row(event, kept) for event, kept in new.values()])
    streams.came_after_all(booking.session, stream, (seq for seq in new if seq <= stream.mark and seq not in had))
    streams.advance(booking.session, stream, new)
    _book_new(booking, stream, [(event, kept) for event, kept in new.values()])


def _judge(booking: Booking, taken: Taken) -> HeldEvent:
    """What is made of an event that is new."""
    event, reason = taken.event, taken.reason
    if isinstance(event, Void):
        booking.quarantine(taken.arrival, GIVEN_UP)
        return HeldEvent("void", dated(event.at, taken.arrival.at), {"boot": event.boot})
    if event is None:
        booking.quarantine(taken.arrival, reason or "")
        return HeldEvent("quarantine", None, None)
    reason = reason or _misfit(booking, taken, event)
    at = dated(event.at, taken.arrival.at)
    if reason:
        booking.quarantine(taken.arrival, reason)
        return HeldEvent("quarantine", at, content(event))
    booking.counted["events"] += 1
    return HeldEvent(_booked_or_before(taken.stream, taken.seq), at, content(event))


def _misfit(booking: Booking, taken: Taken, count: Count) -> str | None:
    if not booking.knows_slot(taken.node, count.slot):
        if booking.has_slots(taken.node):
            return f'node {taken.node.name} has no slot "{count.slot}": check the names in its TOML'
        booking.add_slot(taken.node, count.slot)  # its first state, which names its slots, is still under way
    unknown = [item.sku for item in count.items if item.sku not in booking.products]
    return f"no product has the SKU {unknown[0]}: import it, or plan the slot anew" if unknown else None


def _booked_or_before(stream: Stream, seq: int) -> str:
    return "before" if stream.booked_after is None or seq <= stream.booked_after else "count"


def _repeat(booking: Booking, taken: Taken, known: HeldEvent, in_this_booking: bool) -> None:
    """An event that is held already: it may bring its date, and must not bring other content."""
    booking.counted["repeats"] += 1
    event = taken.event
    if not isinstance(event, Count) or known.message is None:
        return
    if known.message != content(event):
        booking.quarantine(taken.arrival, f"event {event.seq} of stream {event.stream} is held with other content")
        return
    at = dated(event.at, taken.arrival.at)
    if known.at is None and at is not None:
        known.at = at
        if not in_this_booking:  # what is new in this booking is written with its date
            streams.date_event(booking.session, taken.stream, taken.seq, at)
            _redate(booking, taken.node, taken.stream, {taken.seq: (at, False)}, {taken.seq: known.message})


def _row(taken: Taken, kept: HeldEvent) -> dict[str, Any]:
    return {
        "site_id": taken.stream.site_id,
        "node_id": taken.node.id,
        "stream": taken.stream.stream,
        "seq": taken.seq,
        "what": kept.what,
        "slot": taken.event.slot if isinstance(taken.event, Count) else None,
        "at": kept.at,
        "arrived": taken.arrival.at,
        "message": kept.message,
    }


def content(count: Count) -> dict[str, Any]:
    """What makes two events of one key the same: all but the key itself, and the date, which may come later."""
    return {
        "slot": count.slot,
        "boot": count.boot,
        "config_rev": list(count.config_rev) if count.config_rev else None,
        "items": [{"sku": item.sku, "count": item.count, "delta": item.delta} for item in count.items],
        "grams": count.grams,
        "confidence": count.confidence,
        "doubt": count.doubt.value if count.doubt else None,
        "missed": {"since": format_moment(count.missed.since) if count.missed.since else None}
        if count.missed
        else None,
    }


def _count_of(stream: Stream, seq: int, at: datetime | None, message: dict[str, Any]) -> Count:
    values = message | {"stream": stream.stream, "seq": seq, "at": None, "clock_ok": at is not None}
    return replace(read(Count, values), at=at)


def book_kept(booking: Booking, node: Node, stream: Stream, after: int) -> None:
    """Book the events past `after` that were kept as from before adoption."""
    for event in streams.kept_before(booking.session, stream, after):
        event.what = "count"
        count = _count_of(stream, event.seq, event.at, event.message or {})
        booking.know(item.sku for item in count.items)
        _book(booking, node, stream, count, event.arrived)


def _book_new(booking: Booking, stream: Stream, new: list[tuple[Taken, HeldEvent]]) -> None:
    for taken, kept in sorted(new, key=lambda entry: entry[0].seq):
        if kept.what == "count" and isinstance(taken.event, Count):
            _book(booking, taken.node, stream, replace(taken.event, at=kept.at), taken.arrival.at)
        if kept.what in ("count", "before") and isinstance(taken.event, Count):
            _tell_slot(booking, taken.node, taken.event, kept.at or taken.arrival.at)
    _date_earlier(booking, stream, new)


def _book(booking: Booking, node: Node, stream: Stream, count: Count, arrived: datetime) -> None:
    happened = count.at
    if happened is None:
        later = streams.latest_date(booking.session, stream, count.seq)
        happened = min(arrived, later) if later else arrived
    for item in count.items:
        product_id = booking.products.get(item.sku)
        fact = _fact(booking, node, stream, count, item, happened)
        if product_id is not None and fact is not None:
            booking.facts.append((product_id, fact, arrived, count.at is None))


def _fact(booking: Booking, node: Node, stream: Stream, count: Count, item: Item, happened: datetime) -> Fact | None:
    key, place = _key(node, stream, count.seq, item.sku), place_of(node, count.slot)
    if count.missed and item.delta:
        return Fact(happened, Kind.MISSED, -item.delta, key, place, since=count.missed.since)
    if item.delta < 0:
        return Fact(happened, Kind.PICK, -item.delta, key, place)
    if item.delta > 0:
        return Fact(happened, Kind.PUT, item.delta, key, place)
    counted = _counted_before(booking, stream, count, item.sku)
    if counted == item.count or (counted is not None and count.doubt is not None):
        return None  # only its doubt has changed
    slot = booking.slots[node.id, count.slot]
    if counted is not None or slot.count is None or slot.stream in (None, stream.stream):
        return Fact(happened, Kind.COUNT, item.count, key, place)  # the first, or after a tare
    missed = slot.count - item.count  # a new card in the same box: what went between the old one's last word and this
    return Fact(happened, Kind.MISSED, missed, key, place, since=slot.at) if missed else None


def _counted_before(booking: Booking, stream: Stream, count: Count, sku: str) -> int | None:
    """What the stream's event before this one told of a SKU in the same slot; None: nothing."""
    earlier = streams.slot_as_of(booking.session, stream, count.slot, count.seq - 1)
    items = earlier["items"] if earlier else ()
    return next((int(item["count"]) for item in items if item["sku"] == sku), None)


def _key(node: Node, stream: Stream, seq: int, sku: str) -> str:
    return f"node:{node.name}:{stream.stream}:{seq}:{sku}"


def place_of(node: Node, slot: str) -> str:
    """How a slot is named in the ledger."""
    return f"{node.name}/{slot}"


def _tell_slot(booking: Booking, node: Node, count: Count, at: datetime) -> None:
    slot = booking.slots[node.id, count.slot]
    if newer(node, slot, count.stream, count.seq, at):
        slot.stream, slot.seq, slot.at = count.stream, count.seq, at
        slot.count = sum(item.count for item in count.items) if count.items else None
        slot.grams, slot.confidence, slot.doubt = count.grams, count.confidence, count.doubt
        booking.shown = True


def newer(node: Node, slot: Slot, stream: str, seq: int, at: datetime) -> bool:
    """Whether a word of (stream, seq, at) is newer than the slot's last. An ended stream's is not."""
    if slot.stream != stream:
        return slot.stream is None or stream == node.stream
    return slot.seq is None or slot.at is None or (seq, at) > (slot.seq, slot.at)


def _date_earlier(booking: Booking, stream: Stream, new: Iterable[tuple[Taken, HeldEvent]]) -> None:
    """An event without a date happened no later than the next one of its stream."""
    dates = [kept.at for _, kept in new if kept.at is not None]
    if not dates:
        return
    undated = streams.undated_after(booking.session, stream, min(dates))
    late: dict[int, tuple[datetime, bool]] = {}
    for event in undated:
        following = streams.latest_date(booking.session, stream, event.seq)
        if event.what == "count" and following is not None and following < event.arrived:
            late[event.seq] = following, True
    if late:
        node = booking.nodes[stream.node_id]
        _redate(booking, node, stream, late, {event.seq: event.message or {} for event in undated})


def _redate(
    booking: Booking,
    node: Node,
    stream: Stream,
    dates: dict[int, tuple[datetime, bool]],
    messages: dict[int, dict[str, Any]],
) -> None:
    keys = {
        _key(node, stream, seq, item["sku"]): date for seq, date in dates.items() for item in messages[seq]["items"]
    }
    settled = {f"{SETTLED}{key}": date for key, date in keys.items()}  # the counts that they made
    booking.redated |= streams.redate_facts(booking.session, booking.site_id, keys | settled)
