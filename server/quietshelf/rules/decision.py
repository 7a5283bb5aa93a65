"""What was decided about one SKU: the decision, its digest and its figures. How it is made is decide.py's."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from fractions import Fraction
from functools import cached_property
from operator import attrgetter
from typing import Any
from zlib import crc32

from quietshelf.rules.exceptions import Opening
from quietshelf.rules.feedback import USUAL
from quietshelf.rules.item import Item
from quietshelf.rules.ledger import Book
from quietshelf.rules.looks import asks
from quietshelf.rules.needs import Need
from quietshelf.rules.ordering import LineChange
from quietshelf.rules.plans import NO_PLAN
from quietshelf.rules.velocity import OneOff, Velocity
from quietshelf.rules.zones import Lines, Mark, Zone


@dataclass(frozen=True)
class Decision:
    """What was decided about one SKU, with every figure that a sentence about it needs."""

    item: Item
    on_hand: int
    on_order: int
    velocity: Velocity
    at: Lines
    zone: Zone
    line: LineChange
    throughput_minor: int | None
    """Money that one unit earns; None where no price is known."""
    cost_assumed: bool
    next_delivery_on: date | None
    openings: tuple[Opening, ...]
    mark: Mark | None = None
    needs: tuple[Need, ...] = ()
    """Known needs that are due: what is there is kept for them."""
    is_over: bool = False
    """It is ending, or ends before anything could come: it is never ordered again."""
    is_put_off: bool = False
    """A person's "not this time" holds."""
    in_mode: dict[str, Any] | None = None
    """What the mode that is on changed about it (rules/modes.py, did)."""

    @property
    def position(self) -> int:
        """On hand + on order."""
        return self.on_hand + self.on_order

    @cached_property
    def risk_minor_per_day(self) -> int:
        """Throughput that a day without stock loses."""
        return round(self.velocity.per_day * max(0, self.throughput_minor or 0))

    @property
    def ran_out_on(self) -> date | None:
        """The day on which it ran out, where it has been out for all of velocity's days: velocity is as it was then."""
        in_stock = self.item.in_stock
        return in_stock.ran_out_on if in_stock is not None and self.velocity.in_stock is not None else None

    @property
    def sell_again(self) -> bool:
        """Whether it is a question if this SKU is to be sold again: out that long, and nothing is on order."""
        return self.ran_out_on is not None and self.zone is Zone.RED and self.position == 0

    @cached_property
    def looks_gone(self) -> bool:
        """Whether somebody should look if it is there at all."""
        return asks(self.item.silence, self.on_hand, self.item.book.sensed)

    @property
    def decide_again_at(self) -> datetime | None:
        """When the book changes without a new fact; steady.decide_again_on says on which day anything else may."""
        return self.item.book.expires_at

    def digest(self) -> str:
        """A short text that differs where any figure differs, or what was decided; made faster than the figures are."""
        item, at = self.item, self.at
        moves = item.open_orders or item.plan is not NO_PLAN or item.mode
        # what most SKUs have in common is not written out: that takes longest
        said = (
            _INPUTS(item),
            _OF_BOOK(item.book),
            item.supply and item.supply.digest,
            item.in_stock,
            item.plan if item.plan is not NO_PLAN else None,
            item.told if item.told != USUAL else None,
            item.today if moves else None,
            self.zone,
            self.line.proposal,
            self.line.rule_disagrees,
            self.mark,
            self.on_order,
            self.velocity,
            self.throughput_minor,
            at.days_until_delivery,
            at.kept_days,
            self.looks_gone and item.silence,
        )
        return f"{crc32(repr(said).encode()):08x}"

    def figures(self) -> dict[str, Any]:
        """The figures, ready for JSON. Keys:

        `on_hand`, `on_order`, `position`, `book`, `waiting`, `sensed`, `back` (units; None where no shelf weighs it),
        `sold` and `days` (velocity is their quotient), `in_stock_days` (how long it was in stock in the days that
        velocity is read over; None by the plain rule), `since_sale_days` (days in stock since its last sale),
        `ran_out_on` (None but where it was out for all of velocity's days), `sell_again`,
        `mark` (overstock, dead, None), `perhaps_one_off` (key, sold_on, units, worth_days; None),
        `one_offs` (those that velocity leaves out: key, sold_on, units),
        `per_day`, `cover_days` (None where it does not sell),
        `red_at`, `yellow_at` (units, rounded down: at or below), `supplier`, `typical_days`, `late_days`,
        `buffer_days`, `closed_days` (the supplier's, within `late_days`), `deliveries` (lead time's evidence),
        `days_until_delivery`, `next_delivery_on`,
        `late_orders` (number, units, promised_on, late_days, supplier of each order past its promise),
        `proposal` (Proposal.figures; None), `rule_disagrees`,
        `throughput_minor`, `cost_assumed`, `risk_minor_per_day`, `doubt`, `lost` (units, since the last count),
        `disagreement`, `needs` (quantity, left, on, note of each that is due), `keep_at_least`, `last_piece_gone`,
        `order_again` (it never sold and is gone: a question), `ending`, `ends_on`, `is_over`,
        `waits` (answer, first_week, asleep; None),
        `put_off_on` (the day of a "not this time" that holds; None), `mode` (what the mode that is on changed about
        it: modes.did; None), `silence` (Silence.figures of what is probably gone; None).
        """
        item, supply = self.item, self.item.supply
        per_day = self.velocity.per_day
        proposal = self.line.proposal
        return {
            "on_hand": self.on_hand,
            "on_order": self.on_order,
            "position": self.position,
            "book": item.book.book,
            "waiting": item.book.waiting,
            "sensed": item.book.sensed,
            "back": item.book.back if item.book.sensed is not None else None,
            "sold": self.velocity.units,
            "days": _plain(self.velocity.days),
            "in_stock_days": _plain(self.velocity.in_stock) if self.velocity.in_stock is not None else None,
            "since_sale_days": int(item.in_stock.since_sale) if item.in_stock else None,
            "ran_out_on": self.ran_out_on.isoformat() if self.ran_out_on else None,
            "sell_again": self.sell_again,
            "mark": self.mark,
            "perhaps_one_off": _sale(item.perhaps_one_off) | {"worth_days": int(item.perhaps_one_off.units / per_day)}
            if item.perhaps_one_off and per_day
            else None,
            "one_offs": [_sale(one) for one in item.one_offs],
            "per_day": float(per_day),
            "cover_days": float(self.on_hand / per_day) if per_day else None,
            "red_at": int(self.at.red),
            "yellow_at": int(self.at.yellow),
            "supplier": supply.supplier if supply else None,
            "typical_days": float(supply.lead.typical_days) if supply else None,
            "late_days": float(supply.lead.late_days) if supply else None,
            "deliveries": supply.lead.deliveries if supply else None,
            "buffer_days": float(self.at.buffer_days),
            "closed_days": self.at.closed_days,
            "days_until_delivery": float(self.at.days_until_delivery),
            "next_delivery_on": self.next_delivery_on.isoformat() if self.next_delivery_on else None,
            "late_orders": [
                {
                    "number": order.number,
                    "units": order.units,
                    "promised_on": order.promised_on.isoformat(),
                    "late_days": (item.today - order.promised_on).days,
                    "supplier": order.supplier or (supply.supplier if supply else None),
                }
                for order in item.open_orders
                if order.promised_on < item.today
            ],
            "proposal": proposal.figures() if proposal else None,
            "rule_disagrees": self.line.rule_disagrees,
            "throughput_minor": self.throughput_minor,
            "cost_assumed": self.cost_assumed,
            "risk_minor_per_day": self.risk_minor_per_day,
            "doubt": item.doubt,
            "lost": item.book.lost_since_count,
            "disagreement": item.book.disagreement,
            "needs": [
                {"quantity": need.quantity, "left": need.left, "on": need.on.isoformat(), "note": need.note}
                for need in self.needs
            ],
            "keep_at_least": item.plan.keep_at_least,
            "last_piece_gone": item.last_piece_gone,
            "order_again": item.order_again and self.on_order == 0,
            "ending": item.plan.ending,
            "ends_on": item.plan.ends_on.isoformat() if item.plan.ends_on else None,
            "is_over": self.is_over,
            "waits": item.waits,
            "put_off_on": item.plan.not_this_time_on.isoformat()
            if self.is_put_off and item.plan.not_this_time_on
            else None,
            "mode": self.in_mode,
            "silence": item.silence.figures() if item.silence and self.looks_gone else None,
        }


_APART = ("sku", "today", "book", "supply", "in_stock", "draft", "previous_zone", "silence", "plan", "told")
"""What of an item a digest tells in its own way, or no figure shows."""
_INPUTS = attrgetter(*[field.name for field in fields(Item) if field.name not in _APART])
_OF_BOOK = attrgetter(*[field.name for field in fields(Book)])


def _plain(days: int | Fraction) -> int | float:
    """Days for JSON: whole where they are."""
    return int(days) if days == int(days) else float(days)


def _sale(one: OneOff) -> dict[str, Any]:
    return {"key": one.key, "sold_on": one.sold_on.isoformat(), "units": one.units}
