"""INSERT that may meet a row which is there already, alike on SQLite and PostgreSQL. No table is named here."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from quietshelf.store.tables import Base

ROWS_AT_ONCE = 1000
"""Rows, or keys of an IN list, in one statement: under both databases' limits on parameters."""

T = TypeVar("T")

Insert = sqlite.Insert | postgresql.Insert


def dialect_of(session: Session) -> str:
    """The name of the session's database: "sqlite" or "postgresql"."""
    return session.get_bind().dialect.name


def insert(session: Session, table: type[Base]) -> Insert:
    """An INSERT into `table` that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    return insert_for(dialect_of(session), table)


def insert_for(dialect: str, table: type[Base]) -> Insert:
    """As `insert`, to be made once for each dialect and kept."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def in_chunks(items: Iterable[T], size: int = ROWS_AT_ONCE) -> Iterator[list[T]]:
    """`items` in lists of at most `size`.

    >>> list(in_chunks([1, 2, 3], 2))
    [[1, 2], [3]]
    """
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk
