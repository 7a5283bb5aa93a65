"""Sentences read as they should, for one and for many."""

import doctest
from datetime import UTC, datetime, timedelta
from types import ModuleType
from zoneinfo import ZoneInfo

import pytest

from quietshelf.rules.exceptions import BOARD, Board, ExceptionKind
from quietshelf.store.pages import Looked
from quietshelf.web import amounts, attention_words, forms, history, line_words, security, stock_words, wording
from quietshelf.web.troubles import check
from quietshelf.web.wording import Voice

NOW = datetime(2026, 11, 24, 9, 41, tzinfo=UTC)
VOICE = Voice(NOW, ZoneInfo("Europe/London"), "GBP", tells_money=True)

FIGURES = {
    "on_hand": 7,
    "on_order": 0,
    "position": 7,
    "book": 11,
    "waiting": 0,
    "sensed": 7,
    "back": 4,
    "sold": 258,
    "days": 60,
    "per_day": 4.3,
    "cover_days": 1.63,
    "red_at": 38,
    "yellow_at": 68,
    "supplier": "Northgate",
    "typical_days": 9.0,
    "late_days": 10.0,
    "buffer_days": 6.0,
    "deliveries": 20,
    "days_until_delivery": 9.0,
    "next_delivery_on": None,
    "late_orders": [],
    "proposal": {"lot": 195, "lots": 1, "needed": 195, "quantity": 204, "pack": 12, "minimum_order": 0},
    "rule_disagrees": False,
    "throughput_minor": 630,
    "cost_assumed": False,
    "risk_minor_per_day": 2709,
    "doubt": None,
    "lost": 3,
    "disagreement": 4,
    "order": "PO-2044",
}


@pytest.mark.parametrize(
    "module",
    [amounts, attention_words, forms, history, line_words, security, stock_words, wording],
    ids=lambda module: module.__name__,
)
def test_examples_hold(module: ModuleType) -> None:
    assert doctest.testmod(module).failed == 0


def test_a_red_row() -> None:
    said = wording.red("Assam", FIGURES, None, "204 are on draft PO-2044", VOICE)
    assert said.mark == "1 day left"
    assert said.sentence == "7 left. Sells 4.3 a day. Northgate needs 9 days; 204 are on draft PO-2044."


def test_a_red_row_of_a_late_order() -> None:
    late = [{"number": "PO-2031", "units": 24, "promised_on": "2026-11-06", "late_days": 18}]
    said = wording.red("Teapot", FIGURES | {"on_hand": 0, "late_orders": late}, None, None, VOICE)
    assert said.mark == "None left"
    assert "Northgate owes 24 on PO-2031, promised for 6 November: 18 days late." in said.sentence


def test_an_item_says_what_is_lost_even_now() -> None:
    assert wording.item_now("red", FIGURES, "PO-2044", VOICE) == (
        "7 left last 1 day. The earliest delivery is in 9 days, so about 32 sales, £201.60, are lost even if PO-2044 "
        "goes now."
    )


def test_decisions_have_their_sum_in_them() -> None:
    assert history.decided("drafted", FIGURES) == (
        "Drafted 204 on PO-2044. 258 sold in 60 days is 4.3 a day; 45 days of that are 195, and packs of 12 make 204."
    )
    assert history.decided("red", FIGURES) == (
        "Red. 7 left last 1.6 days at 4.3 a day, and Northgate’s next delivery is 9 days away."
    )


@pytest.mark.parametrize(
    "what", ["red", "yellow", "green", "drafted", "redrafted", "undrafted", "received", "one_off", "no_one_off"]
)
@pytest.mark.parametrize("supplier", ["Northgate", None])
def test_every_decision_is_a_sentence(what: str, supplier: str | None) -> None:
    figures = (
        FIGURES | {"units": 40} | ({} if supplier else {"supplier": None, "typical_days": None, "late_days": None})
    )
    said = history.decided(what, figures)
    assert not said[0].islower()
    assert said.endswith(".")
    assert "None " not in said
    assert "_" not in said


@pytest.mark.parametrize("kind", [kind for kind in ExceptionKind if BOARD[kind] in (Board.CHECK, Board.REFILL)])
def test_every_kind_of_trouble_is_a_sentence(kind: ExceptionKind) -> None:
    figures = FIGURES | {
        "node": "qs-7f3a",
        "slot": "2",
        "health": "stuck",
        "heard_at": (NOW - timedelta(hours=2)).isoformat(),
        "events": None,
        "promised_on": "2026-11-06",
        "late_days": 18,
        "skus": ["TEA-0114"],
        "recipient": "orders@northgate.example",
        "error": "mailbox full",
        "kind": "sales",
        "rows": 12,
        "items": 2,
        "since": (NOW - timedelta(hours=3)).isoformat(),
        "usual": 5,
        "turns": 3.21,
        "target": 6.0,
        "silence": {"last_sale": "2026-11-15", "unsold_days": 8, "expected": 5.1, "looks": 1, "allowed": 4},
    }
    said = check(kind, "Assam", figures, NOW - timedelta(hours=1), VOICE, {"TEA-0114": "Assam"})
    assert said.mark
    assert said.title
    assert said.sentence.endswith(".")
    assert "Open today" not in said.sentence, "this kind has no sentence of its own"


def test_days_in_stock_stand_in_the_sum() -> None:
    figures = FIGURES | {"sold": 238, "days": 55, "in_stock_days": 55}
    assert "238 sold in 55 days in stock is 4.3 a day; 45 days of that are 195" in history.decided("drafted", figures)


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ({"mark": "dead", "since_sale_days": 132}, "Dead stock: 7 are there, and none sold in 132 days in stock."),
        ({"mark": "overstock", "cover_days": 92.4}, "Overstock: 7 last 92 days at 4.3 a day, so nothing is ordered."),
        (
            {"sell_again": True, "ran_out_on": "2026-09-14"},
            "None is left since 14 September; it sold 4.3 a day. Nothing is on order: sell it again? "
            "If so, send PO-2044.",
        ),
        ({"per_day": 0, "in_stock_days": 41.5}, "None sold in 42 days in stock, so it needs no order."),
        ({"per_day": 0, "in_stock_days": 0}, "It is new: none of it has come yet, so it needs no order."),
        ({}, None),
    ],
)
def test_what_stock_has_to_say_first(figures: dict[str, object], said: str | None) -> None:
    assert stock_words.about_stock(FIGURES | figures, "PO-2044", VOICE) == said


def test_an_item_out_for_long_is_a_question_in_its_red_row() -> None:
    figures = FIGURES | {"on_hand": 0, "sell_again": True, "ran_out_on": "2026-09-14"}
    said = wording.red("Assam", figures, None, None, VOICE)
    assert said.sentence.startswith("Out since 14 September, and nothing is on order: sell it again?")


def test_all_quiet_says_when_it_looked_and_at_what() -> None:
    assert wording.quiet(NOW, Looked(412, 48, 6), VOICE) == (
        "Nothing needs you. The last look was at 09:41, at 412 items, 48 slots and 6 open orders."
    )
    assert wording.quiet(NOW - timedelta(days=1), Looked(1, 0, 0), VOICE).endswith("yesterday at 09:41, at 1 item.")


def test_staff_read_no_money() -> None:
    staff = Voice(NOW, ZoneInfo("Europe/London"), "GBP", tells_money=False)
    assert "£" not in wording.head(1, 2, 8054, 0, 0, 0, staff)
    assert "£" not in wording.item_now("red", FIGURES, "PO-2044", staff)
    assert wording.head(1, 2, 8054, 0, 0, 0, VOICE) == (
        "1 item has run out, and 2 are about to. They earn £80.54 a day."
    )


def test_closing_days_are_named_where_the_yellow_line_is_summed_up() -> None:
    closed = FIGURES | {"closed_days": 9}
    assert (wording.yellow_days(FIGURES), wording.yellow_days(closed)) == (16, 25)
