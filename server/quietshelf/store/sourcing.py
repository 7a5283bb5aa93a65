"""Who a SKU is ordered from: who sells it, who was chosen, and what is proposed. The rules are `rules/shifting.py`."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, bindparam, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from quietshelf.store.tables import Offer, Order, OrderLine, Product, Site, SkuState, Sourcing, Supplier
from quietshelf.store.upsert import insert


@dataclass(frozen=True)
class Source:
    """The supplier that a SKU is ordered from in its own supplier's stead, and on which terms."""

    supplier: Supplier
    cost_minor: int
    pack: int
    minimum_order: int
    lead_days: int | None


@dataclass(frozen=True)
class Offered:
    """One supplier's terms for a SKU; `cost_minor` None where it is unknown or in another currency."""

    supplier_id: int
    cost_minor: int | None
    lead_days: int | None


@dataclass(frozen=True)
class Choice:
    """A SKU that more than one supplier sells, and who was chosen so far."""

    product: Product
    velocity: float
    risk_minor_per_day: int
    sourcing: Sourcing | None
    offered: tuple[Offered, ...]
    """By all who sell it, its product's own supplier among them."""

    @property
    def now_id(self) -> int | None:
        """The supplier that it is ordered from now."""
        chosen = self.sourcing.supplier_id if self.sourcing else None
        sells = {offer.supplier_id for offer in self.offered}
        return chosen if chosen in sells else self.product.supplier_id


def sources_of(session: Session, site_id: int, product_ids: Collection[int]) -> dict[int, Source]:
    """Where some SKUs are ordered instead of at their products' own suppliers, by product."""
    rows = session.execute(_SOURCES, {"site": site_id, "products": product_ids})
    return {
        product_id: Source(supplier, cost_minor, pack, minimum_order, lead_days)
        for product_id, supplier, cost_minor, pack, minimum_order, lead_days in rows
    }


def sourcing_of(session: Session, site_id: int, product_id: int) -> Sourcing | None:
    """What was chosen and is proposed for a SKU."""
    return session.get(Sourcing, (site_id, product_id), populate_existing=True)


def sourcings_of(session: Session, site_id: int, product_ids: Collection[int]) -> dict[int, Sourcing]:
    """The same for some SKUs, by product."""
    rows = select(Sourcing).where(Sourcing.site_id == site_id, Sourcing.product_id.in_(product_ids))
    return {row.product_id: row for row in session.scalars(rows)}


def choices(session: Session, site_id: int, currency: str) -> list[Choice]:
    """Every selling SKU that another supplier offers beside its own, or of which something was chosen."""
    another = aliased(Offer)
    elsewhere = (
        exists()
        .where(
            another.product_id == Product.id,
            another.from_quantity == 1,
            Product.supplier_id.is_(None) | (another.supplier_id != Product.supplier_id),
        )
        .correlate(Product)
    )
    rows = session.execute(
        select(Product, SkuState.velocity, SkuState.risk_minor_per_day, Sourcing)
        .join(SkuState, and_(SkuState.product_id == Product.id, SkuState.site_id == site_id))
        .outerjoin(Sourcing, and_(Sourcing.product_id == Product.id, Sourcing.site_id == site_id))
        .where((SkuState.velocity > 0) | Sourcing.product_id.is_not(None), elsewhere, Product.archived_at.is_(None))
        .order_by(Product.id)
    ).all()
    if not rows:
        return []
    offers = session.execute(_OFFERS.where(elsewhere).order_by(Offer.id))
    offered = _offered([product for product, *_ in rows], [(offer, money) for offer, money in offers], currency)
    return [
        Choice(product, velocity, risk, sourcing, tuple(offered[product.id].values()))
        for product, velocity, risk, sourcing in rows
    ]


def offered_of(session: Session, products: Collection[Product], currency: str) -> dict[int, dict[int, Offered]]:
    """What each supplier asks for some SKUs from one piece on: by product, then by supplier, its own among them."""
    offers = _OFFERS.where(Offer.product_id.in_([product.id for product in products])).order_by(Offer.id)
    return _offered(products, [(offer, money) for offer, money in session.execute(offers)], currency)


def save_sourcing(session: Session, site_id: int, product_id: int, version: int | None, **what: Any) -> bool:
    """Change what is chosen or proposed; whether it was still at `version` (None: there was none yet)."""
    if version is None:
        row = {"site_id": site_id, "product_id": product_id, "pinned": False, "version": 1} | what
        made = session.execute(insert(session, Sourcing).values(row).on_conflict_do_nothing())
        return bool(made.rowcount)  # type: ignore[attr-defined]
    changed = (
        update(Sourcing)
        .where(Sourcing.site_id == site_id, Sourcing.product_id == product_id, Sourcing.version == version)
        .values(what | {"version": version + 1})
    )
    return bool(session.execute(changed).rowcount)  # type: ignore[attr-defined]


def sells(session: Session, product_id: int, supplier_id: int) -> bool:
    """Whether a supplier is the product's own, or offers it from one piece on."""
    own = exists().where(Product.id == product_id, Product.supplier_id == supplier_id)
    offers = exists().where(Offer.product_id == product_id, Offer.supplier_id == supplier_id, Offer.from_quantity == 1)
    return bool(session.scalar(select(or_(own, offers))))


def sellers_of(session: Session, site_id: int, product_ids: Collection[int]) -> dict[int, list[Source]]:
    """Who offers some SKUs from one piece on in the site's currency, by product; a pinned SKU has none."""
    pinned = exists().where(
        Sourcing.site_id == site_id, Sourcing.product_id == Offer.product_id, Sourcing.pinned.is_(True)
    )
    rows = session.execute(
        select(Offer, Supplier)
        .join(Supplier, Supplier.id == Offer.supplier_id)
        .join(Site, Site.id == site_id)
        .where(
            Offer.product_id.in_(product_ids),
            Offer.from_quantity == 1,
            ~pinned,
            Supplier.currency.is_(None) | (Supplier.currency == Site.currency),
        )
        .order_by(Offer.id)
    )
    found: dict[int, list[Source]] = {}
    for offer, supplier in rows:
        source = Source(supplier, offer.cost_minor, offer.pack, offer.minimum_order, offer.lead_days)
        found.setdefault(offer.product_id, []).append(source)
    return found


def _offered(
    products: Collection[Product], offers: Iterable[tuple[Offer, str | None]], currency: str
) -> dict[int, dict[int, Offered]]:
    found: dict[int, dict[int, Offered]] = {product.id: {} for product in products}
    for offer, in_currency in offers:
        if offer.product_id in found:
            cost = offer.cost_minor if in_currency in (None, currency) else None
            found[offer.product_id][offer.supplier_id] = Offered(offer.supplier_id, cost, offer.lead_days)
    for product in products:
        if product.supplier_id is not None:  # the product's own terms are the product's
            found[product.id][product.supplier_id] = Offered(product.supplier_id, product.cost_minor, None)
    return found


# made once: making a statement takes longer than SQLite takes to run it
_OFFERS = (
    select(Offer, Supplier.currency)
    .join(Supplier, Supplier.id == Offer.supplier_id)
    .join(Product, Product.id == Offer.product_id)
    .where(Offer.from_quantity == 1)
)
_BACK = exists().where(
    OrderLine.product_id == Sourcing.product_id,
    OrderLine.site_id == Sourcing.site_id,
    OrderLine.is_draft.is_(False),
    Order.id == OrderLine.order_id,
    Order.supplier_id == Product.supplier_id,
    Order.state != "cancelled",
    func.coalesce(Order.approved_at, Order.sent_at) >= Sourcing.trial_at,
)
"""The trial order has been decided upon."""
_SOURCES = (
    select(Sourcing.product_id, Supplier, Offer.cost_minor, Offer.pack, Offer.minimum_order, Offer.lead_days)
    .join(Product, Product.id == Sourcing.product_id)
    .join(Supplier, Supplier.id == Sourcing.supplier_id)
    .join(
        Offer,
        and_(
            Offer.supplier_id == Sourcing.supplier_id,
            Offer.product_id == Sourcing.product_id,
            Offer.from_quantity == 1,
        ),
    )
    .where(
        Sourcing.site_id == bindparam("site"),
        Sourcing.product_id.in_(bindparam("products", expanding=True)),
        Product.supplier_id.is_(None) | (Product.supplier_id != Sourcing.supplier_id),
        Sourcing.trial_at.is_(None) | _BACK,
    )
)
