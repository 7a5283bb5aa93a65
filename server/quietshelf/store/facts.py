"""The ledger's facts: booking each once, and reading a SKU's. What is derived from them is in `states`."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from quietshelf.rules.facts import Fact, Kind
from quietshelf.store.states import mark_stale
from quietshelf.store.tables import FactRow
from quietshelf.store.upsert import dialect_of, in_chunks

Learnt = tuple[int, Fact, datetime, bool]
"""A fact to book: the product's id, the fact, when it was learnt, and whether it was assumed rather than told."""


@dataclass
class FactsAdded:
    """What a booking did: facts that are new, facts that were known, and the products that have new ones."""

    added: int = 0
    repeated: int = 0
    product_ids: set[int] = field(default_factory=set)


def add_facts(session: Session, site_id: int, facts: Iterable[Learnt]) -> FactsAdded:
    """Book facts, each once by its key, and leave their SKUs stale. Made for one fact and for half a million."""
    session.flush()
    booked = FactsAdded()
    for chunk in in_chunks(facts):
        _add(session, site_id, chunk, booked)
    mark_stale(session, site_id, booked.product_ids)
    return booked


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
)


# statements are made once: making one takes longer than SQLite takes to run it
_FACTS = (
    select(FactRow.product_id, FactRow.happened, FactRow.kind, *_MORE)
    .where(FactRow.site_id == bindparam("site"), FactRow.product_id.in_(bindparam("products", expanding=True)))
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
    .returning(FactRow.product_id)
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
    booked.product_ids.update(new)


def _insert_on_sqlite(session: Session, site_id: int, rows: dict[str, dict[str, Any]]) -> list[int]:
    """The products of the new facts. Nobody else writes meanwhile, so what is not there is new."""
    connection = session.connection()
    known = set(connection.scalars(_KNOWN, {"site": site_id, "keys": list(rows)}))
    new = [row for key, row in rows.items() if key not in known]
    if new:
        connection.execute(_INSERT, new)
    return [row["product_id"] for row in new]


def _insert_on_postgresql(session: Session, rows: dict[str, dict[str, Any]]) -> list[int]:
    """The products of the new facts. Others may be booking the same ones; each is told what is new by them."""
    columns = {name: [row[name] for row in rows.values()] for name in _NAMES}
    return list(session.connection().scalars(_INSERT_COLUMNS, columns))


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
    }
