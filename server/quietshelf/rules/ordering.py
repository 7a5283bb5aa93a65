"""How much to order, what counts as on order, and the life of a draft line. Which supplier sells it is given."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor
from typing import Any

from quietshelf.rules.feedback import USUAL, Feedback
from quietshelf.rules.leadtimes import OpenOrder
from quietshelf.rules.policy import Policy


@dataclass(frozen=True)
class Terms:
    """What the supplier asks for: its pack, and the least it takes of a SKU (0: any)."""

    pack: int = 1
    minimum_order: int = 0


@dataclass(frozen=True)
class Proposal:
    """A draft line as the rule makes it, with each step from the need to the pack."""

    lot: int
    """Units sold in the days of a lot."""
    lots: int
    """Whole lots, the fewest that make the SKU Green."""
    needed: int
    """lot x lots."""
    quantity: int
    """What is ordered: needed, raised to the minimum, rounded up to whole packs."""
    pack: int
    minimum_order: int
    days: int = 0
    """Days that a lot is meant to last."""
    factor: float = 1.0
    """The feedback factor in the lot, and what the newest lot did (rules/feedback.py)."""
    last_lot: str | None = None
    last_lot_days: int = 0
    need: int = 0
    """Units of it for known needs, and which."""
    need_ids: tuple[int, ...] = ()
    pinned: str = ""
    """What a manager pinned, where that set the line: "quantity" or "keep"; empty where the rule did."""
    ends_on: date | None = None
    """The SKU's end, where the line was cut to it."""
    instead_of: str = ""
    """The order that is so late that this one is bought in its stead: cancel that one?"""
    cut_from: int = 0
    """What the rule ordered before the capital mode cut it (rules/modes.py); 0 where it did not."""

    def figures(self) -> dict[str, Any]:
        """All of it, ready for JSON."""
        ends_on = self.ends_on.isoformat() if self.ends_on else None
        return dict(vars(self)) | {"need_ids": list(self.need_ids), "ends_on": ends_on}


def ordered_per_day(ruled: Mapping[str, Any], quantity: int) -> Fraction | None:
    """Units a day that a line was ordered for, by the figures it was drafted with; None where it teaches nothing.

    A line that was pinned, edited, raised to a minimum, cut, bought again in a late one's stead, or drafted for a known
    need says nothing of the rule.

    >>> line = Proposal(195, 1, 195, 204, 12, 0, days=45).figures()
    >>> ordered_per_day(line, 204), ordered_per_day(line, 300)
    (Fraction(13, 3), None)
    >>> ordered_per_day(Proposal(195, 1, 195, 400, 12, 400, days=45).figures(), 400) is None
    True
    """
    own = ruled["quantity"] == quantity and not ruled.get("pinned") and not ruled.get("need")
    if (
        not own
        or ruled.get("instead_of")
        or ruled.get("ends_on")
        or ruled["needed"] < ruled["minimum_order"]
        or not ruled.get("days")
    ):
        return None
    return Fraction(ruled["lot"], ruled["days"]) if ruled["lot"] else None


@dataclass(frozen=True)
class DraftLine:
    """The SKU's line on an open draft."""

    quantity: int
    ruled_on: date
    """The day on which the rule last set it."""
    edited_on: date | None = None
    """The day on which a person set it, None for a line that nobody touched."""
    elsewhere: bool = False
    """It stands on the draft of another supplier than the one that the SKU is ordered from now."""
    at_soonest: bool = False
    """It stands on the draft of the supplier that would deliver soonest in a late one's stead."""


class Act(StrEnum):
    """What becomes of a draft line."""

    NONE = "none"
    ADD = "add"
    CHANGE = "change"
    DROP = "drop"


@dataclass(frozen=True)
class LineChange:
    """A decision about the draft line: what to do, by which proposal, and whether rule and person disagree."""

    act: Act
    proposal: Proposal | None = None
    rule_disagrees: bool = False
    """A person's quantity is older than its stay, and the rule says another: both are shown, nothing is changed."""


def on_order(orders: Iterable[OpenOrder], today: date, policy: Policy) -> int:
    """Units on their way. What is over 15 days past its promise counts half, rounded down.

    >>> late = OpenOrder("PO-2031", 25, date(2026, 10, 26), date(2026, 11, 6))
    >>> [on_order([late], day, Policy()) for day in (date(2026, 11, 21), date(2026, 11, 22))]
    [25, 12]
    """
    return sum(
        order.units // 2 if (today - order.promised_on).days > policy.overdue_days else order.units for order in orders
    )


def rounded(needed: int, terms: Terms) -> int:
    """Raised to the supplier's minimum, then up to whole packs.

    >>> rounded(37, Terms(pack=20)), rounded(37, Terms(pack=20, minimum_order=50)), rounded(37, Terms())
    (40, 60, 37)
    """
    return -(-max(needed, terms.minimum_order) // terms.pack) * terms.pack  # rounded up


def propose(
    units_in_lot_days: int,
    per_day: Fraction,
    on_hand: int,
    position: int,
    green_from: Fraction,
    cover_enough_days: Fraction,
    terms: Terms,
    policy: Policy,
    told: Feedback = USUAL,
) -> Proposal | None:
    """The order line that makes a SKU Green: whole lots of what sold in 45 days (docs/policy.md, Ordering).

    A lot is as much more or less as the SKU's last lots taught. A SKU that sold in the velocity's days, but not in
    the lot's, is ordered by what velocity says of them.

    Args:
        units_in_lot_days: units sold in the last 45 days, or what would have been in 45 days in stock.
        green_from: units above which the position is Green.
        cover_enough_days: late lead time plus buffer; nothing is ordered from this cover on if it is also 90 days.
        told: the feedback factor.

    Returns: None where nothing is to be ordered.

    >>> policy = Policy()
    >>> said = propose(195, Fraction(43, 10), 7, 7, Fraction(69), Fraction(16), Terms(pack=12), policy)
    >>> said.lot, said.lots, said.needed, said.quantity
    (195, 1, 195, 204)
    >>> more = Feedback(Fraction(5, 4))
    >>> propose(195, Fraction(43, 10), 7, 7, Fraction(69), Fraction(16), Terms(pack=12), policy, more).needed
    244
    >>> propose(30, Fraction(1), 20, 20, Fraction(100), Fraction(99), Terms(), policy).lots  # long lead time
    3
    >>> propose(9, Fraction(1, 5), 20, 20, Fraction(20), Fraction(16), Terms(), policy) is None  # lasts 100 days
    True
    """
    if per_day <= 0 or position > green_from:
        return None
    if on_hand >= per_day * max(Fraction(policy.no_order_cover_days), cover_enough_days):
        return None
    usual = units_in_lot_days if units_in_lot_days > 0 else per_day * policy.lot_days
    lot = max(1, ceil(usual * told.factor))
    lots = max(1, floor((green_from - position) / lot) + 1)
    needed = lot * lots
    return Proposal(
        lot,
        lots,
        needed,
        rounded(needed, terms),
        terms.pack,
        terms.minimum_order,
        policy.lot_days,
        float(told.factor),
        told.last,
        told.last_days,
    )


def one_pack(terms: Terms) -> Proposal:
    """The line of a SKU that does not sell, and whose last piece is found gone.

    >>> one_pack(Terms(pack=6)).quantity
    6
    """
    return Proposal(1, 0, 1, rounded(1, terms), terms.pack, terms.minimum_order)


def follow(
    draft: DraftLine | None,
    proposal: Proposal | None,
    position: int,
    per_day: Fraction,
    yellow_line: Fraction,
    today: date,
    policy: Policy,
) -> LineChange:
    """What becomes of a SKU's draft line: it follows the rule daily, unless a person set it.

    A line that nobody edited goes when the SKU has 3 days' sales more than Yellow. An edited one is left alone. What a
    manager pinned, or knows to be needed, is followed at once.

    >>> policy, day = Policy(), date(2026, 11, 24)
    >>> lot = Proposal(195, 1, 195, 204, 12, 0)
    >>> follow(None, lot, 7, Fraction(4), Fraction(69), day, policy).act
    <Act.ADD: 'add'>
    >>> follow(DraftLine(192, date(2026, 11, 23)), lot, 7, Fraction(4), Fraction(69), day, policy).act
    <Act.CHANGE: 'change'>
    >>> follow(DraftLine(192, day), lot, 7, Fraction(4), Fraction(69), day, policy).act  # once a day is enough
    <Act.NONE: 'none'>
    >>> follow(DraftLine(204, day, elsewhere=True), lot, 7, Fraction(4), Fraction(69), day, policy).act  # it moves
    <Act.CHANGE: 'change'>
    >>> follow(DraftLine(192, day), None, 82, Fraction(4), Fraction(69), day, policy).act
    <Act.DROP: 'drop'>
    >>> said = follow(DraftLine(100, day, date(2026, 11, 16)), lot, 7, Fraction(4), Fraction(69), day, policy)
    >>> said.act, said.proposal.quantity, said.rule_disagrees
    (<Act.NONE: 'none'>, 204, True)
    """
    if draft is None:
        return LineChange(Act.ADD if proposal else Act.NONE, proposal)
    if draft.edited_on is not None:
        stayed = (today - draft.edited_on).days > policy.edited_stays_days
        return LineChange(
            Act.NONE, proposal, rule_disagrees=stayed and proposal is not None and proposal.quantity != draft.quantity
        )
    if proposal is None:
        clear = per_day <= 0 or position > yellow_line + per_day * policy.draft_stays_days
        return LineChange(Act.DROP if clear else Act.NONE)
    by_person = bool(proposal.pinned or proposal.need)  # what a person said is not kept waiting
    differs = proposal.quantity != draft.quantity and (by_person or draft.ruled_on < today)
    if draft.elsewhere or differs:
        return LineChange(Act.CHANGE, proposal)
    return LineChange(Act.NONE, proposal)
