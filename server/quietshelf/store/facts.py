"""The ledger's facts: booking each once, and reading a SKU's. What is derived from them is in `states`."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from quietshelf.rules.facts import Fact, Kind
from quietshelf.store.states import EVER, mark_stale
from quietshelf.store.tables import FactRow, Site, SiteDay, SkuGist
from quietshelf.store.upsert import Insert, dialect_of, in_chunks, insert_for

Learnt = tuple[int, Fact, datetime, bool]
"""A fact to book: the product's id, the fact, when it was learnt, and whether it was assumed rather than told."""


@dataclass
class FactsAdded:
    """What a booking did: facts that are new, facts that were known, and the products that have new ones."""

    added: int = 0
    repeated: int = 0
    first: dict[int, datetime] = field(default_factory=dict)
    """When the earliest of a product's new facts happened."""
    sold: set[datetime] = field(default_factory=set)
    """When the new ones that are sales happened."""

    @property
    def product_ids(self) -> set[int]:
        """The products that have new facts."""
        return set(self.first)


def add_facts(session: Session, site_id: int, facts: Iterable[Learnt]) -> FactsAdded:
    """Book facts, each once by its key, and leave their SKUs stale. Made for one fact and for half a million."""
    session.flush()
    booked = FactsAdded()
    for chunk in in_chunks(facts):
        _add(session, site_id, chunk, booked)
    _add_days(session, site_id, booked.sold)
    mark_stale(session, site_id, booked.first)
    return booked


def set_one_off(
    session: Session, site_id: int, product_id: int, key: str, one_off: bool
) -> tuple[int, datetime] | None:
    """Say that a sale was a one-off, or that it was not; its SKU is stale then.

    Nothing else of a booked fact is a person's to change.

    Returns: the sale's units and when it was; None where there is no such sale, or that was said already.
    """
    sale = (FactRow.site_id == site_id, FactRow.product_id == product_id, FactRow.key == key)
    said = (
        update(FactRow)
        .where(*sale, FactRow.kind == Kind.SALE.value, FactRow.one_off != one_off)
        .values(one_off=one_off)
        .returning(FactRow.quantity, FactRow.happened)
    )
    changed = session.execute(said).first()
    if changed is None:
        return None
    mark_stale(session, site_id, {product_id: changed.happened})
    return changed.quantity, changed.happened


def redate(session: Session, site_id: int, product_id: int, keys: Collection[str], happened: datetime) -> int:
    """Date facts of one SKU better than they were; it is stale then. Returns the units of those that there are."""
    dated = (
        update(FactRow)
        .where(FactRow.site_id == site_id, FactRow.product_id == product_id, FactRow.key.in_(sorted(keys)))
        .values(happened=happened)
        .returning(FactRow.quantity)
        .execution_options(synchronize_session=False)
    )
    quantities = list(session.scalars(dated))
    if quantities:
        mark_stale(session, site_id, {product_id: EVER})
    return sum(quantities)


def last_count_within(
    session: Session, site_id: int, product_id: int, first: datetime, before: datetime
) -> datetime | None:
    """When one SKU was last counted in the whole site, of the counts from `first` to just before `before`."""
    return session.scalar(
        select(func.max(FactRow.happened)).where(
            FactRow.site_id == site_id,
            FactRow.product_id == product_id,
            FactRow.kind == Kind.COUNT.value,
            FactRow.place.is_(None),
            FactRow.happened >= first,
            FactRow.happened < before,
        )
    )


def picked_on(session: Session, site_id: int, zone: ZoneInfo) -> list[date]:
    """The days on which shelves sensed picks, in order: in a shop without any sale, the days on which it was open."""
    picks = select(FactRow.happened).where(FactRow.site_id == site_id, FactRow.kind == Kind.PICK.value)
    return sorted({happened.astimezone(zone).date() for happened in session.scalars(picks)})


def counted_by_hand(
    session: Session, site_id: int, product_ids: Collection[int], first: datetime, before: datetime
) -> dict[int, str]:
    """The key of the last count that a person made of each of some SKUs, from `first` to just before `before`."""
    counts = (
        select(FactRow.product_id, FactRow.key)
        .where(
            FactRow.site_id == site_id,
            FactRow.product_id.in_(sorted(product_ids)),
            FactRow.kind == Kind.COUNT.value,
            FactRow.key.startswith("counted:"),
            FactRow.happened >= first,
            FactRow.happened < before,
        )
        .order_by(FactRow.happened)
    )
    return {row.product_id: row.key for row in session.execute(counts)}


def facts_of(session: Session, site_id: int, product_id: int) -> list[Fact]:
    """One SKU's facts, in order of happening."""
    return facts_of_each(session, site_id, [product_id])[product_id]


def facts_of_each(session: Session, site_id: int, product_ids: Collection[int]) -> dict[int, list[Fact]]:
    """The facts of some SKUs, each in order of happening; an empty list for a SKU without any."""
    rows = session.connection().execute(_FACTS, {"site": site_id, "products": product_ids})
    facts: dict[int, list[Fact]] = {product_id: [] for product_id in product_ids}
    for product_id, happened, kind, *more in rows:
        facts[product_id].append(Fact(happened, _KINDS[kind], *more))
    return facts


def later_facts_of_each(session: Session, site_id: int, product_ids: Collection[int]) -> dict[int, list[Fact]]:
    """The facts of some SKUs that are later than all that their gists know, in order of happening."""
    rows = session.connection().execute(_LATER_FACTS, {"site": site_id, "products": product_ids})
    facts: dict[int, list[Fact]] = {product_id: [] for product_id in product_ids}
    for product_id, happened, kind, *more in rows:
        facts[product_id].append(Fact(happened, _KINDS[kind], *more))
    return facts


_KINDS = {kind.value: kind for kind in Kind}
_MORE = (
    FactRow.quantity,
    FactRow.key,
    FactRow.place,
    FactRow.since,
    FactRow.packs,
    FactRow.price_minor,
    FactRow.party,
    FactRow.takes_back,
    FactRow.one_off,
)


# statements are made once: making one takes longer than SQLite takes to run it
_FACTS = (
    select(FactRow.product_id, FactRow.happened, FactRow.kind, *_MORE)
    .where(FactRow.site_id == bindparam("site"), FactRow.product_id.in_(bindparam("products", expanding=True)))
    .order_by(FactRow.product_id, FactRow.happened)
)
_LATER_FACTS = (
    select(FactRow.product_id, FactRow.happened, FactRow.kind, *_MORE)
    .join(SkuGist, (SkuGist.site_id == FactRow.site_id) & (SkuGist.product_id == FactRow.product_id))
    .where(
        SkuGist.site_id == bindparam("site"),
        SkuGist.product_id.in_(bindparam("products", expanding=True)),
        FactRow.happened > SkuGist.newest,
    )
    .order_by(FactRow.product_id, FactRow.happened)
)
_KNOWN = select(FactRow.key).where(
    FactRow.site_id == bindparam("site"), FactRow.key.in_(bindparam("keys", expanding=True))
)
_INSERT = insert(FactRow)

# PostgreSQL takes a thousand rows best as one array for each column
_TYPES = {column.name: column.type for column in FactRow.__table__.columns if column.name != "id"}
_NAMES = list(_TYPES)
_ARRAYS = (
    func.unnest(*[bindparam(name, type_=postgresql.ARRAY(type_)) for name, type_ in _TYPES.items()])
    .table_valued(*_NAMES)
    .render_derived()
)
_INSERT_COLUMNS = (
    postgresql.insert(FactRow)
    .from_select(_NAMES, select(*[_ARRAYS.c[name] for name in _NAMES]))
    .on_conflict_do_nothing(index_elements=["site_id", "key"])
    .returning(FactRow.product_id, FactRow.kind, FactRow.happened)
)


def _add(session: Session, site_id: int, chunk: list[Learnt], booked: FactsAdded) -> None:
    """Insert what of a chunk is new; of two facts with one key the first counts."""
    rows: dict[str, dict[str, Any]] = {}
    for product_id, fact, learnt, assumed in chunk:
        rows.setdefault(fact.key, _row(site_id, product_id, fact, learnt, assumed))
    on_postgresql = dialect_of(session) == "postgresql"
    new = _insert_on_postgresql(session, rows) if on_postgresql else _insert_on_sqlite(session, site_id, rows)
    booked.added += len(new)
    booked.repeated += len(chunk) - len(new)
    for product_id, _, happened in new:
        booked.first[product_id] = min(happened, booked.first.get(product_id, happened))
    booked.sold.update(happened for _, kind, happened in new if kind == Kind.SALE)


_New = tuple[int, str, datetime]
"""A new fact's product, kind and instant."""


def _insert_on_sqlite(session: Session, site_id: int, rows: dict[str, dict[str, Any]]) -> list[_New]:
    """The new facts. Nobody else writes meanwhile, so what is not there is new."""
    connection = session.connection()
    known = set(connection.scalars(_KNOWN, {"site": site_id, "keys": list(rows)}))
    new = [row for key, row in rows.items() if key not in known]
    if new:
        connection.execute(_INSERT, new)
    return [(row["product_id"], row["kind"], row["happened"]) for row in new]


def _insert_on_postgresql(session: Session, rows: dict[str, dict[str, Any]]) -> list[_New]:
    """The new facts. Others may be booking the same ones; each is told what is new by them."""
    columns = {name: [row[name] for row in rows.values()] for name in _NAMES}
    return [(row.product_id, row.kind, row.happened) for row in session.connection().execute(_INSERT_COLUMNS, columns)]


_ZONE = select(Site.time_zone).where(Site.id == bindparam("site"))


@cache
def _sold_on(dialect: str) -> Insert:
    return insert_for(dialect, SiteDay).on_conflict_do_nothing(index_elements=["site_id", "day"])


def _add_days(session: Session, site_id: int, sold: set[datetime]) -> None:
    """Note the days on which the site sold, in order: two transactions that note the same wait and do not lock up."""
    if not sold:
        return
    zone = ZoneInfo(session.connection().scalars(_ZONE, {"site": site_id}).one())
    days = sorted({happened.astimezone(zone).date() for happened in sold})
    session.connection().execute(_sold_on(dialect_of(session)), [{"site_id": site_id, "day": day} for day in days])


def _row(site_id: int, product_id: int, fact: Fact, learnt: datetime, assumed: bool) -> dict[str, Any]:
    return {
        "site_id": site_id,
        "product_id": product_id,
        "happened": fact.happened,
        "learnt": learnt,
        "kind": fact.kind.value,
        "quantity": fact.quantity,
        "key": fact.key,
        "place": fact.place,
        "since": fact.since,
        "packs": fact.packs,
        "price_minor": fact.price_minor,
        "party": fact.party,
        "takes_back": fact.takes_back,
        "assumed": assumed,
        "one_off": fact.one_off,
    }
