"""What a node's state says: what it lost, what it claims, its opening count, whether it agrees with its events."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from quietshelf.intake.booking import Arrival, Booking, dated
from quietshelf.intake.counts import book_kept, newer, place_of
from quietshelf.rules.facts import Fact, Kind
from quietshelf.store import shelves, streams
from quietshelf.store.tables import Node, Stream
from quietshelf_edge.messages import SlotState, State, decode_state


@dataclass(frozen=True)
class ToldState:
    """A state, when it was made (as well as is known), and whether it has been compared with the events."""

    state: State
    at: datetime
    compared: bool

    def as_figures(self) -> dict[str, Any]:
        """As a stream's row keeps it."""
        return {"state": json.loads(self.state.encode()), "at": self.at.isoformat(), "compared": self.compared}


def newest_state(stream: Stream) -> ToldState | None:
    """The newest state that is known of a stream."""
    if stream.state is None:
        return None
    state = decode_state(json.dumps(stream.state["state"]).encode())
    return ToldState(state, datetime.fromisoformat(stream.state["at"]), bool(stream.state["compared"]))


def know_slots(booking: Booking, node: Node, state: State) -> None:
    """A node's slots are those that its state names."""
    for told in state.slots:
        if not booking.knows_slot(node, told.slot):
            booking.add_slot(node, told.slot)


def misfit(state: State) -> str | None:
    """Why a state contradicts itself, or None."""
    if state.first > state.seq + 1:
        return f"its oldest event {state.first} is past its newest {state.seq}"
    if state.acked > state.seq or state.epoch >= 2**52:
        return f"it claims an acknowledgement that no server gave: epoch {state.epoch}, seq {state.acked}"
    return None


def take_state(booking: Booking, arrival: Arrival, node: Node, state: State) -> None:
    """Close the gap below what the node still has, answer what it claims, keep the newest, open the books."""
    stream = booking.stream(node, state.stream)
    told = ToldState(state, dated(state.at, arrival.at) or arrival.at, compared=False)
    stream.claimed = max(stream.claimed, state.seq)
    lost = streams.close_gap(booking.session, stream, state.first, arrival.at)
    if lost:
        streams.advance(booking.session, stream, ())
        booking.counted["lost"] += lost
        booking.shown = True
    _answer(booking, node, stream, state)
    known = newest_state(stream)
    if known is None or (state.seq, told.at) > (known.state.seq, known.at):
        stream.state = told.as_figures()
        _tell_slots(booking, node, told)
    open_books(booking, node, stream, told)


def _answer(booking: Booking, node: Node, stream: Stream, state: State) -> None:
    """Tell a node whose mark differs from ours; one that claims more than is held here gets a new epoch."""
    epoch = shelves.epoch_of(booking.session, booking.site_id)
    if state.epoch > epoch or (state.epoch == epoch and state.acked > stream.mark):
        epoch = shelves.raise_epoch(booking.session, booking.site_id, state.epoch)
        booking.counted["epochs"] += 1
    if (state.epoch, state.acked) != (epoch, stream.mark):
        booking.answer.add((node.id, stream.stream))


def open_books(booking: Booking, node: Node, stream: Stream, told: ToldState) -> bool:
    """Book the opening count of an adopted node by the first state at or past its adoption. Whether it was that one."""
    past = stream.stream != node.adopted_stream or told.state.seq >= (node.adopted_mark or 0)
    if node.adopted_at is None or node.opening_stream or stream.stream != node.stream or not past:
        return False
    node.opening_stream, node.opening_seq = stream.stream, told.state.seq
    stream.booked_after = told.state.seq
    booking.know(item.sku for slot in told.state.slots for item in slot.items)
    for slot in told.state.slots:
        for item in slot.items:
            if item.sku in booking.products:
                key = f"node:{node.name}:{stream.stream}:{told.state.seq}:opening:{slot.slot}:{item.sku}"
                fact = Fact(told.at, Kind.COUNT, item.count, key, place_of(node, slot.slot))
                booking.facts.append((booking.products[item.sku], fact, told.at, False))
    book_kept(booking, node, stream, told.state.seq)
    booking.shown = True
    return True


def _tell_slots(booking: Booking, node: Node, told: ToldState) -> None:
    for word in told.state.slots:
        slot = booking.slots[node.id, word.slot]
        if newer(node, slot, told.state.stream, told.state.seq, told.at):
            slot.stream, slot.seq, slot.at = told.state.stream, told.state.seq, told.at
            slot.count = sum(item.count for item in word.items) if word.items else None
            slot.grams, slot.confidence, slot.doubt = word.grams, word.confidence, word.doubt
            slot.health = None if word.cell_ok else "cell_faulty"
            booking.shown = True


def compare_state(booking: Booking, node: Node, stream: Stream) -> None:
    """Once the events up to a state are held, compare it with each slot as it stood after them."""
    told = newest_state(stream)
    if told is None or told.compared or told.state.seq > stream.mark:
        return
    stream.state = ToldState(told.state, told.at, compared=True).as_figures()
    for word in told.state.slots:
        slot = booking.slots[node.id, word.slot]
        as_of = streams.slot_as_of(booking.session, stream, word.slot, told.state.seq)
        disagrees = _more_than_told(word, as_of) if as_of and stream.booked_after is not None else 0
        if slot.disagrees != disagrees:
            slot.disagrees = disagrees
            booking.shown = True


def _more_than_told(word: SlotState, event: dict[str, Any]) -> int:
    """Pieces that a state says there are more than the last event of its slot told, of the SKU that differs most."""
    told = {item["sku"]: int(item["count"]) for item in event["items"]}
    differences = [item.count - told[item.sku] for item in word.items if item.sku in told]
    return max(differences, key=abs, default=0)
