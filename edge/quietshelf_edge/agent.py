"""The agent: samples ten times a second, counts, keeps, sends, and does what the server asks.

All work is done in one thread; the connection's and the cells' own threads only hand things over. How pieces are
counted, how events are kept and how the broker is spoken to is each in a module of its own.
"""

import logging
import sqlite3
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from queue import Empty
from typing import Any

from quietshelf_edge import machine
from quietshelf_edge.commands import Desk
from quietshelf_edge.config import NodeConfig
from quietshelf_edge.counting import Change
from quietshelf_edge.link import Connected, Disconnected, Link, News, Received, Refused
from quietshelf_edge.messages import (
    Config,
    Count,
    Item,
    Missed,
    Reply,
    State,
    Status,
    Unreadable,
    What,
    decode_ack,
    decode_command,
    decode_config,
)
from quietshelf_edge.outbox import Outbox
from quietshelf_edge.panel import Faults, GpioPanel, LogPanel, Panel
from quietshelf_edge.slots import Slot, build_slots, fits_the_wire, goods_of

log = logging.getLogger(__name__)

SAMPLE_S = 0.1
STATE_AFTER_CHANGE_S = 60.0
HEARTBEAT_S = 15 * 60.0
HOLD_UNDATED_S = 10 * 60.0
TIDY_S = 60.0


@dataclass(frozen=True)
class _Kept:
    """A change that is not on disk yet, with what its slot must remember along with it."""

    event: Count
    happened_s: float
    memories: dict[str, Any]


class Agent:
    """One node at work. `run` returns after `stop`, which any thread or signal handler may call."""

    def __init__(self, node: NodeConfig) -> None:
        node.data_dir.mkdir(parents=True, exist_ok=True)
        self._clock = machine.ntp_clock if node.clock == "ntp" else machine.system_clock
        self._serial = machine.serial()
        self._outbox = Outbox(node.data_dir / "outbox.sqlite", machine.boot_id(), self._serial)
        self._panel: Panel = LogPanel() if node.led_pin is None else GpioPanel(node.led_pin, node.button_pin)
        self._faults = Faults(self._panel)
        kept = self._outbox.recall("config")
        self._plan: Config | None = None if kept is None else decode_config(kept.encode())
        self._slots = {slot.name: slot for slot in build_slots(node, self._plan, self._outbox.recall)}
        self._link = Link(node.mqtt, node.site, node.name)
        self._desk = Desk(self._slots, self._panel)
        self._unkept: deque[_Kept] = deque()
        self._stopping = False
        self._connected = False
        self._dated = False
        self._changed = False
        self._replanned = False
        self._said_s = 0.0
        self._tidied_s = self._started_s = time.monotonic()
        self._announced = self._outbox.stream
        for slot in self._slots.values():
            self._show_doubt(slot)

    def stop(self) -> None:
        """Let `run` come to its end.

        A plain flag: a signal may come while another one is handled, and what takes a lock would wait for itself.
        """
        self._stopping = True

    def run(self) -> None:
        """Work until stopped."""
        log.info("stream %s, boot %d, event %d next", self._outbox.stream, self._outbox.boot, self._outbox.next_seq)
        self._link.open(self._status(online=False).encode())
        next_s = time.monotonic()
        while not self._stopping:
            self._work(time.monotonic())
            next_s = max(next_s + SAMPLE_S, time.monotonic())
            self._hear_until(next_s)
        self._link.farewell(self._status(online=False).encode())
        for slot in self._slots.values():
            slot.cell.close()
        with suppress(sqlite3.Error):  # a card that is full has said so; what it kept before is true still
            self._remember()
        self._outbox.close()

    def _work(self, now_s: float) -> None:
        for slot in self._slots.values():
            if change := slot.sample(now_s):
                self._take(slot, change)
        try:
            self._serve_commands(now_s)
            self._keep()
            self._send(now_s)
            self._tidy(now_s)
            self._faults.end("disk")
        except sqlite3.Error as error:
            self._faults.begin("disk", f"the outbox can't be written ({error}): free some space, or change the card")
        self._link.tend(now_s)
        if self._panel.pressed():
            self._say_state(now_s)

    # -- what the slots say

    def _take(self, slot: Slot, change: Change) -> None:
        now = self._clock()
        age_s = time.monotonic() - change.t_s
        items = tuple(Item(sku, count, change.deltas[sku]) for sku, count in change.counts.items())
        event = Count(
            slot=slot.name,
            stream=self._outbox.stream,
            seq=self._outbox.next_seq,
            boot=self._outbox.boot,
            at=None if now is None else _millis(now - timedelta(seconds=age_s)),
            clock_ok=now is not None,
            config_rev=None if self._plan is None else self._plan.rev,
            items=items,
            grams=change.grams,
            confidence=change.confidence,
            doubt=change.doubt,
            missed=Missed(slot.watched_at) if change.missed else None,
        )
        slot.note_watched(event.at)
        self._unkept.append(_Kept(event, change.t_s, slot.memories()))
        self._changed = True
        self._show_doubt(slot)

    def _show_doubt(self, slot: Slot) -> None:
        key, doubt = f"slot {slot.name}", slot.counter.memory.doubt
        if doubt is None:
            self._faults.end(key)
        else:
            self._faults.begin(key, f"{key} is in doubt: {doubt}. Look at it; an empty slot is sure again")

    def _keep(self) -> None:
        while self._unkept:
            kept = self._unkept[0]
            event = self._outbox.append(kept.event, kept.happened_s, kept.memories)
            self._unkept.popleft()
            items = ", ".join(f"{item.sku} {item.count} ({item.delta:+d})" for item in event.items)
            log.info("event %d: slot %s: %s %s", event.seq, event.slot, items, event.doubt or "")

    # -- what goes out

    def _send(self, now_s: float) -> None:
        self._date(now_s)
        if not self._connected:
            return
        if self._outbox.stream != self._announced:
            self._announced = self._outbox.stream
            self._link.open(self._status(online=False).encode())
            return
        hold = not self._dated and now_s - self._started_s < HOLD_UNDATED_S
        for outgoing in self._outbox.due(now_s, hold_undated=hold):
            if not self._link.publish(What.COUNT, outgoing.payload):
                return
            self._outbox.sent(outgoing.seq, now_s)
        if self._is_state_due(now_s):
            self._say_state(now_s)

    def _is_state_due(self, now_s: float) -> bool:
        """Every 15 minutes, a minute after a change, and at once when a new plan has been counted."""
        since_s = now_s - self._said_s
        counted = self._replanned and all(slot.counted for slot in self._slots.values())
        return counted or since_s >= HEARTBEAT_S or (self._changed and since_s >= STATE_AFTER_CHANGE_S)

    def _date(self, now_s: float) -> None:
        if not self._dated and (now := self._clock()) is not None:
            dated = self._outbox.date(_millis(now), now_s)
            self._dated = True
            if dated:
                log.info("the clock is set: %d events have their time now", dated)

    def _say_state(self, now_s: float) -> None:
        """Publish what every slot holds after the last kept event; not while one is still to be kept."""
        if self._unkept:
            return
        now = self._clock()
        state = State(
            stream=self._outbox.stream,
            seq=self._outbox.next_seq - 1,
            first=self._outbox.first,
            epoch=self._outbox.epoch,
            acked=self._outbox.acked,
            config_rev=None if self._plan is None else self._plan.rev,
            at=None if now is None else _millis(now),
            slots=tuple(slot.state() for slot in self._slots.values()),
        )
        if self._link.publish(What.STATE, state.encode(), retain=True):
            self._said_s, self._changed = now_s, False
            self._replanned = self._replanned and not all(slot.counted for slot in self._slots.values())

    def _status(self, *, online: bool) -> Status:
        return Status(online, version("quietshelf-edge"), self._outbox.boot, self._serial, self._outbox.stream)

    def _tidy(self, now_s: float) -> None:
        since_s = now_s - self._tidied_s
        if since_s >= TIDY_S:
            self._outbox.tidy(since_s if self._connected else 0.0, self._clock())
            self._remember()
            self._tidied_s = now_s

    def _remember(self) -> None:
        now = self._clock()
        memories: dict[str, Any] = {}
        for slot in self._slots.values():
            slot.note_watched(None if now is None else _millis(now))
            memories |= slot.memories()
        self._outbox.remember(memories)

    # -- what comes in

    def _hear_until(self, until_s: float) -> None:
        """Take news until the next sample is due."""
        while (left_s := until_s - time.monotonic()) > 0:
            try:
                news = self._link.news.get(timeout=left_s)
            except Empty:
                return
            try:
                self._hear(news)
            except sqlite3.Error as error:
                self._faults.begin("disk", f"the outbox can't be written ({error}): free some space")
            except Unreadable as error:
                log.warning("passed over a message of the server: %s", error.reason)

    def _hear(self, news: News) -> None:
        match news:
            case Connected():
                self._connected = True
                self._faults.end("broker")
                self._faults.end("rights")
                self._outbox.reconnected()
                self._link.publish(What.STATUS, self._status(online=True).encode(), retain=True)
                self._say_state(time.monotonic())
            case Disconnected(why):
                self._connected = False
                self._faults.begin("broker", why)
            case Refused(why):
                self._faults.begin("rights", why)
            case Received():
                self._receive(news)

    def _receive(self, message: Received) -> None:
        match message.what:
            case What.ACK:
                self._outbox.take_ack(decode_ack(message.payload), retained=message.retained)
                if self._outbox.voided:
                    self._faults.begin(
                        "void", "an event could not be brought to the server and was given up: see its log"
                    )
            case What.CONFIG:
                self._replan(decode_config(message.payload))
            case What.COMMAND:
                command = decode_command(message.payload)
                if message.retained:
                    log.warning("refused command %s: a retained command may be days old", command.id)
                elif not self._outbox.claim_command(command.id):
                    self._reply(Reply(command.id, False, "This command was given before; it is carried out once."))
                else:
                    self._desk.accept(command, time.monotonic())
            case _:
                pass

    def _replan(self, plan: Config) -> None:
        if self._plan is not None and plan.rev <= self._plan.rev:
            return
        if not fits_the_wire(plan, self._slots):
            self._faults.begin("config", "the plan needs messages over 4 KiB: plan fewer items for this node")
            return
        self._outbox.remember({"config": plan.encode().decode()})
        self._plan = plan
        for slot in self._slots.values():
            slot.counter.plan(goods_of(plan, slot.name))
        self._changed = self._replanned = True
        unknown = sorted({entry.slot for entry in plan.slots} - set(self._slots))
        if unknown:
            self._faults.begin("config", f"the plan names slots that this node has not: {', '.join(unknown)}")
        else:
            self._faults.end("config")

    def _serve_commands(self, now_s: float) -> None:
        for served in self._desk.serve(now_s):
            if served.change is not None:
                self._take(self._slots[served.slot], served.change)
            self._reply(served.reply)

    def _reply(self, reply: Reply) -> None:
        self._link.publish(What.REPLY, reply.encode())


def _millis(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
