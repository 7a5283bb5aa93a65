"""Products, suppliers and offers: finding them, and bringing them up to date with what a file tells of them.

A cell that a file leaves blank tells nothing, and leaves what is known as it is.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from quietshelf.files import DerivedProduct, OfferRow, ProductRow, SupplierRow
from quietshelf.store.tables import Offer, Product, Supplier
from quietshelf.store.upsert import in_chunks

_OF_A_PRODUCT = (
    "name",
    "barcode",
    "category",
    "price_minor",
    "cost_minor",
    "pack",
    "minimum_order",
    "piece_weight_g",
    "tax_percent_hundredths",
)
_OF_A_SUPPLIER = (
    "email",
    "quoted_lead_days",
    "payment_days",
    "currency",
    "order_day",
    "minimum_value_minor",
    "closed_from",
    "closed_to",
)
_OF_AN_OFFER = ("cost_minor", "pack", "minimum_order", "lead_days")


@dataclass(slots=True)
class BroughtUpToDate:
    """What became of rows of the catalogue, and the products whose decision may change by it."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    suppliers_named: int = 0
    """Suppliers made because a row named them: nothing but their name is known."""
    brought_back: int = 0
    """Products that had been archived, and that a file names again."""
    product_ids: set[int] = field(default_factory=set)


class Items:
    """The ids of all products by SKU, as they are when this is made."""

    def __init__(self, session: Session) -> None:
        """Read the SKUs."""
        session.flush()
        self._ids = dict(session.execute(select(Product.sku, Product.id)).all())
        self._in_capitals: dict[str, int | None] = {}
        for sku, product_id in self._ids.items():
            capitals = sku.upper()
            self._in_capitals[capitals] = None if capitals in self._in_capitals else product_id

    def get(self, sku: str) -> int | None:
        """The id of the product with this SKU, else of the only one that differs from it by letter case alone."""
        return self._ids.get(sku) or self._in_capitals.get(sku.upper())

    def __contains__(self, sku: str) -> bool:
        """Whether this SKU is known."""
        return self.get(sku) is not None

    def __getitem__(self, sku: str) -> int:
        """As `get`, but raises KeyError where the SKU is unknown."""
        if (product_id := self.get(sku)) is None:
            raise KeyError(sku)
        return product_id


def find_product(session: Session, code: str) -> Product | None:
    """The product with this SKU, else the one with this barcode (the one met first, where several bear it)."""
    by_sku = session.scalars(select(Product).where(Product.sku == code)).first()
    return by_sku or session.scalars(select(Product).where(Product.barcode == code).order_by(Product.id)).first()


def supplier_ids(session: Session, names: Collection[str], *, assumed: bool = False) -> tuple[dict[str, int], int]:
    """The ids of suppliers by name, and how many were made because nobody had named them before."""
    made: list[Supplier] = []
    ids: dict[str, int] = {}
    for chunk in in_chunks(sorted(set(names))):
        known = {each.name: each for each in session.scalars(select(Supplier).where(Supplier.name.in_(chunk)))}
        new = [Supplier(name=name, assumed=assumed) for name in chunk if name not in known]
        session.add_all(new)
        session.flush()
        ids |= {each.name: each.id for each in [*known.values(), *new]}
        made += new
    return ids, len(made)


def put_products(session: Session, rows: Iterable[ProductRow]) -> BroughtUpToDate:
    """Make or bring up to date one product a row, by SKU."""
    done = BroughtUpToDate()
    for chunk in in_chunks(rows):
        suppliers, made = supplier_ids(session, [row.supplier for row in chunk if row.supplier])
        done.suppliers_named += made
        found = session.scalars(select(Product).where(Product.sku.in_([row.sku for row in chunk])))
        known = {product.sku: product for product in found}
        touched = []
        for row in chunk:
            told = _told(row, _OF_A_PRODUCT) | {"assumed": False, "archived_at": None}
            old = known.get(row.sku)
            done.brought_back += old is not None and old.archived_at is not None
            if row.supplier:
                told["supplier_id"] = suppliers[row.supplier]
            touched += _put(session, done, known.get(row.sku), Product(sku=row.sku), told)
        session.flush()
        done.product_ids.update(product.id for product in touched)
    return done


def put_suppliers(session: Session, rows: Iterable[SupplierRow]) -> BroughtUpToDate:
    """Make or bring up to date one supplier a row, by name."""
    done = BroughtUpToDate()
    for chunk in in_chunks(rows):
        found = session.scalars(select(Supplier).where(Supplier.name.in_([row.supplier for row in chunk])))
        known = {supplier.name: supplier for supplier in found}
        touched = []
        for row in chunk:
            told = _told(row, _OF_A_SUPPLIER) | {"assumed": False}
            touched += _put(session, done, known.get(row.supplier), Supplier(name=row.supplier), told)
        session.flush()
        done.product_ids.update(
            session.scalars(select(Product.id).where(Product.supplier_id.in_([supplier.id for supplier in touched])))
        )
    return done


def put_offers(session: Session, rows: Iterable[OfferRow], items: Items) -> BroughtUpToDate:
    """Make or bring up to date one offer a row, by supplier, product, quantity. Raises KeyError at an unknown SKU."""
    done = BroughtUpToDate()
    for chunk in in_chunks(rows):
        suppliers, made = supplier_ids(session, [row.supplier for row in chunk])
        done.suppliers_named += made
        found = session.scalars(select(Offer).where(Offer.product_id.in_({items[row.sku] for row in chunk})))
        known = {(offer.supplier_id, offer.product_id, offer.from_quantity): offer for offer in found}
        for row in chunk:
            key = (suppliers[row.supplier], items[row.sku], row.from_quantity)
            new = Offer(supplier_id=key[0], product_id=key[1], from_quantity=key[2])
            touched = _put(session, done, known.get(key), new, _told(row, _OF_AN_OFFER))
            done.product_ids.update(offer.product_id for offer in touched)
        session.flush()
    return done


def assume_products(session: Session, products: Iterable[DerivedProduct], supplier: str, cost_percent: int) -> int:
    """Make products that nobody told of, each marked assumed, as their sales show them; how many.

    The price is the median price, the cost `cost_percent` of it (rounded half up); `supplier` names nobody yet.
    """
    ids, _ = supplier_ids(session, [supplier], assumed=True)
    made = [
        Product(
            sku=each.sku,
            name=each.name,
            price_minor=each.median_price_minor,
            cost_minor=(each.median_price_minor * cost_percent + 50) // 100,
            supplier_id=ids[supplier],
            assumed=True,
        )
        for each in products
    ]
    session.add_all(made)
    session.flush()
    return len(made)


def _told(row: object, names: Iterable[str]) -> dict[str, Any]:
    """What a row tells, by attribute; a blank cell tells nothing."""
    return {name: value for name in names if (value := getattr(row, name)) is not None}


Thing = TypeVar("Thing", Product, Supplier, Offer)


def _put(session: Session, done: BroughtUpToDate, old: Thing | None, new: Thing, told: dict[str, Any]) -> list[Thing]:
    """Give the old thing, else the new one, what was told of it. What changed by that: one thing, or none."""
    thing = old or new
    changed = {name: value for name, value in told.items() if getattr(thing, name) != value}
    if old and not changed:
        done.unchanged += 1
        return []
    for name, value in changed.items():
        setattr(thing, name, value)
    if old:
        done.updated += 1
    else:
        done.new += 1
        session.add(new)
    return [thing]
