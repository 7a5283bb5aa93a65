"""What can't be taken is set aside with its reason and acknowledged; nothing is booked, and the next one works."""

from typing import Any

import pytest

from quietshelf.store.engine import writing
from quietshelf.store.tables import Node
from tests.intake.words import Shelf, altered, count, online, state

HERE = "quietshelf/v1/main/tea-1"
GOOD = count(1, 9, -1)


@pytest.mark.parametrize(
    ("topic", "payload", "reason", "counts_as_taken"),
    [
        (f"{HERE}/count", b"\xff\xfe", "the message is not UTF-8", False),
        (f"{HERE}/count", b"", "the message is not JSON", False),
        (f"{HERE}/count", b"[" * 2000, "the message is not JSON", False),
        (f"{HERE}/count", b'"x"', "the message must be a JSON object", False),
        (f"{HERE}/count", b" " * 5000, "the message has 5000 bytes, at most 4096 are allowed", False),
        (f"{HERE}/count", altered(GOOD, v=2), '"v" must be 1: this message is of another version', True),
        (f"{HERE}/count", altered(GOOD, grams="heavy"), '"grams" must be a number from -1e+06 to 1e+06', True),
        (
            f"{HERE}/count",
            altered(GOOD, items=[{"sku": "TEA-0114", "count": -3, "delta": -1}]),
            '"count" must be a whole number from 0 to 1000000',
            True,
        ),
        (f"{HERE}/count", altered(GOOD, seq=-1), '"seq" must be a whole number from 1 to 9007199254740991', False),
        (
            f"{HERE}/count",
            altered(GOOD, slot="99"),
            'node tea-1 has no slot "99": check the names in its TOML',
            True,
        ),
        (
            f"{HERE}/count",
            altered(GOOD, items=[{"sku": "NO-SUCH", "count": 3, "delta": -1}]),
            "no product has the SKU NO-SUCH: import it, or plan the slot anew",
            True,
        ),
        (
            "quietshelf/v1/main/nobody/count",
            GOOD.encode(),
            "no node nobody is known here: make it with `quietshelf node new`",
            False,
        ),
        (
            "quietshelf/v1/elsewhere/tea-1/count",
            GOOD.encode(),
            "no node tea-1 is known here: make it with `quietshelf node new`",
            False,
        ),
        (f"{HERE}/count/more", GOOD.encode(), "the topic is not quietshelf/v1/SITE/NODE/KIND", False),
        (f"{HERE}/ack", GOOD.encode(), "a node does not send ack", False),
        (
            f"{HERE}/state",
            altered(state(3, 9), first=9),
            "its oldest event 9 is past its newest 3",
            False,
        ),
        (
            f"{HERE}/state",
            altered(state(3, 9), epoch=2**53 - 1),
            "it claims an acknowledgement that no server gave: epoch 9007199254740991, seq 0",
            False,
        ),
        (f"{HERE}/status", b"{}", '"v" must be 1: this message is of another version', False),
    ],
)
def test_what_can_not_be_taken_is_set_aside_and_the_next_one_works(
    sqlite_shelf: Shelf, topic: str, payload: bytes, reason: str, counts_as_taken: bool
) -> None:
    shelf = sqlite_shelf
    shelf.open(10)
    booked = shelf.hear_raw((topic, payload))
    assert shelf.reasons() == [reason]
    assert booked.counted["quarantined"] == 1
    assert shelf.facts() == [("count", 10)]
    assert shelf.held() == ([(1, "quarantine")] if counts_as_taken else [])
    good = count(2 if counts_as_taken else 1, 9, -1, minutes=1)
    shelf.hear(good, minutes=1)
    assert shelf.facts() == [("count", 10), ("pick", 1)]
    assert (shelf.acks[-1].seq, shelf.acks[-1].missing) == (good.seq, None)


def test_one_bad_message_does_not_stop_the_others_of_its_batch(shelf: Shelf) -> None:
    shelf.open(10)
    shelf.hear_raw(
        (f"{HERE}/count", count(1, 9, -1, minutes=1).encode()),
        (f"{HERE}/count", b"nonsense"),
        (f"{HERE}/count", altered(count(2, 9, -1), items=[{"sku": "TEA-0114", "count": -1, "delta": -1}])),
        (f"{HERE}/count", count(3, 7, -1, minutes=3).encode()),
        minutes=4,
    )
    assert shelf.facts() == [("count", 10), ("pick", 1), ("pick", 1)]
    assert shelf.stream().mark == 3


def test_an_event_under_another_nodes_name_is_set_aside(shelf: Shelf) -> None:
    shelf.open(10)
    with writing(shelf.shop.engine) as session:
        session.add(Node(site_id=shelf.shop.site_id, name="tea-2"))
    shelf.hear(count(1, 9, -1), node="tea-2")
    assert shelf.reasons() == ["stream s1 is another node's: check the name in this one's TOML, or delete its outbox"]
    assert shelf.held() == []
    shelf.hear(count(1, 9, -1))
    assert shelf.facts() == [("count", 10), ("pick", 1)]


def test_the_same_unreadable_event_sent_again_is_set_aside_once(shelf: Shelf) -> None:
    shelf.open(10)
    poison: tuple[Any, Any] = (f"{HERE}/count", altered(GOOD, grams="heavy"))
    shelf.hear_raw(poison, poison)
    shelf.hear_raw(poison)
    assert len(shelf.reasons()) == 1
    assert [ack.seq for ack in shelf.acks] == [1, 1]


def test_a_first_event_that_overtakes_its_state_is_not_taken_for_an_unknown_slot(shelf: Shelf) -> None:
    shelf.hear(count(1, 9, -1))
    shelf.hear(online(), state(1, 9))
    assert shelf.reasons() == []
    assert shelf.held() == [(1, "before")]
