"""Why an order line is for so many, in words: from the need to the pack, and never in silence. No query lives here.

The figures are those that rules/ordering.py documents (Proposal.figures), and Decision.figures where they say so.
"""

from quietshelf.rules.conditions import Break, Waits
from quietshelf.web.amounts import counted, day
from quietshelf.web.wording import Figures, Voice


def steps(quantity: int, ruled: Figures | None, pack: int, rule_says: int | None = None) -> str:
    """Each step from the need to the quantity. `rule_says`: what the rule says by now of a line that a person set.

    >>> ruled = {"needed": 37, "quantity": 40, "pack": 20, "minimum_order": 0, "lots": 1, "lot": 37}
    >>> steps(40, ruled, 20), steps(60, ruled, 20), steps(40, {**ruled, "pack": 1, "needed": 40}, 1)
    ('37 → 40, packs of 20', 'You set 60, the rule says 40', 'Sells in 45 days')
    >>> steps(60, {**ruled, "quantity": 60, "minimum_order": 50}, 20)
    '37 → 60, at least 50, packs of 20'
    >>> steps(60, ruled, 20, rule_says=300)
    'You set 60, the rule says 300'
    >>> steps(40, {**ruled, "factor": 1.25, "last_lot": "fast", "last_lot_days": 24}, 20)
    '37 → 40, packs of 20; a quarter more than usual: the last lot sold out in 24 days'
    """
    if ruled is None:
        return f"Added by hand{f', packs of {pack}' if pack > 1 else ''}"
    says = rule_says or ruled["quantity"]
    if says != quantity:
        return f"You set {quantity:,}, the rule says {says:,}"
    return "; ".join([_rounding(quantity, ruled), *reasons(ruled)])


def paid_in_part(quantity: int, ruled: Figures) -> str:
    """Why a line is for less than the rule: the budget pays for no more.

    >>> paid_in_part(144, {"quantity": 180})
    '180 → 144, as many as the budget pays for'
    """
    return f"{ruled['quantity']:,} → {quantity:,}, as many as the budget pays for"


def _rounding(quantity: int, ruled: Figures) -> str:
    match ruled.get("pinned"):
        case "quantity":
            return f"Pinned to {quantity - ruled['need']:,}"
        case "keep":
            begin = "Pinned to a least stock"
        case _ if ruled.get("cut_from"):
            begin = f"{ruled['cut_from']:,} → {ruled['quantity'] - ruled.get('need', 0):,}"
        case _ if not ruled["lots"]:
            begin = "" if ruled.get("need") else "One pack, as the last piece was found gone"
        case _:
            begin = f"{ruled['lots']} × {ruled['lot']:,}, sells in 45 days" if ruled["lots"] > 1 else "Sells in 45 days"
    if ruled["needed"] == quantity:
        return begin or "For a known need alone"
    why = [f"at least {ruled['minimum_order']:,}"] if ruled["needed"] < ruled["minimum_order"] else []
    why += [f"packs of {ruled['pack']}"] if ruled["pack"] > 1 else []
    step = ", ".join([f"{ruled['needed']:,} → {quantity:,}", *why])
    return f"{begin}: {step}" if ruled.get("pinned") or (begin and not ruled["lots"]) else step


def reasons(ruled: Figures) -> list[str]:
    """What beside the usual lot made a line: what past lots taught, known needs, an end.

    >>> reasons({"need": 60, "lots": 1, "ends_on": "2026-12-24"})
    ['60 of it for a known need', 'no more than sells until it ends']
    >>> reasons({"lots": 1, "cut_from": 204})
    ['no more than sells in a lead time and a cash cycle']
    """
    said = []
    if ruled["lots"] and not ruled.get("pinned") and (taught := more_or_less(ruled)):
        said.append(taught)
    if ruled.get("need"):
        said.append(f"{ruled['need']:,} of it for a known need")
    if ruled.get("ends_on"):
        said.append("no more than sells until it ends")
    if ruled.get("instead_of"):
        said.append(f"bought again, as {ruled['instead_of']} is far too late: cancel {ruled['instead_of']}?")
    if ruled.get("cut_from"):
        said.append("no more than sells in a lead time and a cash cycle")
    return said


def more_or_less(ruled: Figures) -> str:
    """The feedback factor and what the last lot did; empty where it is 1.

    >>> more_or_less({"factor": 0.75, "last_lot": "slow", "last_lot_days": 92})
    'a quarter less than usual: some of the last lot was left after 92 days'
    >>> more_or_less({"factor": 1.5625, "last_lot": "as_meant", "last_lot_days": 41})
    '56% more than usual: the last lot lasted 41 days'
    >>> more_or_less({"factor": 1.0})
    ''
    """
    by = round(abs(ruled.get("factor", 1.0) - 1) * 100)
    if not by:
        return ""
    much = {25: "a quarter", 50: "half", 75: "three quarters"}.get(by, f"{by}%")
    days = counted(ruled["last_lot_days"], "day")
    lot = {
        "fast": f"the last lot sold out in {days}",
        "slow": f"some of the last lot was left after {days}",
        "as_meant": f"the last lot lasted {days}",
    }[ruled["last_lot"]]
    return f"{much} {'more' if ruled['factor'] > 1 else 'less'} than usual: {lot}"


def waiting(waits: Waits, voice: Voice) -> str:
    """Why a draft waits: "Waits: £120.00 of £200.00, or until Monday 30 November"."""
    sum_of = f"{voice.money(waits.total_minor)} of {voice.money(waits.minimum_minor)}"
    what = f"Waits: {sum_of}" if voice.tells_money else "Waits for its supplier’s minimum"
    return f"{what}, or until {day(waits.until, voice.today)}" if waits.until else what


def breaks(at: Break, quantity: int, cost_minor: int | None, voice: Voice) -> str:
    """A price break within reach, with its sum: "20 more make 200 at £3.90 each: £780.00 instead of £738.00"."""
    instead = f" instead of {voice.money(cost_minor * quantity)}" if cost_minor is not None else ""
    sum_of = voice.money(at.cost_minor * at.from_quantity)
    more = f"{at.from_quantity - quantity:,} more make {at.from_quantity:,}"
    return f"{more} at {voice.money(at.cost_minor)} each: {sum_of}{instead}"
