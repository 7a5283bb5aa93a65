"""The wire: what is encoded is read back as it was, and nothing that a stranger sends does more than be refused."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quietshelf_edge import messages as wire
from quietshelf_edge.messages import Count, Doubt, Item, Message, Rev, Unreadable

names = st.text("abcXYZ019_-", min_size=1, max_size=64)
skus = st.text(st.characters(categories=["L", "N", "P"], codec="utf-8"), min_size=1, max_size=20)
seqs = st.integers(1, 2**53 - 1)
moments = st.integers(0, 7 * 10**12).map(lambda ms: datetime(1971, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms))
revs = st.builds(Rev, st.integers(0, 9), st.integers(0, 10**6))
grams = st.none() | st.floats(-1e6, 1e6)
pieces = st.integers(0, 10**6)
maybe_at = st.none() | moments


def once(kind: st.SearchStrategy[Any], key: str, most: int) -> st.SearchStrategy[Any]:
    return st.lists(kind, max_size=most, unique_by=lambda entry: getattr(entry, key)).map(tuple)


counts = st.builds(
    Count,
    slot=names,
    stream=names,
    seq=seqs,
    boot=seqs,
    at=maybe_at,
    clock_ok=st.booleans(),
    config_rev=st.none() | revs,
    items=once(st.builds(Item, skus, pieces, st.integers(-(10**6), 10**6)), "sku", 4),
    grams=grams,
    confidence=st.floats(0, 1),
    doubt=st.none() | st.sampled_from(Doubt),
    missed=st.none() | st.builds(wire.Missed, maybe_at),
)
states = st.builds(
    wire.State,
    stream=names,
    seq=st.integers(0, 2**53 - 1),
    first=seqs,
    epoch=st.integers(0, 99),
    acked=st.integers(0, 99),
    config_rev=st.none() | revs,
    at=maybe_at,
    slots=once(
        st.builds(
            wire.SlotState,
            slot=names,
            items=once(st.builds(wire.StateItem, skus, pieces), "sku", 2),
            grams=grams,
            confidence=st.floats(0, 1),
            doubt=st.none() | st.sampled_from(Doubt),
            cell_ok=st.booleans(),
        ),
        "slot",
        4,
    ),
)
configs = st.builds(
    wire.Config,
    rev=revs,
    slots=once(
        st.builds(
            wire.SlotPlan,
            slot=names,
            items=once(
                st.builds(wire.PlannedItem, skus, st.floats(0.01, 1e6), st.floats(0, 0.5), st.none() | pieces), "sku", 2
            ),
        ),
        "slot",
        4,
    ),
)
acks = st.builds(wire.Ack, st.integers(0, 9), names, st.integers(0, 99), st.none() | seqs)
voids = st.builds(wire.Void, names, seqs, seqs, maybe_at, st.booleans())
statuses = st.builds(wire.Status, st.booleans(), st.just("0.1.0"), seqs, st.none() | names, names)
commands = st.builds(
    wire.Command, names, st.sampled_from(wire.CommandKind), st.integers(1, 3600), names, st.integers(1, 99)
)
replies = st.builds(wire.Reply, names, st.booleans(), st.just("It is done."), st.none() | st.floats(0.01, 1e6))

READERS: list[tuple[st.SearchStrategy[Any], Callable[[bytes], Message]]] = [
    (counts, wire.decode_count),
    (voids, wire.decode_count),
    (states, wire.decode_state),
    (acks, wire.decode_ack),
    (statuses, wire.decode_status),
    (configs, wire.decode_config),
    (commands, wire.decode_command),
    (replies, wire.decode_reply),
]
GOOD = Count("1", "s", 7, 1, None, False, Rev(1, 2), (Item("TEA", 3, -1),), 12.5, 0.9, None)


@settings(deadline=None)
@given(st.data())
def test_every_message_is_read_back_as_it_was_sent(data: st.DataObject) -> None:
    for messages, decode in READERS:
        message = data.draw(messages)
        assert decode(message.encode()) == message


@settings(deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_garbage_is_refused_and_does_nothing_else(payload: bytes) -> None:
    for _, decode in READERS:
        with pytest.raises(Unreadable):
            decode(payload)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(deadline=None)
@given(st.sampled_from(sorted(json.loads(GOOD.encode()))), json_values)
def test_one_wrong_value_is_either_a_message_or_unreadable(key: str, value: Any) -> None:
    payload = json.dumps({**json.loads(GOOD.encode()), key: value}).encode()
    with suppress(Unreadable):
        wire.decode_count(payload)


def spoilt(**values: Any) -> bytes:
    return json.dumps({**json.loads(GOOD.encode()), **values}).encode()


@pytest.mark.parametrize(
    "values",
    [
        {"v": 2},
        {"v": True},
        {"slot": "a/b"},
        {"slot": "+"},
        {"slot": "#"},
        {"slot": ""},
        {"slot": "x" * 65},
        {"boot": 1.0},
        {"boot": True},
        {"boot": 2**60},
        {"at": "2026-11-03T09:30:00.250"},
        {"at": "2026-11-03T09:30:00.250+01:00"},
        {"at": "2026-02-30T09:30:00.250Z"},
        {"at": 17},
        {"clock_ok": 1},
        {"config_rev": [1]},
        {"config_rev": [1, -1]},
        {"items": None},
        {"items": [{"sku": "TEA", "count": -1, "delta": 0}]},
        {"items": [{"sku": "TEA", "count": True, "delta": 0}]},
        {"items": [{"sku": " TEA", "count": 1, "delta": 0}]},
        {"items": [{"sku": "T\u0000A", "count": 1, "delta": 0}]},
        {"items": [{"sku": "TEA", "count": 1, "delta": 0}] * 2},
        {"items": [{"sku": str(n), "count": 1, "delta": 0} for n in range(17)]},
        {"grams": "12"},
        {"grams": float("nan")},
        {"grams": float("inf")},
        {"confidence": 1.01},
        {"doubt": "tired"},
        {"doubt": False},
        {"missed": True},
        {"missed": {}},
        {"missed": {"since": "yesterday"}},
    ],
    ids=str,
)
def test_a_wrong_value_is_refused_and_still_says_whose_event_it_is(values: dict[str, Any]) -> None:
    with pytest.raises(Unreadable) as refused:
        wire.decode_count(spoilt(**values))
    known = (refused.value.stream, refused.value.seq)
    assert known == ((None, None) if "grams" in values and values["grams"] != "12" else ("s", 7))


def test_a_missing_key_is_named() -> None:
    values = json.loads(GOOD.encode())
    del values["doubt"]
    with pytest.raises(Unreadable, match='"doubt" is missing'):
        wire.decode_count(json.dumps(values).encode())


def test_a_key_that_came_later_than_the_wire_may_be_missing() -> None:
    values = json.loads(GOOD.encode())
    del values["missed"]
    assert wire.decode_count(json.dumps(values).encode()) == GOOD


def test_keys_of_a_newer_version_are_passed_over() -> None:
    assert wire.decode_count(spoilt(humidity=40)) == GOOD


def test_a_message_over_4096_bytes_is_neither_sent_nor_read() -> None:
    with pytest.raises(Unreadable, match="4096"):
        wire.decode_count(spoilt(note="x" * 4096))
    many = tuple(Item("é" * 64 + str(n), 1, 0) for n in range(60))
    with pytest.raises(ValueError, match="4096"):
        replace(GOOD, items=many).encode()


def test_a_key_that_stands_twice_is_refused() -> None:
    with pytest.raises(Unreadable, match="twice"):
        wire.decode_ack(b'{"v":1,"epoch":1,"epoch":2,"stream":"s","seq":1,"missing":null}')


@pytest.mark.parametrize(
    "text",
    ["", "quietshelf/v1/main/tea-1", "quietshelf/v2/main/tea-1/count", "quietshelf/v1/+/tea-1/count",
     "quietshelf/v1/main/tea-1/counts", "quietshelf/v1/main/tea-1/count/x", "quietshelf/v1//tea-1/count"],
)  # fmt: skip
def test_a_topic_that_is_none_of_ours_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        wire.parse_topic(text)


@settings(deadline=None)
@given(names, names, st.sampled_from(wire.What))
def test_a_topic_is_read_back_as_it_was_made(site: str, node: str, what: wire.What) -> None:
    assert wire.parse_topic(wire.topic(site, node, what)) == (site, node, what)


def test_a_name_with_a_wildcard_makes_no_topic() -> None:
    with pytest.raises(ValueError, match="can't stand in a topic"):
        wire.topic("main", "#", "count")


def test_a_naive_moment_can_not_be_sent() -> None:
    with pytest.raises(ValueError, match="time zone"):
        replace(GOOD, at=datetime(2026, 11, 3)).encode()  # noqa: DTZ001
