"""Who sells an item, and why an order goes to its supplier, as pages show it. Sentences are sourcing_words.py's."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from quietshelf.cycle.loading import lead_of
from quietshelf.rules.leadtimes import LeadTime
from quietshelf.rules.policy import Policy
from quietshelf.rules.suppliers import Scorecard
from quietshelf.store import items, pages
from quietshelf.store.scores import scores_for, scores_of
from quietshelf.store.sourcing import Offered, offered_of, sourcing_of, sourcings_of
from quietshelf.store.supply import records, records_of
from quietshelf.store.tables import Order, OrderLine, Product
from quietshelf.web import sourcing_words as words
from quietshelf.web.wording import Figures, Voice


@dataclass(frozen=True)
class SellerView:
    """One row of "Who sells it"."""

    seller: items.Seller
    is_now: bool
    otif: str
    of_item: bool
    """The share is of this item's lines alone."""
    days: int


@dataclass(frozen=True)
class Sellers:
    """Who sells an item, and what can be done about it."""

    rows: tuple[SellerView, ...]
    sentence: str
    pinned: bool
    now: SellerView | None
    proposed_id: int | None
    """The supplier that a manager's yes moves it to; None where nothing is proposed."""
    proposed: str
    is_trial: bool

    @property
    def others(self) -> tuple[SellerView, ...]:
        """Who else can be chosen."""
        return tuple(row for row in self.rows if not row.is_now and row.seller.from_quantity == 1)


@dataclass(frozen=True)
class WhyThis:
    """Why an order goes to its supplier."""

    otif: str
    """Its share on time and in full; empty where it has delivered nothing."""
    shares: str
    """The other shares, in a sentence."""
    sentences: tuple[str, ...]
    proposals: tuple[tuple[int, str, str], ...]
    """Of items that a manager is asked to move: id, name, to whom."""


def sellers_view(session: Session, site_id: int, item: Product, voice: Voice) -> Sellers:
    """Everything that an item's page says of its suppliers."""
    sellers = items.sellers(session, item)
    suppliers = {seller.supplier.id: seller.supplier for seller in sellers}
    cards, own = scores_for(session, site_id, suppliers, item.id)
    records_now = records_of(session, voice.zone, list(suppliers.values()))
    sourcing = sourcing_of(session, site_id, item.id)
    chosen = sourcing.supplier_id if sourcing and sourcing.supplier_id in suppliers else item.supplier_id
    rows = tuple(
        SellerView(
            seller,
            seller.supplier.id == chosen and seller.from_quantity == 1,
            _otif(own.get(seller.supplier.id) or cards.get(seller.supplier.id)),
            seller.supplier.id in own,
            round(lead_of(records_now[seller.supplier.id], Policy(), seller.lead_days).typical_days),
        )
        for seller in sellers
    )
    now = next((row for row in rows if row.is_now), None)
    pinned = sourcing is not None and sourcing.pinned and now is not None
    proposal = sourcing.proposal if sourcing else None
    moved = sourcing.why if sourcing and sourcing.why and sourcing.why["to_id"] == chosen else None
    by = pages.name_of(session, sourcing.chosen_by) if sourcing else None
    return Sellers(
        rows=rows,
        sentence=words.sourced(now.seller.supplier.name if pinned and now else None, by, moved, proposal, voice),
        pinned=pinned,
        now=now,
        proposed_id=proposal["to_id"] if proposal and not pinned else None,
        proposed=proposal["to"] if proposal else "",
        is_trial=proposal is not None and proposal["why"] == "trial",
    )


def why_this(session: Session, order: Order, lead: LeadTime, voice: Voice) -> WhyThis:
    """Why these items are ordered from this supplier; empty where it has no record and nobody else sells them."""
    card = scores_of(session, order.site_id, [order.supplier_id]).get(order.supplier_id)
    is_draft = order.state in pages.OUTGOING
    said = []
    if card:
        figures = words.record(card, round(lead.typical_days), round(lead.late_days))
        said.append(words.keeps(order.supplier.name, len(order.lines), is_draft, figures))
    proposals = []
    if is_draft:
        other = _alternative(session, order, lead, voice)
        said += [words.alternative(other, len(order.lines))] if other else []
        moved: dict[str, tuple[list[str], Figures]] = {}
        sourcings = sourcings_of(session, order.site_id, [line.product_id for line in order.lines])
        for line in order.lines:
            sourcing = sourcings.get(line.product_id)
            if sourcing and sourcing.why and sourcing.supplier_id == order.supplier_id:
                reason = words.reason(sourcing.why)
                moved.setdefault(reason, ([], sourcing.why))[0].append(line.product.name)
            if sourcing and sourcing.proposal and not sourcing.pinned:
                proposals.append((line.product_id, line.product.name, str(sourcing.proposal["to"])))
        said += [words.came_here(names, why) for names, why in moved.values()]
    return WhyThis(_otif(card), words.shares(card) if card else "", tuple(said), tuple(proposals))


def _alternative(session: Session, order: Order, lead: LeadTime, voice: Voice) -> words.Alternative | None:
    """The other supplier that sells most of an order's items; of equals, the first by id."""
    of_suppliers: dict[int, list[tuple[OrderLine, Offered]]] = {}
    offered = offered_of(session, [line.product for line in order.lines], voice.currency)
    for line in order.lines:
        for supplier_id, offer in offered[line.product_id].items():
            if supplier_id != order.supplier_id:
                of_suppliers.setdefault(supplier_id, []).append((line, offer))
    if not of_suppliers:
        return None
    most = min(of_suppliers, key=lambda supplier_id: (-len(of_suppliers[supplier_id]), supplier_id))
    record = records(session, voice.zone, [most])[most]
    quoted = [offer.lead_days for _, offer in of_suppliers[most] if offer.lead_days is not None]
    typical = lead_of(record, Policy(), max(quoted, default=None)).typical_days
    return words.Alternative(
        record.supplier.name,
        len(of_suppliers[most]),
        _dearer(of_suppliers[most]) if voice.tells_money else None,
        round(typical) - round(lead.typical_days),
    )


def _dearer(lines: Sequence[tuple[OrderLine, Offered]]) -> float | None:
    """By which share the same pieces would cost more there; None where a cost is not known."""
    here = [(line.unit_cost_minor, offer.cost_minor, line.quantity) for line, offer in lines]
    if any(not cost or there is None for cost, there, _ in here):
        return None
    there_minor = sum((there or 0) * quantity for _, there, quantity in here)
    return there_minor / sum((cost or 0) * quantity for cost, _, quantity in here) - 1


def _otif(card: Scorecard | None) -> str:
    return words.percent(card.otif) if card else ""
