"""How a shop begins, kept: when, whether it was asked what is on order, what was woken; and who is in the top 20%."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from quietshelf.rules.top import Earns
from quietshelf.store.plans import say
from quietshelf.store.sites import touch
from quietshelf.store.states import mark_stale
from quietshelf.store.tables import Feed, Import, Product, Site, SkuPlan, SkuState
from quietshelf.store.upsert import in_chunks


def has_sales(session: Session, site_id: int) -> bool:
    """Whether any sales were ever known here."""
    return session.scalar(select(Feed.id).where(Feed.site_id == site_id).limit(1)) is not None


def note_import(session: Session, site: Site, began_on: date | None) -> None:
    """After a file was brought: when the shop began, where its first sales were in it; and whether it is asked.

    Asked what is on order is a shop that has brought products and sales, and no deliveries, until it has answered.
    """
    if began_on is not None:
        site.began_on = began_on
    if site.began_on is None or site.on_order_said_at is not None:
        return
    session.flush()
    kinds = set(session.scalars(select(Import.kind).where(Import.site_id == site.id).distinct()))
    site.asks_on_order = "products" in kinds and "deliveries" not in kinds


def nothing_is_on_order(session: Session, site_id: int, user_id: int, now: datetime) -> None:
    """Keep a person's answer; what waited for it becomes due."""
    wakes(session, site_id)
    session.execute(
        update(Site)
        .where(Site.id == site_id)
        .values(asks_on_order=False, on_order_said_at=now, on_order_said_by=user_id)
    )


def wakes(session: Session, site_id: int) -> None:
    """What is short is decided anew."""
    short = select(SkuState.product_id).where(SkuState.site_id == site_id, SkuState.zone != "green")
    mark_stale(session, site_id, session.scalars(short))
    touch(session, site_id)


def woken(session: Session, site_id: int, product_ids: Collection[int]) -> set[int]:
    """Those of some SKUs that a person has woken."""
    found: set[int] = set()
    for chunk in in_chunks(product_ids):
        found |= set(
            session.scalars(
                select(SkuPlan.product_id).where(
                    SkuPlan.site_id == site_id, SkuPlan.product_id.in_(chunk), SkuPlan.woken_at.is_not(None)
                )
            )
        )
    return found


def wake(session: Session, site_id: int, product_id: int, user_id: int, now: datetime) -> None:
    """A person says that a SKU is sold again."""
    say(session, site_id, product_id, {"woken_at": now}, user_id, now)


def asleep(session: Session, site_id: int, first: int, most: int) -> tuple[int, list[tuple[Product, SkuState]]]:
    """How many SKUs sleep, and a page of them, by name."""
    sleeps = (SkuState.site_id == site_id, SkuState.figures["waits"].as_string() == "asleep")
    total = session.scalar(select(func.count()).select_from(SkuState).where(*sleeps)) or 0
    rows = session.execute(
        select(Product, SkuState)
        .join(SkuState, SkuState.product_id == Product.id)
        .where(*sleeps)
        .order_by(func.lower(Product.name), Product.id)
        .offset(first)
        .limit(most)
    )
    return total, [(product, state) for product, state in rows]


def earning(session: Session, site_id: int) -> tuple[list[Earns], set[int]]:
    """What each SKU that sells earns a day, and the last top."""
    rows = session.execute(
        select(SkuState.product_id, SkuState.risk_minor_per_day, SkuState.velocity, SkuState.is_top).where(
            SkuState.site_id == site_id, (SkuState.velocity > 0) | SkuState.is_top
        )
    ).all()
    return [Earns(*row[:3]) for row in rows], {row.product_id for row in rows if row.is_top}


def save_top(session: Session, site_id: int, new: Collection[int], gone: Collection[int], today: date) -> None:
    """Keep who is in the top now, and that it was drawn."""
    for ids, is_top in ((new, True), (gone, False)):
        for chunk in in_chunks(ids):
            of_chunk = (SkuState.site_id == site_id, SkuState.product_id.in_(chunk))
            session.execute(update(SkuState).where(*of_chunk).values(is_top=is_top))
    session.execute(
        update(Site).where(Site.id == site_id).values(top_drawn_on=today, changes=Site.changes + int(bool(new or gone)))
    )
