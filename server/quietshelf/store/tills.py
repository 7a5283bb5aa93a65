"""When the site last sold, and how much it sold in some hours: what the silence of its sales is told by."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from quietshelf.rules.facts import Kind
from quietshelf.store.tables import FactRow, Import, SiteDay

FILES = 6
"""Files that the usual gap between two is read from."""


def last_sale(session: Session, site_id: int, now: datetime) -> datetime | None:
    """The newest sale until `now`; None before the first."""
    newest = select(func.max(FactRow.happened)).where(*_sales(site_id), FactRow.happened <= now)
    return session.scalar(newest)


def first_day(session: Session, site_id: int) -> date | None:
    """The first day on which the site is known to have sold."""
    return session.scalar(select(func.min(SiteDay.day)).where(SiteDay.site_id == site_id))


def sold_within(session: Session, site_id: int, spans: Sequence[tuple[datetime, datetime]], most: int) -> list[int]:
    """How many sales there were after the beginning of each span and until its end; counted up to `most`."""
    counts = [
        select(func.count())
        .select_from(
            select(FactRow.id)
            .where(*_sales(site_id), FactRow.happened > since, FactRow.happened <= until)
            .limit(most)
            .subquery()
        )
        .scalar_subquery()
        for since, until in spans
    ]
    return list(session.execute(select(*counts)).one()) if counts else []


def files_of_sales(session: Session, site_id: int) -> list[datetime]:
    """When the last files of sales were brought."""
    brought = select(Import.at).where(Import.site_id == site_id, Import.kind == "sales")
    return list(session.scalars(brought.order_by(Import.at.desc()).limit(FILES)))


def _sales(site_id: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return FactRow.site_id == site_id, FactRow.kind == Kind.SALE.value
