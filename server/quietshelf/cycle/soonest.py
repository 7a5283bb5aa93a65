"""Who would deliver a SKU soonest in the stead of an order that is far too late. Rules decide if it is bought again."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from quietshelf.cycle.loading import Known, supply_of
from quietshelf.cycle.moments import Moment
from quietshelf.rules.item import Supply
from quietshelf.rules.leadtimes import arrival
from quietshelf.store.sourcing import Source, sellers_of
from quietshelf.store.supply import SupplyRecord, lines_of, records


def with_soonest(session: Session, moment: Moment, known: Sequence[Known]) -> list[Known]:
    """The same SKUs; those that wait for an order far past its promise know who else would deliver soonest.

    Nobody else is asked where a person pinned the supplier, and none who is dearer: that waits for a manager's yes.
    """
    late = {one.product.id for one in known if _waits_too_long(one, moment)}
    sellers = sellers_of(session, moment.site_id, late) if late else {}
    if not sellers:
        return list(known)
    _, drafts = lines_of(session, moment.site_id, sellers)
    who = {source.supplier.id for sources in sellers.values() for source in sources}
    suppliers = records(session, moment.zone, who)
    found = []
    for one in known:
        source = _soonest(one, sellers.get(one.product.id, ()), suppliers, moment)
        if source is None:
            found.append(one)
            continue
        line, draft = drafts.get(one.product.id), one.item.draft
        at_soonest = line is not None and line.order.supplier_id == source.supplier.id
        item = replace(
            one.item,
            soonest=supply_of(one.product, source, suppliers[source.supplier.id], moment.policy),
            draft=replace(draft, at_soonest=at_soonest) if draft else None,
        )
        found.append(replace(one, item=item, soonest=source))
    return found


def _waits_too_long(one: Known, moment: Moment) -> bool:
    orders, today = one.item.open_orders, moment.today
    return any((today - order.promised_on).days > moment.policy.overdue_days for order in orders)


def _soonest(
    one: Known, sellers: Sequence[Source], suppliers: Mapping[int, SupplyRecord], moment: Moment
) -> Source | None:
    """The one whose order of today would come first, the cheapest of equals; None where nobody is before its own."""
    own, cost = one.item.supply, one.unit_cost_minor
    if own is None or cost is None:
        return None

    def comes(supply: Supply) -> int:
        return (arrival(moment.today, supply.lead.typical_days, supply.closing) - moment.today).days

    found = [
        (comes(supply_of(one.product, source, suppliers[source.supplier.id], moment.policy)), source)
        for source in sellers
        if source.supplier.id != one.supplier_id and source.cost_minor <= cost
    ]
    days, best = min(found, key=lambda each: (each[0], each[1].cost_minor), default=(0, None))
    return best if days < comes(own) else None
