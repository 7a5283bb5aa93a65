"""Sentences about suppliers: why an order goes to this one, why an item moved. Pure functions of figures.

The figures of a shift are those that cycle/sourcing.py keeps.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from quietshelf.rules.suppliers import Scorecard
from quietshelf.web.amounts import counted, first_up, of
from quietshelf.web.wording import Figures, Voice, listed_some

SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


@dataclass(frozen=True)
class Alternative:
    """Another supplier that sells some of an order's items."""

    name: str
    items: int
    dearer: float | None
    """By which share its price for those is higher; None where it can't be told, or who reads is told no money."""
    slower_days: int


def number(count: int) -> str:
    """A number in a sentence: small ones as words.

    >>> number(6), number(13)
    ('six', '13')
    """
    return SMALL[count] if count < len(SMALL) else f"{count:,}"


def percent(share: float) -> str:
    """A share.

    >>> percent(0.913), percent(1.0)
    ('91%', '100%')
    """
    return f"{share:.0%}"


def record(card: Scorecard, typical_days: int, late_days: int) -> str:
    """How a supplier delivers, in figures.

    >>> record(Scorecard(23, 21, 9, 8, 0.913, 0.95, 1.0, 1.0), 9, 12)
    'on time and in full for 21 of 23 lines, 9 days on the way, 12 when late'
    >>> record(Scorecard(1, 1, 1, 1, 0.95, 0.95, 1.0, 1.0), 1, 1)
    'on time and in full for 1 of 1 line, 1 day on the way'
    """
    late = f", {late_days} when late" if late_days != typical_days else ""
    lines = counted(card.lines, "line")
    return f"on time and in full for {card.good:,} of {lines}, {counted(typical_days, 'day')} on the way{late}"


def shares(card: Scorecard) -> str:
    """The shares beside the one on time and in full.

    >>> shares(Scorecard(23, 21, 9, 8, 0.913, 0.95, None, 1.0))
    'On time 95%, accepted 100%: the newest deliveries weigh most.'
    """
    told = [("On time", card.on_time), ("filled", card.fill), ("accepted", card.quality)]
    said = ", ".join(f"{name} {percent(share)}" for name, share in told if share is not None)
    return f"{said}: the newest deliveries weigh most."


def keeps(supplier: str, items: int, is_draft: bool, said: str) -> str:
    """Why an order is this supplier's.

    >>> keeps("Northgate", 6, True, "on time and in full for 21 of 23 lines, 9 days on the way")
    'Northgate keeps these six: on time and in full for 21 of 23 lines, 9 days on the way.'
    """
    these = "this one" if items == 1 else f"these {number(items)}"
    return f"{supplier} keeps {these}: {said}." if is_draft else f"{supplier}: {said}."


def alternative(other: Alternative, items: int) -> str:
    """Who else sells them, and what that would mean.

    >>> alternative(Alternative("Alder & Finch", 4, 0.06, 5), 6)
    'Alder & Finch sells four of them, 6% dearer and 5 days slower.'
    >>> alternative(Alternative("Alder & Finch", 1, None, -1), 1)
    'Alder & Finch sells it, 1 day faster.'
    """
    which = "it" if items == 1 else "them" if other.items == items else f"{number(other.items)} of them"
    days = counted(abs(other.slower_days), "day")
    pace = "as fast" if not other.slower_days else f"{days} {'slower' if other.slower_days > 0 else 'faster'}"
    price = ""
    if other.dearer is not None:
        share = percent(abs(other.dearer))
        price = "at the same price and " if share == "0%" else f"{share} {_dearer(other.dearer)} and "
    return f"{other.name} sells {which}, {price}{pace}."


def reason(shift: Figures) -> str:
    """What a supplier did that an item should leave it; begins with a small letter where it is no name.

    >>> late = {"why": "late_line", "from": "Calder", "to": "Tern", "number": "PO-2031", "days": 19, "is_open": True}
    >>> reason(late), reason({**late, "is_open": False})
    ('Calder’s PO-2031 is 19 days late', 'Calder’s PO-2031 came 19 days late')
    >>> reason({"why": "late_deliveries", "from": "Calder", "far_late": 2})
    '2 of Calder’s last 10 deliveries came over 15 days late'
    >>> reason({"why": "otif", "from": "Calder", "to": "Tern", "otif": 0.61, "otif_to": 0.92})
    'Calder is on time and in full for 61%, Tern for 92%'
    """
    leaves = shift["from"]
    match shift["why"]:
        case "late_line":
            return f"{of(leaves)} {shift['number']} {'is' if shift['is_open'] else 'came'} {shift['days']} days late"
        case "late_deliveries":
            return f"{shift['far_late']} of {of(leaves)} last 10 deliveries came over 15 days late"
        case "otif":
            otif, better = percent(shift["otif"]), percent(shift["otif_to"])
            return f"{leaves} is on time and in full for {otif}, {shift['to']} for {better}"
    return f"it has been ordered from {leaves} for 90 days"


def proposed(shift: Figures, voice: Voice) -> str:
    """A shift that waits for a manager's yes, with why it isn't done by itself."""
    to, why = shift["to"], first_up(reason(shift))
    if shift["why"] == "trial":
        return f"{why}. One order from {to} would show whether it delivers again."
    held = []
    if shift["slower"]:
        held.append(f"takes {round(shift['late_days_to'])} days when late, not {round(shift['late_days'])}")
    if voice.tells_money and shift["extra_minor"] is None:
        held.append("has no price that can be compared")
    elif voice.tells_money and shift["extra_minor"] > 0:
        held.append(f"costs {voice.money(shift['extra_minor'])} more in 90 days")
    lost = ""
    if voice.tells_money and not shift["slower"]:
        lost = f"; the lateness lost {voice.money(shift['lost_minor']) if shift['lost_minor'] else 'nothing so far'}"
    return f"{why}. {to} sells it too" + (f", but {' and '.join(held)}{lost}." if held else ".")


def sourced(pinned_to: str | None, by: str | None, why: Figures | None, proposal: Figures | None, voice: Voice) -> str:
    """Why an item is ordered from whom it is; empty where nothing is to be told. `pinned_to` is its supplier's name."""
    if pinned_to:
        said = f"Always from {pinned_to}: pinned by {by}."
        return f"{said} {proposed(proposal, voice)}" if proposal else said
    if proposal:
        return proposed(proposal, voice)
    return f"It moved to {why['to']}: {reason(why)}." if why else ""


def came_here(items: Sequence[str], why: Figures) -> str:
    """Why some of an order's items moved to its supplier.

    >>> late = {"why": "late_line", "from": "Calder", "number": "PO-2031", "days": 19, "is_open": True}
    >>> came_here(["Teapot", "Mug"], late)
    'Teapot and Mug came here from Calder: PO-2031 is 19 days late.'
    """
    said = reason(why).removeprefix(f"{of(why['from'])} ")
    return f"{listed_some(items)} came here from {why['from']}: {said}."


def decided(what: str, figures: Figures) -> str:
    """A decision about who an item is ordered from, as its page lists it."""
    if what == "shifted":
        return f"Moved to {figures['shift']['to']}: {reason(figures['shift'])}."
    choice = figures["choice"]
    match what:
        case "pinned":
            return f"{choice['by']} pinned it to {choice['to']}."
        case "tried_back":
            return f"{choice['by']} lets one order go back to {choice['to']}."
    return f"{choice['by']} chose {choice['to']}."


def _dearer(share: float) -> str:
    return "dearer" if share > 0 else "cheaper"
