"""Sentences about stock and velocity: how long it was there, what is overstocked or dead, out for long, one-offs.

Pure functions of figures, as in wording.py.
"""

from quietshelf.web.amounts import counted, rate
from quietshelf.web.wording import Figures, Voice


def in_days(figures: Figures) -> str:
    """The days that velocity is divided by.

    >>> in_days({"days": 60}), in_days({"days": 55.2, "in_stock_days": 55.2})
    ('60 days', '55 days in stock')
    >>> in_days({"days": 30, "in_stock_days": 12.5})
    '12 days in stock, taken as 30,'
    """
    there = figures.get("in_stock_days")
    if there is None:
        return counted(round(figures["days"]), "day")
    taken = f", taken as {round(figures['days'])}," if there < figures["days"] else ""
    return f"{counted(round(there), 'day')} in stock{taken}"


def about_stock(figures: Figures, draft: str | None, voice: Voice) -> str | None:
    """What an item's stock has to say before anything else; None for most. `draft` is the number of its open draft."""
    hand, per_day = figures["on_hand"], figures["per_day"]
    if figures.get("sell_again"):
        send = f" If so, send {draft}." if draft else ""
        since = voice.plain_day(figures["ran_out_on"])
        return f"None is left since {since}; it sold {rate(per_day)} a day. Nothing is on order: sell it again?{send}"
    if figures.get("mark") == "dead":
        since = counted(figures["since_sale_days"], "day")
        return f"Dead stock: {hand:,} {'is' if hand == 1 else 'are'} there, and none sold in {since} in stock."
    if figures.get("mark") == "overstock":
        last = counted(int(figures["cover_days"]), "day")
        return f"Overstock: {hand:,} last {last} at {rate(per_day)} a day, so nothing is ordered."
    there = figures.get("in_stock_days")
    if per_day <= 0 and there is not None:
        if not there:
            return "It is new: none of it has come yet, so it needs no order."
        return f"None sold in {counted(max(1, round(there)), 'day')} in stock, so it needs no order."
    return None


def asks_one_off(sale: Figures, voice: Voice) -> str:
    """The question about one large sale."""
    when = voice.plain_day(sale["sold_on"])
    return f"One sale of {sale['units']:,} on {when} was {counted(sale['worth_days'], 'day')}’ worth. Was it a one-off?"


def left_out(sale: Figures, voice: Voice) -> str:
    """A sale that a person called a one-off."""
    return (
        f"A sale of {sale['units']:,} on {voice.plain_day(sale['sold_on'])} is left out of what it sells, as a one-off."
    )
