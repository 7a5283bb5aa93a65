"""What came in: until when each feed's sales are known, and one row for each file that was brought."""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from quietshelf.store.tables import Feed, Import
from quietshelf.store.upsert import dialect_of, insert_for


def raise_known_until(session: Session, site_id: int, feed: str, until: datetime) -> bool:
    """Say that a feed's sales are known until this instant; what was known longer stays. Whether that is news."""
    said = {"site_id": site_id, "name": feed, "known_until": until}
    return session.connection().scalar(_raise(dialect_of(session)), said) is not None


@cache
def _raise(dialect: str) -> ReturningInsert[tuple[int]]:
    raised = insert_for(dialect, Feed)
    return raised.on_conflict_do_update(
        index_elements=["site_id", "name"],
        set_={"known_until": raised.excluded.known_until},
        where=Feed.known_until < raised.excluded.known_until,
    ).returning(Feed.id)


def begin_import(session: Session, site_id: int, kind: str, file_name: str, at: datetime) -> Import:
    """The row for a file that is being brought; what came of it is said by `end_import`."""
    row = Import(
        site_id=site_id, kind=kind, file_name=file_name, at=at, rows=0, booked=0, repeated=0, held=0, skipped={}
    )
    session.add(row)
    session.flush()
    return row


def end_import(row: Import, *, rows: int, booked: int, repeated: int, held: int, skipped: dict[str, Any]) -> None:
    """Say what came of the file's rows; `skipped` is rows by reason. The parts add up to `rows`."""
    if booked + repeated + held + sum(skipped.values()) != rows:
        raise ValueError(f"{rows} rows read, but {booked} + {repeated} + {held} + {skipped} accounted for")
    row.rows, row.booked, row.repeated, row.held, row.skipped = rows, booked, repeated, held, skipped
