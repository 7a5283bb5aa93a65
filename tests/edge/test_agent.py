"""The agent as a process of its own, against a real broker: what a hand did arrives, whatever is killed meanwhile."""

import signal
import sqlite3
from itertools import pairwise
from pathlib import Path

from quietshelf_edge.messages import (
    Command,
    CommandKind,
    Count,
    Reply,
    What,
    decode_count,
    decode_reply,
    decode_state,
    decode_status,
)
from tests.edge.bench import Broker, NodeProcess, StandIn, lay, plan, wait_for


def fill(folder: Path, server: StandIn) -> None:
    """Ten teas and four honeys, planned and counted."""
    lay(folder, "1", 10)
    lay(folder, "2", 4)
    server.say(What.CONFIG, plan().encode(), retain=True)
    wait_for(lambda: server.counts("TEA") and server.counts("HONEY"), "the first counts")


def unacknowledged(folder: Path) -> int:
    with sqlite3.connect(f"file:{folder / 'data' / 'outbox.sqlite'}?mode=ro", uri=True) as db:
        facts = dict(db.execute("SELECT name, value FROM facts"))
    db.close()
    return int(facts["next_seq"]) - 1 - int(facts["acked"])


def test_a_hand_on_the_shelf_reaches_the_server_and_the_ack_empties_the_outbox(
    tmp_path: Path, server: StandIn, node: NodeProcess
) -> None:
    fill(tmp_path, server)
    for pieces in (9, 6, 8):
        lay(tmp_path, "1", pieces)
        wait_for_teas(server, pieces)
    assert server.counts("TEA") == [(10, 0), (9, -1), (6, -3), (8, 2)]
    assert server.counts("HONEY") == [(4, 0)]
    wait_for(lambda: unacknowledged(tmp_path) == 0, "an empty outbox")
    assert node.stop() == 0
    wait_for(lambda: not decode_status(server.heard(What.STATUS)[-1]).online, "the goodbye")


def test_a_state_says_every_slot_once_a_new_plan_is_counted(tmp_path: Path, server: StandIn, node: NodeProcess) -> None:
    fill(tmp_path, server)
    wait_for(lambda: decode_state(server.heard(What.STATE)[-1]).seq == 2, "a state after both counts")
    state = decode_state(server.heard(What.STATE)[-1])
    assert {slot.slot: [(i.sku, i.count) for i in slot.items] for slot in state.slots} == {
        "1": [("TEA", 10)],
        "2": [("HONEY", 4)],
    }
    assert (state.first, state.config_rev) == (1, plan().rev)
    assert all(slot.cell_ok and slot.doubt is None for slot in state.slots)


def test_without_an_ack_everything_stays_and_is_sent_again(tmp_path: Path, server: StandIn, node: NodeProcess) -> None:
    server.acknowledging = False
    fill(tmp_path, server)
    assert unacknowledged(tmp_path) == 2
    stream = next(iter(server.events))[0]
    wait_for(lambda: len(server.heard(What.COUNT)) >= 4, "both events a second time")
    server.acknowledge(stream)
    wait_for(lambda: unacknowledged(tmp_path) == 0, "an empty outbox")


def test_nothing_is_lost_when_the_broker_is_killed_and_forgets(
    tmp_path: Path, broker: Broker, server: StandIn, node: NodeProcess
) -> None:
    fill(tmp_path, server)
    broker.stop()
    for pieces in (9, 7):
        lay(tmp_path, "1", pieces)
        wait_for_disk(tmp_path, pieces)
    broker.start()
    wait_for(lambda: len(server.counts("TEA")) == 3, "what happened meanwhile")
    assert server.counts("TEA") == [(10, 0), (9, -1), (7, -2)]
    wait_for(lambda: unacknowledged(tmp_path) == 0, "an empty outbox")


def wait_for_teas(server: StandIn, pieces: int) -> None:
    wait_for(lambda: server.counts("TEA")[-1][0] == pieces, f"{pieces} teas at the server")


def wait_for_disk(folder: Path, pieces: int) -> None:
    wait_for(lambda: last_on_disk(folder) == pieces, f"{pieces} teas in the outbox")


def last_on_disk(folder: Path) -> int | None:
    with sqlite3.connect(f"file:{folder / 'data' / 'outbox.sqlite'}?mode=ro", uri=True) as db:
        rows = db.execute("SELECT payload FROM events ORDER BY seq DESC LIMIT 1").fetchall()
    db.close()
    event = decode_count(rows[0][0]) if rows else None
    return event.items[0].count if isinstance(event, Count) else None


def test_a_killed_agent_says_so_by_its_last_will_and_counts_what_it_missed(
    tmp_path: Path, server: StandIn, node: NodeProcess
) -> None:
    fill(tmp_path, server)
    for pieces in (9, 5):
        lay(tmp_path, "1", pieces)
        wait_for_disk(tmp_path, pieces)
        node.kill()
        lay(tmp_path, "1", pieces - 1)
        node.start()
        wait_for_teas(server, pieces - 1)
    assert not all(decode_status(payload).online for payload in server.heard(What.STATUS))
    assert [count for count, _ in server.counts("TEA")] == [10, 9, 8, 5, 4]
    teas = [e for _, e in sorted(server.events.items()) if isinstance(e, Count) and e.slot == "1"]
    assert [event.missed is not None for event in teas] == [False, False, True, False, True]
    for seen, event in pairwise(teas):
        if event.missed is not None:
            assert event.missed.since == seen.at
    assert {key[1] for key in server.events} == set(range(1, len(server.events) + 1))
    assert len({key[0] for key in server.events}) == 1
    wait_for(lambda: unacknowledged(tmp_path) == 0, "an empty outbox")


def test_a_node_ends_though_it_is_asked_many_times_at_once(tmp_path: Path, server: StandIn, node: NodeProcess) -> None:
    fill(tmp_path, server)
    for _ in range(3):
        assert node.stop(times=500) in (0, -signal.SIGTERM)  # the last may reach an interpreter that ends
        node.start()
        wait_for(lambda: server.heard(What.STATE) != [], "a word of it")


def replies(server: StandIn) -> dict[str, Reply]:
    return {reply.id: reply for payload in server.heard(What.REPLY) for reply in [decode_reply(payload)]}


def test_commands_are_carried_out_once_and_answered(tmp_path: Path, server: StandIn, node: NodeProcess) -> None:
    fill(tmp_path, server)
    commands = [
        Command("learn-1", CommandKind.LEARN, 20, "1", 10),
        Command("tare-9", CommandKind.TARE, 20, "9"),
        Command("blink-1", CommandKind.BLINK, 20),
        Command("tare-2", CommandKind.TARE, 20, "2"),
    ]
    for command in commands:
        server.say(What.COMMAND, command.encode())
    wait_for(lambda: len(replies(server)) == len(commands), "an answer to each command")
    answers = replies(server)
    assert {name: reply.done for name, reply in answers.items()} == {
        "learn-1": True,
        "tare-9": False,
        "blink-1": True,
        "tare-2": True,
    }
    learnt_g = answers["learn-1"].piece_weight_g
    assert learnt_g is not None
    assert abs(learnt_g - 250) < 1
    wait_for(lambda: server.counts("HONEY")[-1] == (0, 0), "the tared slot to count as empty")
    server.say(What.COMMAND, commands[3].encode())
    wait_for(lambda: not replies(server)["tare-2"].done, "the refusal of a repeated command")
    assert "before" in replies(server)["tare-2"].message


def test_a_command_that_the_broker_kept_is_refused(tmp_path: Path, server: StandIn, node: NodeProcess) -> None:
    fill(tmp_path, server)
    node.stop()
    server.say(What.COMMAND, Command("days-old", CommandKind.TARE, 20, "1").encode(), retain=True)
    node.start()
    wait_for(lambda: decode_status(server.heard(What.STATUS)[-1]).online, "the node to be back")
    server.say(What.COMMAND, Command("learn-now", CommandKind.LEARN, 20, "1", 10).encode())
    wait_for(lambda: "learn-now" in replies(server), "an answer")
    assert set(replies(server)) == {"learn-now"}
    assert server.counts("TEA") == [(10, 0)]


def test_unreadable_words_of_the_server_stop_nothing(tmp_path: Path, server: StandIn, node: NodeProcess) -> None:
    for what in (What.ACK, What.CONFIG, What.COMMAND):
        server.say(what, b"\xff not json")
    fill(tmp_path, server)
    lay(tmp_path, "1", 9)
    wait_for(lambda: server.counts("TEA")[-1] == (9, -1), "the pick")
