"""What was decided, saved in one transaction: state, daily sums, draft lines, decisions and exceptions together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from quietshelf.cycle.loading import Known
from quietshelf.cycle.moments import Moment
from quietshelf.cycle.settling import settle
from quietshelf.rules.decision import Decision
from quietshelf.rules.exceptions import ExceptionKind, Opening, looks_gone
from quietshelf.rules.ordering import Act
from quietshelf.rules.policy import Policy
from quietshelf.rules.steady import decide_again_on
from quietshelf.rules.zones import Zone
from quietshelf.store.drafts import Drafts, Wanted, Written
from quietshelf.store.engine import writing
from quietshelf.store.exceptions import Open, move_of_skus
from quietshelf.store.gists import Kept, save_gists
from quietshelf.store.plans import is_green_again
from quietshelf.store.sites import touch
from quietshelf.store.states import DaysOf, add_decisions, save_days, save_states, unchanged

FOREIGN = "foreign_item"
"""The doubt of a shelf on which something lies that is none of its pieces."""
TRIES = 3
"""How often a transaction is tried that meets another's new draft."""


@dataclass(frozen=True)
class Decided:
    """A SKU as it was loaded, and what the rules decided about it."""

    known: Known
    decision: Decision
    digest: str
    again_on: date | None
    """The day from which on it is to be decided again."""

    @classmethod
    def of(cls, known: Known, decision: Decision, policy: Policy) -> "Decided":
        """A decision with what it is known by, and for how long it stands."""
        before, digest = known.state, decision.digest()
        stands = before.decide_again_on is None or before.decide_again_on > decision.item.today
        if digest == before.digest and stands and not before.stale:
            return cls(known, decision, digest, before.decide_again_on)
        return cls(known, decision, digest, decide_again_on(decision, known.past.gist, policy))

    @property
    def product_id(self) -> int:
        """The SKU's product."""
        return self.known.product.id

    @property
    def source(self) -> tuple[int | None, int | None]:
        """The supplier whose draft its line stands on, and what they ask for one unit."""
        proposal, soonest = self.decision.line.proposal, self.known.soonest
        if soonest is not None and proposal is not None and proposal.instead_of:
            return soonest.supplier.id, soonest.cost_minor
        return self.known.supplier_id, self.known.unit_cost_minor

    @property
    def is_refigured(self) -> bool:
        """Whether anything that is shown of it has changed."""
        return self.digest != self.known.state.digest

    @property
    def is_news(self) -> bool:
        """Whether there is anything to save. What shelves say of themselves is in no digest."""
        before = self.known.state
        moved = before.stale or self.again_on != before.decide_again_on or self.decision.line.act is not Act.NONE
        return moved or self.is_refigured or bool(self.known.shelf) or self.decision.decide_again_at is not None

    @cached_property
    def figures(self) -> dict[str, Any]:
        """The decision's own."""
        openings = self.decision.openings
        return openings[0].figures if openings else self.decision.figures()


@dataclass(frozen=True)
class Saved:
    """What a saving transaction did: SKUs saved, exceptions opened and closed."""

    skus: int
    opened: int
    closed: int


def save(engine: Engine, moment: Moment, decided: Sequence[Decided]) -> Saved:
    """Save decisions about at most a few hundred SKUs in one transaction.

    A SKU of which more is known by now stays as it is, and stale: the next pass decides about it. Where another
    transaction made the supplier's draft, or a person the SKU's draft line, at the same time, it is tried anew.
    """
    for left in reversed(range(TRIES)):
        try:
            with writing(engine) as session:
                return _save(session, moment, decided)
        except IntegrityError:
            if not left:
                raise
    raise AssertionError("a last try returns or raises")


def _save(session: Session, moment: Moment, decided: Sequence[Decided]) -> Saved:
    # in the order in which everybody takes what they hold: orders, SKUs' states, the site
    acts = [one for one in decided if one.decision.line.act is not Act.NONE]
    drafts = _drafts(session, acts, moment) if acts else None
    valid = unchanged(session, moment.site_id, {one.product_id: one.known.state.version for one in decided})
    current = [one for one in decided if one.product_id in valid]
    written = []
    if drafts:
        written = [change for one in acts if one.product_id in valid and (change := _follow(drafts, one, moment))]
        drafts.finish()
    save_states(session, moment.site_id, [_state(one, moment) for one in current])
    pasts = {one.product_id: one.known.past for one in current}
    save_days(session, moment.site_id, [DaysOf(one, past.days_before, past.days) for one, past in pasts.items()])
    save_gists(
        session, moment.site_id, [Kept(one, past.gist.newest, past.kept) for one, past in pasts.items() if past.is_new]
    )
    is_green_again(session, moment.site_id, [one.product_id for one in current if _is_green_again(one)])
    add_decisions(session, _decisions(current, written, moment))
    moved = move_of_skus(session, moment.site_id, valid, [o for one in current for o in _openings(one)], moment.now)
    settle(session, moment, [one.known for one in current])
    if written or moved or any(one.is_refigured for one in current):
        touch(session, moment.site_id)
    return Saved(len(current), len(moved.opened), len(moved.closed))


def _drafts(session: Session, acts: Sequence[Decided], moment: Moment) -> Drafts:
    wanted = (Act.ADD, Act.CHANGE)
    suppliers = {one.source[0] for one in acts if one.decision.line.act in wanted and one.source[0]}
    return Drafts(session, moment.site_id, [one.product_id for one in acts], suppliers, moment.now)


def _follow(drafts: Drafts, one: Decided, moment: Moment) -> Written | None:
    """Let the SKU's draft line follow the rule."""
    line, (supplier_id, unit_cost_minor) = one.decision.line, one.source
    if line.act is Act.DROP:
        return drafts.drop_line(one.product_id)
    if line.act is Act.NONE or line.proposal is None or supplier_id is None:
        return None
    return drafts.set_line(
        Wanted(
            one.product_id,
            supplier_id,
            line.proposal.quantity,
            line.proposal.figures() | {"ruled_on": moment.today.isoformat()},
            unit_cost_minor,
        )
    )


def _is_green_again(one: Decided) -> bool:
    """Whether a "not this time" of the SKU has ended: it is Green."""
    return one.decision.zone is Zone.GREEN and one.known.item.plan.not_this_time_on is not None


def _state(one: Decided, moment: Moment) -> dict[str, Any]:
    """The columns of the SKU's state."""
    decision, book, before = one.decision, one.known.item.book, one.known.state
    same_zone = before.decided_at is not None and before.zone == decision.zone
    return {
        "of": one.product_id,
        "book": book.book,
        "on_hand": decision.on_hand,
        "sensed": book.sensed,
        "waiting": book.waiting,
        "on_order": decision.on_order,
        "sold_60": one.known.item.sold_in_window,
        "velocity": float(decision.velocity.per_day),
        "zone": decision.zone.value,
        "zone_since": before.zone_since if same_zone else moment.now,
        "risk_minor_per_day": decision.risk_minor_per_day,
        "figures": one.figures,
        "decided_at": moment.now,
        "decided_for": moment.today,
        "decide_again_at": decision.decide_again_at,
        "looks_gone": decision.looks_gone,
        "decide_again_on": one.again_on,
        "digest": one.digest,
    }


def _decisions(current: Sequence[Decided], written: Sequence[Written], moment: Moment) -> list[dict[str, Any]]:
    """A row for each change of zone, and for each change of a draft line. That a new SKU is Green is no news."""
    by_product = {one.product_id: one for one in current}
    changes: list[tuple[Decided, str, dict[str, Any]]] = [
        (one, one.decision.zone.value, {})
        for one in current
        if one.decision.zone is not (one.known.item.previous_zone or Zone.GREEN)
    ]
    changes += [(by_product[change.product_id], change.what, {"order": change.number}) for change in written]
    return [
        {
            "site_id": moment.site_id,
            "product_id": one.product_id,
            "at": moment.now,
            "what": what,
            "figures": one.figures | more,
        }
        for one, what, more in changes
    ]


def _openings(one: Decided) -> list[Open]:
    """What is open about the SKU: what the rules say, and what its shelves say of their own counts."""
    sku, risk, figures = one.known.item.sku, one.decision.risk_minor_per_day, one.figures
    openings = list(one.decision.openings)
    if any(word.doubt == FOREIGN for word in one.known.shelf):
        openings.append(Opening(ExceptionKind.FOREIGN_ITEM, sku, risk, figures))
    if any(word.doubt not in (None, FOREIGN) for word in one.known.shelf):
        openings.append(Opening(ExceptionKind.COUNT_DOUBTFUL, sku, risk, figures))
    untold = sum(word.disagrees for word in one.known.shelf)
    if untold and not any(opening.kind is ExceptionKind.COUNT_DISAGREES for opening in openings):
        sensed = {"sensed": (figures["sensed"] or 0) + untold}
        openings.append(Opening(ExceptionKind.COUNT_DISAGREES, sku, risk, figures | sensed))
    found = [Open(opening, product_id=one.product_id) for opening in openings]
    if one.decision.looks_gone:
        found.append(Open(looks_gone(sku, risk, figures), product_id=one.product_id, keeps=True))
    return found
