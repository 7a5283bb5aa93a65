"""Every sentence that is made of figures, as pure functions from figures to English: a catalogue can take their place.

The figures of an item are those that rules/decision.py documents (Decision.figures). No page and no query lives here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from quietshelf.store.pages import Looked
from quietshelf.web.amounts import at_clock, counted, day, moment, money, plain_day, rate

Figures = Mapping[str, Any]


@dataclass(frozen=True)
class Voice:
    """What a sentence needs beside its figures: the day it is said on, the shop's clock and currency, and to whom."""

    now: datetime
    zone: ZoneInfo
    currency: str
    tells_money: bool
    """Staff read days and pieces, no money."""

    @property
    def today(self) -> date:
        """The shop's day."""
        return self.now.astimezone(self.zone).date()

    def money(self, minor: int) -> str:
        """An amount of this shop."""
        return money(minor, self.currency)

    def day(self, iso: str) -> str:
        """A day that figures hold as text."""
        return day(date.fromisoformat(iso), self.today)

    def days_since(self, iso: str) -> int:
        """Days since a day that figures hold as text: figures may be older than the day they are read on."""
        return (self.today - date.fromisoformat(iso)).days

    def plain_day(self, iso: str) -> str:
        """The same, by its date alone."""
        return plain_day(date.fromisoformat(iso), self.today)


@dataclass(frozen=True)
class Said:
    """A row's words: what its mark says, its name, and a sentence."""

    mark: str
    title: str
    sentence: str


# the head of the page -------------------------------------------------------------------------


def head(out: int, low: int, risk_minor: int, orders: int, refills: int, checks: int, voice: Voice) -> str:
    """What matters most, in one sentence or two. `out` items have none left, `low` are about to run out (Red)."""
    if out + low:
        if out and low:
            said = (
                f"{counted(out, 'item has', 'items have')} run out, and {low} {'is' if low == 1 else 'are'} about to."
            )
        elif out:
            said = f"{counted(out, 'item has', 'items have')} run out."
        else:
            said = f"{counted(low, 'item is', 'items are')} about to run out."
        if not voice.tells_money or not risk_minor:
            return said
        earn = "It earns" if out + low == 1 else "They earn"
        return f"{said} {earn} {voice.money(risk_minor)} a day."
    if orders:
        return f"Nothing is about to run out. {counted(orders, 'order waits', 'orders wait')} for you."
    if refills:
        return f"{counted(refills, 'shelf is', 'shelves are')} empty, and there is more in the back."
    return f"Nothing is about to run out. {counted(checks, 'thing wants', 'things want')} a look."


def quiet(looked_at: datetime | None, over: Looked, voice: Voice) -> str:
    """Nothing to do, and how much was looked at to be sure of it."""
    if looked_at is None:
        return "Nothing needs you. The first look is still to come."
    counts = ((over.items, "item"), (over.slots, "slot"), (over.open_orders, "open order"))
    went_over = listed([counted(number, what) for number, what in counts if number])
    local = looked_at.astimezone(voice.zone)
    when = f"at {local:%H:%M}" if local.date() == voice.today else moment(looked_at, voice.now, voice.zone)
    return f"Nothing needs you. The last look was {when}, at {went_over}."


def sales_known(until: datetime | None, voice: Voice) -> str:
    """Until when sales are known: nothing is silence beyond it."""
    if until is None:
        return "No sales feed yet"
    local = until.astimezone(voice.zone)
    if local.date() == voice.today:
        return f"Sales are known until {local:%H:%M}"
    return f"Sales are known until {plain_day(local.date(), voice.today)}, {local:%H:%M}"


def listed(words: Sequence[str]) -> str:
    """Words in a row.

    >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])
    ('a', 'a and b', 'a, b and c')
    """
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + f" and {words[-1]}"


def listed_some(words: Sequence[str], most: int = 3) -> str:
    """The first few, and how many more.

    >>> listed_some(["a", "b", "c", "d", "e"])
    'a, b, c and 2 more'
    """
    return listed([*words[:most], f"{len(words) - most:,} more"] if len(words) > most else list(words))


# an item --------------------------------------------------------------------------------------


def days_left(on_hand: int, per_day: float) -> str:
    """How long it lasts.

    >>> days_left(0, 4.3), days_left(7, 4.3), days_left(3, 4.3), days_left(9, 0)
    ('None left', '1 day left', 'Under a day', '9 left')
    """
    if on_hand <= 0:
        return "None left"
    if per_day <= 0:
        return f"{on_hand:,} left"
    whole = int(on_hand / per_day)
    return f"{counted(whole, 'day')} left" if whole else "Under a day"


def left_and_days(on_hand: int, per_day: float) -> str:
    """Pieces and days, for a line.

    >>> left_and_days(9, 0.82), left_and_days(0, 1), left_and_days(9, 0)
    ('9 left, 10 days', 'None left', '9 left')
    """
    if on_hand <= 0:
        return "None left"
    return f"{on_hand:,} left, {counted(int(on_hand / per_day), 'day')}" if per_day > 0 else f"{on_hand:,} left"


def lasts(quantity: int, per_day: float) -> str:
    """What a quantity means.

    >>> lasts(40, 0.8167), lasts(1, 2)
    ('Lasts 48 days', 'Lasts under a day')
    """
    if per_day <= 0:
        return "None sold lately"
    whole = int(quantity / per_day)
    return f"Lasts {counted(whole, 'day')}" if whole else "Lasts under a day"


def supply_of(figures: Figures, coming: str | None, draft: str | None, voice: Voice) -> str:
    """What is on its way, or how long it would take: the second half of a Red row. `coming`, `draft` are phrases."""
    supplier = figures.get("supplier")
    if figures.get("put_off_on") and not coming:
        return f"Not this time, it was said {voice.day(figures['put_off_on'])}."
    if figures["late_orders"]:
        late = figures["late_orders"][0]
        past = counted(voice.days_since(late["promised_on"]), "day")
        promised = voice.plain_day(late["promised_on"])
        owes = f"{late.get('supplier') or supplier or 'The supplier'} owes {late['units']:,} on {late['number']}"
        said = f"{owes}, promised for {promised}: {past} late"
        return f"{said}; {draft}." if draft else f"{said}."
    if coming:
        return f"{coming}."
    if supplier is None:
        return "Nobody is named who sells it."
    needs = f"{supplier} needs {counted(round(figures['typical_days']), 'day')}"
    return f"{needs}; {draft}." if draft else f"{needs}."


def red(title: str, figures: Figures, coming: str | None, draft: str | None, voice: Voice) -> Said:
    """A Red item: what is left, and why nothing can arrive before it is gone."""
    left = "" if figures["on_hand"] <= 0 else f"{figures['on_hand']:,} left. "
    sells = f"Sells {rate(figures['per_day'])} a day. "
    if figures.get("sell_again"):
        sells = f"Out since {voice.plain_day(figures['ran_out_on'])}, and nothing is on order: sell it again? "
    sentence = f"{left}{sells}{supply_of(figures, coming, draft, voice)}"
    return Said(days_left(figures["on_hand"], figures["per_day"]), title, sentence)


def yellow(title: str, figures: Figures, coming: str | None, voice: Voice) -> Said:
    """A Yellow item that stands on no draft."""
    sentence = f"{left_and_days(figures['on_hand'], figures['per_day'])}. {supply_of(figures, coming, None, voice)}"
    return Said("Low", title, sentence)


def item_now(zone: str, figures: Figures, draft: str | None, voice: Voice) -> str:
    """Why an item is in its zone, as the item's own page says it. `draft` is the number of its open draft."""
    hand, per_day = figures["on_hand"], figures["per_day"]
    if zone == "yellow":
        return f"{below_yellow(figures)}: time to order."
    if per_day <= 0:
        return f"None sold in {figures['days']} days, so it needs no order."
    if figures["doubt"] in DOUBTS:
        return f"{DOUBTS[figures['doubt']]} {item_now(zone, {**figures, 'doubt': None}, draft, voice)}"
    cover = int(figures["cover_days"])
    if zone == "red":
        until = figures["days_until_delivery"]
        last = counted(cover, "day") if cover else "under a day"
        begin = "None is left." if hand <= 0 else f"{hand:,} left {'lasts' if hand == 1 else 'last'} {last}."
        lost = max(0, round(per_day * until) - hand)
        when = f"The earliest delivery is in {counted(round(until), 'day')}"
        if not lost:
            return f"{begin} {when}, and what comes is sold as it arrives."
        cost = f", {voice.money(lost * max(0, figures['throughput_minor'] or 0))}," if voice.tells_money else ""
        even = f" even if {draft} goes now" if draft else ""
        return f"{begin} {when}, so about {counted(lost, 'sale')}{cost} {'is' if lost == 1 else 'are'} lost{even}."
    enough = f"{hand:,} last {counted(cover, 'day')} at {rate(per_day)} a day."
    return f"{enough} It is ordered when no more than {figures['yellow_at']:,} are left."


DOUBTS = {
    "node_silent": "Its shelf is silent, so its book counts.",
    "cell_faulty": "Its cell is faulty, so its book counts.",
    "count_doubtful": "Its shelf is not sure, so its book counts: check the count first.",
    "count_disagrees": "Shelf and book differ: check the count first.",
}
"""Why a shelf is not trusted now, by the figures' `doubt`."""


def yellow_days(figures: Figures) -> int:
    """Days that the Yellow line covers: the late lead time, the supplier's closing days within it, and the buffer."""
    closed = figures.get("closed_days") or 0
    return round(figures["late_days"] + closed + figures["buffer_days"]) if figures["late_days"] is not None else 0


def below_yellow(figures: Figures) -> str:
    """What is left and coming against the Yellow line, with the line's own sum."""
    left = f"{figures['position']:,} left"
    if figures["on_order"]:
        left = f"{figures['on_hand']:,} left and {figures['on_order']:,} on order"
    needs, keep = known_needs(figures), figures.get("keep_at_least") or 0
    if needs:
        left = f"{left}, less {needs},"
    free = figures["position"] - sum(need["left"] for need in figures.get("needs") or ())
    if free <= 0 and figures.get("last_piece_gone"):
        return "The last piece was found gone"
    if free > figures["yellow_at"] and free < keep:
        return f"{left} is under the {keep:,} that are kept at least"
    if not figures["per_day"]:
        return f"{left} is not enough"
    line = f"{yellow_days(figures)} days at {rate(figures['per_day'])} a day"
    under = "is no more than" if free == figures["yellow_at"] else "is under"
    if free > figures["yellow_at"]:
        under = "is hardly more than"  # a zone ends one day's cover beyond its line
    return f"{left} {under} {figures['yellow_at']:,}, which is {line}"


def known_needs(figures: Figures) -> str:
    """The known needs that are due, as a phrase; empty where none is.

    >>> fair = {"quantity": 60, "left": 60, "on": "2026-12-03", "note": "the fair"}
    >>> known_needs({"needs": [fair]}), known_needs({"needs": []})
    ('60 for the fair on 3 December', '')
    """
    found = []
    for need in figures.get("needs") or ():
        what = f" for {need['note']}" if need["note"] else ""
        on = date.fromisoformat(need["on"])
        found.append(f"{need['left']:,}{what} on {plain_day(on, on)}")
    return listed(found) if found else ""


WAITS = {
    "answer": "It is drafted once it is known whether anything is on order.",
    "first_week": "In the shop’s first week only what earns most is drafted by itself.",
    "asleep": "It sleeps: none was left when the shop began, and none had sold for 60 days.",
}
"""Why nothing is drafted for it by itself yet, by the figures' `waits`."""


def plan_now(figures: Figures, voice: Voice) -> str:
    """What people said of an item, as far as it holds now; empty where nobody did, or it shows in its zone."""
    if figures.get("waits"):
        return WAITS[figures["waits"]]
    if figures.get("ending"):
        return "It is ending: it is never ordered again."
    if figures.get("ends_on"):
        ends = f"It ends {voice.day(figures['ends_on'])}"
        if figures["is_over"]:
            return f"{ends}, before an order could come: it is never ordered again."
        return f"{ends}: no more is ordered than sells until then."
    if figures.get("put_off_on"):
        said = f"Not this time, it was said {voice.day(figures['put_off_on'])}"
        return f"{said}: it is drafted again once it was Green, or after 30 days."
    return ""


# orders ---------------------------------------------------------------------------------------


def goes(number: str, lines: int, total_minor: int, voice: Voice) -> str:
    """What goes with a press: "6 lines, £2,738.70"."""
    return f"{counted(lines, 'line')}, {voice.money(total_minor)}" if voice.tells_money else counted(lines, "line")


def changed_by(number: str, name: str | None, at: datetime, voice: Voice) -> str:
    """Who changed an order meanwhile."""
    local = at.astimezone(voice.zone)
    when = f"at {at_clock(at, voice.zone)}" if local.date() == voice.today else moment(at, voice.now, voice.zone)
    return f"{name or 'The daily look'} changed {number} {when}"


def not_done(do: str, number: str, by: str | None, at: datetime, typed: Sequence[tuple[str, int]], voice: Voice) -> str:
    """The refusal for the second of two people, with what they had typed: it is not in the form any more."""
    again = "Look at it once more, then send." if do == "send" else "Look at it once more."
    had = f" You had typed {listed_some([f'{units:,} of {item}' for item, units in typed])}." if typed else ""
    return f"{'Not sent' if do == 'send' else 'Not done'}: {changed_by(number, by, at, voice)}. {again}{had}"
