"""The review of a month in sentences. Pure functions of its figures (cycle/reviewing.py, Review.figures)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from quietshelf.rules.review import Do, Helped, Month
from quietshelf.web.amounts import counted, first_up, of, plain_day
from quietshelf.web.constraint_words import NAMES, round_money
from quietshelf.web.mode_words import MODES
from quietshelf.web.sourcing_words import proposed
from quietshelf.web.wording import Figures, Voice, listed

ACTS = {
    "orders": ("order approved or sent", "orders approved or sent"),
    "lines": ("line changed", "lines changed"),
    "answers": ("answer given", "answers given"),
    "seen": ("thing seen to", "things seen to"),
    "counts": ("count", "counts"),
    "nodes": ("node adopted", "nodes adopted"),
}


def month_name(month: Month, today: date) -> str:
    """A month as one says it: with its year where that is another one.

    >>> month_name(Month.read("2026-10"), date(2026, 11, 24)), month_name(Month.read("2025-10"), date(2026, 11, 24))
    ('October', 'October 2025')
    """
    return f"{month.first:%B}" + (f" {month.first.year}" if month.first.year != today.year else "")


def day_of(iso: str) -> date:
    """A day that figures hold as text."""
    return date.fromisoformat(iso)


def month_of(text: str, today: date) -> str:
    """A month that figures hold as text, by its name."""
    return month_name(Month.read(text), today)


def short_day_of(iso: str) -> str:
    """A day of the month itself: "21 October"."""
    on = day_of(iso)
    return f"{on.day} {on:%B}"


def title(month: Month, figures: Figures, voice: Voice) -> str:
    """The month in one sentence."""
    name, total = f"{month.first:%B %Y}", sum(of["minor"] for of in figures["lost"].values())
    if not total:
        return f"{name} lost nothing to an empty shelf"
    said = f"{name} lost {round_money(total, voice)}"
    named = figures["named"]
    if named == "unknown":
        return f"{said}, too little known to say to what"
    if named == "none":
        return f"{said}, and nothing held the shop back"
    own = figures["lost"].get(named, {}).get("minor", 0)
    most = max(of["minor"] for of in figures["lost"].values())
    if own < most:
        return f"{said}, {round_money(own, voice)} of it to {NAMES[named].by}"
    return f"{said}, {'most of it' if own * 2 > total else 'more than to anything else'} to {NAMES[named].by}"


def through(figures: Figures) -> str:
    """Who, or which items, lost most of what the named cause lost; empty where that is spread."""
    names = figures["through"]
    if not names:
        return ""
    if figures["named"] == "supply":
        return f"Most of that was {listed([of(name) for name in names])}."
    return f"Most of that fell on {listed(names)}."


def status(month: Month, figures: Figures, made_on: date | None, is_over: bool, voice: Voice) -> str:
    """Since when the review stands, or that its month is not over."""
    if made_on is not None:
        return f"Written on {plain_day(made_on, voice.today)}, kept for good"
    if is_over:
        return "As the history that was brought tells it"
    until = day_of(figures["until"])
    return f"{month_name(month, voice.today)} is not over: as it stands on {plain_day(until, voice.today)}"


@dataclass(frozen=True)
class Proposal:
    """The one thing to do, in words."""

    sentence: str
    button: str = ""
    """Empty where there is nothing to press."""


def proposal(figures: Figures, voice: Voice) -> Proposal:
    """The one thing that a review proposes."""
    last = figures["propose"]
    lost = round_money(last["minor"], voice)
    match Do(last["do"]):
        case Do.NOTHING:
            return Proposal("Nothing: all is as it should be.")
        case Do.WAIT:
            return Proposal(_settles(figures))
        case Do.SHIFT:
            shift = last["shift"]
            said = f"{last['product']} lost {lost} to late deliveries. {proposed(shift, voice)}"
            return Proposal(said, f"Order it from {shift['to']}")
        case Do.SELL_OFF:
            return Proposal(f"Go through what lies too long: holding it cost {lost}.", "See what lies too long")
        case Do.KEEP:
            mode = MODES[last["mode"]]
            return Proposal(f"Leave {_small(mode.title)} on. {mode.does}")
        case Do.END:
            done = "has done its work: twice running its cause lost under half of what it had"
            return Proposal(f"{MODES[last['mode']].title} {done}.", "End it")
    mode = MODES[last["mode"]]
    said = f"{first_up(NAMES[last['mode']].by)} lost {lost}."
    if last["on"]:
        on = MODES[last["on"]].title
        said += f" {on} is on, and one is on at a time: end it, then turn {_small(mode.title)} on."
        return Proposal(said, f"End {_small(on)}")
    return Proposal(f"{said} {mode.does}", f"Turn {_small(mode.title)} on")


def is_on(since: date, voice: Voice) -> str:
    """That a proposed mode is on."""
    return "It is on since today." if since == voice.today else f"It is on since {plain_day(since, voice.today)}."


def shifted(propose: Figures) -> str:
    """That a proposed shift has been made."""
    return f"It is ordered from {propose['shift']['to']} now."


def _small(title: str) -> str:
    """A mode's title within a sentence."""
    return title[:1].lower() + title[1:]


def _settles(figures: Figures) -> str:
    days, deliveries = figures["needed"]
    needed = [counted(days, "more day", "more days") + " without stock"] if days else []
    needed += [counted(deliveries, "more delivery", "more deliveries")] if deliveries else []
    if not needed:
        return "Nothing yet: too little is known to say what holds the shop back."
    return f"Nothing yet: {listed(needed)} would tell what holds the shop back."


@dataclass(frozen=True)
class Tried:
    """What was tried, and what came of it."""

    mark: str
    """Yes, No, Not yet, or that it was not done."""
    name: str
    sentence: str


def tried(figures: Figures, voice: Voice) -> Tried | None:
    """Whether what was done helped; None where nothing was done and nothing had been proposed."""
    action = figures["tried"]
    if action is None:
        return None
    if action["do"] == Do.NOTHING:
        last = action["proposed"]
        name = MODES[last["mode"]].title if last["do"] == Do.MODE else f"{last['product']} from {last['shift']['to']}"
        return Tried("Not done", name, "It was proposed, and nobody did it. So nothing can be said of it.")
    name = MODES[action["mode"]].title if action["do"] == Do.MODE else f"{action['product']} from {action['to']}"
    since = f"since {plain_day(day_of(action['on']), voice.today)}"
    came = action["came"]
    if came is None:
        return Tried("Too early", name, f"It has been so {since}, which is too short to tell.")
    if came["helped"] == Helped.UNTOLD:
        return Tried("Not known", name, f"So it is {since}. What it touches had lost nothing before.")
    touched = "item that it touches" if came["touched"] == 1 else f"{came['touched']:,} items that it touches"
    own = f"{round_money(came['touched_after'], voice)} in 30 days, after {round_money(came['touched_before'], voice)}"
    rest = f"{round_money(came['rest_after'], voice)}, after {round_money(came['rest_before'], voice)}"
    said = f"So it is {since}. The {touched} lost {own} before; all the others {rest}."
    return Tried("Yes" if came["helped"] == Helped.YES else "No", name, said)


def acts(month: Month, figures: Figures, voice: Voice) -> str:
    """How often the system needed a person; empty where nobody had an account yet.

    >>> from datetime import UTC, datetime
    >>> from zoneinfo import ZoneInfo
    >>> ines = Voice(datetime(2026, 11, 24, 9, tzinfo=UTC), ZoneInfo("Europe/London"), "GBP", True)
    >>> said = {"acts": {"orders": 6, "lines": 8}, "acts_before": {"orders": 31}}
    >>> acts(Month.read("2026-10"), said, ines)
    '14 times in October, 31 in September: 6 orders approved or sent and 8 lines changed.'
    """
    counts: Mapping[str, int] | None = figures["acts"]
    if counts is None:
        return ""
    total = sum(counts.values())
    often = {0: "Never", 1: "Once"}.get(total, f"{total:,} times")
    said = f"{often} in {month_name(month, voice.today)}"
    if (before := figures["acts_before"]) is not None:
        said += f", {sum(before.values()):,} in {month_name(month.before, voice.today)}"
    each = [counted(count, *ACTS[kind]) for kind, count in counts.items() if count]
    return f"{said}: {listed(each)}." if each else f"{said}."
