"""Which SKUs' counts an open exception puts in doubt: nothing of them is ordered without a person. Reads only."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from quietshelf.store.tables import ExceptionRow

DOUBTS = ("count_disagrees", "count_doubtful", "looks_gone", "unexplained_loss")
"""Kinds of exceptions that say that the book may be wrong."""


def doubted(session: Session, site_id: int, product_ids: Collection[int]) -> set[int]:
    """Those of some products of which such an exception is open, acknowledged or not."""
    found = select(ExceptionRow.product_id).where(
        ExceptionRow.site_id == site_id,
        ExceptionRow.product_id.in_(product_ids),
        ExceptionRow.kind.in_(DOUBTS),
        ExceptionRow.closed_at.is_(None),
    )
    return {product_id for product_id in session.scalars(found) if product_id is not None}
