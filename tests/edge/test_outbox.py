"""The outbox: an event leaves it on the server's ack alone, whatever the broker says and whenever the power fails."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from quietshelf_edge.messages import Ack, Count, Item, Void, decode_count
from quietshelf_edge.outbox import Outbox
from quietshelf_edge.window import RETRY_MOST_S, SIZE

NOW = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)


def pick(count: int, at: datetime | None = NOW) -> Count:
    """A pick that leaves `count` pieces of tea."""
    return Count("1", "-", 1, 1, at, at is not None, None, (Item("TEA", count, -1),), 1.0, 1.0, None)


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Outbox]:
    outbox = Outbox(tmp_path / "outbox.sqlite", "boot-a")
    yield outbox
    outbox.close()


def reopened(box: Outbox, tmp_path: Path, boot_id: str = "boot-a", serial: str | None = None) -> Outbox:
    box.close()
    return Outbox(tmp_path / "outbox.sqlite", boot_id, serial)


def send_all(box: Outbox, now_s: float) -> list[int]:
    """Send what is due, as the agent does; the seqs."""
    due = box.due(now_s, hold_undated=False)
    for outgoing in due:
        box.sent(outgoing.seq, now_s)
    return [outgoing.seq for outgoing in due]


class AnyOrderOfAcks(RuleBasedStateMachine):
    """Picks, sends, acks late, early, repeated and of several epochs, and power cuts, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = TemporaryDirectory()
        self.path = Path(self._folder.name) / "outbox.sqlite"
        self.box = Outbox(self.path, "boot-a")
        self.kept: dict[int, int] = {}
        self.epoch, self.mark = 0, 0
        self.now_s = 0.0

    @rule()
    def a_hand_takes_a_piece(self) -> None:
        event = self.box.append(pick(len(self.kept)), self.now_s, {"slot.1": {"n": len(self.kept)}})
        self.kept[event.seq] = len(self.kept)

    @rule(seconds=st.sampled_from([0.1, 6.0, 70.0]))
    def what_is_due_is_sent(self, seconds: float) -> None:
        self.now_s += seconds
        for seq in send_all(self.box, self.now_s):
            assert seq > self.mark, "an acknowledged event is not sent again"

    @precondition(lambda self: self.kept)
    @rule(epoch=st.integers(0, 3), share=st.floats(0, 1), retained=st.booleans())
    def the_server_acknowledges(self, epoch: int, share: float, retained: bool) -> None:
        seq = round(share * len(self.kept))
        self.box.take_ack(Ack(epoch, self.box.stream, seq, None), retained=retained)
        if epoch > self.epoch:
            self.epoch, self.mark = epoch, seq
        elif epoch == self.epoch:
            self.mark = max(self.mark, seq)

    @rule()
    def an_ack_for_another_card_arrives(self) -> None:
        self.box.take_ack(Ack(9, "another", 99, None), retained=False)

    @rule()
    def time_passes_connected(self) -> None:
        self.box.tidy(3600.0, NOW)

    @rule()
    def the_connection_breaks(self) -> None:
        self.box.reconnected()

    @rule(new_boot=st.booleans())
    def the_power_fails(self, new_boot: bool) -> None:
        self.box.close()
        self.box = Outbox(self.path, f"boot-{self.now_s}" if new_boot else "boot-a")

    @invariant()
    def the_mark_is_what_the_server_said(self) -> None:
        assert (self.box.epoch, self.box.acked) == (self.epoch, self.mark)

    @invariant()
    def every_event_that_was_not_acknowledged_is_still_here(self) -> None:
        with sqlite3.connect(self.path) as db:
            held = {seq: decode_count(payload) for seq, payload in db.execute("SELECT seq, payload FROM events")}
        db.close()
        assert {seq for seq in self.kept if seq > self.mark} <= set(held)
        for seq, event in held.items():
            assert isinstance(event, Count)
            assert (event.seq, event.stream) == (seq, self.box.stream)
            assert event.items[0].count == self.kept[seq]

    def teardown(self) -> None:
        self.box.close()
        self._folder.cleanup()


TestAnyOrderOfAcks = AnyOrderOfAcks.TestCase
TestAnyOrderOfAcks.settings = settings(max_examples=15, stateful_step_count=25, deadline=None)


def test_a_stream_and_its_seq_outlive_reboots_and_the_boot_is_counted(box: Outbox, tmp_path: Path) -> None:
    box.append(pick(4), 1.0, {})
    stream = box.stream
    again = reopened(box, tmp_path, "boot-b")
    assert (again.stream, again.boot, again.append(pick(3), 1.0, {}).seq) == (stream, 2, 2)
    same = reopened(again, tmp_path, "boot-b")
    assert same.boot == 2
    same.close()


def test_a_card_cloned_into_another_pi_starts_a_new_stream_with_nothing_of_the_old(tmp_path: Path) -> None:
    box = Outbox(tmp_path / "outbox.sqlite", "boot-a", "serial-1")
    box.append(pick(4), 1.0, {"slot.1": {"count": 4}})
    stream = box.stream
    clone = reopened(box, tmp_path, "boot-b", "serial-2")
    assert clone.stream != stream
    assert (clone.next_seq, clone.first, clone.recall("slot.1")) == (1, 1, None)
    clone.close()


def test_the_file_is_flushed_with_each_commit(box: Outbox) -> None:
    assert box._db.execute("PRAGMA synchronous").fetchone() == (2,)


def test_an_event_and_the_memory_of_its_slot_are_kept_together(box: Outbox, tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        box.append(pick(4), 1.0, {"slot.1": object()})
    assert (box.next_seq, box.first) == (1, 1)
    box.append(pick(4), 1.0, {"slot.1": {"count": 4}})
    again = reopened(box, tmp_path)
    assert (again.next_seq, again.recall("slot.1")) == (2, {"count": 4})
    again.close()


def test_a_window_is_sent_at_a_time_and_again_after_a_pause(box: Outbox) -> None:
    for n in range(SIZE + 8):
        box.append(pick(n), 1.0, {})
    assert send_all(box, 0.0) == list(range(1, SIZE + 1))
    assert send_all(box, 1.0) == []
    assert send_all(box, 5.0) == list(range(1, SIZE + 1))
    assert send_all(box, 10.0) == []
    box.take_ack(Ack(1, box.stream, 8, None), retained=False)
    assert send_all(box, 10.1) == list(range(SIZE + 1, SIZE + 9))
    box.reconnected()
    assert send_all(box, 10.2) == list(range(9, SIZE + 9))


def test_when_the_first_event_never_arrives_later_ones_are_tried_one_at_a_time(box: Outbox) -> None:
    for n in range(SIZE + 3):
        box.append(pick(n), 1.0, {})
    now_s, beyond = 0.0, []
    for _ in range(14):
        now_s += RETRY_MOST_S
        beyond += [seq for seq in send_all(box, now_s) if seq > SIZE]
    assert set(beyond) == {SIZE + 1, SIZE + 2, SIZE + 3}
    assert len(beyond) == 4


def test_an_event_that_the_server_misses_ten_times_is_replaced_by_a_void_one(box: Outbox) -> None:
    for n in range(3):
        box.append(pick(n), 1.0, {})
    missed = Ack(1, box.stream, 1, missing=2)
    now_s = 0.0
    for _ in range(9):
        now_s += RETRY_MOST_S
        send_all(box, now_s)
        box.take_ack(missed, retained=False)
        box.take_ack(missed, retained=False)  # not sent in between: no further evidence
        box.take_ack(missed, retained=True)  # a replay by the broker: none either
    assert box.voided == 0
    send_all(box, now_s + RETRY_MOST_S)
    box.take_ack(missed, retained=False)
    assert box.voided == 1
    second = decode_count(box.due(now_s + RETRY_MOST_S, hold_undated=False)[0].payload)
    assert second == Void(box.stream, 2, box.boot, NOW, True)


def test_undated_events_wait_for_the_clock_and_then_carry_the_time_at_which_they_happened(box: Outbox) -> None:
    box.append(pick(4, at=None), 100.0, {})
    assert box.due(110.0, hold_undated=True) == []
    assert box.date(NOW, 130.0) == 1
    event = decode_count(box.due(130.0, hold_undated=True)[0].payload)
    assert (event.at, event.clock_ok) == (NOW - timedelta(seconds=30), False)


def test_an_event_acknowledged_without_its_time_is_sent_once_more_with_it(box: Outbox) -> None:
    box.append(pick(4, at=None), 100.0, {})
    send_all(box, 700.0)
    box.take_ack(Ack(1, box.stream, 1, None), retained=False)
    box.date(NOW, 800.0)
    box.take_ack(Ack(1, box.stream, 1, None), retained=False)  # answers something else: it was not sent yet
    assert send_all(box, 800.0) == [1]
    box.take_ack(Ack(1, box.stream, 1, None), retained=False)
    assert send_all(box, 900.0) == []


def test_events_of_an_earlier_boot_are_never_dated_by_this_ones_clock(box: Outbox, tmp_path: Path) -> None:
    box.append(pick(4, at=None), 100.0, {})
    again = reopened(box, tmp_path, "boot-b")
    assert again.date(NOW, 5.0) == 0
    assert send_all(again, 5.0) == [1]
    again.close()


def test_a_restored_server_gets_again_what_it_lost(box: Outbox) -> None:
    for n in range(5):
        box.append(pick(n), 1.0, {})
    send_all(box, 0.0)
    box.take_ack(Ack(1, box.stream, 5, None), retained=False)
    box.take_ack(Ack(2, box.stream, 2, None), retained=True)
    assert send_all(box, 0.1) == [3, 4, 5]
    box.take_ack(Ack(1, box.stream, 5, None), retained=True)  # an old broker's copy
    assert box.acked == 2


def test_what_was_acknowledged_stays_for_seven_days_of_connected_time(box: Outbox) -> None:
    for n in range(3):
        box.append(pick(n), 1.0, {})
    box.take_ack(Ack(1, box.stream, 2, None), retained=False)
    box.tidy(7 * 86_400.0 - 1, NOW)
    assert box.first == 1
    box.tidy(0.0, NOW + timedelta(days=20))
    assert box.first == 1
    box.tidy(2.0, NOW)
    assert box.first == 3


def test_beyond_its_bounds_the_oldest_events_go_and_first_says_so(box: Outbox) -> None:
    for n in range(10):
        box.append(pick(n, at=NOW + timedelta(days=n)), 1.0, {})
    box.tidy(0.0, NOW, most_events=8)
    assert box.first == 3
    box.tidy(0.0, NOW + timedelta(days=35))
    assert box.first == 6
    assert send_all(box, 0.0) == [6, 7, 8, 9, 10]


def test_a_card_that_forgot_events_begins_a_new_stream_and_keeps_what_it_has_counted_since(
    box: Outbox, tmp_path: Path
) -> None:
    box.append(pick(9), 1.0, {})
    again = reopened(box, tmp_path, "boot-b")  # the server holds 5; the card kept 1 of them
    again.append(pick(4), 1.0, {})
    stream = again.stream
    again.take_ack(Ack(1, stream, 5, None), retained=True)
    assert again.stream != stream
    [only] = again.due(0.0, hold_undated=False)
    assert decode_count(only.payload) == replace(pick(4), stream=again.stream, seq=1, boot=2)
    again.close()


def test_a_command_is_claimed_once_even_over_a_restart(box: Outbox, tmp_path: Path) -> None:
    assert box.claim_command("c-1")
    again = reopened(box, tmp_path)
    assert not again.claim_command("c-1")
    assert again.claim_command("c-2")
    again.close()


def test_two_agents_never_share_an_outbox(box: Outbox, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="stop that one first"):
        Outbox(tmp_path / "outbox.sqlite", "boot-a")
