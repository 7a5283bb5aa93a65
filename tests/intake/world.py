"""A broker that loses, repeats and denies, three intakes over the real booking, and a manager; with `WorldNode`.

Random schedules of their acts run; afterwards everything is let settle, and `promises` says whether one was broken.
In one process and without a network: what is random is in the schedule alone.
"""

import random
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from sqlalchemy import Engine, select

from quietshelf.intake.adoption import adopt
from quietshelf.intake.booking import Arrival, Outgoing
from quietshelf.intake.events import book, current_acks
from quietshelf.store.engine import reading, writing
from quietshelf.store.shelves import raise_epoch
from quietshelf.store.tables import Node
from quietshelf_edge.messages import Count, What, decode_count, topic
from tests.intake.world_node import WorldNode

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
    "forget",
    "overflow",
    "be_away_for_an_hour",
    "set_clock",
)
NODE = "tea-1"
TRIES = 12
"""Sends after which an event that can't be brought across is given up, and a few more."""


def copy_database(source: Path, target: Path) -> None:
    """Put what one SQLite file holds into another, which may be open."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


class World(WorldNode):
    """One node, one broker, three intakes on one database. Each act is a method that takes a number to vary by."""

    def __init__(self, folder: Path, engine: Engine, site_id: int, *, poison: bool, adopted: bool) -> None:
        super().__init__(folder, poison=poison)
        self.engine, self.site_id = engine, site_id
        self.database = Path(engine.url.database or "")
        self.backups: list[Path] = []
        self.keep_backup(0)
        self.up: list[Arrival] = []
        self.kept: dict[What, bytes] = {}
        self.acks_before: list[bytes] = []
        self.denying = self.repeating = False
        self.under_way: list[list[tuple[list[Arrival], tuple[Outgoing, ...]]]] = [[], [], []]
        self._insert_card()
        if adopted:
            self.adopt(0)
            self.deliver_all()
            self.down.clear()
            self.backups.clear()
            self.keep_backup(0)

    # -- the broker

    def _publish(self, what: What, payload: bytes, *, retain: bool = False) -> None:
        if self.denying or not (payload := self._spoiled(what, payload)):
            return  # and its PUBACK says success all the same
        if retain:
            self.kept[what] = payload
        arrival = Arrival(topic("main", NODE, what), payload, False, self.now)
        self.up += [arrival, arrival] if self.repeating else [arrival]

    def _subscribe(self) -> None:
        self.down = [(self.kept[What.ACK], True)] if What.ACK in self.kept else []

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

    # -- the end

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
