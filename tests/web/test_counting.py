"""Counting an item at the shelf: what it changed is said, and staff with full hands can do it."""

import re
from datetime import datetime, time, timedelta

from quietshelf.cycle import run_pass
from quietshelf.rules.facts import Fact, Kind
from quietshelf.store.engine import reading, writing
from quietshelf.store.facts import add_facts, facts_of
from quietshelf.store.tables import SkuState
from tests.web.conftest import NOW, Run
from tests.web.visitor import Visitor

SUGAR = "SUG-0008"  # 80 left, one sold a day


def on_hand(run: Run, sku: str = SUGAR) -> int:
    with reading(run.shop.engine) as session:
        return session.get_one(SkuState, (run.shop.site_id, run.shop.products[sku])).on_hand


def learn(run: Run, happened: datetime, kind: Kind, units: int, sku: str = SUGAR) -> None:
    """Something is learnt now that happened then."""
    with writing(run.shop.engine) as session:
        fact = Fact(happened, kind, units, f"{kind}:{happened.isoformat()}", price_minor=900)
        add_facts(session, run.shop.site_id, [(run.shop.products[sku], fact, run.now, False)])
    run_pass(run.shop.engine, run.shop.site_id, run.now)


def at_the_shelf(run: Run, email: str = "sam@corner.example") -> Visitor:
    visitor = run.visitor(email)
    visitor.open(f"/skus/{run.shop.products[SUGAR]}/count")
    return visitor


def test_a_count_says_what_it_changed(run: Run) -> None:
    sam = at_the_shelf(run)
    sam.press("Count it", found="77")
    assert "The book said 80, you found 77: 3 lost." in sam.words
    assert on_hand(run) == 77
    sam.open(f"/skus/{run.shop.products[SUGAR]}")
    sam.press("Count it", found="79")  # from the item's own page
    assert "The book said 77, you found 79: 2 more." in sam.words
    assert on_hand(run) == 79


def test_the_same_press_twice_is_one_count(run: Run) -> None:
    sam = at_the_shelf(run)
    press, sugar = "00112233445566ff", run.shop.products[SUGAR]
    sam.press("Count it", found="77", press=press)
    sam.open(f"/skus/{sugar}/count")
    sam.press("Count it", found="77", press=press)
    with reading(run.shop.engine) as session:
        facts = facts_of(session, run.shop.site_id, sugar)
    assert [fact.key for fact in facts if fact.key.startswith("counted:")] == [f"counted:{sugar}:{press}"]


def test_what_was_sold_before_a_count_and_told_after_it_does_not_falsify_it(run: Run) -> None:
    sam = at_the_shelf(run)
    sam.press("Count it", found="77")
    learn(run, NOW - timedelta(minutes=30), Kind.SALE, 2)  # the till tells it late
    assert on_hand(run) == 77
    run.now = NOW + timedelta(minutes=30)
    run.sell(SUGAR, 1)
    assert on_hand(run) == 76
    sam.open(sam.at)
    assert "The book said 78, you found 77: 1 lost." in sam.words
    assert "With what happened since, 76 are on hand now." in sam.words


def test_counted_at_an_earlier_time_of_today_what_was_sold_since_is_taken_off(run: Run) -> None:
    learn(run, NOW - timedelta(minutes=10), Kind.SALE, 2)
    sam = at_the_shelf(run)
    sam.press("Count it", found="80", counted_at="09:00")
    assert "You found 80, as the book said. With what happened since, 78 are on hand now." in sam.words
    assert on_hand(run) == 78


def test_what_cannot_be_a_count_is_said_and_stays_typed(run: Run) -> None:
    sam = at_the_shelf(run)
    sam.press("Count it", found="a few")
    assert sam.page.status_code == 422
    assert "“a few” is no whole number. Type digits only." in sam.words
    sam.press("Count it", found="12", counted_at="11:30")
    assert "It is 09:41 now. Type an earlier time, or leave it empty." in sam.words
    assert 'value="12"' in sam.html
    assert on_hand(run) == 80
    assert sam.open("/skus/99999/count").status_code == 404


def test_sales_of_the_day_without_a_time_are_asked_about(run: Run) -> None:
    midnight = datetime.combine(NOW.date(), time(), NOW.tzinfo)
    learn(run, midnight, Kind.SALE, 4)
    sam = at_the_shelf(run)
    sam.press("Count it", found="70")
    assert "4 were sold on 24 November, and nobody said at what time. Was that before you counted?" in sam.words
    sam.press("No, after")
    assert "nobody said at what time" not in sam.words
    assert on_hand(run) == 66
    sam.open(f"/skus/{run.shop.products[SUGAR]}")
    assert "4 that were dated by their day alone happened after the count." in sam.words


def test_goods_of_the_day_without_a_time_were_in_the_count_or_came_after_it(run: Run) -> None:
    midnight = datetime.combine(NOW.date(), time(), NOW.tzinfo)
    sam = at_the_shelf(run)
    sam.press("Count it", found="90")
    learn(run, midnight, Kind.RECEIPT, 12)  # learnt after the count: the item's page asks
    sam.open(f"/skus/{run.shop.products[SUGAR]}")
    assert "Was it before the count?" in sam.words
    count = re.search(rf"/skus/{run.shop.products[SUGAR]}/counted/\w+", sam.html)
    assert count is not None
    sam.open(count[0])
    sam.press("Yes, before")
    assert on_hand(run) == 90
    sam.open(f"/skus/{run.shop.products[SUGAR]}")
    assert "Was it before the count?" not in sam.words


def test_broken_pieces_a_sample_and_own_use_are_one_touch(run: Run) -> None:
    sam = run.visitor("sam@corner.example")
    sam.open(f"/skus/{run.shop.products[SUGAR]}")
    sam.press("Broken")
    assert "1 taken off as broken: 79 are on hand." in sam.words
    sam.press("Own use", units="2")
    assert "2 taken off as used in the shop: 77 are on hand." in sam.words
    assert "2 were taken off as used in the shop." in sam.words  # among what was decided
    sam.press("Sample", units="none")
    assert sam.page.status_code == 422
    assert on_hand(run) == 77


def test_a_row_that_asks_for_a_look_leads_to_the_count_and_goes_when_it_is_counted(quiet_run: Run) -> None:
    run = quiet_run
    run.now = NOW + timedelta(days=9)
    for day in range(1, 9):  # the shop is open, and nobody buys sugar
        learn(run, NOW + timedelta(days=day), Kind.SALE, 1, "TEA-0120")
    run_pass(run.shop.engine, run.shop.site_id, run.now, whole=True)
    sam = run.visitor("sam@corner.example")
    sam.open("/")
    assert "Look at the shelf: 80 in the book, none sold for 8 days." in sam.words
    assert f'href="/skus/{run.shop.products[SUGAR]}/count">Count it' in sam.html
    sam.open(f"/skus/{run.shop.products[SUGAR]}/count")
    sam.press("Count it", found="80")
    assert "You found 80, as the book said." in sam.words
    sam.open("/")
    assert "80 in the book" not in sam.words


def test_a_draft_line_whose_count_contradicts_itself_says_check_the_count_first(run: Run) -> None:
    run.sell("TEA-0114", 9)  # 7 were there
    ines = run.visitor()
    ines.open(f"/orders/{run.order('Leaf & Kettle').id}")
    assert "Check the count first: what happened contradicts the book." in ines.words


def test_what_is_put_in_the_back_is_offered_for_weighed_items_alone(run: Run) -> None:
    sam = run.visitor("sam@corner.example")
    sam.open(f"/skus/{run.shop.products[SUGAR]}")
    assert not sam.has_button("Put in the back")
    with writing(run.shop.engine) as session:
        weighed = Fact(NOW - timedelta(hours=8), Kind.COUNT, 30, "weighed", "shelf-1/1")
        taken = Fact(NOW - timedelta(hours=5), Kind.PICK, 4, "taken", "shelf-1/1")
        facts = [(run.shop.products[SUGAR], fact, NOW, False) for fact in (weighed, taken)]
        add_facts(session, run.shop.site_id, facts)
    run_pass(run.shop.engine, run.shop.site_id, NOW)
    assert on_hand(run) == 77  # one of them was sold, for the others no sale came
    sam.open(f"/skus/{run.shop.products[SUGAR]}")
    sam.press("Put in the back", units="4")
    assert on_hand(run) == 80
    assert "4 taken off as put in the back: 80 are on hand." in sam.words
