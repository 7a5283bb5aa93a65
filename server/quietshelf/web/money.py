"""The money that a manager sets for orders, as its form shows it. Its one act is money_acts.py's."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from quietshelf.outbound.money import amount
from quietshelf.rules.modes import cash_cycle_days
from quietshelf.rules.policy import Policy
from quietshelf.store.tables import Site
from quietshelf.web.amounts import counted


@dataclass(frozen=True)
class MoneyView:
    """The fields of the form, as they stand."""

    budget: str
    days: str
    first: str
    turns: str
    limit: str
    cycle: str
    """What the turns mean."""
    asked: bool = False
    """The form has come back, with what is wrong in it."""
    labels: Mapping[str, str] = field(
        default_factory=lambda: {
            "budget": "Budget",
            "budget_days": "Days",
            "budget_from": "First day",
            "turns": "Turns",
            "order_limit": "Limit",
        }
    )


def money_view(at: Site, *, asked: bool = False) -> MoneyView:
    """What is set at a site."""
    cycle = round(cash_cycle_days(at.target_turns, Policy()))
    aimed = "" if at.target_turns else f"None set: {Policy().target_turns:g} a year, "
    return MoneyView(
        budget="" if at.budget_minor is None else amount(at.budget_minor, at.currency),
        days=str(at.budget_days),
        first=at.budget_from.isoformat() if at.budget_from else "",
        turns="" if at.target_turns is None else f"{at.target_turns:g}",
        limit="" if at.order_limit_minor is None else amount(at.order_limit_minor, at.currency),
        cycle=f"{aimed}{'money' if aimed else 'Money'} comes back in {counted(cycle, 'day')}",
        asked=asked,
    )
