"""`quietshelf-edge check`: tries everything that a node needs, one line each, before it is left alone on its shelf."""

import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from queue import Empty

from quietshelf_edge import machine
from quietshelf_edge.cell import sound
from quietshelf_edge.config import NodeConfig
from quietshelf_edge.link import Connected, Disconnected, Link, Refused
from quietshelf_edge.messages import Status
from quietshelf_edge.outbox import Outbox
from quietshelf_edge.slots import build_slots
from quietshelf_edge.weighing import Rest

BROKER_S = 10.0
CELLS_S = 6.0
SAMPLE_S = 0.1


@dataclass(frozen=True)
class Finding:
    """One thing that was tried: whether it is well, and a sentence."""

    well: bool
    sentence: str


def check(node: NodeConfig) -> Iterator[Finding]:
    """What is well with the node, and what is not. The agent must not be running: two would take each other's place."""
    yield Finding(True, f"node {node.name} of site {node.site}, {len(node.slots)} slots, cells: {node.cell}")
    yield _outbox(node)
    yield from _cells(node)
    yield _broker(node)
    if node.clock == "ntp" and machine.ntp_clock() is None:
        yield Finding(False, 'the clock is not synchronised: set an NTP server, or [clock] trust = "system"')
    else:
        yield Finding(True, "the clock is set")


def _outbox(node: NodeConfig) -> Finding:
    path = node.data_dir / "outbox.sqlite"
    try:
        node.data_dir.mkdir(parents=True, exist_ok=True)
        box = Outbox(path, machine.boot_id(), machine.serial())
    except (OSError, sqlite3.Error) as error:
        return Finding(False, f"the outbox {path} can't be opened: {error}")
    waiting = box.next_seq - 1 - box.acked
    box.close()
    return Finding(True, f"outbox {path}: stream {box.stream}, {waiting} events wait for the server")


def _cells(node: NodeConfig) -> Iterator[Finding]:
    try:
        slots = build_slots(node, None, lambda _name: None)
    except (OSError, ImportError, RuntimeError) as error:
        yield Finding(False, f"the cells can't be opened: {error}")
        return
    rests: dict[str, Rest] = {}
    heard: set[str] = set()
    deadline_s = time.monotonic() + CELLS_S
    while len(rests) < len(slots) and (now_s := time.monotonic()) < deadline_s:
        for slot in slots:
            raw = sound(slot.cell.read())
            if raw is not None:
                heard.add(slot.name)
                rests |= {slot.name: rest} if (rest := slot.settling.feed(now_s, raw)) else {}
        time.sleep(SAMPLE_S)
    for slot in slots:
        slot.cell.close()
        yield _cell(slot.name, rests.get(slot.name), slot.name in heard)


def _cell(slot: str, rest: Rest | None, heard: bool) -> Finding:
    if rest is not None:
        return Finding(True, f"slot {slot}: raw {rest.raw:.0f} at rest, noise {rest.noise_raw:.0f}")
    if heard:
        return Finding(
            False, f"slot {slot}: does not come to rest. Keep hands off, and look for what touches the shelf"
        )
    return Finding(False, f"slot {slot}: no sample. Check power, data and clock wires")


def _broker(node: NodeConfig) -> Finding:
    where = f"{node.mqtt.host}:{node.mqtt.port}"
    link = Link(node.mqtt, node.site, f"{node.name}-check")
    link.open(Status(False, "check", 1, None, "check").encode())
    try:
        return _first_word(link, where)
    finally:
        link.close()


def _first_word(link: Link, where: str) -> Finding:
    deadline_s = time.monotonic() + BROKER_S
    why = f"no broker answers at {where}"
    while (left_s := deadline_s - time.monotonic()) > 0:
        link.tend(time.monotonic())
        try:
            news = link.news.get(timeout=min(left_s, 0.1))
        except Empty:
            continue
        if isinstance(news, Connected):
            return Finding(True, f"the broker at {where} takes this node")
        if isinstance(news, Disconnected | Refused):
            why = news.why
    return Finding(False, why)
