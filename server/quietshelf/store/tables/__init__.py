"""Every table, in one namespace: `from quietshelf.store.tables import Product, Order`."""

from quietshelf.store.tables.base import Base, Instant
from quietshelf.store.tables.constraint import LookRow, LossRow, ModeRow, ReviewRow
from quietshelf.store.tables.decisions import DecisionRow, ExceptionRow, JobRun, SkuGist, SkuState
from quietshelf.store.tables.ledger import FactRow, Feed, HeldRow, Import, SiteDay, SkuDay
from quietshelf.store.tables.notices import Hook
from quietshelf.store.tables.orders import ON_ITS_WAY, STATES, Delivery, Mail, Order, OrderLine, SupplierWord, TakenOff
from quietshelf.store.tables.plans import KnownNeed, Pinned, SkuPlan
from quietshelf.store.tables.shelves import LostEvents, Node, NodeCredential, NodeEvent, Quarantined, Slot, Stream
from quietshelf.store.tables.shop import Offer, Product, SignInLink, Site, Supplier, User
from quietshelf.store.tables.sourcing import Scored, Sourcing

__all__ = [
    "ON_ITS_WAY",
    "STATES",
    "Base",
    "DecisionRow",
    "Delivery",
    "ExceptionRow",
    "FactRow",
    "Feed",
    "HeldRow",
    "Hook",
    "Import",
    "Instant",
    "JobRun",
    "KnownNeed",
    "LookRow",
    "LossRow",
    "LostEvents",
    "Mail",
    "ModeRow",
    "Node",
    "NodeCredential",
    "NodeEvent",
    "Offer",
    "Order",
    "OrderLine",
    "Pinned",
    "Product",
    "Quarantined",
    "ReviewRow",
    "Scored",
    "SignInLink",
    "Site",
    "SiteDay",
    "SkuDay",
    "SkuGist",
    "SkuPlan",
    "SkuState",
    "Slot",
    "Sourcing",
    "Stream",
    "Supplier",
    "SupplierWord",
    "TakenOff",
    "User",
]
