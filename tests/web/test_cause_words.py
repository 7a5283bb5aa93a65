"""Why an item was out, in sentences: one for each run of days, with its cause and its evidence."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from quietshelf.rules.causes import Evidence
from quietshelf.rules.lives import OrderLife, Receipt
from quietshelf.web.cause_words import held, out_for, runs
from quietshelf.web.wording import Voice

INES = Voice(datetime(2026, 11, 24, 9, 41, tzinfo=UTC), ZoneInfo("Europe/London"), "GBP", True)
SAM = replace(INES, tells_money=False)
LATE = OrderLife("PO-2031", date(2026, 10, 24), 204, 9, date(2026, 10, 24), 204, (Receipt(date(2026, 11, 9), 204),))


@dataclass
class Day:
    """A day's loss as it is kept."""

    day: date
    cause: str
    evidence: dict[str, Any]
    minor: int = 2114
    out: float = 1.0


@dataclass
class Lost:
    """Losses of one item from 3 November on."""

    days: list[Day] = field(default_factory=list)

    def to(self, cause: str, first: int, last: int, order: OrderLife | None = None, **more: Any) -> "Lost":
        """Days of November that one cause took."""
        figures = replace(Evidence(4.43, 485, 1.0, order), **more).figures
        self.days += [Day(date(2026, 11, n), cause, figures) for n in range(first, last + 1)]
        return self


def said(lost: Lost, voice: Voice = INES) -> list[str]:
    return [out_for(run, False, voice).sentence for run in runs(lost.days)]


def test_a_late_delivery_is_told_with_its_promise_and_its_day() -> None:
    lost = Lost().to("supply", 3, 9, LATE)
    late = "Out 3 to 9 November: PO-2031 was promised for the 2nd and came on the 9th."
    assert said(lost) == [f"{late} About 31 not sold, £147.98 of earnings: late suppliers."]
    assert said(lost, SAM) == [f"{late} About 31 not sold: late suppliers."]
    assert out_for(runs(lost.days)[0], False, INES).orders == {"PO-2031"}


@pytest.mark.parametrize(
    ("order", "because"),
    [
        (replace(LATE, receipts=()), "PO-2031 was promised for the 2nd and has not come"),
        (
            replace(LATE, receipts=(Receipt(date(2026, 11, 1), 164),)),
            "40 of the 204 on PO-2031 did not come, or could not be taken",
        ),
        (
            replace(LATE, receipts=(Receipt(date(2026, 11, 9), 164),)),
            "PO-2031 was promised for the 2nd and came on the 9th, 40 short",
        ),
    ],
)
def test_what_supply_lacked_is_told(order: OrderLife, because: str) -> None:
    assert because in said(Lost().to("supply", 3, 9, order))[0]


@pytest.mark.parametrize(
    ("cause", "order", "because"),
    [
        ("purchasing", replace(LATE, sent_on=date(2026, 11, 1)), "PO-2031 waited 8 days for a yes"),
        ("purchasing", replace(LATE, sent_on=None, sent_units=0), "PO-2031 has waited for a yes since 24 October"),
        ("purchasing", replace(LATE, sent_units=60), "204 were wanted, and 60 ordered on PO-2031"),
        (
            "purchasing",
            replace(LATE, sent_on=None, sent_units=0, refused_on=date(2026, 11, 2)),
            "204 were wanted on PO-2031, and taken off on the 2nd",
        ),
        ("capital", replace(LATE, sent_on=date(2026, 11, 1)), "PO-2031 waited 8 days for the budget"),
        ("capital", replace(LATE, sent_units=60), "204 were wanted, and the money was there for 60 on PO-2031"),
        (
            "capital",
            replace(LATE, sent_on=None, sent_units=0),
            "PO-2031 waits for the next budget since 24 October",
        ),
    ],
)
def test_who_held_an_order_back_is_told(cause: str, order: OrderLife, because: str) -> None:
    assert f": {because}. About" in said(Lost().to(cause, 3, 9, order))[0]


def test_demand_says_that_no_order_could_have_helped() -> None:
    usual = said(Lost().to("demand", 3, 5, LATE))[0]
    assert "Out 3 to 5 November: ordered at once and delivered as promised, it would still have been missing." in usual
    assert "sales off the pace" in usual
    assert "one sale of 60 took it" in said(Lost().to("demand", 3, 5, one_sale_of=60))[0]


def test_a_wrong_count_says_what_the_book_showed() -> None:
    assert "the book showed 9, the shelf held none" in said(Lost().to("counts", 3, 5, booked_units=9))[0]


def test_two_causes_are_two_sentences_the_newest_first() -> None:
    lost = Lost().to("demand", 1, 2).to("supply", 3, 9, LATE)
    assert [sentence[:6] for sentence in said(lost)] == ["Out 3 ", "Out 1 "]
    assert said(Lost().to("demand", 1, 1))[0].startswith("Out on 1 November:")


def test_a_day_on_which_the_shop_was_closed_does_not_part_a_run() -> None:
    lost = Lost().to("supply", 3, 5, LATE).to("supply", 7, 9, LATE)
    assert len(runs(lost.days)) == 1
    assert len(runs(Lost().to("supply", 3, 5, LATE).to("supply", 12, 14, LATE).days)) == 2


def test_what_is_out_still_says_since_when() -> None:
    assert out_for(runs(Lost().to("demand", 18, 23).days)[0], True, INES).sentence.startswith("Out since 18 November:")


def test_what_lies_too_long_says_what_holding_it_costs() -> None:
    figures = Evidence(0.4, 485, held_units=412).figures
    days = [Day(date(2026, 10, 25) + timedelta(days=n), "capital", figures, minor=25, out=0.0) for n in range(30)]
    assert held(days, INES) == "412 beyond 90 days of cover cost £7.50 a month to hold: money tied up."
    in_tens = [replace(day, evidence=figures | {"held_days": 10}, minor=250) for day in days[9::10]]
    assert held(in_tens, INES) == held(days, INES)
    assert held(days, SAM) == "412 lie beyond 90 days of cover."
    assert runs(days) == []
    assert held([], INES) == ""


@pytest.mark.parametrize("cause", ["supply", "purchasing", "capital", "counts", "demand"])
def test_a_cause_without_an_order_has_its_sentence_too(cause: str) -> None:
    never_sent = replace(LATE, sent_on=None, sent_units=0, receipts=())
    for order in (None, never_sent):
        assert said(Lost().to(cause, 3, 5, order))[0].startswith("Out 3 to 5 November: ")
