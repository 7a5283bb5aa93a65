"""The streams that nodes send on: their rows, events, marks and lost spans. What an event means is intake's."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, tuple_, update
from sqlalchemy.orm import Session

from quietshelf.store.states import EVER, mark_stale
from quietshelf.store.tables import FactRow, LostEvents, Node, NodeEvent, Stream
from quietshelf.store.upsert import ROWS_AT_ONCE, in_chunks, insert

StreamKey = tuple[int, str]
"""Whose stream (the node's id), and its name."""


@dataclass
class HeldEvent:
    """An event as it is held: what was made of it, its date by the node's clock, and its content where readable."""

    what: str
    at: datetime | None
    message: dict[str, Any] | None


def owners(session: Session, site_id: int, streams: Iterable[str]) -> dict[str, tuple[int, str]]:
    """Which node each known stream belongs to: its id and its name. The first that sent on it owns it."""
    rows = session.execute(
        select(Stream.stream, Node.id, Node.name)
        .join(Node, Node.id == Stream.node_id)
        .where(Stream.site_id == site_id, Stream.stream.in_(sorted(set(streams))))
        .order_by(Stream.began_at.desc(), Node.id.desc())
    )
    return {stream: (node_id, name) for stream, node_id, name in rows}


def current_streams(session: Session, site_id: int) -> list[tuple[Node, Stream]]:
    """Every node that has been heard, with the stream that it sends on now."""
    rows = session.execute(
        select(Node, Stream)
        .join(Stream, (Stream.node_id == Node.id) & (Stream.stream == Node.stream))
        .where(Stream.site_id == site_id)
        .order_by(Node.name)
    )
    return [(node, stream) for node, stream in rows]


def lock_streams(session: Session, site_id: int, keys: Iterable[StreamKey], now: datetime) -> dict[StreamKey, Stream]:
    """The rows of these streams, locked until the transaction ends; those that are missing are made first.

    In order of node and name, so that two transactions wait for each other and do not lock up.
    """
    wanted = sorted(set(keys))
    if not wanted:
        return {}
    new = insert(session, Stream).on_conflict_do_nothing()
    row = {"site_id": site_id, "mark": 0, "high": 0, "claimed": 0, "began_at": now}
    session.connection().execute(new, [row | {"node_id": node_id, "stream": stream} for node_id, stream in wanted])
    locked = session.scalars(
        select(Stream)
        .where(Stream.site_id == site_id, tuple_(Stream.node_id, Stream.stream).in_(wanted))
        .order_by(Stream.node_id, Stream.stream)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {(stream.node_id, stream.stream): stream for stream in locked}


def end_others(session: Session, stream: Stream, now: datetime) -> None:
    """The node sends on `stream` now: what its others had not yet brought is lost, except what is under way."""
    session.flush()
    session.execute(
        update(Stream)
        .where(
            Stream.site_id == stream.site_id,
            Stream.node_id == stream.node_id,
            Stream.stream != stream.stream,
            Stream.ended_at.is_(None),
        )
        .values(ended_at=now)
    )


def held_events(session: Session, stream: Stream, seqs: Iterable[int]) -> dict[int, HeldEvent]:
    """Those of a stream's events that are held, by seq."""
    held: dict[int, HeldEvent] = {}
    for chunk in in_chunks(sorted(set(seqs))):
        rows = session.execute(
            select(NodeEvent.seq, NodeEvent.what, NodeEvent.at, NodeEvent.message).where(
                *_of(stream), NodeEvent.seq.in_(chunk)
            )
        )
        held |= {seq: HeldEvent(what, at, message) for seq, what, at, message in rows}
    return held


def put_events(session: Session, rows: list[dict[str, Any]]) -> None:
    """Hold new events, or put what came after all in the place of a void. The stream must be locked."""
    if not rows:
        return
    put = insert(session, NodeEvent)
    put = put.on_conflict_do_update(
        index_elements=["site_id", "node_id", "stream", "seq"],
        set_={name: put.excluded[name] for name in ("what", "slot", "at", "arrived", "message")},
    )
    session.connection().execute(put, rows)


def advance(session: Session, stream: Stream, seqs: Iterable[int]) -> None:
    """Move a stream's mark over what is held or lost without a gap, after events `seqs` have been put."""
    stream.high = max([stream.high, *seqs])
    while True:
        began = stream.mark
        span = session.scalars(
            select(LostEvents.last).where(
                *_lost(stream), LostEvents.first <= stream.mark + 1, LostEvents.last > stream.mark
            )
        ).all()
        stream.mark = max([stream.mark, *span])
        if stream.high > stream.mark:
            stream.mark = _over_held(session, stream)
        if stream.mark == began:
            return


def _over_held(session: Session, stream: Stream) -> int:
    mark = stream.mark
    while True:
        seqs = session.scalars(
            select(NodeEvent.seq).where(*_of(stream), NodeEvent.seq > mark).order_by(NodeEvent.seq).limit(ROWS_AT_ONCE)
        ).all()
        for seq in seqs:
            if seq != mark + 1:
                return mark
            mark = seq
        if len(seqs) < ROWS_AT_ONCE:
            return mark


def close_gap(session: Session, stream: Stream, first: int, now: datetime) -> int:
    """Note what is missing below `first`, the oldest event that the node still has, as lost. How many there are."""
    last = first - 1
    if last <= stream.mark:
        return 0
    begin = stream.mark + 1
    held = session.scalars(select(NodeEvent.seq).where(*_of(stream), NodeEvent.seq.between(begin, last))).all()
    missing = last - begin + 1 - len(held)
    if missing:
        session.add(
            LostEvents(
                site_id=stream.site_id,
                node_id=stream.node_id,
                stream=stream.stream,
                first=begin,
                last=last,
                missing=missing,
                found_at=now,
            )
        )
        session.flush()
    return missing


def came_after_all(session: Session, stream: Stream, seqs: Iterable[int]) -> None:
    """Take events that have just come off the spans that counted them as lost."""
    for seq in seqs:
        session.execute(
            update(LostEvents)
            .where(*_lost(stream), LostEvents.first <= seq, LostEvents.last >= seq)
            .values(missing=LostEvents.missing - 1)
            .execution_options(synchronize_session=False)
        )


def kept_before(session: Session, stream: Stream, after: int) -> list[NodeEvent]:
    """The events past `after` that were kept as from before adoption, in order."""
    return list(
        session.scalars(
            select(NodeEvent)
            .where(*_of(stream), NodeEvent.seq > after, NodeEvent.what == "before")
            .order_by(NodeEvent.seq)
            .execution_options(populate_existing=True)
        )
    )


def slot_as_of(session: Session, stream: Stream, slot: str, seq: int) -> dict[str, Any] | None:
    """What the stream's last readable event of a slot up to `seq` said; None where there is none."""
    return session.scalars(
        select(NodeEvent.message)
        .where(
            NodeEvent.node_id == stream.node_id,
            NodeEvent.stream == stream.stream,
            NodeEvent.slot == slot,
            NodeEvent.seq <= seq,
        )
        .order_by(NodeEvent.seq.desc())
        .limit(1)
    ).first()


def latest_date(session: Session, stream: Stream, seq: int) -> datetime | None:
    """The latest that an event can have happened, by those held after it: the next date, the next arrival."""
    later = select(NodeEvent.at, NodeEvent.arrived).where(*_of(stream), NodeEvent.seq > seq).order_by(NodeEvent.seq)
    dated = session.execute(later.where(NodeEvent.at.is_not(None)).limit(1)).first()
    following = session.execute(later.limit(1)).first()
    return min([row.at or row.arrived for row in (dated, following) if row], default=None)


def undated_after(session: Session, stream: Stream, moment: datetime) -> list[NodeEvent]:
    """Events that the node never dated and that arrived after `moment`."""
    return list(
        session.scalars(select(NodeEvent).where(*_of(stream), NodeEvent.at.is_(None), NodeEvent.arrived > moment))
    )


def date_event(session: Session, stream: Stream, seq: int, at: datetime) -> None:
    """Give an event the date that its node has found for it."""
    session.execute(update(NodeEvent).where(*_of(stream), NodeEvent.seq == seq).values(at=at))


def redate_facts(session: Session, site_id: int, dates: Mapping[str, tuple[datetime, bool]]) -> set[int]:
    """Date facts anew, by key: when it happened, and whether that is assumed. Returns the products they are of."""
    products: set[int] = set()
    for key, (happened, assumed) in sorted(dates.items()):
        products.update(
            session.scalars(
                update(FactRow)
                .where(FactRow.site_id == site_id, FactRow.key == key)
                .values(happened=happened, assumed=assumed)
                .returning(FactRow.product_id)
                .execution_options(synchronize_session=False)
            )
        )
    mark_stale(session, site_id, dict.fromkeys(products, EVER))
    return products


def _of(stream: Stream) -> tuple[Any, ...]:
    return (
        NodeEvent.site_id == stream.site_id,
        NodeEvent.node_id == stream.node_id,
        NodeEvent.stream == stream.stream,
    )


def _lost(stream: Stream) -> tuple[Any, ...]:
    return (
        LostEvents.site_id == stream.site_id,
        LostEvents.node_id == stream.node_id,
        LostEvents.stream == stream.stream,
    )
