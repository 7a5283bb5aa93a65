"""What was decided about an item and what moved, as sentences. Pure functions of figures, as in wording.py."""

from quietshelf.web import count_words, sourcing_words
from quietshelf.web.amounts import counted, first_up, of, rate
from quietshelf.web.line_words import more_or_less
from quietshelf.web.stock_words import in_days
from quietshelf.web.wording import Figures, below_yellow, known_needs


def decided(what: str, figures: Figures) -> str:
    """A decision as one sentence with its sum in it. `what` is as decisions are kept."""
    if what in ("shifted", "chosen", "pinned", "tried_back"):
        return sourcing_words.decided(what, figures)
    if what in count_words.WHATS:
        return count_words.decided(what, figures)
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
                closed = f", {counted(figures['closed_days'], 'day')} closed" if figures.get("closed_days") else ""
                why = f": {of(figures['supplier'])} {late} when late{closed}, and {buffer} more"
            return f"Yellow. {below_yellow(figures)}{why}."
        case "green":
            return f"Green. {figures['position']:,} is enough for {figures['yellow_at']:,} and more; {at}."
        case "drafted" | "redrafted" if proposal:
            verb = "Drafted" if what == "drafted" else "Now"
            return f"{verb} {proposal['quantity']:,} on {number}. {_sum_of(at, proposal, known_needs(figures))}."
        case "undrafted":
            return f"Taken off {number}: {figures['position']:,} is clear of {figures['yellow_at']:,}."
        case "one_off":
            return f"A sale of {figures['units']:,} was called a one-off, and is left out of what it sells."
        case "no_one_off":
            return f"A sale of {figures['units']:,} is no one-off any more, and counts again."
        case "keep_selling":
            return "It is to be sold again: it stays on order as the rule says."
        case "ended":
            return "It is not to be sold again: it is ending."
        case "ordered_again":
            return "It is to come again: one is kept at least."
        case "received":
            return f"{figures.get('units', 0):,} came on {number}."
    return f"{what.replace('_', ' ').capitalize()}. {hand:,} on hand; {at}."


def _sum_of(at: str, proposal: Figures, needs: str) -> str:
    """The sum of a draft line. `at` is how it sells, `needs` the known needs."""
    if proposal.get("pinned") == "quantity":
        return f"It is pinned to {proposal['quantity'] - proposal['need']:,}{_more_for(proposal, needs)}"
    if proposal.get("pinned") == "keep":
        said = "A least stock is pinned"
    elif not proposal["lots"] and not proposal.get("need"):
        return "The last piece was found gone, so one pack is ordered"
    elif not proposal["lots"]:
        return f"{first_up(needs or 'it')} {'is' if proposal['need'] == 1 else 'are'} known to be needed"
    else:
        times = f"{proposal['lots']} times 45 days of that" if proposal["lots"] > 1 else "45 days of that"
        taught = more_or_less(proposal)
        said = f"{at}; {times}{f' ({taught})' if taught else ''}"
    made = f"{'are' if proposal['lots'] and not proposal.get('pinned') else 'and asks for'} {proposal['needed']:,}"
    up = f", and packs of {proposal['pack']} make {proposal['quantity']:,}" if proposal["pack"] > 1 else ""
    up = up if proposal["quantity"] > proposal["needed"] else ""
    cut = ", cut to what sells until it ends" if proposal.get("ends_on") else ""
    return f"{said} {made}{_more_for(proposal, needs)}{up}{cut}"


def _more_for(proposal: Figures, needs: str) -> str:
    return f", with {needs or 'a known need'}" if proposal.get("need") else ""


MOVES = {
    "receipt": "Received",
    "return": "Brought back",
    "put": "Put on the shelf",
    "pick": "Taken from the shelf",
    "transfer": "Moved to the back",
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
    if kind == "count" or (kind == "transfer" and not quantity):
        return f"{quantity:,}"
    signed = -quantity if kind in ("sale", "pick", "missed") else quantity
    return f"{'−' if signed < 0 else '+'}{abs(signed):,}"
