"""A simulated shop makes facts, the ledger makes the book, and the two are compared."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quietshelf.rules.facts import Fact, Kind
from quietshelf.rules.ledger import Book, course, derive
from quietshelf.rules.policy import Policy

POLICY = Policy()
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
SHELF = "shelf-1/1"
WAIT = POLICY.sale_wait_hours * 60
QUICK = POLICY.put_back_minutes

Step = tuple[int, str, int, int]
"""Minutes since the step before, what is done, how many pieces, how long it takes."""


@dataclass
class Shop:
    """One SKU on a sensed shelf, in a back room, on an unsensed display and in baskets, and the facts that are seen."""

    shelf: int = 0
    room: int = 0
    display: int = 0
    baskets: int = 0
    off: int = 0
    off_since: int = 0
    shelf_when_off: int = 0
    facts: list[Fact] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Every piece that is still in the shop."""
        return self.shelf + self.room + self.display + self.baskets

    def tell(self, minute: int, kind: Kind, quantity: int, *, packs: bool = False, since: int | None = None) -> None:
        """Write a fact; a shelf whose node is off sees nothing."""
        if self.off and kind in (Kind.PICK, Kind.PUT):
            return
        shelf = kind in (Kind.PICK, Kind.PUT, Kind.MISSED)
        self.facts.append(
            Fact(
                START + timedelta(minutes=minute),
                kind,
                quantity,
                f"{kind}-{len(self.facts)}",
                SHELF if shelf else None,
                None if since is None else START + timedelta(minutes=since),
                packs,
            )
        )

    def do(self, minute: int, what: str, n: int) -> None:
        """Let one thing happen."""
        match what:
            case "receipt":
                self.room += n
                self.tell(minute, Kind.RECEIPT, n)
            case "refill":
                n = min(n, self.room)
                self.room -= n
                self.shelf += n
                if n:
                    self.tell(minute, Kind.PUT, n)
            case "to display":
                self.room -= n
                self.display += n
            case "pick":
                self.shelf -= n
                self.baskets += n
                self.tell(minute, Kind.PICK, n)
            case "pay":
                self.baskets -= n
                self.tell(minute, Kind.SALE, n)
            case "order":
                self.tell(minute, Kind.SALE, n, packs=True)
            case "pack":
                self.shelf -= n
                self.tell(minute, Kind.PICK, n)
            case "put back":
                self.baskets -= n
                self.shelf += n
                self.tell(minute, Kind.PUT, n)
            case "gone":
                self.baskets -= n
            case "put in the back":
                self.baskets -= n
                self.room += n
                self.tell(minute, Kind.TRANSFER, n)
            case "written off":
                self.baskets -= n
                self.tell(minute, Kind.ADJUSTMENT, -n)
            case "sold from display":
                self.display -= n
                self.tell(minute, Kind.SALE, n)
            case "stolen from display":
                self.display -= n
            case "count":
                self.tell(minute, Kind.COUNT, self.shelf + self.room + self.display)
            case "node off":
                self.off += 1
                if self.off == 1:
                    self.off_since, self.shelf_when_off = minute, self.shelf
            case "node on":
                self.off -= 1
                if not self.off and self.shelf != self.shelf_when_off:
                    self.tell(minute, Kind.MISSED, self.shelf_when_off - self.shelf, since=self.off_since)


def happenings(script: list[Step]) -> list[tuple[int, str, int]]:
    """A script as what happens at which minute, in order."""
    events, minute = [(0, "receipt", 160), (0, "refill", 20), (0, "to display", 10)], 0
    for gap, what, n, wait in script:
        minute += gap
        two_steps = {
            "buy": ("pick", "pay", wait),
            "slow": ("pick", "pay", WAIT + 1 + wait),
            "steal": ("pick", "gone", 0),
            "put back": ("pick", "put back", 1 + wait % QUICK),
            "packed order": ("order", "pack", wait),
            "broken": ("pick", "written off", wait),
            "to the back": ("pick", "put in the back", wait),
            "off": ("node off", "node on", wait),
        }
        if what in two_steps:
            first, then, after = two_steps[what]
            events += [(minute, first, n), (minute + after, then, n)]
        elif what == "case":
            events.append((minute, "refill", n + 6))
        else:
            events.append((minute, what, n))
    return sorted(events, key=lambda event: event[0])


def played(script: list[Step], until: int | None = None) -> Shop:
    """The shop after a script; with `until`, as it stands at that minute."""
    shop = Shop()
    for minute, what, n in happenings(script):
        if until is None or minute <= until:
            shop.do(minute, what, n)
    return shop


def scripts(*things: str) -> st.SearchStrategy[list[Step]]:
    """Scripts of these things."""
    step = st.tuples(st.integers(1, 90), st.sampled_from(things), st.integers(1, 2), st.integers(1, WAIT - 1))
    return st.lists(step, max_size=9)


def assert_the_book_is_the_shop(script: list[Step], honest: bool) -> Book:
    shop = played(script)
    book = derive(shop.facts, None, POLICY)
    assert book.book == shop.total
    assert book.sensed == shop.shelf
    assert book.back == shop.room + shop.display
    assert book.waiting == 0
    if honest:
        assert book.losses == ()
        assert book.disagreement == 0
    return book


@given(scripts("buy", "put back", "to the back", "case", "receipt", "broken", "count"))
def test_an_honest_shop_has_the_right_book_however_often_it_is_counted(script: list[Step]) -> None:
    assert_the_book_is_the_shop(script, honest=True)


@given(scripts("packed order", "count", "receipt"))
def test_packed_orders_wait_for_their_picks(script: list[Step]) -> None:
    assert_the_book_is_the_shop(script, honest=True)


@given(scripts("buy", "steal", "count", "broken"))
def test_what_is_stolen_is_in_the_end_a_loss(script: list[Step]) -> None:
    shop = played(script)
    book = assert_the_book_is_the_shop(script, honest=False)
    counted = any(what == "count" for _, what, _, _ in script)
    stolen = sum(n for _, what, n, _ in script if what == "steal")
    if not counted:
        assert sum(loss.units for loss in book.losses) == stolen
    assert book.book == shop.total


@given(scripts("slow", "buy", "steal", "count"))
def test_a_basket_paid_after_hours_takes_its_loss_back(script: list[Step]) -> None:
    assert_the_book_is_the_shop(script, honest=False)


@given(scripts("steal", "case"))
def test_a_refill_by_the_case_does_not_hide_a_theft(script: list[Step]) -> None:
    assert_the_book_is_the_shop(script, honest=False)


@given(scripts("buy", "off", "case"))
def test_what_a_shelf_missed_while_its_node_was_off_is_no_loss(script: list[Step]) -> None:
    assert_the_book_is_the_shop(script, honest=True)


@given(scripts("buy", "off", "case"))
def test_a_node_that_can_not_say_since_when_it_was_off_was_there_at_its_last_word(script: list[Step]) -> None:
    shop = played(script)
    shop.facts = [replace(fact, since=None) for fact in shop.facts]
    book = derive(shop.facts, None, POLICY)
    assert (book.book, book.sensed, book.back) == (shop.total, shop.shelf, shop.room + shop.display)
    assert (book.losses, book.disagreement) == ((), 0)


@given(scripts("packed order", "off"))
def test_orders_are_packed_though_the_node_is_off(script: list[Step]) -> None:
    assert_the_book_is_the_shop(script, honest=True)


@given(scripts("steal", "off"))
def test_what_is_stolen_while_the_node_is_off_disagrees_and_is_no_loss(script: list[Step]) -> None:
    shop = played(script)
    book = derive(shop.facts, None, POLICY)
    missed = sum(fact.quantity for fact in shop.facts if fact.kind is Kind.MISSED)
    stolen = sum(n for _, what, n, _ in script if what == "steal")
    assert (book.disagreement, sum(loss.units for loss in book.losses)) == (missed, stolen - missed)
    assert (book.sensed, book.waiting) == (shop.shelf, 0)


@given(scripts("buy", "steal", "off"))
def test_once_the_site_is_counted_nothing_that_was_missed_is_left_to_explain(script: list[Step]) -> None:
    shop = played([*script, (WAIT * 3, "count", 1, 1)])
    book = derive(shop.facts, None, POLICY)
    assert (book.book, book.disagreement) == (shop.total, 0)


@given(scripts("buy", "count"))
def test_while_the_feed_is_an_hour_behind_what_is_in_baskets_is_not_on_hand(script: list[Step]) -> None:
    now = sum(gap for gap, *_ in script)
    shop = played(script, until=now)
    known_until = max(0, now - 60)
    known = [f for f in shop.facts if f.kind is not Kind.SALE or f.happened <= START + timedelta(minutes=known_until)]
    book = derive(known, START + timedelta(minutes=known_until), POLICY)
    assert book.on_hand == shop.shelf + shop.room + shop.display


EVERYTHING = (
    *("buy", "slow", "steal", "put back", "to the back", "broken", "packed order", "case", "refill"),
    *("receipt", "count", "off", "sold from display", "stolen from display"),
)


@given(scripts(*EVERYTHING), st.integers(0, 2**32), st.integers(0, 900))
def test_any_order_of_arrival_and_any_repeats_give_the_same_book(script: list[Step], seed: int, until: int) -> None:
    random = Random(seed)
    facts = [fact if random.random() < 0.5 else replace(fact, since=None) for fact in played(script).facts]
    known_until = START + timedelta(minutes=until)
    book = derive(facts, known_until, POLICY)
    again = facts + random.choices(facts, k=5)
    random.shuffle(again)
    assert derive(again, known_until, POLICY) == book
    assert book.on_hand >= 0


@given(scripts("buy", "put back", "to the back", "case", "receipt", "broken", "count"))
def test_what_could_be_sold_is_known_of_every_moment(script: list[Step]) -> None:
    at_last = {step.at: step.on_hand for step in course(played(script).facts, None, POLICY).steps}
    for at, on_hand in at_last.items():
        then = played(script, until=(at - START) // timedelta(minutes=1))
        assert on_hand == then.shelf + then.room + then.display


def test_a_count_during_opening_hours_is_not_falsified_by_sales_booked_meanwhile() -> None:
    before, counted, after = fact(40, Kind.SALE, 3), fact(60, Kind.COUNT, 20), fact(75, Kind.SALE, 1)
    in_a_basket = [fact(0, Kind.COUNT, 30, SHELF), fact(58, Kind.PICK, 2, SHELF), fact(66, Kind.SALE, 2)]
    assert derive([counted, after, before], None, POLICY).book == 19  # the till told of `before` after the count
    assert derive([*in_a_basket, counted, after, before], None, POLICY).book == 19  # picked before it, paid after it


def fact(minute: int, kind: Kind, quantity: int, place: str | None = None) -> Fact:
    return Fact(START + timedelta(minutes=minute), kind, quantity, f"{minute}-{kind}-{place}", place)


def test_the_opening_count_of_a_shelf_says_where_pieces_are_and_not_how_many_the_shop_has() -> None:
    book = derive([fact(0, Kind.COUNT, 60), fact(5, Kind.COUNT, 20, SHELF)], None, POLICY)
    assert (book.book, book.sensed, book.back) == (60, 20, 40)


def test_the_shelves_of_an_item_never_counted_or_received_are_all_that_is_known() -> None:
    sold_before = fact(0, Kind.SALE, 500)
    book = derive([sold_before, fact(5, Kind.COUNT, 20, SHELF), fact(6, Kind.COUNT, 7, "shelf-1/2")], None, POLICY)
    assert (book.book, book.on_hand, book.sensed) == (27, 27, 27)


def test_a_later_count_of_a_shelf_finds_fewer_than_it_weighed() -> None:
    facts = [fact(0, Kind.COUNT, 60), fact(5, Kind.COUNT, 20, SHELF), fact(900, Kind.COUNT, 18, SHELF)]
    assert derive(facts, None, POLICY).book == 58


def test_what_is_put_on_a_shelf_before_its_receipt_can_be_sold_for_a_day_then_shelf_and_book_disagree() -> None:
    facts = [fact(0, Kind.COUNT, 5), fact(1, Kind.COUNT, 5, SHELF), fact(60, Kind.PUT, 12, SHELF)]
    at_once = derive(facts, START + timedelta(minutes=61), POLICY)
    assert (at_once.on_hand, at_once.disagreement) == (17, 0)
    next_day = derive(facts, START + timedelta(days=2), POLICY)
    assert (next_day.on_hand, next_day.disagreement) == (5, 12)
    with_receipt = derive([*facts, fact(90, Kind.RECEIPT, 12)], START + timedelta(days=2), POLICY)
    assert (with_receipt.on_hand, with_receipt.disagreement) == (17, 0)


def test_more_sold_than_was_ever_there_is_a_disagreement_and_never_a_negative_stock() -> None:
    book = derive([fact(0, Kind.COUNT, 3), fact(200, Kind.SALE, 5)], None, POLICY)
    assert (book.book, book.on_hand, book.disagreement) == (-2, 0, 2)


@pytest.mark.parametrize(("minutes", "waiting"), [(119, 2), (121, 0)])
def test_a_pick_waits_two_hours_of_known_sales_for_its_sale(minutes: int, waiting: int) -> None:
    facts = [fact(0, Kind.COUNT, 9), fact(1, Kind.COUNT, 9, SHELF), fact(10, Kind.PICK, 2, SHELF)]
    book = derive(facts, START + timedelta(minutes=10 + minutes), POLICY)
    assert book.waiting == waiting
    assert book.on_hand == 7


def test_what_moves_from_shelf_to_shelf_is_neither_sold_nor_lost() -> None:
    other = "shelf-2/1"
    facts = [fact(0, Kind.COUNT, 20), fact(1, Kind.COUNT, 12, SHELF), fact(1, Kind.COUNT, 8, other)]
    book = derive([*facts, fact(60, Kind.PICK, 4, SHELF), fact(65, Kind.PUT, 4, other)], None, POLICY)
    assert (book.book, book.on_hand, book.sensed, book.back, book.losses) == (20, 20, 20, 0, ())


def test_what_is_taken_to_the_back_is_no_loss_and_one_that_was_takes_it_back() -> None:
    picked = [fact(0, Kind.COUNT, 20), fact(1, Kind.COUNT, 12, SHELF), fact(60, Kind.PICK, 4, SHELF)]
    assert derive(picked, None, POLICY).lost_since_count == 4
    moved = derive([*picked, fact(300, Kind.TRANSFER, 4)], None, POLICY)  # said hours later
    assert (moved.book, moved.on_hand, moved.sensed, moved.back, moved.losses) == (20, 20, 8, 12, ())


def test_a_shelf_that_is_planned_anew_holds_none_of_the_old_item_and_the_book_stays() -> None:
    weighed = [fact(0, Kind.COUNT, 20), fact(1, Kind.COUNT, 12, SHELF), fact(60, Kind.PICK, 2, SHELF)]
    weighed += [fact(61, Kind.SALE, 2), fact(90, Kind.TRANSFER, 0, SHELF)]
    book = derive(weighed, None, POLICY)
    assert (book.book, book.on_hand, book.sensed, book.back, book.disagreement) == (18, 18, None, 18, 0)
    again = derive([*weighed, fact(200, Kind.COUNT, 5, SHELF)], None, POLICY)  # and back again
    assert (again.book, again.sensed, again.back) == (18, 5, 13)


def test_a_shelf_that_was_filled_while_its_node_was_off_waits_for_the_receipt() -> None:
    facts = [fact(0, Kind.COUNT, 10), fact(1, Kind.COUNT, 10, SHELF)]
    facts.append(replace(fact(200, Kind.MISSED, -6, SHELF), since=START + timedelta(minutes=60)))
    at_once = derive(facts, START + timedelta(minutes=201), POLICY)
    assert (at_once.on_hand, at_once.sensed, at_once.disagreement, at_once.losses) == (16, 16, 0, ())
    assert derive(facts, START + timedelta(days=3), POLICY).disagreement == 6


def test_a_packed_order_that_still_lies_on_its_shelf_is_no_disagreement_until_nobody_waits_for_it() -> None:
    ordered = replace(fact(60, Kind.SALE, 2), packs=True)
    facts = [fact(0, Kind.COUNT, 10), fact(1, Kind.COUNT, 10, SHELF), ordered]
    for waits in (timedelta(minutes=61), timedelta(days=2)):
        book = derive(facts, START + waits, POLICY)
        assert (book.on_hand, book.sensed, book.back, book.owed, book.disagreement) == (8, 10, 0, 2, 0)
        assert book.expires_at == ordered.happened + timedelta(days=POLICY.packing_days)
    more = [*facts, fact(70, Kind.PUT, 5, SHELF)]  # nobody knows of these
    assert derive(more, START + timedelta(days=2), POLICY).disagreement == 5
    packed = derive([*facts, fact(200, Kind.PICK, 2, SHELF)], START + timedelta(days=2), POLICY)
    assert (packed.on_hand, packed.sensed, packed.back, packed.owed, packed.disagreement) == (8, 8, 0, 0, 0)
    forgotten = derive(facts, START + timedelta(days=4), POLICY)
    assert (forgotten.back, forgotten.owed, forgotten.disagreement) == (-2, 0, 2)


def test_a_packed_order_that_lies_in_the_back_leaves_the_rest_there() -> None:
    ordered = replace(fact(60, Kind.SALE, 2), packs=True)
    facts = [fact(0, Kind.COUNT, 15), fact(1, Kind.COUNT, 10, SHELF), ordered]
    book = derive(facts, START + timedelta(minutes=61), POLICY)
    assert (book.on_hand, book.sensed, book.back, book.disagreement) == (13, 10, 3, 0)


@given(scripts("packed order", "receipt", "count"))
def test_an_order_that_waits_to_be_packed_never_disagrees_in_an_honest_shop(script: list[Step]) -> None:
    now = sum(gap for gap, *_ in script)
    book = derive(played(script, until=now).facts, START + timedelta(minutes=now), POLICY)
    assert (book.disagreement, book.losses) == (0, ())


@pytest.mark.parametrize("counted_at", [100, 300])
def test_a_count_of_the_site_explains_what_a_shelf_missed_before_it(counted_at: int) -> None:
    def fact(minutes: int, kind: Kind, quantity: int, place: str | None = None, since: datetime | None = None) -> Fact:
        return Fact(START + timedelta(minutes=minutes), kind, quantity, f"{minutes}:{kind}", place, since)

    missed = fact(90, Kind.MISSED, 3, SHELF, since=START + timedelta(minutes=20))
    facts = [fact(0, Kind.COUNT, 12), fact(1, Kind.COUNT, 12, SHELF), missed]
    until = START + timedelta(hours=20)
    assert derive(facts, until, POLICY).disagreement == 3
    book = derive([*facts, fact(counted_at, Kind.COUNT, 9)], until, POLICY)
    assert (book.book, book.sensed, book.disagreement) == (9, 9, 0)
