"""The demo's shelf nodes: the real agent in processes of their own, over cells that feel what the scenes say."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Nodes:
    """The nodes whose agents run."""

    ids: Mapping[str, int]
    agents: tuple[subprocess.Popen[bytes], ...]


@contextmanager
def nodes_running(
    engine: Engine, site_id: int, mqtt_url: str, folder: Path, hand: Hand, clock: Clock, seed: int
) -> Iterator[Nodes]:
    """Make credentials for the nodes and start their agents; the processes end with the block."""
    for number, name in enumerate(NODES):
        config = folder / f"{name}.toml"
        config.touch(mode=0o600)
        config.write_text(_make(engine, site_id, name, mqtt_url, hand, clock, seed + 100 * number))
    with reading(engine) as session:
        ids = shelves.node_ids(session, site_id, NODES)
    agents: list[subprocess.Popen[bytes]] = []
    try:
        for name in NODES:
            agents.append(start_child([AGENT, "run", "--config", folder / f"{name}.toml"], folder / f"{name}.log"))
        yield Nodes(ids, tuple(agents))
    finally:
        stop_children(agents)


def take_in(engine: Engine, site_id: int, nodes: Nodes, clock: Clock) -> None:
    """Say what lies where and adopt the nodes, as a manager would; done when every slot has said what lies on it."""
    with reading(engine) as session:
        products = shelves.product_ids(session, (place.sku for place in PLACES))
    for place in PLACES:
        assign_slot(engine, nodes.ids[place.node], place.slot, products[place.sku], tolerance=PIECES_WITHIN)
    ends = monotonic() + SPEAK_WITHIN_S
    while True:
        with reading(engine) as session:
            known = shelves.nodes_of(session, site_id)
            slots = shelves.slots_of(session, nodes.ids.values()).values()
        for node in known:
            if node.adopted_at is None and node.stream is not None:
                adopt(engine, node.id, clock())
        silent = {node.name for node in known for slot in slots if slot.node_id == node.id and slot.count is None}
        if not silent:
            return
        if monotonic() > ends or any(agent.poll() is not None for agent in nodes.agents):
            names = ", ".join(sorted(silent))
            raise RuntimeError(f"The simulated nodes {names} do not speak: their logs lie beside their TOML files")
        sleep(0.1)


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
