"""What a node sends is booked once, whatever comes again, late, out of order or undated."""

import threading

from quietshelf.intake.adoption import adopt
from quietshelf.rules.facts import SETTLED, Fact, Kind
from quietshelf.store.engine import writing
from quietshelf.store.facts import add_facts
from quietshelf.store.tables import FactRow, NodeEvent
from quietshelf_edge.messages import Missed
from tests.intake.words import Shelf, at, count, online, state, void


def test_a_pick_and_a_put_are_booked_and_acknowledged(shelf: Shelf) -> None:
    shelf.open(10)
    booked = shelf.hear(count(1, 8, -2, minutes=1), count(2, 9, 1, minutes=2))
    assert shelf.facts() == [("count", 10), ("pick", 2), ("put", 1)]
    assert booked.product_ids == {shelf.shop.products["TEA-0114"]}
    assert [(ack.epoch, ack.stream, ack.seq, ack.missing) for ack in shelf.acks] == [(1, "s1", 2, None)]
    assert [fact.place for fact in shelf.rows(FactRow)] == ["tea-1/1"] * 3
    assert (shelf.slot.count, shelf.slot.seq) == (9, 2)


def test_an_event_that_comes_again_is_answered_and_not_booked_again(shelf: Shelf) -> None:
    shelf.open(10)
    shelf.hear(count(1, 8, -2), count(1, 8, -2))
    shelf.hear(count(1, 8, -2), minutes=3)
    assert shelf.facts() == [("count", 10), ("pick", 2)]
    assert [ack.seq for ack in shelf.acks] == [1, 1]
    assert shelf.reasons() == []


def test_the_same_key_with_other_content_is_set_aside_and_says_so(shelf: Shelf) -> None:
    shelf.open(10)
    shelf.hear(count(1, 8, -2))
    shelf.hear(count(1, 7, -3))
    assert shelf.facts() == [("count", 10), ("pick", 2)]
    assert shelf.reasons() == ["event 1 of stream s1 is held with other content"]


def test_events_in_any_order_make_the_same_ledger_and_the_last_word_is_the_newest(shelf: Shelf) -> None:
    shelf.open(10)
    shelf.hear(count(3, 7, -1, minutes=3))
    assert (shelf.acks[-1].seq, shelf.acks[-1].missing) == (0, 1)
    shelf.hear(count(2, 8, -1, minutes=2), minutes=4)
    shelf.hear(count(1, 9, -1, minutes=1), minutes=5)
    assert (shelf.acks[-1].seq, shelf.acks[-1].missing) == (3, None)
    assert shelf.facts() == [("count", 10), ("pick", 1), ("pick", 1), ("pick", 1)]
    assert (shelf.slot.count, shelf.slot.seq) == (7, 3)


def test_what_was_sent_while_the_server_was_away_is_booked_once(shelf: Shelf) -> None:
    shelf.open(40)
    sent = [count(seq, 40 - seq, -1, minutes=seq) for seq in range(1, 31)]
    shelf.hear(*sent, minutes=60)
    shelf.hear(*sent[::-1], minutes=61)
    assert shelf.facts() == [("count", 40)] + [("pick", 1)] * 30
    assert shelf.stream().mark == 30


def test_two_intakes_that_book_the_same_events_at_once_book_them_once(shelf: Shelf) -> None:
    shelf.open(30)
    sent = [count(seq, 30 - seq, -1, minutes=seq) for seq in range(1, 21)]
    intakes = [
        threading.Thread(target=lambda batch=batch: shelf.hear(*batch, minutes=30)) for batch in (sent, sent[::-1])
    ]
    for intake in intakes:
        intake.start()
    for intake in intakes:
        intake.join()
    assert shelf.facts() == [("count", 30)] + [("pick", 1)] * 20
    assert shelf.stream().mark == 20


def test_an_undated_event_is_dated_by_its_arrival_until_a_repeat_brings_the_time(shelf: Shelf) -> None:
    shelf.open(10)
    shelf.hear(count(1, 8, -2, minutes=None), minutes=20)
    assert [(fact.happened, fact.assumed) for fact in shelf.rows(FactRow)][1] == (at(20), True)
    booked = shelf.hear(count(1, 8, -2, minutes=5), minutes=21)
    assert [(fact.happened, fact.assumed) for fact in shelf.rows(FactRow)][1] == (at(5), False)
    assert booked.product_ids == {shelf.shop.products["TEA-0114"]}


def test_an_undated_event_happened_no_later_than_the_next_dated_one(shelf: Shelf) -> None:
    shelf.open(10)
    shelf.hear(count(1, 8, -2, minutes=None), minutes=20)
    shelf.hear(count(2, 7, -1, minutes=9), minutes=21)
    shelf.hear(count(4, 5, -1, minutes=12), count(3, 6, -1, minutes=None), minutes=22)
    dates = {fact.key.split(":")[3]: fact.happened for fact in shelf.rows(FactRow) if fact.kind == "pick"}
    assert dates == {"1": at(9), "2": at(9), "3": at(12), "4": at(12)}


def test_a_date_in_the_future_is_a_clock_error_and_no_date(shelf: Shelf) -> None:
    shelf.open(10)
    shelf.hear(count(1, 8, -2, minutes=600), minutes=20)
    assert [(fact.happened, fact.assumed) for fact in shelf.rows(FactRow)][1] == (at(20), True)


def test_the_first_count_of_a_newly_planned_item_is_a_count_of_its_place(shelf: Shelf) -> None:
    shelf.open(10)
    shelf.hear(count(1, 24, 0, minutes=1, sku="OAT-0010"), count(2, 23, -1, minutes=2, sku="OAT-0010"))
    assert shelf.facts() == [("count", 10), ("count", 24), ("pick", 1)]


def test_an_event_that_only_changes_a_doubt_books_nothing_and_a_tare_books_a_count(shelf: Shelf) -> None:
    shelf.open(10)
    shelf.hear(count(1, 9, -1, minutes=1), count(2, 9, 0, minutes=2))
    assert shelf.facts() == [("count", 10), ("pick", 1)]
    shelf.hear(count(3, 0, 0, minutes=3))
    assert shelf.facts() == [("count", 10), ("pick", 1), ("count", 0)]


def test_what_a_shelf_missed_while_its_node_was_off_is_neither_a_pick_nor_a_put(shelf: Shelf) -> None:
    shelf.open(10)
    off, unknown = Missed(at(2)), Missed(None)
    seen = count(1, 9, -1, minutes=1), count(3, 5, -1, minutes=31), count(5, 13, 1, minutes=70)
    missed = count(2, 6, -3, minutes=30, missed=off), count(4, 12, 7, minutes=60, missed=unknown)
    shelf.hear(missed[1], seen[2], minutes=70)
    shelf.hear(*missed, *seen, minutes=71)
    shelf.hear(*missed, minutes=72)
    kinds = ("pick", 1), ("missed", 3), ("pick", 1), ("missed", -7), ("put", 1)
    assert shelf.facts() == [("count", 10), *kinds]
    spans = [(fact.since, fact.happened) for fact in shelf.rows(FactRow) if fact.kind == "missed"]
    assert sorted(spans, key=lambda span: span[1]) == [(at(2), at(30)), (None, at(60))]
    assert shelf.reasons() == []


def test_what_was_missed_is_booked_as_such_though_it_waited_for_the_adoption(shelf: Shelf) -> None:
    shelf.hear(online(), count(1, 9, -1, minutes=1), count(2, 7, -2, minutes=2, missed=Missed(at(1))), minutes=2)
    shelf.hear(state(1, 9, minutes=1), minutes=2, retained=True)
    adopt(shelf.shop.engine, shelf.node_id, at(3))
    shelf.hear(state(2, 7, minutes=4), minutes=4)
    shelf.hear(count(3, 5, -2, minutes=30, missed=Missed(at(5))), minutes=30)
    assert shelf.facts() == [("count", 7), ("missed", 2)]


def test_a_gap_below_what_the_node_still_has_is_closed_as_lost(shelf: Shelf) -> None:
    shelf.open(10)
    shelf.hear(count(1, 9, -1), count(5, 5, -1, minutes=5))
    assert shelf.acks[-1].missing == 2
    shelf.hear(state(5, 5, first=4, minutes=6), minutes=6)
    assert shelf.lost() == [(2, 3, 2)]
    assert (shelf.acks[-1].seq, shelf.acks[-1].missing) == (3, 4)


def test_a_lost_event_that_comes_after_all_is_booked_and_no_longer_missing(shelf: Shelf) -> None:
    shelf.open(10)
    shelf.hear(state(3, 7, first=4))
    assert (shelf.lost(), shelf.stream().mark) == ([(1, 3, 3)], 3)
    shelf.hear(count(2, 8, -1, minutes=1), minutes=2)
    assert shelf.lost() == [(1, 3, 2)]
    assert shelf.facts() == [("count", 10), ("pick", 1)]
    shelf.hear(count(2, 8, -1, minutes=1), minutes=3)
    assert shelf.lost() == [(1, 3, 2)]


def test_a_state_with_an_enormous_gap_costs_one_row(shelf: Shelf) -> None:
    shelf.open(10)
    shelf.hear(state(2**53 - 2, 7, first=2**53 - 1))
    assert len(shelf.rows(NodeEvent)) == 0
    assert shelf.lost() == [(1, 2**53 - 2, 2**53 - 2)]
    assert shelf.stream().mark == 2**53 - 2


def test_a_void_takes_the_place_of_its_event_until_that_comes_after_all(shelf: Shelf) -> None:
    shelf.open(10)
    shelf.hear(void(1), count(2, 8, -1, minutes=2), minutes=2)
    assert shelf.held() == [(1, "void"), (2, "count")]
    assert shelf.acks[-1].seq == 2
    assert shelf.reasons() == ["the node gave this event up, because it could not be brought across"]
    shelf.hear(count(1, 9, -1, minutes=1), minutes=3)
    assert shelf.held() == [(1, "count"), (2, "count")]
    assert shelf.facts() == [("count", 10), ("pick", 1), ("pick", 1)]
    shelf.hear(void(1), minutes=4)
    assert shelf.held() == [(1, "count"), (2, "count")]


def test_a_node_whose_mark_differs_is_answered_and_one_that_agrees_is_not(shelf: Shelf) -> None:
    shelf.open(10)
    shelf.hear(count(1, 9, -1))
    shelf.acks.clear()
    shelf.hear(state(1, 9, epoch=1, acked=1, minutes=1), minutes=1)
    assert shelf.acks == []
    shelf.hear(state(1, 9, epoch=1, acked=0, minutes=2), minutes=2)
    assert [(ack.epoch, ack.seq) for ack in shelf.acks] == [(1, 1)]
    shelf.hear(online("s2"), state(0, 9, stream="s2", minutes=3), minutes=3)
    assert [(ack.stream, ack.seq) for ack in shelf.acks[1:]] == [("s2", 0)]


def test_a_node_that_knows_more_than_a_rolled_back_server_gets_a_new_epoch_and_sends_again(shelf: Shelf) -> None:
    shelf.open(10)
    shelf.hear(state(7, 3, epoch=1, acked=7))
    assert shelf.epoch == 2
    assert (shelf.acks[-1].epoch, shelf.acks[-1].seq) == (2, 0)
    shelf.hear(state(7, 3, epoch=9, acked=2, minutes=1), minutes=1)
    assert shelf.epoch == 10
    shelf.hear(state(7, 3, epoch=9, acked=2, minutes=1), minutes=2, retained=True)
    assert shelf.epoch == 10


def test_a_state_is_compared_with_its_slot_as_it_stood_after_its_own_event(shelf: Shelf) -> None:
    shelf.open(10)
    shelf.hear(state(2, 8, minutes=2), count(3, 7, -1, minutes=3), minutes=3)
    assert shelf.slot.disagrees == 0
    shelf.hear(count(1, 9, -1, minutes=1), count(2, 8, -1, minutes=2), minutes=4)
    assert shelf.slot.disagrees == 0
    shelf.hear(state(3, 5, minutes=5), minutes=5)
    assert shelf.slot.disagrees == -2
    assert shelf.facts() == [("count", 10)] + [("pick", 1)] * 3
    shelf.hear(state(3, 7, minutes=6), minutes=6)
    assert shelf.slot.disagrees == 0


def test_a_cell_that_gives_no_sample_is_known_by_the_state(shelf: Shelf) -> None:
    shelf.open(10)
    shelf.hear(state(0, 10, minutes=1, cell_ok=False), minutes=1)
    assert shelf.slot.health == "cell_faulty"
    shelf.hear(state(0, 10, minutes=2), minutes=2)
    assert shelf.slot.health is None


def test_a_kept_state_of_yesterday_is_no_news(shelf: Shelf) -> None:
    shelf.hear(online(), state(0, 10, minutes=0), minutes=0)
    shelf.hear(state(0, 10, minutes=0), minutes=60 * 24, retained=True)
    assert shelf.node.heard_at == at(0)


def test_a_count_that_the_shelf_settled_is_dated_anew_with_its_event(shelf: Shelf) -> None:
    shelf.open(10)
    shelf.hear(count(1, 8, -2, minutes=None), minutes=20)
    pick = shelf.rows(FactRow)[1]
    with writing(shelf.shop.engine) as session:
        settled = Fact(pick.happened, Kind.COUNT, 8, f"{SETTLED}{pick.key}")
        add_facts(session, shelf.shop.site_id, [(pick.product_id, settled, at(150), False)])
    shelf.hear(count(1, 8, -2, minutes=5), minutes=151)
    assert [fact.happened for fact in shelf.rows(FactRow)][1:] == [at(5), at(5)]
