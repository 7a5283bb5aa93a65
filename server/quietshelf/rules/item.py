"""What is known of one SKU when it is decided upon: the item, who supplies it, and what that says by itself.

Nothing is decided here (decide.py), and nothing is loaded (`cycle`).
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property

from quietshelf.rules.feedback import USUAL, Feedback
from quietshelf.rules.first_week import Waits
from quietshelf.rules.leadtimes import Closing, LeadTime, OpenOrder
from quietshelf.rules.ledger import Book
from quietshelf.rules.looks import Silence
from quietshelf.rules.modes import InMode
from quietshelf.rules.ordering import DraftLine, Terms
from quietshelf.rules.plans import NO_PLAN, Plan
from quietshelf.rules.policy import Policy
from quietshelf.rules.velocity import InStock, OneOff
from quietshelf.rules.zones import Zone


@dataclass(frozen=True)
class Supply:
    """Who delivers the SKU, on which terms, and what the supplier's past deliveries say."""

    supplier: str
    terms: Terms
    lead: LeadTime
    delays: tuple[int, ...] = ()
    """Days past its promise of each past delivery, 0 or less on time."""
    order_day: int | None = None
    """ISO weekday on which it takes orders (1 is Monday), None is any day."""
    closing: Closing | None = None

    @cached_property
    def digest(self) -> str:
        """A text that differs where anything of it does."""
        return repr(self)


@dataclass(frozen=True)
class Item:
    """All that is known of one SKU at one site when it is decided upon."""

    sku: str
    today: date
    """The site's day of now, or of T where sales are known no further."""
    book: Book
    sold_in_window: int
    """Units sold in the velocity's days, returns taken back."""
    revenue_in_window_minor: int
    sold_in_lot_days: int
    price_minor: int | None
    """The list price, used where nothing was sold."""
    cost_minor: int | None
    supply: Supply | None
    """None where nobody is known to sell it: it has a zone, and no order."""
    open_orders: tuple[OpenOrder, ...] = ()
    draft: DraftLine | None = None
    previous_zone: Zone | None = None
    doubt: str | None = None
    """Why its shelf can't be trusted now (silent node, faulty cell, doubtful count): then the book counts."""
    in_stock: InStock | None = None
    """What sold while it was in stock; None where that is not asked: then the plain rule divides."""
    perhaps_one_off: OneOff | None = None
    """A sale that a person may call a one-off."""
    one_offs: tuple[OneOff, ...] = ()
    """Sales that a person called one-offs, in the days that velocity is read over."""
    plan: Plan = NO_PLAN
    """What people have said of it."""
    told: Feedback = USUAL
    """What its last lots taught."""
    soonest: Supply | None = None
    """Who delivers soonest of the others that sell it, where an order of it is late; None: its own supplier does."""
    last_piece_gone: bool = False
    """None is left, and not because it was sold: one pack is ordered though it does not sell."""
    order_again: bool = False
    """It never sold, its last piece is gone, and a person is asked if it is to come again."""
    mode: InMode | None = None
    """What the mode that is on means for it."""
    silence: Silence | None = None
    """How long it has not sold, and how long it may; None where it never sold."""
    waits: Waits | None = None
    """Why nothing is drafted for it by itself yet (rules/first_week.py)."""


def throughput_minor(item: Item, policy: Policy) -> tuple[int | None, bool]:
    """Money that one unit earns: mean price paid in the velocity's days, less its purchase cost.

    Where nothing was sold the list price stands in; where the cost is unknown 60% of the price does, and that is said.

    Returns: minor units (None where no price is known), and whether the cost was assumed.

    >>> def item(sold, revenue, price, cost):
    ...     return Item("TEA", date(2026, 11, 24), Book(9, 9, None, 0, 9), sold, revenue, sold, price, cost, None)
    >>> throughput_minor(item(258, 258 * 1150, 1195, 520), Policy())
    (630, False)
    >>> throughput_minor(item(0, 0, 1000, None), Policy())
    (400, True)
    >>> throughput_minor(item(0, 0, None, 520), Policy())
    (None, False)
    """
    paid: Fraction | None = None
    if item.sold_in_window > 0 and item.revenue_in_window_minor > 0:
        paid = Fraction(item.revenue_in_window_minor, item.sold_in_window)
    elif item.price_minor is not None:
        paid = Fraction(item.price_minor)
    if paid is None:
        return None, False
    if item.cost_minor is None:
        return round(paid * (1 - Fraction(str(policy.assumed_cost_share)))), True
    return round(paid) - item.cost_minor, False


def next_look_days(supply: Supply | None, today: date, policy: Policy) -> int:
    """Days to the next time the supplier can be ordered from: 1, or to its next order day after today.

    >>> policy, tuesday = Policy(), date(2026, 11, 24)
    >>> supply = Supply("Northgate", Terms(), LeadTime(Fraction(9), Fraction(10), 20), order_day=1)
    >>> next_look_days(supply, tuesday, policy), next_look_days(None, tuesday, policy)
    (6, 1)
    """
    if supply is None or supply.order_day is None:
        return policy.next_look_days
    return (supply.order_day - today.isoweekday() - 1) % 7 + 1


def lead_for(supply: Supply | None, policy: Policy) -> LeadTime:
    """The lead time of who delivers; what is taken for it where nobody is known to."""
    if supply is not None:
        return supply.lead
    typical = Fraction(policy.quoted_lead_days)
    return LeadTime(typical, typical * Fraction(policy.late_of_few), 0)
