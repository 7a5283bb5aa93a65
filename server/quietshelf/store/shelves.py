"""Shelf nodes and their slots: finding, naming and planning them; what could not be taken. Streams are in `streams`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from quietshelf.store.tables import LostEvents, Node, NodeCredential, Product, Quarantined, Site, Slot, Stream

PAYLOAD_KEPT_BYTES = 4096


def node_ids(session: Session, site_id: int, names: Iterable[str]) -> dict[str, int]:
    """The ids of a site's nodes, by name; a name that is none is left out."""
    found = select(Node.name, Node.id).where(Node.site_id == site_id, Node.name.in_(set(names)))
    return {name: number for name, number in session.execute(found)}  # noqa: C416 - rows are no pairs to mypy


def nodes_by_id(session: Session, ids: Iterable[int]) -> dict[int, Node]:
    """Nodes as they are now, even where this session has read them before."""
    found = session.scalars(
        select(Node).where(Node.id.in_(set(ids))).order_by(Node.id).execution_options(populate_existing=True)
    )
    return {node.id: node for node in found}


def nodes_of(session: Session, site_id: int) -> list[Node]:
    """A site's nodes, by name."""
    return list(session.scalars(select(Node).where(Node.site_id == site_id).order_by(Node.name)))


def node_named(session: Session, name: str) -> Node | None:
    """The node of a name, in whichever site; None where there is none."""
    return session.scalars(select(Node).where(Node.name == name)).first()


def planned_slots(session: Session, node_id: int) -> list[tuple[Slot, str, float]]:
    """A node's slots that are to hold something: each with the SKU, and what one piece weighs in grams."""
    planned = session.execute(
        select(Slot, Product.sku, Product.piece_weight_g)
        .join(Product, Product.id == Slot.product_id)
        .where(Slot.node_id == node_id, Product.piece_weight_g.is_not(None))
        .order_by(Slot.name)
    )
    return [(slot, sku, weight_g) for slot, sku, weight_g in planned if weight_g is not None]


def slots_of(session: Session, node_ids: Iterable[int]) -> dict[tuple[int, str], Slot]:
    """The slots of some nodes, by node and name."""
    found = session.scalars(select(Slot).where(Slot.node_id.in_(set(node_ids))).order_by(Slot.node_id, Slot.name))
    return {(slot.node_id, slot.name): slot for slot in found}


def product_ids(session: Session, skus: Iterable[str]) -> dict[str, int]:
    """The ids of products by SKU; a SKU that nobody knows is left out."""
    found = select(Product.sku, Product.id).where(Product.sku.in_(set(skus)))
    return {name: number for name, number in session.execute(found)}  # noqa: C416 - rows are no pairs to mypy


def quarantined(session: Session, site_id: int) -> int:
    """How many messages of nodes were set aside so far."""
    return session.scalar(select(func.count()).select_from(Quarantined).where(Quarantined.site_id == site_id)) or 0


def quarantine(session: Session, site_id: int, topic: str, reason: str, payload: bytes, at: datetime) -> None:
    """Keep a message that could not be taken, with its reason."""
    kept = payload[:PAYLOAD_KEPT_BYTES]
    session.add(Quarantined(site_id=site_id, topic=topic[:500], reason=reason[:500], payload=kept, at=at))


def raise_epoch(session: Session, site_id: int, above: int) -> int:
    """Take an epoch above both the site's own and `above`, and return it."""
    return session.scalars(
        update(Site)
        .where(Site.id == site_id)
        .values(epoch=func.max(Site.epoch, above) + 1 if _is_sqlite(session) else func.greatest(Site.epoch, above) + 1)
        .returning(Site.epoch)
        .execution_options(synchronize_session=False)
    ).one()


def epoch_of(session: Session, site_id: int) -> int:
    """The site's epoch on the wire."""
    return session.scalars(select(Site.epoch).where(Site.id == site_id)).one()


def end_adoption(session: Session, node: Node) -> None:
    """From now on nothing of a node is booked: it waits for adoption again."""
    node.adopted_at = node.adopted_stream = node.adopted_mark = None
    node.opening_stream = node.opening_seq = None
    session.execute(
        update(Stream).where(Stream.site_id == node.site_id, Stream.node_id == node.id).values(booked_after=None)
    )


@dataclass(frozen=True)
class Lost:
    """Events of a node that never came: how many (None: the tail of a card that is gone, nobody knows), since when."""

    node_id: int
    events: int | None
    since: datetime


def lost_events(session: Session, site_id: int, found_after: datetime) -> list[Lost]:
    """What nodes have lost since `found_after`: gaps that were closed, and streams that another took the place of."""
    spans = session.execute(
        select(LostEvents.node_id, func.sum(LostEvents.missing), func.min(LostEvents.found_at))
        .where(LostEvents.site_id == site_id, LostEvents.missing > 0, LostEvents.found_at > found_after)
        .group_by(LostEvents.node_id)
    )
    lost = [Lost(node_id, events, since) for node_id, events, since in spans]
    ended = session.execute(
        select(Stream.node_id, Stream.claimed - Stream.mark, Stream.ended_at)
        .join(Node, Node.id == Stream.node_id)
        .where(
            Stream.site_id == site_id,
            Stream.ended_at > found_after,
            Stream.booked_after.is_not(None) | (Stream.ended_at >= Node.adopted_at),
        )
    )
    return lost + [Lost(node_id, known if known > 0 else None, since) for node_id, known, since in ended if since]


def credentials(session: Session) -> dict[str, str]:
    """The broker's hash of every node's password, by node name."""
    return {row.name: row.password_hash for row in session.scalars(select(NodeCredential))}


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"
