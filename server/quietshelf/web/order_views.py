"""One order as its page shows it: its head, and its lines with what each means. Acts are order_acts.py's."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from quietshelf.outbound.letter import promise_of
from quietshelf.rules.conditions import Break, Stock, Waits, price_break, waits
from quietshelf.rules.leadtimes import LeadTime, lead_time
from quietshelf.rules.policy import Policy
from quietshelf.store import pages
from quietshelf.store.order_terms import FallsDue, breaks_of, falls_due
from quietshelf.store.orders import order_of
from quietshelf.store.supplier_words import words_about
from quietshelf.store.supply import records
from quietshelf.store.tables import ON_ITS_WAY, Delivery, Order, OrderLine, SkuState
from quietshelf.web import count_words, hurry_words, line_words, mode_words, wording
from quietshelf.web.amounts import counted, of, on_day, rate
from quietshelf.web.forms import Form
from quietshelf.web.sourcing_views import WhyThis, why_this
from quietshelf.web.wording import Voice

LINES_A_PAGE = 100

MARKS = {
    "draft": ("draft", "Draft"),
    "approved": ("draft", "Approved"),
    "sending": ("draft", "Sending"),
    "sent": ("done", "Sent"),
    "confirmed": ("done", "Confirmed"),
    "part_received": ("done", "Received in part"),
    "received": ("done", "Received"),
    "closed_short": ("done", "Closed short"),
    "cancelled": ("done", "Cancelled"),
}


@dataclass(frozen=True)
class LineView:
    """One line: its item as it stands, the quantity, and what that means."""

    line: OrderLine
    zone: str
    mark: str
    """Red's or Yellow's word; empty for Green."""
    left: str
    quantity: str
    """As typed, or as it is."""
    means: str
    steps: str
    cost_minor: int | None
    risk_minor: int
    per_day: float
    came: str = ""
    """What came of it so far, in words."""
    rule_says: int | None = None
    """The rule's quantity, where a person's other one is older than a week."""
    breaks: tuple[Break, ...] = ()
    position: int = 0
    """On hand and on order."""
    offer: str = ""
    """A price break within reach, with its sum."""
    waits: str = ""
    """That it waits for a budget, and for which."""

    @property
    def open_units(self) -> int:
        """Still to come."""
        return 0 if self.line.closed_at else max(0, self.line.quantity - self.line.received)

    @property
    def step(self) -> int:
        """One press of the stepper: one pack."""
        return max(1, self.line.product.pack)


@dataclass(frozen=True)
class OrderView:
    """One order's page."""

    order: Order
    mark: tuple[str, str]
    lines: tuple[LineView, ...]
    """Those of this page."""
    first: int
    before: int | None
    """Where the lines before these begin; None on the first page."""
    further: int | None
    all_lines: int
    total_minor: int
    arrives: date | None
    lead: str
    """The supplier's lead time, in a sentence; empty where `why` tells it."""
    why: WhyThis
    pieces_open: int
    pieces: int
    sending: pages.Outgoing | None
    """While it can be undone."""
    edits: bool
    """Its lines can be changed by who looks."""
    receives: bool
    waits: str = ""
    """Why a draft had better not go yet: its supplier's minimum value."""
    falls_due: tuple[FallsDue, ...] = ()
    """While it waits: what could go with it."""
    going: int = 0
    """Lines that go when it is sent: those of a draft that wait for a budget stay."""
    budget: str = ""
    """That some or all of its lines wait for a budget."""
    itself: str = ""
    """That it was sent by itself, or was and was taken back."""
    today: date = date.max
    words: tuple[str, ...] = ()
    """What was said with its supplier since it was sent, newest first."""
    asked: str = ""
    """That the supplier was asked to hurry so lately that its answer is waited for."""
    sent_on: date | None = None

    @property
    def labels(self) -> dict[str, str]:
        """The item that each field is about, for the errors above the form."""
        names = {line.line.id: line.line.product.name for line in self.lines}
        return {f"{field}-{line_id}": name for line_id, name in names.items() for field in "qrx"}

    def with_quantities(self, quantities: Mapping[int, int], voice: Voice) -> "OrderView":
        """As it would be with these quantities, by line id; nothing is saved."""
        lines = tuple(_with_quantity(line, quantities.get(line.line.id), voice) for line in self.lines)
        moved = sum((new.cost_minor or 0) - (old.cost_minor or 0) for new, old in zip(lines, self.lines, strict=True))
        return replace(self, lines=lines, total_minor=self.total_minor + moved)


def order_view(session: Session, order_id: int, first: int, form: Form, voice: Voice, *, sees_money: bool) -> OrderView:
    """The order's page from its `first` line on. Raises NotAllowed where there is no such order."""
    order = order_of(session, order_id)
    states = pages.line_states(session, order)
    came = pages.deliveries_of(session, order) if order.sent_at else {}
    ranked = sorted(order.lines, key=lambda line: (-_risk(states.get(line.product_id)), line.id))
    going = [line for line in ranked if not (line.is_draft and line.waits_until)]
    first -= first % LINES_A_PAGE
    shown = ranked[first : first + LINES_A_PAGE]
    record = records(session, voice.zone, [order.supplier_id])[order.supplier_id]
    lead = lead_time(record.lead_days, order.supplier.quoted_lead_days, Policy())
    why = why_this(session, order, lead, voice)
    receives = order.state in ON_ITS_WAY
    sending = next((o for o in pages.outgoing(session, order.site_id) if o.id == order.id), None)
    arrives = order.expected_on or order.promised_on
    if arrives is None and order.state in pages.OUTGOING:
        arrives = promise_of(session, order, voice.now)
    edits = order.state == "draft" and sees_money
    breaks = breaks_of(session, order.supplier_id, [line.product_id for line in shown]) if edits else {}
    waiting = _waits(order, states, voice) if order.state == "draft" else None
    return OrderView(
        order=order,
        mark=state_mark(order.state, order.promised_on, voice.today),
        lines=tuple(
            _line(
                line,
                states.get(line.product_id),
                came.get(line.id, []),
                form,
                receives,
                voice,
                tuple(breaks.get(line.product_id, ())),
            )
            for line in shown
        ),
        first=first,
        before=first - LINES_A_PAGE if first else None,
        further=first + LINES_A_PAGE if first + LINES_A_PAGE < len(ranked) else None,
        all_lines=len(ranked),
        total_minor=sum((line.unit_cost_minor or 0) * line.quantity for line in going),
        arrives=arrives,
        lead="" if why.otif else _lead(order.supplier.name, lead),
        why=why,
        pieces_open=sum(0 if line.closed_at else max(0, line.quantity - line.received) for line in ranked),
        pieces=sum(line.quantity for line in going),
        sending=sending if order.state == "sending" else None,
        edits=edits,
        receives=receives,
        waits=line_words.waiting(waiting, voice) if waiting else "",
        falls_due=tuple(falls_due(session, order, Policy())) if waiting and edits else (),
        budget=mode_words.draft_waits(order.number, [line.waits_until for line in order.lines], voice)
        if order.state == "draft"
        else "",
        itself=mode_words.sent_itself(order.sent_itself, voice) if order.sent_itself else "",
        going=len(going),
        today=voice.today,
        words=tuple(hurry_words.words(words_about(session, order.id), voice)) if order.sent_at else (),
        asked=hurry_words.asked(order.expedited_at, voice),
        sent_on=order.sent_at.astimezone(voice.zone).date() if order.sent_at else None,
    )


def _waits(order: Order, states: Mapping[int, SkuState], voice: Voice) -> Waits | None:
    of_lines = [states[line.product_id] for line in order.lines if line.product_id in states]
    stock = [Stock(s.on_hand, s.velocity, (s.figures or {}).get("red_at", 0)) for s in of_lines]
    total = sum((line.unit_cost_minor or 0) * line.quantity for line in order.lines if not line.waits_until)
    supplier = order.supplier
    return waits(total, supplier.minimum_value_minor, supplier.order_day, stock, voice.today, Policy())


def state_mark(state: str, promised_on: date | None, today: date) -> tuple[str, str]:
    """An order's mark: how late it is, else its state."""
    if state in ON_ITS_WAY and promised_on:
        late = (today - promised_on).days
        if late > Policy().on_time_days:
            return "red", f"{counted(late, 'day')} late"
    return MARKS[state]


def _line(
    line: OrderLine,
    state: SkuState | None,
    came: list[Delivery],
    form: Form,
    receives: bool,
    voice: Voice,
    breaks: tuple[Break, ...],
) -> LineView:
    position = state.on_hand + state.on_order if state else 0
    zone, hand, per_day = (state.zone, state.on_hand, state.velocity) if state else ("green", 0, 0.0)
    quantity = form.typed.get(f"q-{line.id}", str(line.quantity))
    figures = (state.figures if state else None) or {}
    rule_says = figures["proposal"]["quantity"] if line.is_draft and figures.get("rule_disagrees") else None
    word = {"red": wording.days_left(hand, per_day), "yellow": "Low"}.get(zone, "")
    sells = f" Sells {rate(per_day)} a day." if per_day else " None sold in 60 days."
    first = count_words.check_first(figures) if line.is_draft else ""
    return LineView(
        line=line,
        zone=zone,
        mark=word,
        left=f"{wording.left_and_days(hand, per_day)}.{sells}{first}",
        quantity=quantity,
        means=wording.lasts(line.quantity, per_day),
        steps=line_words.paid_in_part(line.quantity, line.ruled)
        if line.ruled and line.held and not line.edited_at and line.quantity < line.ruled["quantity"]
        else line_words.steps(line.quantity, line.ruled, line.product.pack, rule_says),
        cost_minor=None if line.unit_cost_minor is None else line.unit_cost_minor * line.quantity,
        risk_minor=_risk(state),
        per_day=per_day,
        came=_came(line, came, voice) if receives or came else "",
        rule_says=rule_says,
        breaks=breaks,
        position=position,
        offer=_offer(line.quantity, line, breaks, position, per_day, voice),
        waits=mode_words.waits_for(line.waits_until, voice.today) if line.is_draft and line.waits_until else "",
    )


def _offer(quantity: int, line: OrderLine, breaks: tuple[Break, ...], position: int, per_day: float, v: Voice) -> str:
    found = price_break(quantity, line.unit_cost_minor, breaks, position, per_day, Policy())
    return line_words.breaks(found, quantity, line.unit_cost_minor, v) if found else ""


def _with_quantity(view: LineView, quantity: int | None, voice: Voice) -> LineView:
    if quantity is None:
        return view
    line = view.line
    return replace(
        view,
        quantity=str(quantity),
        means=wording.lasts(quantity, view.per_day),
        steps=line_words.steps(quantity, line.ruled, line.product.pack, view.rule_says),
        offer=_offer(quantity, line, view.breaks, view.position, view.per_day, voice),
        cost_minor=None if line.unit_cost_minor is None else line.unit_cost_minor * quantity,
    )


def _came(line: OrderLine, came: list[Delivery], voice: Voice) -> str:
    """What was ordered, and what came when.

    "30 ordered, 30 received on 12 November, 2 of them rejected."
    """
    parts = [f"{line.quantity:,} ordered"]
    for delivery in came:
        when = on_day(delivery.happened.astimezone(voice.zone).date(), voice.today)
        rejected = f", {delivery.rejected:,} of them rejected" if delivery.rejected else ""
        parts.append(f"{delivery.received:,} received {when}{rejected}")
    return ", ".join(parts if came else [*parts, "none received"]) + "."


def _lead(supplier: str, lead: LeadTime) -> str:
    """How long this supplier takes, and how that is known."""
    typical, late = round(lead.typical_days), round(lead.late_days)
    if lead.deliveries >= Policy().deliveries_few:
        return (
            f"{of(supplier)} last {counted(lead.deliveries, 'delivery', 'deliveries')} took "
            f"{counted(typical, 'day')} as a rule, {late} when late."
        )
    counted_on = f"{supplier} is counted on within {counted(typical, 'day')}."
    if not lead.deliveries:
        return f"{counted_on} No delivery has come yet."
    come = counted(lead.deliveries, "delivery has", "deliveries have")
    return f"{counted_on} {come} come, too few to tell how it keeps to that."


def _risk(state: SkuState | None) -> int:
    return state.risk_minor_per_day if state else 0
