"""What a mode is, would change and has done, in plain words. No query and no page lives here.

Its figures are those that store/deeds.py documents.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from quietshelf.rules.policy import Policy
from quietshelf.web.amounts import counted, plain_day, rate
from quietshelf.web.constraint_words import NAMES
from quietshelf.web.wording import Voice


@dataclass(frozen=True)
class ModeName:
    """A mode as people say it."""

    title: str
    does: str
    """What it changes, in a sentence or two."""


MODES = {
    "supply": ModeName(
        "Supply mode",
        "It holds more of what comes from suppliers that missed, and orders it sooner: the buffer is the whole late "
        "lead time.",
    ),
    "demand": ModeName(
        "Demand mode",
        f"Where more customers buy than chance explains, it orders by the last {Policy().recent_days} days, at most "
        "twice as much.",
    ),
    "capital": ModeName(
        "Capital mode",
        "It orders no more than sells in a lead time and a cash cycle. What loses nothing by it waits for the next "
        "budget.",
    ),
    "purchasing": ModeName(
        "Purchasing mode", "Orders up to a limit that you set send themselves, unless a count on them is in doubt."
    ),
    "counts": ModeName(
        "Counting mode",
        "It asks for more looks at the shelves a day, where a look earns most, and says which need one.",
    ),
}


def since(mode: str, on_since: date, did: Mapping[str, Any], voice: Voice) -> str:
    """Since when a mode is on, and what it has done.

    >>> from datetime import UTC, datetime
    >>> from zoneinfo import ZoneInfo
    >>> voice = Voice(datetime(2026, 11, 24, 9, tzinfo=UTC), ZoneInfo("Europe/London"), "GBP", True)
    >>> since("supply", date(2026, 11, 3), {"items": 14}, voice)
    'On since 3 November: 14 items hold more.'
    >>> since("capital", date(2026, 11, 3), {"cut": 2, "waiting": 6, "waits_until": "2026-12-01"}, voice)
    'On since 3 November: 2 lines were cut, 6 lines wait for the budget of 1 December.'
    >>> since("capital", date(2026, 11, 3), {"cut": 0, "waiting": 0}, voice)
    'On since 3 November: no line was cut.'
    >>> since("purchasing", date(2026, 11, 24), {"orders": 1, "minor": 9840}, voice)
    'On since today: 1 order sent itself, £98.40 in all.'
    >>> since("demand", date(2026, 11, 24), {}, voice)
    'On since today. The next look follows it, within a minute.'
    """
    when = "today" if on_since == voice.today else plain_day(on_since, voice.today)
    if set(did) <= {"at_stake_minor", "filled_for"}:
        return f"On since {when}. The next look follows it, within a minute."
    return f"On since {when}: {', '.join(_deeds(mode, did, voice))}."


def _deeds(mode: str, did: Mapping[str, Any], voice: Voice) -> list[str]:
    match mode:
        case "supply":
            return [_some(did["items"], "item holds", "items hold") + " more"]
        case "demand":
            days = Policy().recent_days
            return [_some(did["items"], "item is", "items are") + f" ordered by the last {days} days"]
        case "capital":
            said = [_some(did["cut"], "line was", "lines were") + " cut"] if did["cut"] or not did["waiting"] else []
            if did["waiting"]:
                until = voice.plain_day(did["waits_until"])
                said.append(counted(did["waiting"], "line waits", "lines wait") + f" for the budget of {until}")
            return said
        case "purchasing":
            said = [_some(did["orders"], "order sent itself", "orders sent themselves")]
            return [*said, f"{voice.money(did['minor'])} in all"] if did["orders"] and voice.tells_money else said
        case _:
            return [_some(did["looks"], "count was", "counts were") + " taken"]


def _some(number: int, one: str, many: str) -> str:
    """A number and its words; none is said, and is no figure."""
    return counted(number, one, many) if number else f"no {one}"


def may_end(mode: str) -> str:
    """Why the end of a mode is proposed."""
    lost = NAMES[mode].lost
    return f"{lost} lost under half of what they had, in each of the last {Policy().mode_reviews} months: it can end."


def needs_first(mode: str, limit_minor: int | None, budget_minor: int | None) -> str:
    """What a mode lacks to do its work; empty where nothing.

    >>> needs_first("purchasing", None, None)
    'No order sends itself before you set a limit.'
    >>> needs_first("purchasing", 25000, None), needs_first("supply", None, None)
    ('', '')
    """
    if mode == "purchasing" and limit_minor is None:
        return "No order sends itself before you set a limit."
    if mode == "capital" and budget_minor is None:
        return "Nothing waits before you set a budget."
    return ""


def changed(figures: Mapping[str, Any]) -> str:
    """What the mode changed about one item, by its figures (rules/modes.py, did).

    >>> changed({"mode": {"mode": "demand", "per_day_before": 2.0, "sales": 40}, "per_day": 3.5})
    '40 sales in 14 days, more than chance explains: 3.5 a day in place of 2.0.'
    >>> changed({"mode": {"mode": "supply"}, "buffer_days": 11.0, "supplier": "Northgate"})
    'Northgate missed: a buffer of 11 days, and Red by its late lead time.'
    """
    mode = figures["mode"]
    match mode["mode"]:
        case "demand":
            days, now, before = Policy().recent_days, rate(figures["per_day"]), rate(mode["per_day_before"])
            sales = counted(mode["sales"], "sale")
            return f"{sales} in {days} days, more than chance explains: {now} a day in place of {before}."
        case "supply":
            buffer = counted(round(figures["buffer_days"]), "day")
            return f"{figures['supplier']} missed: a buffer of {buffer}, and Red by its late lead time."
        case _:
            return f"Ordered for less than a cash cycle: the rule alone says {mode['cut_from']:,}."


def waits_for(until: date, today: date) -> str:
    """That a line waits.

    >>> waits_for(date(2026, 12, 1), date(2026, 11, 24))
    'Waits for the budget of 1 December'
    """
    return f"Waits for the budget of {plain_day(until, today)}"


def draft_waits(number: str, waits: Sequence[date | None], voice: Voice) -> str:
    """That some or all lines of a draft wait; empty where none does.

    >>> from datetime import UTC, datetime
    >>> from zoneinfo import ZoneInfo
    >>> voice = Voice(datetime(2026, 11, 24, 9, tzinfo=UTC), ZoneInfo("Europe/London"), "GBP", True)
    >>> first = date(2026, 12, 1)
    >>> draft_waits("PO-2044", [first, None], voice), draft_waits("PO-2044", [None], voice)
    ('1 of its 2 lines waits for the budget of 1 December, and stays behind when the others go.', '')
    >>> draft_waits("PO-2044", [first, first], voice)
    'PO-2044 waits for the budget of 1 December.'
    """
    until = min((on for on in waits if on is not None), default=None)
    if until is None:
        return ""
    which = f"the budget of {plain_day(until, voice.today)}"
    waiting = sum(on is not None for on in waits)
    if waiting == len(waits):
        return f"{number} waits for {which}."
    verb, stay = ("waits", "stays") if waiting == 1 else ("wait", "stay")
    return f"{waiting} of its {len(waits)} lines {verb} for {which}, and {stay} behind when the others go."


def sent_itself(said: Mapping[str, Any], voice: Voice) -> str:
    """That an order went without a person, and under whose limit; or that a person took it back.

    >>> from datetime import UTC, datetime
    >>> from zoneinfo import ZoneInfo
    >>> voice = Voice(datetime(2026, 11, 24, 9, tzinfo=UTC), ZoneInfo("Europe/London"), "GBP", True)
    >>> sent_itself({"limit_minor": 25000, "by": "Ann"}, voice)
    'Sent by itself, under the limit of £250.00 that Ann set.'
    >>> sent_itself({"limit_minor": 25000, "by": "Ann", "taken_back": True}, voice)
    'It had sent itself and was taken back, so it waits for a person.'
    """
    if said.get("taken_back"):
        return "It had sent itself and was taken back, so it waits for a person."
    limited = f"the limit of {voice.money(said['limit_minor'])}" if voice.tells_money else "the limit"
    return f"Sent by itself, under {limited} that {said['by']} set."


def frees(units: int, days_without_sale: int | None, cover_days: float | None) -> str:
    """Why an item is listed as money that could be freed.

    >>> frees(40, 120, None), frees(230, None, 210.4)
    ('40 left, none sold for 120 days.', '230 left, 210 days’ worth.')
    """
    if days_without_sale is not None:
        return f"{units:,} left, none sold for {counted(days_without_sale, 'day')}."
    return f"{units:,} left, {cover_days or 0:,.0f} days’ worth."
