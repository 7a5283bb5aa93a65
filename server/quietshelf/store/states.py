"""What the cycle loads of SKUs, and what it saves: state, decisions, drafts. The deciding itself is in rules/."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from quietshelf.store.tables import SkuState
from quietshelf.store.upsert import in_chunks, insert


def mark_stale(session: Session, site_id: int, product_ids: Iterable[int]) -> None:
    """Say that what is known of these SKUs has changed: they are decided anew, and no decision on older facts counts.

    In order of id, so that two transactions that mark the same SKUs wait for each other and do not lock up.
    """
    for chunk in in_chunks(sorted(set(product_ids))):
        rows: list[dict[str, Any]] = [
            {"site_id": site_id, "product_id": product_id, "version": 1, "stale": True} for product_id in chunk
        ]
        mark = insert(session, SkuState).on_conflict_do_update(
            index_elements=["site_id", "product_id"], set_={"version": SkuState.version + 1, "stale": True}
        )
        session.connection().execute(mark, rows)
