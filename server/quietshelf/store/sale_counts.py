"""How many separate sales SKUs had lately: sales are counted, not their units. Reads only."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quietshelf.store.tables import FactRow


def sales_counted(
    session: Session, site_id: int, product_ids: Collection[int], since: datetime, lately: datetime, until: datetime
) -> dict[int, tuple[int, int]]:
    """Sales by product: those since `lately`, and all since `since`; both until T. One-offs are left out."""
    rows = session.execute(
        select(FactRow.product_id, func.count().filter(FactRow.happened >= lately), func.count())
        .where(
            FactRow.site_id == site_id,
            FactRow.product_id.in_(product_ids),
            FactRow.kind == "sale",
            FactRow.one_off.is_(False),
            FactRow.happened >= since,
            FactRow.happened <= until,
        )
        .group_by(FactRow.product_id)
    )
    return {product_id: (few, all_of_them) for product_id, few, all_of_them in rows}
