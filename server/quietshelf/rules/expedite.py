"""Orders that are late: whether to ask again, and when to buy a second time. Who asks, and how, is outbound's."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from quietshelf.rules.leadtimes import OpenOrder
from quietshelf.rules.policy import Policy
from quietshelf.rules.zones import Zone


@dataclass(frozen=True)
class BoughtAgain:
    """An order so late that what it owes is bought a second time."""

    number: str
    counted: int
    """Units of orders this late that count as on order: they are not waited for."""


def rests(asked_on: date | None, today: date, policy: Policy) -> bool:
    """Whether a supplier was asked to hurry so lately that its answer is waited for.

    >>> tuesday = date(2026, 11, 24)
    >>> [rests(tuesday, date(2026, 11, day), Policy()) for day in (24, 26, 27)], rests(None, tuesday, Policy())
    ([True, True, False], False)
    """
    return asked_on is not None and (today - asked_on).days < policy.expedite_rest_days


def bought_again(zone: Zone, orders: Iterable[OpenOrder], today: date, policy: Policy) -> BoughtAgain | None:
    """The latest order of a Red SKU that is over 15 days past its promise; None where there is none.

    Until then an order on its way is to be hurried, and not bought twice.

    >>> late = OpenOrder("PO-2031", 25, date(2026, 10, 26), date(2026, 11, 6))
    >>> day = date(2026, 11, 24)
    >>> bought_again(Zone.RED, [late], day, Policy())
    BoughtAgain(number='PO-2031', counted=12)
    >>> bought_again(Zone.YELLOW, [late], day, Policy()), bought_again(Zone.RED, [late], date(2026, 11, 21), Policy())
    (None, None)
    """
    late = [order for order in orders if (today - order.promised_on).days > policy.overdue_days]
    if zone is not Zone.RED or not late:
        return None
    return BoughtAgain(min(late, key=lambda order: order.promised_on).number, sum(order.units // 2 for order in late))
