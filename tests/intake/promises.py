"""What the wire promises, asked of a world that has settled: nothing lost unreported, nothing booked twice."""

from collections import Counter
from collections.abc import Iterable

from sqlalchemy import select

from quietshelf.store.engine import reading
from quietshelf.store.tables import FactRow, LostEvents, Node, NodeEvent, Quarantined, Slot, Stream
from quietshelf_edge.messages import Count, Unreadable, decode_count
from tests.intake.world import World
from tests.intake.world_node import Taken


class BrokenPromiseError(AssertionError):
    """What the wire promises did not hold."""


def check(world: World) -> None:
    """Every promise of the wire. Raises BrokenPromiseError."""
    with reading(world.engine) as session:
        node = session.scalars(select(Node)).one()
        rows = list(session.scalars(select(NodeEvent)))
        facts = list(session.scalars(select(FactRow)))
        spans = list(session.scalars(select(LostEvents)))
        set_aside = {_number(row.payload) for row in session.scalars(select(Quarantined))}
        streams = {stream.stream: stream for stream in session.scalars(select(Stream))}
        slots = list(session.scalars(select(Slot)))
    by_number = {int((row.message or {}).get("grams") or 0): row for row in rows}
    _check_once(rows, facts, node)
    waiting = range(world.outbox.acked + 1, world.outbox.next_seq)
    stuck = [t for t in world.taken if t.stream == world.outbox.stream and t.seq in waiting]
    if any(t.poison not in ("denied", "unreadable") and t.seq >= world.outbox.first for t in stuck):
        raise BrokenPromiseError("blocked for ever: a healthy event stays in the outbox")
    for taken in world.taken:
        row = by_number.get(taken.number)
        if row is not None:
            _check_row(world, taken, row, node, {slot.name for slot in slots})
        elif taken.number in world.forgotten or (world.forgotten and taken.number in set_aside):
            pass  # nobody can know of it; or its seq was used before: it is set aside, with that reason
        elif not _is_reported(world, taken, rows, spans, streams, waiting):
            raise BrokenPromiseError(f"lost and not reported: {taken}")
    if not (world.poison or world.off_the_card or spans) and any(slot.disagrees for slot in slots):
        raise BrokenPromiseError("a false disagreement: a state was compared with other events than its own")


def _check_once(rows: list[NodeEvent], facts: list[FactRow], node: Node) -> None:
    numbers = Counter((row.message or {}).get("grams") for row in rows if row.what == "count")
    if any(times > 1 for times in numbers.values()):
        raise BrokenPromiseError("booked twice")
    moved = {
        f"node:{node.name}:{row.stream}:{row.seq}:{item['sku']}": (item["delta"], bool((row.message or {})["missed"]))
        for row in rows
        if row.what == "count"
        for item in (row.message or {})["items"]
        if item["delta"]
    }
    booked = {
        fact.key: (fact.quantity if fact.kind == "put" else -fact.quantity, fact.kind == "missed")
        for fact in facts
        if fact.kind in ("pick", "put") or (fact.kind == "missed" and fact.key in moved)  # else a new card's first word
    }
    if moved != booked:
        raise BrokenPromiseError(f"the ledger has not what the events say: {moved} {booked}")
    dates = {(row.stream, row.seq): row.at for row in rows if row.at and row.what == "count"}
    for fact in facts:
        if fact.kind in ("pick", "put", "missed"):
            _, _, stream, seq, _ = fact.key.split(":")
            if dates.get((stream, int(seq)), fact.happened) != fact.happened:
                raise BrokenPromiseError("an event's date is not its fact's")


def _check_row(world: World, taken: Taken, row: NodeEvent, node: Node, known_slots: set[str]) -> None:
    moved = (row.stream, row.seq) != (taken.stream, taken.seq) and not world.forgotten  # else to a new stream
    if moved or (row.message or {})["items"][0]["sku"] != taken.sku:
        raise BrokenPromiseError(f"held under another key or SKU: {taken}")
    if taken.poison == "unknown" and row.what != "quarantine" and row.slot not in known_slots:
        raise BrokenPromiseError(f"booked, though its slot is unknown: {taken}")
    if row.stream == node.opening_stream and taken.poison is None:
        past = row.seq > (node.opening_seq or 0)
        if row.what != ("count" if past else "before"):
            raise BrokenPromiseError(f"the opening count and the events disagree on {taken}, which is {row.what}")


def _is_reported(
    world: World,
    taken: Taken,
    rows: list[NodeEvent],
    spans: list[LostEvents],
    streams: dict[str, Stream],
    waiting: range,
) -> bool:
    void = any(r.what == "void" and (r.stream, r.seq) == (taken.stream, taken.seq) for r in rows)
    if void:
        return taken.poison is not None
    if any(s.stream == taken.stream and s.first <= taken.seq <= s.last and s.missing for s in spans):
        return True
    if taken.stream == world.outbox.stream:
        return taken.seq in waiting and taken.seq >= world.outbox.first
    return taken.stream not in streams or streams[taken.stream].ended_at is not None


def _number(payload: bytes) -> int | None:
    try:
        event = decode_count(payload)
    except Unreadable:
        return None
    return int(event.grams or 0) if isinstance(event, Count) else None


def run(world: World, acts: Iterable[tuple[str, int]]) -> None:
    """Play a schedule, let the world settle, and check what must hold."""
    try:
        for act, r in acts:
            getattr(world, act)(r)
        world.settle()
        check(world)
    finally:
        world.outbox.close()
