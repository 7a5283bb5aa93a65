"""A shelf node with its real outbox, a broker that loses, repeats and denies, and the server's real booking.

Random schedules run over it; afterwards everything is let settle, and `check` says whether a promise of the wire was
broken. In one process and without a network: what is random is in the schedule alone.
"""

import random
import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, select

from quietshelf.intake.adoption import adopt
from quietshelf.intake.booking import Arrival, Outgoing
from quietshelf.intake.events import book, current_acks
from quietshelf.store.engine import reading, writing
from quietshelf.store.shelves import raise_epoch
from quietshelf.store.tables import FactRow, LostEvents, Node, NodeEvent, Slot, Stream
from quietshelf_edge.messages import (
    ROOT,
    Count,
    Item,
    SlotState,
    State,
    StateItem,
    Status,
    What,
    decode_ack,
    decode_count,
    parse_topic,
    topic,
)
from quietshelf_edge.outbox import Outbox

ACTS = (
    *("take",) * 3,
    *("send",) * 4,
    *("deliver",) * 4,
    *("answer",) * 2,
    *("hear",) * 2,
    "say_state",
    "sleep_days",
    "fail_to_commit",
    "crash_intake",
    "crash_node",
    "kill_broker",
    "deny",
    "repeat",
    "keep_backup",
    "restore",
    "copy_back_by_hand",
    "adopt",
    "plan_anew",
    "change_card",
    "overflow",
    "be_away_for_an_hour",
    "set_clock",
)
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
SKUS = ("TEA-0114", "TEA-0120", "OAT-0010")
NODE, SLOT = "tea-1", "1"
TRIES = 12
"""Sends after which an event that can't be brought across is given up, and a few more."""


class BrokenPromiseError(AssertionError):
    """What the wire promises did not hold."""


@dataclass(frozen=True)
class Taken:
    """An event as the node took it: `poison` is denied, unreadable or unknown (its slot) where it can't be booked."""

    number: int
    stream: str
    seq: int
    sku: str
    delta: int
    poison: str | None


def copy_database(source: Path, target: Path) -> None:
    """Put what one SQLite file holds into another, which may be open."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


class World:
    """One node, one broker, three intakes on one database. Each act is a method that takes a number to vary by."""

    def __init__(self, folder: Path, engine: Engine, site_id: int, *, poison: bool, adopted: bool) -> None:
        self.folder, self.engine, self.site_id, self.poison = folder, engine, site_id, poison
        self.database = Path(engine.url.database or "")
        self.backups: list[Path] = []
        self.keep_backup(0)
        self.now_s = 0.0
        self.cards = self.boots = 0
        self.taken: list[Taken] = []
        self.off_the_card: set[int] = set()
        self.up: list[Arrival] = []
        self.down: list[tuple[bytes, bool]] = []
        self.kept: dict[What, bytes] = {}
        self.acks_before: list[bytes] = []
        self.denying = self.repeating = False
        self.under_way: list[list[tuple[list[Arrival], tuple[Outgoing, ...]]]] = [[], [], []]
        self.sku, self.pieces = SKUS[0], 40
        self._insert_card()
        if adopted:
            self.adopt(0)
            self.deliver_all()
            self.down.clear()
            self.backups.clear()
            self.keep_backup(0)

    @property
    def now(self) -> datetime:
        """The one clock of this world."""
        return START + timedelta(seconds=self.now_s)

    # -- the node

    def _insert_card(self) -> None:
        self.cards += 1
        self.counted = False
        self._boot()

    def _boot(self) -> None:
        self.boots += 1
        self.outbox = Outbox(self.folder / f"card-{self.cards}.sqlite", f"boot-{self.boots}", "serial-1")
        self._connect()

    def _connect(self) -> None:
        self.outbox.reconnected()
        self.down = [(self.kept[What.ACK], True)] if What.ACK in self.kept else []
        status = Status(True, "0.1.0", self.outbox.boot, "serial-1", self.outbox.stream)
        self._publish(What.STATUS, status.encode(), retain=True)
        self.say_state(0)

    def take(self, r: int) -> None:
        """A hand on the shelf."""
        number = len(self.taken) + 1
        poison = (None, None, None, "denied", "unreadable", "unknown")[r % 6] if self.poison else None
        delta = (r % 5 - 2 or 3) if self.counted and poison != "unknown" else 0
        self.pieces += delta
        event = Count(
            slot="9" if poison == "unknown" else SLOT,
            stream=self.outbox.stream,
            seq=self.outbox.next_seq,
            boot=self.outbox.boot,
            at=None if r % 3 == 0 else self.now,
            clock_ok=r % 3 != 0,
            config_rev=None,
            items=(Item(self.sku, self.pieces, delta),),
            grams=float(number),
            confidence=1.0,
            doubt=None,
        )
        kept = self.outbox.append(event, self.now_s, {})
        self.taken.append(Taken(number, kept.stream, kept.seq, self.sku, delta, poison))
        self.counted = self.counted or poison != "unknown"
        self.now_s += 1

    def send(self, r: int) -> None:
        """The node sends what is due."""
        self.now_s += 61
        for out in self.outbox.due(self.now_s, hold_undated=False):
            self.outbox.sent(out.seq, self.now_s)
            self._publish(What.COUNT, out.payload)

    def set_clock(self, r: int) -> None:
        """The node learns the time."""
        self.outbox.date(self.now, self.now_s)

    def say_state(self, r: int) -> None:
        """The node says what every slot holds."""
        items = (StateItem(self.sku, self.pieces),) if self.counted else ()
        state = State(
            stream=self.outbox.stream,
            seq=self.outbox.next_seq - 1,
            first=self.outbox.first,
            epoch=self.outbox.epoch,
            acked=self.outbox.acked,
            config_rev=None,
            at=self.now,
            slots=(SlotState(SLOT, items, 1.0, 1.0, None, True),),
        )
        self.now_s += 1
        self._publish(What.STATE, state.encode(), retain=True)

    def hear(self, r: int) -> None:
        """The node takes one message of the server."""
        if self.down:
            payload, retained = self.down.pop(0)
            self.outbox.take_ack(decode_ack(payload), retained=retained)

    def sleep_days(self, r: int) -> None:
        """Quiet days, connected: what was acknowledged long ago is let go."""
        self.outbox.tidy((1 + r % 8) * 86_400.0, None)

    def overflow(self, r: int) -> None:
        """The card is full: the oldest event goes."""
        held = self.outbox.next_seq - self.outbox.first
        if held > 2:
            self.outbox.tidy(0, None, most_events=held - 1)

    def crash_node(self, r: int) -> None:
        """The node loses its power, or its agent dies."""
        self.outbox.close()
        self._boot()

    def change_card(self, r: int) -> None:
        """The card is flashed anew."""
        self.off_the_card |= {t.number for t in self.taken if t.stream == self.outbox.stream}
        self.outbox.close()
        self._insert_card()

    def plan_anew(self, r: int) -> None:
        """The slot holds another item from now on."""
        self.sku, self.pieces, self.counted = SKUS[r % 3], 10 + r % 30, False

    # -- the broker

    def _publish(self, what: What, payload: bytes, *, retain: bool = False) -> None:
        if self.denying or not (payload := self._spoiled(what, payload)):
            return  # and its PUBACK says success all the same
        if retain:
            self.kept[what] = payload
        arrival = Arrival(topic("main", NODE, what), payload, False, self.now)
        self.up += [arrival, arrival] if self.repeating else [arrival]

    def _spoiled(self, what: What, payload: bytes) -> bytes:
        if what is not What.COUNT or b'"void"' in payload:
            return payload
        event = decode_count(payload)
        poison = next(t.poison for t in self.taken if isinstance(event, Count) and t.number == event.grams)
        return b"" if poison == "denied" else b"no JSON" if poison == "unreadable" else payload

    def deny(self, r: int) -> None:
        """The broker begins, or ends, to deny what the node publishes."""
        self.denying = not self.denying

    def repeat(self, r: int) -> None:
        """The broker begins, or ends, to hand everything over twice."""
        self.repeating = not self.repeating

    def kill_broker(self, r: int) -> None:
        """Killed and restarted: it forgets some of what it confirmed, and perhaps what it retained."""
        lots = random.Random(r)
        self.up = [arrival for arrival in self.up if lots.random() < 0.6]
        if r % 3 == 0:
            self.kept.pop(What.ACK, None)
        elif r % 3 == 1 and self.acks_before:
            self.kept[What.ACK] = self.acks_before[r % len(self.acks_before)]
        for intake in range(3):
            self.crash_intake(intake)
        self._connect()

    # -- the intakes

    def deliver(self, r: int) -> None:
        """An intake books some of what has arrived, in some order, and has not answered yet."""
        lots = random.Random(r)
        batch = [self.up.pop(lots.randrange(len(self.up))) for _ in range(min(len(self.up), 1 + r % 3))]
        if batch:
            self.under_way[r % 3].append((batch, self._book(batch)))

    def _book(self, batch: list[Arrival]) -> tuple[Outgoing, ...]:
        with writing(self.engine) as session:
            return book(session, self.site_id, batch).publish

    def fail_to_commit(self, r: int) -> None:
        """The disk is full, or the database away, at the commit."""
        with_it = self.up[r % len(self.up) :][:3] if self.up else []
        try:
            with writing(self.engine) as session:
                book(session, self.site_id, with_it)
                raise OSError("disk full")
        except OSError:
            pass

    def answer(self, r: int) -> None:
        """An intake publishes what a booking told it to, and acknowledges its messages to the broker."""
        if self.under_way[r % 3]:
            _, outgoing = self.under_way[r % 3].pop(0)
            self._answer(outgoing)

    def _answer(self, outgoing: Iterable[Outgoing]) -> None:
        for message in outgoing:
            if self.denying:
                continue
            if message.retain:
                self.acks_before.append(self.kept.get(What.ACK, message.payload))
                self.kept[What.ACK] = message.payload
            self.down.append((message.payload, False))

    def crash_intake(self, r: int) -> None:
        """An intake dies between its commit and its answer: the broker hands its messages over again."""
        crashed = self.under_way[r % 3]
        self.up += [arrival for batch, _ in crashed for arrival in batch]
        crashed.clear()
        for what in (What.STATUS, What.STATE):
            if what in self.kept:
                self.up.append(Arrival(topic("main", NODE, what), self.kept[what], True, self.now))
        with reading(self.engine) as session:
            self._answer(current_acks(session, self.site_id))

    def be_away_for_an_hour(self, r: int) -> None:
        """No intake runs, the broker queues: every window is sent often."""
        for _ in range(TRIES + r % 3):
            self.send(r)
            self.up = self.up[:120]

    # -- the manager

    def keep_backup(self, r: int) -> None:
        """A backup is made."""
        self.backups.append(self.folder / f"backup-{len(self.backups)}.db")
        copy_database(self.database, self.backups[-1])

    def restore(self, r: int) -> None:
        """A backup is restored by the command, which takes a new epoch."""
        self._restore(r, new_epoch=True)

    def copy_back_by_hand(self, r: int) -> None:
        """The database is copied back by hand, and nobody tells the nodes."""
        self._restore(r, new_epoch=False)

    def _restore(self, r: int, *, new_epoch: bool) -> None:
        for crashed in self.under_way:
            self.up += [arrival for batch, _ in crashed for arrival in batch]
            crashed.clear()
        copy_database(self.backups[r % len(self.backups)], self.database)
        if new_epoch:
            with writing(self.engine) as session:
                raise_epoch(session, self.site_id, 0)
        self.crash_intake(r)

    def adopt(self, r: int) -> None:
        """A manager adopts the node, where it waits for that."""
        with reading(self.engine) as session:
            node = session.scalars(select(Node)).one()
        if node.adopted_at is None:
            adopt(self.engine, node.id, self.now)

    # -- what must hold

    def deliver_all(self) -> None:
        """Everything that has arrived is booked and answered."""
        while self.up:
            batch, self.up = self.up[:20], self.up[20:]
            self._answer(self._book(batch))

    def settle(self) -> None:
        """Nothing fails any more: let everything come across that can."""
        self.denying = self.repeating = False
        for waiting in self.under_way:
            for _, outgoing in waiting:
                self._answer(outgoing)
            waiting.clear()
        self._connect()
        idle = 0
        for turn in range(600):
            before = self.outbox.stream, self.outbox.acked, self.outbox.epoch, self.outbox.voided
            self.send(0)
            if turn % 5 == 0:
                self.say_state(0)
            self.deliver_all()
            while self.down:
                self.hear(0)
            done = self.outbox.acked == self.outbox.next_seq - 1 and turn > 6
            same = before == (self.outbox.stream, self.outbox.acked, self.outbox.epoch, self.outbox.voided)
            idle = idle + 1 if same else 0
            if (done and idle > 5) or idle > 4 * TRIES:
                return

    def check(self) -> None:
        """Every promise of the wire. Raises BrokenPromiseError."""
        with reading(self.engine) as session:
            node = session.scalars(select(Node)).one()
            rows = list(session.scalars(select(NodeEvent)))
            facts = list(session.scalars(select(FactRow)))
            spans = list(session.scalars(select(LostEvents)))
            streams = {stream.stream: stream for stream in session.scalars(select(Stream))}
            slots = list(session.scalars(select(Slot)))
        by_number = {int((row.message or {}).get("grams") or 0): row for row in rows}
        self._check_once(rows, facts, node)
        waiting = range(self.outbox.acked + 1, self.outbox.next_seq)
        stuck = [t for t in self.taken if t.stream == self.outbox.stream and t.seq in waiting]
        if any(t.poison not in ("denied", "unreadable") and t.seq >= self.outbox.first for t in stuck):
            raise BrokenPromiseError("blocked for ever: a healthy event stays in the outbox")
        for taken in self.taken:
            row = by_number.get(taken.number)
            if row is not None:
                self._check_row(taken, row, streams[taken.stream], node, {slot.name for slot in slots})
            elif not self._is_reported(taken, rows, spans, streams, waiting):
                raise BrokenPromiseError(f"lost and not reported: {taken}")
        if not (self.poison or self.off_the_card or spans) and any(slot.disagrees for slot in slots):
            raise BrokenPromiseError("a false disagreement: a state was compared with other events than its own")

    @staticmethod
    def _check_once(rows: list[NodeEvent], facts: list[FactRow], node: Node) -> None:
        numbers = Counter((row.message or {}).get("grams") for row in rows if row.what == "count")
        if any(times > 1 for times in numbers.values()):
            raise BrokenPromiseError("booked twice")
        moved = {
            f"node:{node.name}:{row.stream}:{row.seq}:{item['sku']}": item["delta"]
            for row in rows
            if row.what == "count"
            for item in (row.message or {})["items"]
            if item["delta"]
        }
        booked = {
            fact.key: fact.quantity if fact.kind == "put" else -fact.quantity
            for fact in facts
            if fact.kind in ("pick", "put")
        }
        if moved != booked:
            raise BrokenPromiseError(f"the ledger has not what the events say: {moved} {booked}")
        dates = {(row.stream, row.seq): row.at for row in rows if row.at and row.what == "count"}
        for fact in facts:
            if fact.kind in ("pick", "put"):
                _, _, stream, seq, _ = fact.key.split(":")
                if dates.get((stream, int(seq)), fact.happened) != fact.happened:
                    raise BrokenPromiseError("an event's date is not its fact's")

    @staticmethod
    def _check_row(taken: Taken, row: NodeEvent, stream: Stream, node: Node, known_slots: set[str]) -> None:
        if (row.stream, row.seq) != (taken.stream, taken.seq) or (row.message or {})["items"][0]["sku"] != taken.sku:
            raise BrokenPromiseError(f"held under another key or SKU: {taken}")
        if taken.poison == "unknown" and row.what != "quarantine" and row.slot not in known_slots:
            raise BrokenPromiseError(f"booked, though its slot is unknown: {taken}")
        if stream.stream == node.opening_stream and taken.poison is None:
            past = taken.seq > (node.opening_seq or 0)
            if row.what != ("count" if past else "before"):
                raise BrokenPromiseError(f"the opening count and the events disagree on {taken}, which is {row.what}")

    def _is_reported(
        self,
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
        if taken.stream == self.outbox.stream:
            return taken.seq in waiting and taken.seq >= self.outbox.first
        return taken.stream not in streams or streams[taken.stream].ended_at is not None


def run(world: World, acts: Iterable[tuple[str, int]]) -> None:
    """Play a schedule, let the world settle, and check what must hold."""
    try:
        for act, r in acts:
            getattr(world, act)(r)
        world.settle()
        world.check()
    finally:
        world.outbox.close()


__all__ = ["ACTS", "ROOT", "BrokenPromiseError", "World", "parse_topic", "run"]
