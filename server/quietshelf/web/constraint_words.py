"""What holds the shop back, in plain words: the one number as it is read, and its sentence. All of it is pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from quietshelf.web.amounts import counted, of, plain_day
from quietshelf.web.scales import Scale, scale_of
from quietshelf.web.wording import Voice, listed

DAYS = 30
"""The number is taken over so many days."""


@dataclass(frozen=True)
class Name:
    """A cause as people say it."""

    heading: str
    term: str
    """The formal one, small beside it; empty where it is the same."""
    lost: str
    """What did the losing, as the subject of a sentence."""
    by: str
    """The same at the end of one."""


NAMES = {
    "supply": Name("Late suppliers", "supply reliability", "Late and short deliveries", "late suppliers"),
    "demand": Name("Sales off the pace", "demand prediction", "Sales faster than expected", "sales off the pace"),
    "purchasing": Name("Orders that waited", "purchasing decisions", "Orders that waited", "orders that waited"),
    "capital": Name("Money tied up", "capital", "Money tied up in stock", "money tied up"),
    "counts": Name("Wrong counts", "", "Counts that were wrong", "wrong counts"),
}
"""The causes, in the order in which they are asked from the goods back to the trigger."""


@dataclass(frozen=True)
class Unit:
    """How a number is said."""

    kind: str
    """share, wape or turns."""
    of: str
    """What it is of, beside it."""

    def number(self, value: float, fine: bool = False) -> str:
        """Its figures, without a sign. `fine`: where a whole percent is too coarse.

        >>> Unit("share", "").number(0.81), Unit("share", "").number(0.9963, True), Unit("turns", "").number(6.24)
        ('81', '99.6', '6.2')
        >>> Unit("share", "").number(1.0, True)
        '100'
        """
        if self.kind == "turns":
            return f"{value:.1f}"
        return f"{value * 100:.1f}".removesuffix(".0") if fine else f"{value * 100:.0f}"

    @property
    def sign(self) -> str:
        """What stands behind the figures."""
        return "" if self.kind == "turns" else "%"

    def told(self, value: float, fine: bool = False) -> str:
        """The number as a sentence says it."""
        return f"{self.number(value, fine)}{self.sign}"

    def scale(self, values: Sequence[float]) -> Scale:
        """The scale that it is read on. A WAPE's is in percent, like its figures."""
        if self.kind == "wape":
            in_percent = scale_of([value * 100 for value in values], share=False)
            return Scale(in_percent.least / 100, in_percent.most / 100, in_percent.step / 100)
        return scale_of(values, share=self.kind == "share")


BESTSELLERS = Unit("share", "of days the top 20% were in stock")
UNITS = {
    "supply": Unit("share", "of order lines on time and in full"),
    "demand": Unit("wape", "off: what was expected to sell, and what did"),
    "capital": Unit("turns", "turns of the stock a year"),
    "purchasing": Unit("share", "of order lines sent as drafted, within 2 days"),
    "counts": Unit("share", "of looks found what the book said"),
    "none": BESTSELLERS,
}
NOTHING_TO_COUNT = {
    "supply": "No order line became due in these days.",
    "purchasing": "No drafted line’s time was up in these days.",
    "counts": "Nobody counted in these days.",
}


@dataclass(frozen=True)
class Reading:
    """The one number with all that stands around it."""

    named: str
    heading: str
    term: str = ""
    number: str = ""
    """Empty where nothing can be counted: then no number is shown."""
    sign: str = ""
    of: str = ""
    trend: str = ""
    arrow: str = ""
    """up or down, as the number went; empty where it is as before."""
    scale: Scale | None = None
    now: float | None = None
    before: float | None = None
    aloud: str = ""
    """The scale in words."""
    labels: tuple[tuple[str, str], ...] = ()
    """The scale's figures: where, and what."""
    sentence: str = ""

    @property
    def is_cause(self) -> bool:
        """Whether something holds the shop back: then the number is big."""
        return self.named in NAMES


@dataclass(frozen=True)
class Lost:
    """Money lost in the days of the number."""

    by_cause: Mapping[str, int]
    most_by: Sequence[str] = ()
    """Who, or which items, lost most of what the constraint lost; most first."""

    @property
    def total(self) -> int:
        """In all."""
        return sum(self.by_cause.values())


def reading(named: str, number: float | None, before: float | None, course: str, until: date, voice: Voice) -> Reading:
    """The number of what is named, beside the one before, on its scale.

    Args:
        until: the last of the number's days.
    """
    name = NAMES.get(named)
    heading, term = (name.heading, name.term) if name else ("Bestsellers in stock", "")
    if named == "unknown":
        return Reading(named, "What holds the shop back is not known yet")
    unit = UNITS[named]
    if number is None:
        return Reading(named, heading, term, of=NOTHING_TO_COUNT.get(named, ""))
    values = [number] if before is None else [number, before]
    scale = unit.scale(values)
    fine = unit.kind == "share" and scale.step < 0.05
    if before is not None and course in ("better", "worse") and unit.told(number) == unit.told(before):
        fine = True
    arrow = ""
    if before is not None and course in ("better", "worse"):
        arrow = "up" if number > before else "down"
    ends = f"On a scale from {unit.told(scale.least)} to {unit.told(scale.most)}"
    aloud = f"{ends}: {unit.told(number, fine)} in the {DAYS} days to {plain_day(until, voice.today)}"
    return Reading(
        named,
        heading,
        term,
        unit.number(number, fine),
        unit.sign,
        unit.of,
        _trend(unit, before, course, fine),
        arrow,
        scale,
        number,
        before,
        aloud + (f", {unit.told(before, fine)} in the {DAYS} days before." if before is not None else "."),
        tuple((tick.x, unit.number(tick.value).removesuffix(".0")) for tick in scale.ticks if tick.value is not None),
    )


def _trend(unit: Unit, before: float | None, course: str, fine: bool) -> str:
    """Whether it got better; words first, never an arrow alone."""
    if before is None:
        return "Not known before"
    said = {"better": "Better, was", "worse": "Worse, was"}.get(course, "About as before,")
    return f"{said} {unit.told(before, fine)}"


def why(named: str, lost: Lost, until: date, voice: Voice) -> str:
    """What it cost, and through whom: the sentence beside the number.

    >>> from datetime import datetime, UTC
    >>> from zoneinfo import ZoneInfo
    >>> ines = Voice(datetime(2026, 11, 24, 9, tzinfo=UTC), ZoneInfo("Europe/London"), "GBP", True)
    >>> lost = Lost({"supply": 86_400, "demand": 5_000}, ["Harrow Kitchenware"])
    >>> why("supply", lost, ines.today, ines)
    'Late and short deliveries lost £864 of earnings in 30 days, most of it Harrow Kitchenware’s.'
    """
    name, days = NAMES[named], _days(until, voice)
    through = _through(named, lost.most_by)
    if not voice.tells_money:
        return f"{name.lost} kept most off the shelf in {days}{f': {through}' if through else ''}."
    minor = lost.by_cause.get(named, 0)
    said = f"{name.lost} lost {round_money(minor, voice)} of earnings in {days}"
    said += f", most of it {through}." if through else "."
    others = [(cause, other) for cause, other in lost.by_cause.items() if cause != named and other]
    if lost.total and minor < 0.75 * lost.total and others:
        cause, other = max(others, key=lambda one: one[1])
        said += f" That is {minor / lost.total:.0%} of all that was lost; "
        said += f"{NAMES[cause].by} lost {round_money(other, voice)}."
    return said


def _through(named: str, most_by: Sequence[str]) -> str:
    if not most_by:
        return ""
    return listed([of(name) for name in most_by]) if named == "supply" else f"on {listed(list(most_by))}"


def calm(lost_minor: int, earned_minor: int, until: date, voice: Voice) -> str:
    """Why nothing is named."""
    days = _days(until, voice)
    if not lost_minor:
        return f"No sale was lost to an empty shelf in {days}, so nothing holds the shop back."
    if not voice.tells_money:
        return f"Hardly a sale was lost to an empty shelf in {days}, so nothing holds the shop back."
    lost = f"{round_money(lost_minor, voice)} of earnings"
    if lost_minor * 50 < earned_minor:
        return f"{lost} were lost in {days}, of {round_money(earned_minor, voice)}: nothing holds the shop back."
    return f"{lost} were lost in {days}, and no one cause explains a quarter of it."


def unknown(out_days: int, more_days: int, more_deliveries: int, lost_minor: int, until: date, voice: Voice) -> str:
    """What would settle it, without a guess.

    >>> from datetime import datetime, UTC
    >>> from zoneinfo import ZoneInfo
    >>> sam = Voice(datetime(2026, 11, 24, 9, tzinfo=UTC), ZoneInfo("Europe/London"), "GBP", False)
    >>> unknown(12, 8, 0, 31_200, sam.today, sam)
    'Items were out of stock for 12 days in all, in 30 days. That says too little: 8 more such days would settle it.'
    """
    lost = f" and lost {round_money(lost_minor, voice)} of earnings" if voice.tells_money else ""
    said = f"Items were out of stock for {counted(out_days, 'day')} in all{lost}, in {_days(until, voice)}."
    needed = [counted(more_days, "more such day")] if more_days else []
    needed += [counted(more_deliveries, "more delivery", "more deliveries")] if more_deliveries else []
    if not needed:
        return f"{said} What does it is named once it has stood for a week, or on the 1st."
    return f"{said} That says too little: {listed(needed)} would settle it."


def round_money(minor: int, voice: Voice) -> str:
    """An amount as it is said aloud: without pence from 100 on.

    >>> from datetime import datetime, UTC
    >>> from zoneinfo import ZoneInfo
    >>> ines = Voice(datetime(2026, 11, 24, 9, tzinfo=UTC), ZoneInfo("Europe/London"), "GBP", True)
    >>> round_money(86_449, ines), round_money(1_520, ines)
    ('£864', '£15.20')
    """
    said = voice.money(minor)
    if abs(minor) < 10_000 or said[-3] != ".":
        return said
    return voice.money(round(minor, -2))[:-3]


def _days(until: date, voice: Voice) -> str:
    """The number's days; named by their end where that is not now."""
    near = (voice.today - until).days <= 1
    return f"{DAYS} days" if near else f"the {DAYS} days to {plain_day(until, voice.today)}"
