"""Each SKU's state: saying that it is stale, which are due, and saving what was decided under its version."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, bindparam, case, delete, func, or_, select, tuple_, union, update
from sqlalchemy.orm import Session

from quietshelf.rules.velocity import DaySum
from quietshelf.store.tables import DecisionRow, Feed, ModeRow, Product, Site, SkuDay, SkuGist, SkuState
from quietshelf.store.upsert import Insert, dialect_of, in_chunks, insert, insert_for

DECIDED = (
    "book",
    "on_hand",
    "sensed",
    "waiting",
    "on_order",
    "sold_60",
    "velocity",
    "zone",
    "zone_since",
    "risk_minor_per_day",
    "figures",
    "decided_at",
    "decided_for",
    "decide_again_at",
    "looks_gone",
    "decide_again_on",
    "digest",
)
"""The columns of a state that a decision sets."""


EVER = datetime.min.replace(tzinfo=UTC)
"""Before all that has happened."""


class StateNow(NamedTuple):
    """What a new decision needs of the last one."""

    product_id: int
    version: int
    stale: bool
    facts_from: datetime | None
    zone: str
    zone_since: datetime | None
    decided_at: datetime | None
    decide_again_on: date | None
    digest: str | None
    is_top: bool


class ProductNow(NamedTuple):
    """What a decision needs of a product."""

    id: int
    sku: str
    price_minor: int | None
    cost_minor: int | None
    supplier_id: int | None
    pack: int
    minimum_order: int
    archived_at: datetime | None


def mark_stale(session: Session, site_id: int, product_ids: Iterable[int] | Mapping[int, datetime]) -> None:
    """Say that what is known of these SKUs has changed: they are decided anew, and no decision on older facts counts.

    In order of id, so that two transactions that mark the same SKUs wait for each other and do not lock up.

    Args:
        product_ids: with when the earliest of its new or changed facts happened, where facts are what has changed.
    """
    first = product_ids if isinstance(product_ids, Mapping) else {}
    for chunk in in_chunks(sorted(set(product_ids))):
        rows = [
            {"site_id": site_id, "product_id": one, "version": 1, "stale": True, "facts_from": first.get(one)}
            for one in chunk
        ]
        session.connection().execute(_mark(dialect_of(session)), rows)


def without_state(session: Session, site_id: int) -> list[int]:
    """Products of which this site has no state yet: new ones."""
    products, states = session.connection().execute(_COUNTS, {"site": site_id}).one()
    if products == states:
        return []
    no_state = ~select(SkuState).where(SkuState.site_id == site_id, SkuState.product_id == Product.id).exists()
    return list(session.scalars(select(Product.id).where(no_state)))


def due(session: Session, site_id: int, known_until: datetime, today: date) -> list[int]:
    """The SKUs to decide: a fact has come, their day has come, or a pick has waited long enough by `known_until`."""
    found = session.connection().scalars(_DUE, {"site": site_id, "until": known_until, "today": today})
    return sorted(found)


def decide_all_by(session: Session, site_id: int, digest: str) -> None:
    """Leave every SKU stale: what all decisions rest on has changed."""
    session.execute(
        update(SkuState).where(SkuState.site_id == site_id).values(version=SkuState.version + 1, stale=True)
    )
    session.execute(update(Site).where(Site.id == site_id).values(decided_by=digest))


def every_sku(session: Session, site_id: int) -> list[int]:
    """All SKUs of a site."""
    return list(
        session.scalars(select(SkuState.product_id).where(SkuState.site_id == site_id).order_by(SkuState.product_id))
    )


class SiteNow(NamedTuple):
    """What every decision at a site needs to know of it."""

    zone: str
    known_until: datetime | None
    """The least of its sales feeds' last words; None where there is no feed."""
    mode: str | None
    """The mode that is on."""
    target_turns: float | None
    decided_by: str | None
    """A digest of what its decisions rest on."""
    decided_on: date | None
    """The day of its last look."""
    top_drawn_on: date | None
    began_on: date | None
    """When the shop began, as far as that is known."""
    asks_on_order: bool
    looked_at: datetime | None


def time_of(session: Session, site_id: int) -> SiteNow:
    """The site's time zone, until when its sales are known, its mode, and how it began."""
    return SiteNow(*session.connection().execute(_TIME, {"site": site_id}).one())


def standing(
    session: Session, site_id: int, product_ids: Collection[int]
) -> list[tuple[StateNow, ProductNow, str | None]]:
    """The states of some SKUs with their products and kept gists; one that has no state is left out."""
    rows = session.connection().execute(_STANDING, {"site": site_id, "products": product_ids})
    return [(StateNow(*row[:_OF_STATE]), ProductNow(*row[_OF_STATE:-1]), row[-1]) for row in map(tuple, rows)]


def unchanged(session: Session, site_id: int, versions: Mapping[int, int]) -> set[int]:
    """Those of `versions` (by product) whose state is still at that version, held until this transaction ends."""
    rows = session.execute(_VERSIONS, {"site": site_id, "products": list(versions)})
    return {product_id for product_id, version in rows if versions[product_id] == version}


def save_states(session: Session, site_id: int, rows: list[dict[str, Any]]) -> None:
    """Save decided states: each row has `of`, the product's id, and every DECIDED column; versions rise."""
    if rows:
        session.connection().execute(_DECIDED, [row | {"site": site_id} for row in rows])


def say(session: Session, site_id: int, product_id: int, at: datetime, what: str, more: Mapping[str, Any]) -> None:
    """Keep what a person said of a SKU among its decisions: its figures of then, with `more`."""
    state = session.get(SkuState, (site_id, product_id))
    figures = ((state.figures if state else None) or {}) | dict(more)
    row = {"site_id": site_id, "product_id": product_id, "at": at, "what": what, "figures": figures}
    add_decisions(session, [row])


def add_decisions(session: Session, rows: list[dict[str, Any]]) -> None:
    """Keep what was decided and why, as the pages of SKUs tell it."""
    if rows:
        session.connection().execute(insert(session, DecisionRow), rows)


# what a SKU sold by day -----------------------------------------------------------------------


def days_of_each(session: Session, site_id: int, product_ids: Collection[int]) -> dict[int, dict[date, DaySum]]:
    """What some SKUs sold, by day, as last derived."""
    rows = session.connection().execute(_DAYS, {"site": site_id, "products": product_ids})
    days: dict[int, dict[date, DaySum]] = {product_id: {} for product_id in product_ids}
    for product_id, day, units, revenue_minor in rows:
        days[product_id][day] = DaySum(units, revenue_minor)
    return days


@dataclass(frozen=True)
class DaysOf:
    """What one SKU sold by day, as it was and as it is derived now."""

    product_id: int
    before: Mapping[date, DaySum]
    now: Mapping[date, DaySum]


def save_days(session: Session, site_id: int, skus: Iterable[DaysOf]) -> None:
    """Make the daily sums what is derived now, touching only days that differ."""
    differ: list[dict[str, Any]] = []
    gone: list[tuple[int, date]] = []
    for sku in skus:
        gone += [(sku.product_id, day) for day in sku.before.keys() - sku.now.keys()]
        differ += [
            {
                "site_id": site_id,
                "product_id": sku.product_id,
                "day": day,
                "units": sums.units,
                "revenue_minor": sums.revenue_minor,
            }
            for day, sums in sku.now.items()
            if sku.before.get(day) != sums
        ]
    if differ:
        session.connection().execute(_write_days(dialect_of(session)), differ)
    for chunk in in_chunks(gone):
        session.execute(
            delete(SkuDay).where(SkuDay.site_id == site_id, tuple_(SkuDay.product_id, SkuDay.day).in_(chunk))
        )


# the statements of one sale's way, made once: making one takes longer than SQLite takes to run it ---------

_SITE: BindParameter[int] = bindparam("site")
_PRODUCTS: BindParameter[int] = bindparam("products", expanding=True)

_TIME = select(
    Site.time_zone,
    select(func.min(Feed.known_until)).where(Feed.site_id == Site.id).scalar_subquery(),
    select(ModeRow.mode).where(ModeRow.site_id == Site.id, ModeRow.off_at.is_(None)).scalar_subquery(),
    Site.target_turns,
    Site.decided_by,
    Site.decided_on,
    Site.top_drawn_on,
    Site.began_on,
    Site.asks_on_order,
    Site.looked_at,
).where(Site.id == _SITE)
_OF_STATE = len(StateNow._fields)
_STANDING = (
    select(
        *[getattr(SkuState, name) for name in StateNow._fields],
        *[getattr(Product, name) for name in ProductNow._fields],
        SkuGist.gist,
    )
    .join(Product, Product.id == SkuState.product_id)
    .outerjoin(SkuGist, (SkuGist.site_id == SkuState.site_id) & (SkuGist.product_id == SkuState.product_id))
    .where(SkuState.site_id == _SITE, SkuState.product_id.in_(_PRODUCTS))
    .order_by(SkuState.product_id)
)
_COUNTS = select(
    select(func.count()).select_from(Product).scalar_subquery(),
    select(func.count()).select_from(SkuState).where(SkuState.site_id == _SITE).scalar_subquery(),
)
# one index each: an OR of the three is read through
_DUE = union(
    select(SkuState.product_id).where(SkuState.site_id == _SITE, SkuState.stale.is_(True)),
    select(SkuState.product_id).where(SkuState.site_id == _SITE, SkuState.decide_again_on <= bindparam("today")),
    select(SkuState.product_id).where(SkuState.site_id == _SITE, SkuState.decide_again_at <= bindparam("until")),
)
_VERSIONS = (
    select(SkuState.product_id, SkuState.version)
    .where(SkuState.site_id == _SITE, SkuState.product_id.in_(_PRODUCTS))
    .order_by(SkuState.product_id)
    .with_for_update()
)
_DECIDED = (
    update(SkuState)
    .where(SkuState.site_id == _SITE, SkuState.product_id == bindparam("of"))
    .values(
        {name: bindparam(name) for name in DECIDED}
        | {"version": SkuState.version + 1, "stale": False, "facts_from": None}
    )
)
_DAYS = select(SkuDay.product_id, SkuDay.day, SkuDay.units, SkuDay.revenue_minor).where(
    SkuDay.site_id == _SITE, SkuDay.product_id.in_(_PRODUCTS)
)


@cache
def _mark(dialect: str) -> Insert:
    mark = insert_for(dialect, SkuState)
    new, old = mark.excluded.facts_from, SkuState.facts_from
    return mark.on_conflict_do_update(
        index_elements=["site_id", "product_id"],
        set_={
            "version": SkuState.version + 1,
            "stale": True,
            "facts_from": case((or_(old.is_(None), new < old), new), else_=old),
        },
    )


@cache
def _write_days(dialect: str) -> Insert:
    write = insert_for(dialect, SkuDay)
    return write.on_conflict_do_update(
        index_elements=["site_id", "product_id", "day"],
        set_={"units": write.excluded.units, "revenue_minor": write.excluded.revenue_minor},
    )
