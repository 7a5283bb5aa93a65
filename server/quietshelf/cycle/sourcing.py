"""Looking at suppliers: their scorecards, and which SKUs move to another. Once a day, and whenever goods have come.

A shift is kept in `sourcings`, where a person's choice is kept too; the SKUs that move are decided anew by the pass.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from quietshelf.cycle.loading import lead_of
from quietshelf.cycle.moments import Moment
from quietshelf.rules.facts import Fact, Kind
from quietshelf.rules.leadtimes import promise
from quietshelf.rules.ledger import derive
from quietshelf.rules.shifting import Seller, Shift, Why, days_late, shift, trial_is_due, worst_late_line
from quietshelf.rules.suppliers import LineRecord, Scorecard, far_late, scorecards
from quietshelf.store.engine import reading, writing
from quietshelf.store.facts import facts_of
from quietshelf.store.scores import last_look, note_look, save_scores, sent_lines
from quietshelf.store.sites import touch
from quietshelf.store.sourcing import Choice, choices, save_sourcing
from quietshelf.store.states import add_decisions, mark_stale
from quietshelf.store.supply import SupplyRecord, records
from quietshelf.store.tables import SkuState


@dataclass(frozen=True)
class Moving:
    """What changes about who one SKU is ordered from."""

    choice: Choice
    shift: Shift | None
    """None: nothing is proposed any more."""
    figures: dict[str, Any] | None


@dataclass(frozen=True)
class _Suppliers:
    """All suppliers as they stand today, and every line that they were sent."""

    records: Mapping[int, SupplyRecord]
    lines: Mapping[int, Sequence[LineRecord]]
    of_skus: Mapping[tuple[int, int], Sequence[LineRecord]]
    cards: Mapping[int, Scorecard]
    cards_of_skus: Mapping[tuple[int, int], Scorecard]
    far_late: Mapping[int, int]


def look_at_suppliers(engine: Engine, moment: Moment, *, whole: bool = False) -> bool:
    """Work out scorecards and shifts, unless that was done today and nothing has come since (`whole`: anyway).

    What another look, or a person, changes meanwhile stands.

    Returns: whether it looked.
    """
    today = moment.day(moment.now)
    with reading(engine) as session:
        before = last_look(session, moment.site_id)
        if not whole and (before.on, before.seen) == (today, before.newest):
            return False
        open_to_choice = choices(session, moment.site_id, before.currency)
        suppliers = _suppliers(session, moment, wanted=bool(open_to_choice))
        found = [
            moving for choice in open_to_choice if (moving := _moving(session, choice, suppliers, moment)) is not None
        ]
    with writing(engine) as session:
        # as everybody takes what they hold: SKUs' states, then the site
        mark_stale(session, moment.site_id, [one.choice.product.id for one in found if _is_done(one)])
        done = [one for one in found if _save(session, one, moment)]
        if note_look(session, moment.site_id, before, today) and (suppliers.cards or before.seen):
            save_scores(session, moment.site_id, suppliers.cards, suppliers.cards_of_skus)
        add_decisions(session, [_decision(session, one, moment) for one in done if _is_done(one)])
        if done or before.seen != before.newest:
            touch(session, moment.site_id)
    return True


def _suppliers(session: Session, moment: Moment, *, wanted: bool) -> _Suppliers:
    """What all suppliers' lines say; `wanted`: their records are, even where nothing was ever sent."""
    today, policy = moment.day(moment.now), moment.policy
    lines: defaultdict[int, list[LineRecord]] = defaultdict(list)
    of_skus: defaultdict[tuple[int, int], list[LineRecord]] = defaultdict(list)
    # an order may take long to come: what is settled within the score's days may have been sent before them
    since = moment.now - timedelta(days=policy.score_days + policy.shift_days)
    sent = sent_lines(session, moment.site_id, moment.zone, since)
    known = records(session, moment.zone) if sent or wanted else {}
    for line in sent:
        record = known[line.supplier_id]
        promised_on = line.promised_on
        if promised_on is None:
            if line.sent_on is None:
                continue  # held to nothing
            quoted = record.supplier.quoted_lead_days
            promised_on = promise(None, line.sent_on, quoted, lead_of(record, policy))
        of_line = LineRecord(line.number, line.ordered, promised_on, line.parts, line.closed_on)
        lines[line.supplier_id].append(of_line)
        of_skus[line.supplier_id, line.product_id].append(of_line)
    cards_of_skus = {
        key: card for key, card in scorecards(of_skus, today, policy).items() if card.lines >= policy.score_enough_lines
    }
    late = {supplier_id: far_late(of_supplier, today, policy) for supplier_id, of_supplier in lines.items()}
    return _Suppliers(known, lines, of_skus, scorecards(lines, today, policy), cards_of_skus, late)


def _moving(session: Session, choice: Choice, suppliers: _Suppliers, moment: Moment) -> Moving | None:
    """What changes about a SKU; None where nothing does."""
    sourcing = choice.sourcing
    proposed = sourcing.proposal if sourcing else None
    found = _rested(choice, moment) and _shift(session, choice, suppliers, moment)
    if not found:
        return Moving(choice, None, None) if proposed else None
    now, to = found
    figures = _figures(now, to, moment)
    if proposed == figures:
        return None
    return Moving(choice, to, figures)


def _rested(choice: Choice, moment: Moment) -> bool:
    """Whether the rules may speak again: a person's choice stands for 90 days, a pinned one is only shown."""
    sourcing = choice.sourcing
    if sourcing is None or sourcing.chosen_by is None or sourcing.chosen_at is None or sourcing.pinned:
        return True
    since = (moment.day(moment.now) - moment.day(sourcing.chosen_at)).days
    return since >= moment.policy.shift_days


def _shift(session: Session, choice: Choice, suppliers: _Suppliers, moment: Moment) -> tuple[Seller, Shift] | None:
    """Where the SKU is to move, from whom; or its trial back."""
    policy = moment.policy
    sellers = {offer.supplier_id: _seller(choice, offer.supplier_id, suppliers, moment) for offer in choice.offered}
    now = sellers.pop(choice.now_id, None) if choice.now_id is not None else None
    if now is None or choice.velocity <= 0:
        return None
    per_day = Fraction(choice.velocity)
    found = shift(now, list(sellers.values()), per_day, 0, policy)
    if found and not found.by_itself and found.extra_minor is not None and not found.slower:
        lost = _lost_minor(session, choice, suppliers.of_skus.get((now.supplier_id, choice.product.id), ()), moment)
        found = shift(now, list(sellers.values()), per_day, lost, policy)
    return (now, found) if found else _trial(choice, now, sellers, moment)


def _trial(choice: Choice, now: Seller, others: Mapping[int, Seller], moment: Moment) -> tuple[Seller, Shift] | None:
    """One order back to the supplier that the SKU was moved from, where that is due."""
    sourcing = choice.sourcing
    own = others.get(choice.product.supplier_id) if choice.product.supplier_id is not None else None
    if own is None or sourcing is None or sourcing.why is None or sourcing.chosen_at is None or sourcing.pinned:
        return None
    last = moment.day(sourcing.trial_at) if sourcing.trial_at else None
    if own.late_line is not None and own.late_line.is_open:
        return None
    if not trial_is_due(moment.day(sourcing.chosen_at), last, moment.day(moment.now), moment.policy):
        return None
    return now, Shift(own, Why.TRIAL, False, False, None, 0)


def _seller(choice: Choice, supplier_id: int, suppliers: _Suppliers, moment: Moment) -> Seller:
    record, today = suppliers.records[supplier_id], moment.day(moment.now)
    offer = next(offer for offer in choice.offered if offer.supplier_id == supplier_id)
    return Seller(
        supplier_id,
        record.supplier.name,
        offer.cost_minor,
        lead_of(record, moment.policy, offer.lead_days),
        suppliers.cards.get(supplier_id),
        suppliers.far_late.get(supplier_id, 0),
        worst_late_line(suppliers.of_skus.get((supplier_id, choice.product.id), ()), today, moment.policy),
    )


def _lost_minor(session: Session, choice: Choice, lines: Iterable[LineRecord], moment: Moment) -> int:
    """Throughput lost in the last 90 days on days without stock between a line's promise and its goods."""
    late = days_late(lines, moment.day(moment.now), moment.policy)
    if not late:
        return 0
    facts = facts_of(session, moment.site_id, choice.product.id)
    return choice.risk_minor_per_day * sum(_was_out(facts, day, moment) for day in late)


def _was_out(facts: Sequence[Fact], day: date, moment: Moment) -> bool:
    """Whether none was left at the end of a day; no where it had not been counted or received by then."""
    end = min(datetime.combine(day + timedelta(days=1), time(), moment.zone), moment.now)
    until = [fact for fact in facts if fact.happened < end]
    if not any(fact.kind in (Kind.COUNT, Kind.RECEIPT) for fact in until):
        return False
    return derive(until, min(end, moment.known_until), moment.policy).on_hand <= 0


def _figures(now: Seller, to: Shift, moment: Moment) -> dict[str, Any]:
    """What a sentence about a shift needs, ready for JSON."""
    late = now.late_line
    return {
        "why": to.why.value,
        "from": now.name,
        "from_id": now.supplier_id,
        "to": to.to.name,
        "to_id": to.to.supplier_id,
        "number": late.number if late else None,
        "days": late.days if late else None,
        "is_open": late.is_open if late else None,
        "far_late": now.far_late,
        "otif": now.card.otif if now.card else None,
        "otif_to": to.to.card.otif if to.to.card else None,
        "late_days": float(now.lead.late_days),
        "late_days_to": float(to.to.lead.late_days),
        "slower": to.slower,
        "by_itself": to.by_itself,
        "extra_minor": to.extra_minor,
        "lost_minor": to.lost_minor,
    }


def _is_done(one: Moving) -> bool:
    """Whether the SKU moves now: the rules may, and nobody has pinned it."""
    pinned = one.choice.sourcing is not None and one.choice.sourcing.pinned
    return one.shift is not None and one.shift.by_itself and not pinned


def _save(session: Session, one: Moving, moment: Moment) -> bool:
    """Move the SKU, or keep what is proposed; False where somebody has chosen meanwhile."""
    sourcing, product_id = one.choice.sourcing, one.choice.product.id
    version = sourcing.version if sourcing else None
    if one.shift is None or not _is_done(one):
        return save_sourcing(session, moment.site_id, product_id, version, proposal=one.figures)
    return save_sourcing(
        session,
        moment.site_id,
        product_id,
        version,
        supplier_id=one.shift.to.supplier_id,
        chosen_at=moment.now,
        chosen_by=None,
        why=one.figures,
        trial_at=None,
        proposal=None,
    )


def _decision(session: Session, one: Moving, moment: Moment) -> dict[str, Any]:
    state = session.get_one(SkuState, (moment.site_id, one.choice.product.id))
    return {
        "site_id": moment.site_id,
        "product_id": one.choice.product.id,
        "at": moment.now,
        "what": "shifted",
        "figures": (state.figures or {}) | {"shift": one.figures},
    }
