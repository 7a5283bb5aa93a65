"""What was decided about an item and what moved, as sentences. Pure functions of figures, as in wording.py."""

from quietshelf.web import sourcing_words
from quietshelf.web.amounts import counted, of, rate
from quietshelf.web.stock_words import in_days
from quietshelf.web.wording import Figures, below_yellow


def decided(what: str, figures: Figures) -> str:
    """A decision as one sentence with its sum in it. `what` is as decisions are kept."""
    if what in ("shifted", "chosen", "pinned", "tried_back"):
        return sourcing_words.decided(what, figures)
    hand, per_day = figures["on_hand"], figures["per_day"]
    at = f"{figures['sold']:,} sold in {in_days(figures)} is {rate(per_day)} a day"
    proposal = figures.get("proposal")
    number = figures.get("order", "the draft")
    match what:
        case "red" if hand <= 0:
            return f"Red. None is left of what sells {rate(per_day)} a day."
        case "red":
            supplier = of(figures["supplier"]) if figures["supplier"] else "the"
            days = counted(round(figures["days_until_delivery"]), "day")
            last = f"{hand:,} left last {figures['cover_days']:.1f} days at {rate(per_day)} a day"
            return f"Red. {last}, and {supplier} next delivery is {days} away."
        case "yellow":
            why = ""
            if figures["supplier"]:
                late, buffer = round(figures["late_days"]), round(figures["buffer_days"])
                why = f": {of(figures['supplier'])} {late} when late, and {buffer} more"
            return f"Yellow. {below_yellow(figures)}{why}."
        case "green":
            return f"Green. {figures['position']:,} is enough for {figures['yellow_at']:,} and more; {at}."
        case "drafted" | "redrafted" if proposal:
            sum_of = f"{proposal['lots']} times 45 days of that are" if proposal["lots"] > 1 else "45 days of that are"
            up = f", and packs of {proposal['pack']} make {proposal['quantity']:,}" if proposal["pack"] > 1 else ""
            up = up if proposal["quantity"] != proposal["needed"] else ""
            verb = "Drafted" if what == "drafted" else "Now"
            return f"{verb} {proposal['quantity']:,} on {number}. {at}; {sum_of} {proposal['needed']:,}{up}."
        case "undrafted":
            return f"Taken off {number}: {figures['position']:,} is clear of {figures['yellow_at']:,}."
        case "one_off":
            return f"A sale of {figures['units']:,} was called a one-off, and is left out of what it sells."
        case "no_one_off":
            return f"A sale of {figures['units']:,} is no one-off any more, and counts again."
        case "received":
            return f"{figures.get('units', 0):,} came on {number}."
    return f"{what.replace('_', ' ').capitalize()}. {hand:,} on hand; {at}."


MOVES = {
    "receipt": "Received",
    "return": "Brought back",
    "put": "Put on the shelf",
    "pick": "Taken from the shelf",
    "missed": "Missed while its node was off",
    "sale": "Sold",
    "adjustment": "Adjusted",
    "count": "Counted",
}
"""Kinds of facts, as the ledger's list names them."""


def moved(kind: str, quantity: int) -> str:
    """By how much a fact moved the stock; a count says what was found.

    >>> moved("sale", 3), moved("receipt", 12), moved("count", 7), moved("adjustment", -1)
    ('−3', '+12', '7', '−1')
    """
    if kind == "count":
        return f"{quantity:,}"
    signed = -quantity if kind in ("sale", "pick", "missed") else quantity
    return f"{'−' if signed < 0 else '+'}{abs(signed):,}"
