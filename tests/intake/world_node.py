"""Node tea-1 of the random schedules: a hand on the shelf, the real outbox, and what befalls its card.

How its messages travel, and what the server makes of them, is in `world`.
"""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from quietshelf_edge.messages import Count, Item, Missed, SlotState, State, StateItem, Status, What, decode_ack
from quietshelf_edge.outbox import Outbox

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
SKUS = ("TEA-0114", "TEA-0120", "OAT-0010")
SLOT = "1"


@dataclass(frozen=True)
class Taken:
    """An event as the node took it: `poison` is denied, unreadable or unknown (its slot) where it can't be booked."""

    number: int
    stream: str
    seq: int
    sku: str
    delta: int
    poison: str | None


class WorldNode:
    """The node. Each act is a method that takes a number to vary by."""

    def __init__(self, folder: Path, *, poison: bool) -> None:
        self.folder, self.poison = folder, poison
        self.now_s = 0.0
        self.cards = self.boots = 0
        self.taken: list[Taken] = []
        self.off_the_card: set[int] = set()
        """Of a card that was changed, or that forgot events: what the server told of it may be out of step."""
        self.forgotten: set[int] = set()
        self.down: list[tuple[bytes, bool]] = []
        """What the server has said, and whether it was kept by the broker."""
        self.sku, self.pieces = SKUS[0], 40

    @property
    def now(self) -> datetime:
        """The one clock of this world."""
        return START + timedelta(seconds=self.now_s)

    def _publish(self, what: What, payload: bytes, *, retain: bool = False) -> None:
        """Hand a message to the broker."""
        raise NotImplementedError

    def _subscribe(self) -> None:
        """Hear what the broker has kept for this node."""
        raise NotImplementedError

    def _insert_card(self) -> None:
        self.cards += 1
        self.counted = False
        self._boot()

    @property
    def card(self) -> Path:
        """The outbox's file."""
        return self.folder / f"card-{self.cards}.sqlite"

    def _boot(self) -> None:
        self.boots += 1
        self.watched = False
        self.outbox = Outbox(self.card, f"boot-{self.boots}", "serial-1")
        self._connect()

    def _connect(self) -> None:
        self.outbox.reconnected()
        self._subscribe()
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
            missed=None if self.watched or not delta else Missed(None if r % 4 == 0 else self.now),
        )
        kept = self.outbox.append(event, self.now_s, {})
        self.taken.append(Taken(number, kept.stream, kept.seq, self.sku, delta, poison))
        self.watched = True
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

    def forget(self, r: int) -> None:
        """A power cut; the card forgets the newest one or two events that it said were safe."""
        if self.poison:
            return
        first = max(1, self.outbox.next_seq - 1 - r % 2)
        here = {t.number for t in self.taken if t.stream == self.outbox.stream}
        self.off_the_card |= here
        self.forgotten |= {t.number for t in self.taken if t.number in here and t.seq >= first}
        acked = min(self.outbox.acked, first - 1)
        self.outbox.close()
        with closing(sqlite3.connect(self.card)) as card, card:
            card.execute("DELETE FROM events WHERE seq >= ?", (first,))
            card.execute("UPDATE facts SET value = ? WHERE name = 'next_seq'", (str(first),))
            card.execute("UPDATE facts SET value = ? WHERE name = 'acked'", (str(acked),))
        self._boot()

    def change_card(self, r: int) -> None:
        """The card is flashed anew."""
        self.off_the_card |= {t.number for t in self.taken if t.stream == self.outbox.stream}
        self.outbox.close()
        self._insert_card()

    def plan_anew(self, r: int) -> None:
        """The slot holds another item from now on."""
        self.sku, self.pieces, self.counted = SKUS[r % 3], 10 + r % 30, False
