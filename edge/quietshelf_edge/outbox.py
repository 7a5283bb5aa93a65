"""The outbox: every event of this node on its own disk until the server says that it is committed.

One SQLite file, flushed with each commit. It also keeps what must agree with the events: each slot's memory, the plan,
and which commands were carried out. Only the server's `ack` lets an event go; a broker's word counts for nothing.
"""

import fcntl
import json
import secrets
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from quietshelf_edge.messages import Ack, Count, Void, decode_count
from quietshelf_edge.strict import format_moment
from quietshelf_edge.window import RETRY_MOST_S, SIZE, Window

MOST_EVENTS = 1_000_000
MOST_AGE = timedelta(days=30)
KEPT_CONNECTED_S = 7 * 86_400.0
COMMANDS_KEPT = 1000

_SCHEMA = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS events (
    seq INTEGER PRIMARY KEY,
    boot INTEGER NOT NULL,
    happened_s REAL NOT NULL,  -- on the boot's monotonic clock
    at TEXT,
    payload BLOB NOT NULL,
    acked_s REAL,  -- seconds of connected time when it was acknowledged
    redated INTEGER NOT NULL DEFAULT 0  -- was sent without its time, which is known now
);
CREATE INDEX IF NOT EXISTS undated ON events (boot) WHERE at IS NULL;
CREATE INDEX IF NOT EXISTS redated ON events (seq) WHERE redated;
CREATE TABLE IF NOT EXISTS commands (id TEXT PRIMARY KEY, ordinal INTEGER NOT NULL);
"""


@dataclass(frozen=True)
class Outgoing:
    """One event to publish now."""

    seq: int
    payload: bytes


def _lock(path: Path) -> IO[str]:
    """Hold `path` for this process alone, until it is closed or the process ends."""
    file = path.open("w", encoding="ascii")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise OSError(f"{path.parent} is in use by another agent: stop that one first") from error
    return file


class Outbox:
    """The events of one stream. `boot_id` tells the machine's starts apart, `serial` one machine from another.

    Raises OSError where another process has it open, sqlite3.Error where the disk fails or is full; nothing is half
    written then.
    """

    def __init__(self, path: Path, boot_id: str, serial: str | None = None) -> None:
        self._lock = _lock(path.with_suffix(".lock"))
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.executescript(_SCHEMA)
        self.voided = 0
        """Events given up since this start, because they could not be brought across."""
        self._window = Window()
        self._resent_s: dict[int, float] = {}
        with self._transaction():
            self._open(boot_id, serial)
        self._load()
        self._run_first = self.next_seq

    def _open(self, boot_id: str, serial: str | None) -> None:
        known = self._fact("serial")
        if self._fact("stream") is None or (serial and known and serial != known):
            self._db.execute("DELETE FROM events")  # of a cloned card: they are the other machine's to send
            self._db.execute("DELETE FROM facts")
            self._set(stream=secrets.token_hex(8), next_seq="1", epoch="0", acked="0", boot="0", connected_s="0")
        if serial:
            self._set(serial=serial)
        if self._fact("boot_id") != boot_id:
            self._set(boot_id=boot_id, boot=str(int(self._fact("boot") or 0) + 1))

    def _load(self) -> None:
        facts = dict(self._db.execute("SELECT name, value FROM facts"))
        self.stream: str = facts["stream"]
        self.boot = int(facts["boot"])
        self.epoch = int(facts["epoch"])
        self.acked = int(facts["acked"])
        self.next_seq = int(facts["next_seq"])
        self._connected_s = float(facts["connected_s"])

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    def _fact(self, name: str) -> str | None:
        row = self._db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def _set(self, **facts: str) -> None:
        self._db.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", facts.items())

    def close(self) -> None:
        """Close the file; what was committed is safe without this."""
        self._db.close()
        self._lock.close()

    # -- what the agent keeps beside the events

    def remember(self, values: Mapping[str, Any]) -> None:
        """Keep JSON values under names of the agent's own, see `recall`."""
        with self._transaction():
            self._remember(values)

    def _remember(self, values: Mapping[str, Any]) -> None:
        self._set(**{f"agent.{name}": json.dumps(value) for name, value in values.items()})

    def recall(self, name: str) -> Any:
        """What `remember` kept under `name`, or None."""
        text = self._fact(f"agent.{name}")
        return None if text is None else json.loads(text)

    def claim_command(self, command_id: str) -> bool:
        """Whether a command of this id has not been seen before; from now on it has."""
        with self._transaction():
            fresh = self._db.execute(
                "INSERT OR IGNORE INTO commands SELECT ?, coalesce(max(ordinal), 0) + 1 FROM commands", (command_id,)
            ).rowcount
            self._db.execute(
                "DELETE FROM commands WHERE ordinal <= (SELECT max(ordinal) FROM commands) - ?", (COMMANDS_KEPT,)
            )
        return fresh == 1

    # -- events in

    def append(self, event: Count, happened_s: float, memories: Mapping[str, Any]) -> Count:
        """Keep `event` under the next seq, together with what its slot must remember, in one commit.

        `happened_s` is on the boot's monotonic clock. Returns the event with its stream, seq and boot.
        """
        event = replace(event, stream=self.stream, seq=self.next_seq, boot=self.boot)
        at = None if event.at is None else format_moment(event.at)
        with self._transaction():
            self._db.execute(
                "INSERT INTO events (seq, boot, happened_s, at, payload) VALUES (?, ?, ?, ?, ?)",
                (event.seq, self.boot, happened_s, at, event.encode()),
            )
            self._set(next_seq=str(event.seq + 1))
            self._remember(memories)
        self.next_seq = event.seq + 1
        return event

    def date(self, now: datetime, now_s: float) -> int:
        """Give this boot's undated events their time: `now` is the set clock, `now_s` the monotonic one.

        Returns how many. Those that were sent without are sent again, acknowledged ones too.
        """
        rows = self._db.execute(
            "SELECT seq, happened_s, payload FROM events WHERE at IS NULL AND boot = ?", (self.boot,)
        ).fetchall()
        if rows:
            with self._transaction():
                for seq, happened_s, payload in rows:
                    at = now - timedelta(seconds=now_s - happened_s)
                    dated = replace(decode_count(payload), at=at)
                    redated = seq <= self.acked or seq < self._run_first or self._window.was_sent(seq)
                    self._db.execute(
                        "UPDATE events SET at = ?, payload = ?, redated = ? WHERE seq = ?",
                        (format_moment(at), dated.encode(), redated, seq),
                    )
                    self._window.forget_one(seq)
        return len(rows)

    # -- events out

    @property
    def first(self) -> int:
        """The oldest seq still here, acknowledged ones included; with none, the next."""
        row = self._db.execute("SELECT min(seq) FROM events").fetchone()
        return self.next_seq if row[0] is None else int(row[0])

    def due(self, now_s: float, hold_undated: bool) -> list[Outgoing]:
        """The events to publish now. `hold_undated`: this boot's wait, with all behind them, until the clock is set."""
        first, last = self._unacked()
        if hold_undated:
            held = self._db.execute("SELECT min(seq) FROM events WHERE at IS NULL AND boot = ?", (self.boot,))
            last = min(last, (held.fetchone()[0] or self.next_seq) - 1)
        seqs = self._window.due(first, last, now_s) if first <= last else []
        again = self._db.execute("SELECT seq FROM events WHERE redated AND seq <= ? LIMIT ?", (self.acked, SIZE))
        seqs += [seq for (seq,) in again if now_s - self._resent_s.get(seq, -RETRY_MOST_S) >= RETRY_MOST_S]
        return [Outgoing(seq, payload) for seq in seqs if (payload := self._payload(seq)) is not None]

    def sent(self, seq: int, now_s: float) -> None:
        """`seq` was handed to the broker."""
        if seq <= self.acked:
            self._resent_s[seq] = now_s
        else:
            self._window.sent(seq, now_s)

    def reconnected(self) -> None:
        """A new connection: what was under way on the old one is sent again."""
        self._window.reconnected()
        self._resent_s.clear()

    def _unacked(self) -> tuple[int, int]:
        return max(self.acked + 1, self.first), self.next_seq - 1

    def _payload(self, seq: int) -> bytes | None:
        row = self._db.execute("SELECT payload FROM events WHERE seq = ?", (seq,)).fetchone()
        return None if row is None else bytes(row[0])

    def take_ack(self, ack: Ack, *, retained: bool) -> None:
        """Obey the server's mark: a lower epoch is ignored, a higher one may lower it, within one the highest holds.

        A mark beyond what this file ever gave out means that the card forgot events: a new stream begins.
        `retained`: a replay by the broker, which is no new evidence that `missing` does not arrive.
        """
        if ack.stream != self.stream or ack.epoch < self.epoch:
            return
        if ack.seq >= self.next_seq:
            self._begin_again(ack.epoch)
            return
        mark = max(self.acked, ack.seq) if ack.epoch == self.epoch else ack.seq
        if (ack.epoch, mark) != (self.epoch, self.acked):
            self._move_mark(ack.epoch, mark)
        if not retained:
            self._db.executemany("UPDATE events SET redated = 0 WHERE seq = ?", [(seq,) for seq in self._resent_s])
            self._resent_s.clear()
            if ack.missing == self.acked + 1 and self._window.named(ack.missing):
                self._void(ack.missing)

    def _move_mark(self, epoch: int, mark: int) -> None:
        with self._transaction():
            self._set(epoch=str(epoch), acked=str(mark))
            self._db.execute(
                "UPDATE events SET acked_s = ? WHERE seq <= ? AND acked_s IS NULL", (self._connected_s, mark)
            )
            self._db.execute("UPDATE events SET acked_s = NULL WHERE seq > ?", (mark,))
        self.epoch, self.acked = epoch, mark
        self._window.forget(mark)

    def _void(self, seq: int) -> None:
        payload = self._payload(seq)
        if payload is None:
            return
        lost = decode_count(payload)
        void = Void(lost.stream, lost.seq, lost.boot, lost.at, lost.clock_ok)
        self._db.execute("UPDATE events SET payload = ? WHERE seq = ?", (void.encode(), seq))
        self._window.forget_one(seq)
        self.voided += 1

    def _begin_again(self, epoch: int) -> None:
        """A new stream: only this run's events go over, under new seqs; the server holds, or misses, the old one's."""
        rows = self._db.execute(
            "SELECT seq, payload FROM events WHERE seq >= ? ORDER BY seq", (self._run_first,)
        ).fetchall()
        stream = secrets.token_hex(8)
        with self._transaction():
            self._db.execute("DELETE FROM events WHERE seq < ?", (self._run_first,))
            for new, (old, payload) in enumerate(rows, start=1):
                moved = replace(decode_count(payload), stream=stream, seq=new)
                self._db.execute(
                    "UPDATE events SET seq = ?, payload = ?, acked_s = NULL WHERE seq = ?", (new, moved.encode(), old)
                )
            self._set(stream=stream, next_seq=str(len(rows) + 1), epoch=str(epoch), acked="0")
        self._load()
        self._run_first = 1
        self._window = Window()
        self._resent_s.clear()

    def tidy(self, connected_s: float, now: datetime | None, most_events: int = MOST_EVENTS) -> None:
        """Let go of what was acknowledged over 7 days of connected time ago, and of the oldest beyond the bounds.

        `connected_s`: seconds connected since the last call. The bounds are 1,000,000 events and, where `now` is
        known, 30 days. What goes is always the oldest, so that `first` tells the server what it can't have any more.
        """
        self._connected_s += connected_s
        with self._transaction():
            self._set(connected_s=str(self._connected_s))
            self._db.execute("DELETE FROM events WHERE acked_s < ?", (self._connected_s - KEPT_CONNECTED_S,))
            self._db.execute("DELETE FROM events WHERE seq < ?", (self.next_seq - most_events,))
            if now is not None:
                young = self._db.execute(
                    "SELECT min(seq) FROM events WHERE at IS NULL OR at >= ?", (format_moment(now - MOST_AGE),)
                ).fetchone()[0]
                self._db.execute("DELETE FROM events WHERE seq < ?", (young or self.next_seq,))
