"""What a supplier's SKUs are decided by beside their facts: lead time, order day, closing days. Nothing is decided."""

from sqlalchemy import Engine

from quietshelf.cycle.loading import lead_of
from quietshelf.cycle.moments import Moment
from quietshelf.store.engine import reading, writing
from quietshelf.store.supply import SupplyRecord, decided_by, mark_supplied, records


def look_at_terms(engine: Engine, moment: Moment) -> None:
    """Leave the SKUs of each supplier stale whose deliveries or terms say something else than they were decided by."""
    with reading(engine) as session:
        now = {one.supplier.id: _digest(one, moment) for one in records(session, moment.zone).values()}
        before = decided_by(session)
    changed = {supplier_id: digest for supplier_id, digest in now.items() if before.get(supplier_id) != digest}
    if changed:
        with writing(engine) as session:
            mark_supplied(session, moment.site_id, changed)


def _digest(record: SupplyRecord, moment: Moment) -> str:
    supplier, lead = record.supplier, lead_of(record, moment.policy)
    said = (lead, supplier.name, supplier.order_day, supplier.closed_from, supplier.closed_to)
    return ";".join(str(one) for one in said)
