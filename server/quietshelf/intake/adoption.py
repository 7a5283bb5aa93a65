"""What a manager decides about nodes: new credentials, adoption, and which slot holds what."""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from quietshelf.cycle import decide_skus
from quietshelf.intake.booking import Booking, rev_of
from quietshelf.intake.counts import place_of
from quietshelf.intake.states import newest_state, open_books
from quietshelf.rules.facts import Fact, Kind
from quietshelf.store import shelves, streams
from quietshelf.store.engine import reading, writing
from quietshelf.store.facts import add_facts
from quietshelf.store.sites import touch
from quietshelf.store.tables import Node, NodeCredential, Product, Site, Slot
from quietshelf_edge.messages import (
    MAX_PAYLOAD_BYTES,
    Config,
    PlannedItem,
    Rev,
    SlotPlan,
    Unreadable,
    decode_config,
    is_name,
)

SERVER_USER = "quietshelf-server"
"""The server's own name at the broker, which no node can have."""
TOLERANCE = 0.05
"""How far one piece's weight may be from the mean, where nobody said."""
PASSWORD_ROUNDS = 1000
"""Of PBKDF2. The passwords are random, 144 bits: nobody tries them through, however cheap a round is."""


class NotPossibleError(ValueError):
    """What was asked for can't be done; the sentence says what to do instead."""


@dataclass(frozen=True)
class NodeFile:
    """What a new node is given. The password stands here and nowhere else: only its hash is kept."""

    name: str
    password: str
    toml: str


def new_node(engine: Engine, site_id: int, name: str, *, host: str, port: int, now: datetime) -> NodeFile:
    """Make a node's name and credentials, and the file for its card. `host` and `port`: the broker as the node sees it.

    Raises NotPossibleError where the name can't stand in a topic or is taken.
    """
    if not is_name(name) or name == SERVER_USER:
        raise NotPossibleError(f'A node can\'t be called "{name}": use up to 64 letters, digits, "-" or "_".')
    password = secrets.token_urlsafe(18)
    with writing(engine) as session:
        if shelves.node_named(session, name) is not None:
            raise NotPossibleError(f"There is a node {name} already: choose another name.")
        site = session.get_one(Site, site_id)
        session.add(Node(site_id=site_id, name=name))
        session.add(NodeCredential(name=name, site_id=site_id, password_hash=password_hash(password), made_at=now))
        session.flush()
        touch(session, site_id)
        return NodeFile(name, password, node_toml(site.key, name, password, host, port))


def password_hash(password: str) -> str:
    """A password as Mosquitto 2 keeps it: PBKDF2 with SHA-512, salted."""
    salt = secrets.token_bytes(12)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, PASSWORD_ROUNDS)
    return f"$7${PASSWORD_ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"


def node_toml(site: str, name: str, password: str, host: str, port: int) -> str:
    """The node's file, for one slot on an HX711; more slots are added by hand."""
    return f"""\
# Put this on the card as /etc/quietshelf/node.toml; node.example.toml explains every key.
[node]
name = "{name}"
site = "{site}"
data_dir = "/var/lib/quietshelf-edge"

[mqtt]
host = "{host}"
port = {port}
username = "{name}"
password = "{password}"

[cell]
kind = "hx711"

[[slots]]
name = "1"
data_pin = 5
clock_pin = 6
capacity_g = 5000
zero_raw = 0         # raw when empty, by: quietshelf-edge check
counts_per_g = 420.0
"""


def adopt(engine: Engine, node_id: int, now: datetime) -> None:
    """Take a node into the shop: its opening count is its first state at or past what is held of it now.

    Where such a state is known already, the books open at once. A node that two boxes used is adopted with the box
    that sent last. Raises NotPossibleError where the node is adopted already.
    """
    with writing(engine) as session:
        node = shelves.nodes_by_id(session, [node_id])[node_id]
        if node.adopted_at is not None:
            raise NotPossibleError(f"Node {node.name} is adopted already.")
        site = session.get_one(Site, node.site_id)
        booking = Booking(session, site.id, site.key, slots=shelves.slots_of(session, [node_id]))
        if node.stream is not None:
            booking.streams = streams.lock_streams(session, site.id, [(node_id, node.stream)], now)
            node = shelves.nodes_by_id(session, [node_id])[node_id]
        booking.nodes = {node_id: node}
        _adopt(booking, node, now)
        product_ids = add_facts(session, site.id, booking.facts).product_ids
        touch(session, site.id)
    decide_skus(engine, node.site_id, product_ids, now)


def _adopt(booking: Booking, node: Node, now: datetime) -> None:
    stream = booking.streams.get((node.id, node.stream)) if node.stream else None
    node.adopted_at, node.twice = now, False
    node.adopted_stream, node.adopted_mark = node.stream, stream.mark if stream else 0
    told = newest_state(stream) if stream else None
    if stream is not None and told is not None:
        open_books(booking, node, stream, told)


def assign_slot(
    engine: Engine,
    node_id: int,
    slot: str,
    product_id: int | None,
    *,
    piece_weight_g: float | None = None,
    tolerance: float | None = None,
) -> None:
    """Plan what a slot holds; None empties it. The node is told by its `config`, at the next revision.

    `piece_weight_g` in grams is kept with the product; `tolerance` is the share by which one piece may differ.
    Raises NotPossibleError for a name that can't be a slot's, where nobody has said what a piece weighs, and where
    the node could not be told its plan.
    """
    if not is_name(slot):
        raise NotPossibleError(f'A slot can\'t be called "{slot}": use up to 64 letters, digits, "-" or "_".')
    with writing(engine) as session:
        node = shelves.nodes_by_id(session, [node_id])[node_id]
        row = shelves.slots_of(session, [node_id]).get((node_id, slot))
        if row is None:
            row = Slot(node_id=node_id, name=slot)
            session.add(row)
        if product_id is not None:
            _weigh(session, product_id, piece_weight_g)
        if row.product_id != product_id:
            _end_of(session, node, row)
            row.count, row.disagrees = None, 0
        row.product_id, row.tolerance = product_id, tolerance
        node.config_epoch, node.config_number = shelves.epoch_of(session, node.site_id), node.config_number + 1
        session.flush()
        if product_id is not None:
            _can_be_told(session, node)
        touch(session, node.site_id)


def _end_of(session: Session, node: Node, slot: Slot) -> None:
    """What the slot held until now lies in the back: it weighs something else from its last word on."""
    if slot.product_id is None or slot.at is None or slot.count is None:
        return
    happened = slot.at + timedelta(microseconds=1)
    place = place_of(node, slot.name)
    key = f"planned:{place}:{node.config_epoch}:{node.config_number}"
    fact = Fact(happened, Kind.TRANSFER, 0, key, place)
    add_facts(session, node.site_id, [(slot.product_id, fact, happened, False)])


def _can_be_told(session: Session, node: Node) -> None:
    try:
        decode_config(Config(rev_of(node), plan_of(session, node)).encode())
    except (ValueError, Unreadable):
        raise NotPossibleError(
            f"Node {node.name} can't be told this: one message to it holds at most {MAX_PAYLOAD_BYTES:,} bytes, "
            "and a SKU of 64 characters. Empty another of its slots, or share them between two nodes."
        ) from None


def _weigh(session: Session, product_id: int, piece_weight_g: float | None) -> None:
    product = session.get_one(Product, product_id)
    if piece_weight_g is not None:
        if not 0.01 <= piece_weight_g <= 1_000_000:
            raise NotPossibleError(f"A piece of {product.name} can't weigh {piece_weight_g} g: give grams above 0.")
        product.piece_weight_g = piece_weight_g
    if product.piece_weight_g is None:
        raise NotPossibleError(f"Say what one piece of {product.name} weighs, in grams: a shelf counts by weight.")


def plans(engine: Engine, site_id: int, known: Mapping[str, Rev]) -> dict[str, Config]:
    """The plans of those nodes whose revision is not the one in `known`, by node name."""
    with reading(engine) as session:
        return {
            node.name: Config(rev_of(node), plan_of(session, node))
            for node in shelves.nodes_of(session, site_id)
            if node.config_number and known.get(node.name) != rev_of(node)
        }


def plan_of(session: Session, node: Node) -> tuple[SlotPlan, ...]:
    """What each slot of a node is to hold."""
    planned = shelves.planned_slots(session, node.id)
    return tuple(
        SlotPlan(slot.name, (PlannedItem(sku, weight_g, TOLERANCE if slot.tolerance is None else slot.tolerance),))
        for slot, sku, weight_g in planned
    )
