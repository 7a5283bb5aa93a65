"""The demo's shelf nodes: the real agent in processes of their own, over cells that feel what the scenes say."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import urlsplit

from sqlalchemy import Engine

from quietshelf.clock import Clock
from quietshelf.demo.hand import Hand
from quietshelf.demo.world import NODES, PLACES, SHELF_HOLDS, SITE_KEY
from quietshelf.intake.adoption import adopt, assign_slot, new_node
from quietshelf.processes import start_child, stop_children
from quietshelf.store import shelves
from quietshelf.store.engine import reading

AGENT = Path(sys.executable).with_name("quietshelf-edge")
SPEAK_WITHIN_S = 20.0
PIECES_WITHIN = 0.04
"""The tolerance that is planned: a piece is so near the mean, as a share, 3 times in 1,000 excepted."""


def lay_out(hand: Hand, on_hand: Mapping[str, int]) -> None:
    """Fill the shelves with what is there, as far as they hold it; the rest stands in the back."""
    for place in PLACES:
        hand.fill(place.node, place.slot, min(on_hand[place.sku], SHELF_HOLDS))


@contextmanager
def nodes_running(
    engine: Engine, site_id: int, mqtt_url: str, folder: Path, hand: Hand, clock: Clock, seed: int
) -> Iterator[None]:
    """Make, plan, start and adopt the nodes, as a manager would; their processes end with the block."""
    ids = {}
    for number, name in enumerate(NODES):
        config = folder / f"{name}.toml"
        config.touch(mode=0o600)
        config.write_text(_make(engine, site_id, name, mqtt_url, hand, clock, seed + 100 * number))
        with reading(engine) as session:
            ids[name] = shelves.node_ids(session, site_id, [name])[name]
            products = shelves.product_ids(session, (place.sku for place in PLACES))
        for place in PLACES:
            if place.node == name:
                assign_slot(engine, ids[name], place.slot, products[place.sku], tolerance=PIECES_WITHIN)
    children = [
        start_child([AGENT, "run", "--config", folder / f"{name}.toml"], folder / f"{name}.log") for name in ids
    ]
    try:
        _adopt_and_wait(engine, site_id, children, clock)
        yield
    finally:
        stop_children(children)


def _make(engine: Engine, site_id: int, name: str, mqtt_url: str, hand: Hand, clock: Clock, seed: int) -> str:
    """A new node's file: its credentials, and four simulated cells in place of real ones."""
    broker = urlsplit(mqtt_url)
    host, port = str(broker.hostname), broker.port or 1883
    made = new_node(engine, site_id, name, host=host, port=port, now=clock())
    slots = "".join(
        f'\n[[slots]]\nname = "{place.slot}"\ncapacity_g = 15000\nzero_raw = 84000\ncounts_per_g = 400.0\n'
        for place in PLACES
        if place.node == name
    )
    return f"""\
[node]
name = "{name}"
site = "{SITE_KEY}"
data_dir = "{name}"

[mqtt]
host = "{host}"
port = {port}
protocol = "3.1.1"
username = "{name}"
password = "{made.password}"

[clock]
trust = "system"

[cell]
kind = "simulated"
scene = "{hand.scene(name).name}"
seed = {seed}
{slots}"""


def _start(folder: Path, name: str) -> subprocess.Popen[bytes]:
    return start_child([AGENT, "run", "--config", folder / f"{name}.toml"], folder / f"{name}.log")


def _adopt_and_wait(engine: Engine, site_id: int, children: list[subprocess.Popen[bytes]], clock: Clock) -> None:
    """Adopt each node as soon as it has said who it is; done when every slot has said what lies on it."""
    ends = monotonic() + SPEAK_WITHIN_S
    while True:
        with reading(engine) as session:
            nodes = shelves.nodes_of(session, site_id)
            slots = shelves.slots_of(session, (node.id for node in nodes)).values()
        for node in nodes:
            if node.adopted_at is None and node.stream is not None:
                adopt(engine, node.id, clock())
        silent = {node.name for node in nodes for slot in slots if slot.node_id == node.id and slot.count is None}
        if not silent:
            return
        if monotonic() > ends or any(child.poll() is not None for child in children):
            raise RuntimeError(
                f"Simulated nodes do not speak ({', '.join(sorted(silent))}): see the logs beside their TOML"
            )
        sleep(0.1)
