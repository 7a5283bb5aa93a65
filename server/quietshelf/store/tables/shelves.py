"""Shelf nodes: what they are, what they hold, and what they sent. Mirrors docs/wire.md."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from quietshelf.store.tables.base import Base


class Node(Base):
    """One shelf node, by its name in the installation."""

    __tablename__ = "nodes"

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    name: Mapped[str] = mapped_column(unique=True)
    serial: Mapped[str | None]
    stream: Mapped[str | None]
    """The stream it sends on now."""
    online: Mapped[bool] = mapped_column(default=False)
    agent: Mapped[str | None]
    heard_at: Mapped[datetime | None]
    adopted_at: Mapped[datetime | None]
    adopted_stream: Mapped[str | None]
    adopted_mark: Mapped[int | None] = mapped_column(BigInteger)
    """The stream and its mark when a manager adopted the node."""
    opening_stream: Mapped[str | None]
    opening_seq: Mapped[int | None] = mapped_column(BigInteger)
    """The first state at or past the adoption: events up to it are never booked, those after it are."""
    twice: Mapped[bool] = mapped_column(default=False)
    """Two boxes send under this name: it waits for adoption again."""
    config_epoch: Mapped[int] = mapped_column(BigInteger, default=0)
    config_number: Mapped[int] = mapped_column(default=0)


class Slot(Base):
    """One weighed place on a node, what it holds, and its latest settled word."""

    __tablename__ = "slots"
    __table_args__ = (UniqueConstraint("node_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    node_id: Mapped[int] = mapped_column(ForeignKey("nodes.id"))
    name: Mapped[str]
    product_id: Mapped[int | None] = mapped_column(ForeignKey("products.id"), index=True)
    tolerance: Mapped[float | None]
    """Share by which one piece's weight may differ from the mean."""
    count: Mapped[int | None]
    grams: Mapped[float | None]
    confidence: Mapped[float | None]
    doubt: Mapped[str | None]
    health: Mapped[str | None]
    """Why the cell can't be trusted; None is well."""
    stream: Mapped[str | None]
    seq: Mapped[int | None] = mapped_column(BigInteger)
    """The event or state that said so."""
    at: Mapped[datetime | None]
    disagrees: Mapped[int] = mapped_column(default=0)
    """Pieces that the node's state says there are more than its events told, as of the same event; 0 is agreement."""


class Stream(Base):
    """One outbox file of one node, and how far its events are held without a gap. Locked while events are booked."""

    __tablename__ = "streams"

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    node_id: Mapped[int] = mapped_column(ForeignKey("nodes.id"), primary_key=True)
    stream: Mapped[str] = mapped_column(primary_key=True)
    mark: Mapped[int] = mapped_column(BigInteger, default=0)
    """Every event up to this one is held here, or known to be lost."""
    high: Mapped[int] = mapped_column(BigInteger, default=0)
    """The highest seq held."""
    claimed: Mapped[int] = mapped_column(BigInteger, default=0)
    """The highest seq that its node's states have told of."""
    booked_after: Mapped[int | None] = mapped_column(BigInteger)
    """Events after this one are booked; None: none are, they are kept as from before adoption."""
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """When another stream under the same serial took its place."""
    state: Mapped[dict[str, Any] | None]
    """The newest state by (seq, at), until events up to its seq are held and it has been compared."""


class LostEvents(Base):
    """A span of a stream's events that its node no longer has and never brought. One that still comes is booked."""

    __tablename__ = "lost_events"

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    node_id: Mapped[int] = mapped_column(ForeignKey("nodes.id"), primary_key=True)
    stream: Mapped[str] = mapped_column(primary_key=True)
    first: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    last: Mapped[int] = mapped_column(BigInteger)
    missing: Mapped[int] = mapped_column(BigInteger)
    """How many of the span are missing still; 0 when all came after all."""
    found_at: Mapped[datetime]


class NodeEvent(Base):
    """One event of a stream, held once: booked, kept from before adoption, quarantined, or void."""

    __tablename__ = "node_events"
    __table_args__ = (
        Index("ix_node_events_slot", "node_id", "stream", "slot", "seq"),
        Index(
            "ix_node_events_undated",
            "node_id",
            "stream",
            "arrived",
            sqlite_where=text("at IS NULL"),
            postgresql_where=text("at IS NULL"),
        ),
    )

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    node_id: Mapped[int] = mapped_column(ForeignKey("nodes.id"), primary_key=True)
    stream: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    what: Mapped[str]
    """count, before (adoption), quarantine or void."""
    slot: Mapped[str | None]
    at: Mapped[datetime | None]
    """When it happened by the node's clock; None until the node knows."""
    arrived: Mapped[datetime]
    message: Mapped[dict[str, Any] | None]
    """Its content but for its date and key; None where it could not be read."""


class Quarantined(Base):
    """A message that could not be taken, and why. It stops nothing."""

    __tablename__ = "quarantine"
    __table_args__ = (Index("ix_quarantine_at", "site_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"))
    topic: Mapped[str]
    reason: Mapped[str]
    payload: Mapped[bytes]
    """Its first 4 KiB."""
    at: Mapped[datetime]


class NodeCredential(Base):
    """What a node signs in to the broker with. Only the broker's own hash of the password is kept."""

    __tablename__ = "node_credentials"

    name: Mapped[str] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    password_hash: Mapped[str]
    made_at: Mapped[datetime]
