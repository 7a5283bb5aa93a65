"""From the database to what the rules decide on: one Item a SKU. Nothing is decided and nothing is written here."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from quietshelf.cycle.moments import Moment
from quietshelf.cycle.pasts import Past, pasts_of
from quietshelf.rules.exceptions import ExceptionKind, silent_node
from quietshelf.rules.feedback import Lot
from quietshelf.rules.item import Item, Supply
from quietshelf.rules.leadtimes import Closing, LeadTime, OpenOrder, lead_time, promise
from quietshelf.rules.needs import Need
from quietshelf.rules.ordering import DraftLine, Terms, ordered_per_day
from quietshelf.rules.plans import NO_PLAN, Plan
from quietshelf.rules.policy import Policy
from quietshelf.rules.settled import on_its_shelf
from quietshelf.rules.zones import Zone
from quietshelf.store.drafts import ruled_on
from quietshelf.store.plans import CameOfLine, Told, lots_of, needs_ordered, plans_of
from quietshelf.store.sourcing import Source, sources_of
from quietshelf.store.states import ProductNow, StateNow, standing
from quietshelf.store.supply import OpenLine, SupplyRecord, lines_of, records
from quietshelf.store.tables import OrderLine
from quietshelf.store.troubles import ShelfWord, shelf_words

__all__ = ["Known", "Moment", "lead_of", "load", "supply_of"]

Supplies = dict[tuple[int, int, int], Supply]
"""By supplier, pack and minimum."""


@dataclass(frozen=True)
class Known:
    """What was loaded of one SKU, and the item that the rules decide on."""

    product: ProductNow
    state: StateNow
    supplier_id: int | None
    """Who it is ordered from."""
    unit_cost_minor: int | None
    """What they ask for one unit."""
    past: Past
    item: Item
    shelf: Sequence[ShelfWord]
    """What the places that weigh it last said of themselves."""
    soonest: Source | None = None
    """Who would deliver soonest in a late order's stead (soonest.py)."""


def load(
    session: Session, moment: Moment, product_ids: Collection[int], suppliers: Mapping[int, SupplyRecord] | None = None
) -> list[Known]:
    """What is known of some SKUs, in as many queries for one as for hundreds.

    `suppliers` are the records of all suppliers, where a pass has read them already.
    """
    site_id = moment.site_id
    rows = standing(session, site_id, product_ids)
    sources = sources_of(session, site_id, product_ids)
    coming, drafts = lines_of(session, site_id, product_ids)
    if suppliers is None:
        named = {product.supplier_id for _, product, _ in rows} | {one.supplier.id for one in sources.values()}
        # orders may be on their way from suppliers that it is no longer ordered from
        named |= {line.supplier_id for lines in coming.values() for line in lines}
        suppliers = records(session, moment.zone, {one for one in named if one is not None})
    said = plans_of(session, site_id, product_ids)
    came = lots_of(session, site_id, product_ids)
    lots = {product_id: [_lot(line) for line in lines] for product_id, lines in came.items()}
    with_needs = [product_id for product_id, told in said.items() if told.needs]
    ordered = needs_ordered(session, site_id, with_needs) if with_needs else set()
    plans = {product_id: _plan(told, ordered, moment) for product_id, told in said.items()}
    words: dict[int | None, list[ShelfWord]] = {}
    for word in shelf_words(session, site_id, product_ids):
        words.setdefault(word.product_id, []).append(word)
    pasts = pasts_of(session, moment, rows, lots, plans)
    supplies: Supplies = {}
    return [
        _known(
            moment,
            product,
            state,
            sources.get(product.id),
            suppliers,
            pasts[product.id],
            coming.get(product.id, ()),
            drafts.get(product.id),
            words.get(product.id, ()),
            supplies,
        )
        for state, product, _ in rows
    ]


def _known(
    moment: Moment,
    product: ProductNow,
    state: StateNow,
    source: Source | None,
    suppliers: Mapping[int, SupplyRecord],
    past: Past,
    coming: Sequence[OpenLine],
    draft: OrderLine | None,
    words: Sequence[ShelfWord],
    supplies: Supplies,
) -> Known:
    supplier_id = source.supplier.id if source else product.supplier_id
    cost_minor = source.cost_minor if source else product.cost_minor
    record = suppliers.get(supplier_id) if supplier_id is not None else None
    said = past.said
    doubt, book = _doubt(words, moment) if words else None, past.gist.book
    if past.plan.on_shelf and doubt is None:
        book = on_its_shelf(book, moment.known_until, moment.policy)
    item = Item(
        sku=product.sku,
        today=moment.today,
        book=book,
        sold_in_window=said.sold_in_window,
        revenue_in_window_minor=said.revenue_in_window_minor,
        sold_in_lot_days=said.sold_in_lot_days,
        price_minor=product.price_minor,
        cost_minor=cost_minor,
        supply=_shared(product, source, record, moment.policy, supplies) if record else None,
        open_orders=tuple(_open_order(line, supplier_id, suppliers.get(line.supplier_id), moment) for line in coming),
        draft=_draft(draft, supplier_id, moment) if draft else None,
        previous_zone=Zone(state.zone) if state.decided_at else None,
        doubt=doubt,
        in_stock=said.in_stock,
        perhaps_one_off=said.perhaps_one_off,
        one_offs=said.one_offs,
        plan=replace(past.plan, ending=True) if product.archived_at else past.plan,
        last_piece_gone=said.last_piece_gone,
        order_again=said.order_again,
        told=said.told,
        silence=said.silence,
    )
    return Known(product, state, supplier_id if record else None, cost_minor, past, item, words)


def _shared(
    product: ProductNow, source: Source | None, record: SupplyRecord, policy: Policy, supplies: Supplies
) -> Supply:
    """As `supply_of`; SKUs on the same terms of one supplier share it."""
    if source is not None:
        return supply_of(product, source, record, policy)
    terms = record.supplier.id, product.pack, product.minimum_order
    if terms not in supplies:
        supplies[terms] = supply_of(product, source, record, policy)
    return supplies[terms]


def supply_of(product: ProductNow, source: Source | None, record: SupplyRecord, policy: Policy) -> Supply:
    """The terms of whoever it is ordered from: the product's own, or the offer of another that was chosen."""
    supplier = record.supplier
    quoted = source.lead_days if source else None
    closing = None
    if supplier.closed_from is not None and supplier.closed_to is not None:
        closing = Closing(supplier.closed_from, supplier.closed_to)
    return Supply(
        supplier=supplier.name,
        terms=Terms(source.pack, source.minimum_order) if source else Terms(product.pack, product.minimum_order),
        lead=lead_of(record, policy, quoted),
        delays=record.delays,
        order_day=supplier.order_day,
        closing=closing,
    )


def lead_of(record: SupplyRecord | None, policy: Policy, quoted_days: int | None = None) -> LeadTime:
    """The lead time that a supplier's record tells; without a record, what is taken for an unknown supplier.

    `quoted_days` is what the supplier quotes for the SKU, where that differs from what it quotes for all.
    """
    if record is None:
        return lead_time((), None, policy)
    quoted = record.supplier.quoted_lead_days if quoted_days is None else quoted_days
    return lead_time(record.lead_days, quoted, policy)


def _open_order(line: OpenLine, supplier_id: int | None, record: SupplyRecord | None, moment: Moment) -> OpenOrder:
    """An order on its way as the rules see it; one that is approved and not sent counts as sent today."""
    sent_on = moment.today if line.sent_at is None else moment.day(line.sent_at)
    quoted = record.supplier.quoted_lead_days if record else None
    lead = lead_of(record, moment.policy)
    promised = promise(line.promised_on, sent_on, quoted, lead)
    order = OpenOrder(line.number, line.units, sent_on, promised, line.expected_on)
    if record is None or line.supplier_id == supplier_id:
        return order
    return replace(order, supplier=record.supplier.name, lead=lead, delays=record.delays)


def _draft(line: OrderLine, supplier_id: int | None, moment: Moment) -> DraftLine:
    edited_on = moment.day(line.edited_at) if line.edited_at else None
    if edited_on is None and line.ruled is None:
        edited_on = moment.today  # added by a person: the rule leaves it alone
    return DraftLine(line.quantity, ruled_on(line), edited_on, elsewhere=line.order.supplier_id != supplier_id)


def _plan(told: Told | None, ordered: Collection[int], moment: Moment) -> Plan:
    """What people said of a SKU, as the rules take it."""
    if told is None:
        return NO_PLAN
    row = told.plan
    return Plan(
        row.ending,
        row.ends_on,
        row.pinned_quantity,
        row.keep_at_least,
        moment.day(row.not_this_time_at) if row.not_this_time_at else None,
        tuple(Need(n.id, n.quantity, n.on_day, n.note, ordered=n.id in ordered) for n in told.needs),
        row.on_shelf,
    )


def _lot(line: CameOfLine) -> Lot:
    """What came of an order line; one that a person made or edited teaches nothing."""
    teaches = line.ruled is not None and not line.edited
    return Lot(frozenset(line.keys), ordered_per_day(line.ruled, line.quantity) if teaches and line.ruled else None)


def _doubt(words: Sequence[ShelfWord], moment: Moment) -> str | None:
    """Why a SKU's shelves can't be trusted now, the gravest reason first."""
    if any(silent_node(word.node, word.heard_at, moment.now, moment.policy) for word in words):
        return ExceptionKind.NODE_SILENT
    if any(word.health is not None for word in words):
        return ExceptionKind.CELL_FAULTY
    if any(word.doubt is not None for word in words):
        return ExceptionKind.COUNT_DOUBTFUL
    if any(word.disagrees for word in words):
        return ExceptionKind.COUNT_DISAGREES
    return None
