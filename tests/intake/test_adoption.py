"""A node waits for a manager; from its opening count on it is booked; another box under its name waits again."""

import base64
import hashlib
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest

from quietshelf.intake.adoption import NotPossibleError, adopt, assign_slot, new_node, plans
from quietshelf.store.engine import reading, writing
from quietshelf.store.shelves import credentials, lost_events
from quietshelf.store.tables import Product
from quietshelf_edge.config import read_config
from quietshelf_edge.messages import decode_config
from tests.intake.words import NINE, Shelf, at, count, online, state
from tests.shops import Shop


def test_what_comes_before_adoption_is_kept_and_acknowledged_and_never_booked(shelf: Shelf) -> None:
    shelf.hear(online(), state(0, 10), count(1, 9, -1, minutes=1), count(2, 8, -1, minutes=2), minutes=2)
    assert shelf.held() == [(1, "before"), (2, "before")]
    assert shelf.acks[-1].seq == 2
    adopt(shelf.shop.engine, shelf.node_id, at(3))
    assert shelf.facts() == []
    shelf.hear(state(2, 8, minutes=4), minutes=4)
    assert shelf.facts() == [("count", 8)]
    shelf.hear(count(3, 7, -1, minutes=5), count(1, 9, -1, minutes=1), minutes=5)
    assert shelf.facts() == [("count", 8), ("pick", 1)]


def test_the_books_open_at_once_where_the_last_state_is_at_the_mark(shelf: Shelf) -> None:
    shelf.hear(online(), count(1, 9, -1, minutes=1), state(1, 9, minutes=1), minutes=2)
    adopt(shelf.shop.engine, shelf.node_id, at(3))
    assert shelf.facts() == [("count", 9)]
    assert (shelf.node.opening_stream, shelf.node.opening_seq) == ("s1", 1)


def test_an_event_past_the_opening_count_is_booked_though_it_came_before_it(shelf: Shelf) -> None:
    shelf.hear(online(), count(1, 9, -1, minutes=1), count(2, 8, -1, minutes=2), minutes=2)
    shelf.hear(state(1, 9, minutes=1), minutes=2, retained=True)
    adopt(shelf.shop.engine, shelf.node_id, at(3))
    assert shelf.facts() == [], "that state is older than what is held: the next one opens the books"
    shelf.hear(count(3, 7, -1, minutes=4), minutes=4)
    shelf.hear(state(2, 8, minutes=3), minutes=5)
    assert shelf.facts() == [("count", 8), ("pick", 1)]
    assert shelf.held() == [(1, "before"), (2, "before"), (3, "count")]


def test_a_new_card_in_the_same_box_ends_the_old_stream_and_is_booked(shelf: Shelf) -> None:
    shelf.open(10)
    shelf.hear(count(1, 9, -1, minutes=1), state(3, 7, minutes=2), minutes=2)
    shelf.hear(online("s2"), count(1, 6, 0, minutes=10, stream="s2"), minutes=10)
    with reading(shelf.shop.engine) as session:
        (lost,) = lost_events(session, shelf.shop.site_id, NINE)
    assert (lost.events, lost.since) == (2, at(10))
    shelf.hear(count(2, 5, -1, minutes=11, stream="s2"), minutes=11)
    assert shelf.facts() == [("count", 10), ("pick", 1), ("missed", 1), ("pick", 1)]
    shelf.hear(count(2, 8, -1, minutes=2), minutes=12)  # was still under way
    assert [kind for kind, _ in shelf.facts()].count("pick") == 3
    assert not shelf.node.twice


def test_events_of_a_new_card_that_overtake_its_status_are_booked_all_the_same(shelf: Shelf) -> None:
    shelf.open(10)
    shelf.hear(count(1, 9, 0, minutes=5, stream="s2"), count(2, 8, -1, minutes=6, stream="s2"), minutes=7)
    assert shelf.held() == [(1, "before"), (2, "before")]
    shelf.hear(online("s2"), minutes=8)
    assert shelf.held() == [(1, "count"), (2, "count")]
    assert ("pick", 1) in shelf.facts()


def test_only_the_ack_of_the_current_stream_is_kept_by_the_broker(shelf: Shelf) -> None:
    shelf.open(10)
    shelf.hear(count(1, 9, -1, minutes=1), minutes=1)
    shelf.hear(online("s2"), minutes=2)
    old = shelf.hear(count(2, 8, -1, minutes=1), minutes=3)
    new = shelf.hear(count(1, 8, 0, minutes=3, stream="s2"), minutes=3)
    assert [out.retain for out in (*old.publish, *new.publish)] == [False, True]


def test_another_box_under_the_name_waits_for_adoption_again(shelf: Shelf) -> None:
    shelf.open(10)
    shelf.hear(count(1, 9, -1, minutes=1), minutes=1)
    shelf.hear(online("s2", serial="pi-2"), count(1, 5, -1, minutes=2, stream="s2"), minutes=2)
    assert shelf.node.twice
    assert shelf.node.adopted_at is None
    shelf.hear(count(2, 8, -1, minutes=3), minutes=3)
    assert shelf.facts() == [("count", 10), ("pick", 1)]
    adopt(shelf.shop.engine, shelf.node_id, at(4))
    shelf.hear(state(1, 5, stream="s2", minutes=5), count(2, 4, -1, minutes=6, stream="s2"), minutes=6)
    assert not shelf.node.twice
    assert shelf.facts() == [("count", 10), ("pick", 1), ("count", 5), ("pick", 1)]


def test_two_streams_in_turn_wait_for_adoption_again(shelf: Shelf) -> None:
    shelf.open(10)
    shelf.hear(online("s2"), minutes=1)
    assert not shelf.node.twice
    shelf.hear(online("s1"), minutes=2)
    assert shelf.node.twice
    assert shelf.node.stream == "s1"


def test_a_node_is_adopted_once(sqlite_shelf: Shelf) -> None:
    sqlite_shelf.open(10)
    with pytest.raises(NotPossibleError, match="Node tea-1 is adopted already"):
        adopt(sqlite_shelf.shop.engine, sqlite_shelf.node_id, at(1))


def test_the_file_of_a_new_node_is_one_that_the_agent_reads(sqlite_shop: Shop, tmp_path: Path) -> None:
    made = new_node(sqlite_shop.engine, sqlite_shop.site_id, "tea-9", host="192.0.2.7", port=1884, now=NINE)
    (tmp_path / "node.toml").write_text(made.toml)
    read = read_config(tmp_path / "node.toml")
    assert (read.name, read.site) == ("tea-9", "main")
    assert (read.mqtt.host, read.mqtt.port, read.mqtt.username) == ("192.0.2.7", 1884, "tea-9")
    assert read.mqtt.password == made.password == tomllib.loads(made.toml)["mqtt"]["password"]


def test_only_the_hash_of_a_password_is_kept(sqlite_shop: Shop) -> None:
    made = new_node(sqlite_shop.engine, sqlite_shop.site_id, "tea-9", host="h", port=1, now=NINE)
    with reading(sqlite_shop.engine) as session:
        kept = credentials(session)["tea-9"]
    _, kind, rounds, salt, digest = kept.split("$")
    again = hashlib.pbkdf2_hmac("sha512", made.password.encode(), base64.b64decode(salt), int(rounds))
    assert (kind, base64.b64encode(again).decode()) == ("7", digest)


@pytest.mark.parametrize("name", ["", "tea 1", "tea/1", "+", "quietshelf-server", "x" * 65])
def test_a_name_that_can_not_stand_in_a_topic_is_refused(sqlite_shop: Shop, name: str) -> None:
    with pytest.raises(NotPossibleError, match="can't be called"):
        new_node(sqlite_shop.engine, sqlite_shop.site_id, name, host="h", port=1, now=NINE)


def test_a_name_is_given_once(sqlite_shelf: Shelf) -> None:
    with pytest.raises(NotPossibleError, match="There is a node tea-1 already"):
        new_node(sqlite_shelf.shop.engine, sqlite_shelf.shop.site_id, "tea-1", host="h", port=1, now=NINE)


def test_a_plan_is_told_at_a_new_revision_each_time(shelf: Shelf) -> None:
    shop = shelf.shop
    assign_slot(shop.engine, shelf.node_id, "1", shop.products["TEA-0114"], piece_weight_g=262.5)
    told = plans(shop.engine, shop.site_id, {})
    (slot,) = told["tea-1"].slots
    assert told["tea-1"].rev == (1, 1)
    assert [(item.sku, item.piece_weight_g, item.tolerance) for item in slot.items] == [("TEA-0114", 262.5, 0.05)]
    known = {node: plan.rev for node, plan in told.items()}
    assert plans(shop.engine, shop.site_id, known) == {}
    assign_slot(shop.engine, shelf.node_id, "1", None)
    assert plans(shop.engine, shop.site_id, known)["tea-1"].slots == ()


def test_a_slot_needs_to_know_what_a_piece_weighs(sqlite_shelf: Shelf) -> None:
    shop = sqlite_shelf.shop
    with pytest.raises(NotPossibleError, match="Say what one piece of Stoneware mug weighs"):
        assign_slot(shop.engine, sqlite_shelf.node_id, "1", shop.products["MUG-0001"])
    assert {product.sku: product.piece_weight_g for product in sqlite_shelf.rows(Product)}["MUG-0001"] is None


def test_a_plan_that_no_message_can_carry_is_refused_and_not_kept(shelf: Shelf) -> None:
    shop = shelf.shop
    product_id = shop.products["TEA-0114"]

    def fill(slots: int) -> None:
        for place in range(slots):
            assign_slot(shop.engine, shelf.node_id, f"slot-{place}", product_id, piece_weight_g=262.5)

    with pytest.raises(NotPossibleError, match="Node tea-1 can't be told this"):
        fill(60)
    plan = plans(shop.engine, shop.site_id, {})["tea-1"]
    assert decode_config(plan.encode()).slots == plan.slots


def test_a_sku_that_no_message_can_carry_is_on_no_shelf(sqlite_shelf: Shelf) -> None:
    shop = sqlite_shelf.shop
    product_id = shop.products["TEA-0114"]
    with writing(shop.engine) as session:
        session.get_one(Product, product_id).sku = "T" * 65
    with pytest.raises(NotPossibleError, match="a SKU of 64 characters"):
        assign_slot(shop.engine, sqlite_shelf.node_id, "1", product_id, piece_weight_g=262.5)


def test_what_a_stream_lost_long_ago_is_told_only_to_who_asks_that_far_back(sqlite_shelf: Shelf) -> None:
    shelf = sqlite_shelf
    shelf.open(10)
    shelf.hear(state(3, 7, first=3, minutes=1), minutes=1)
    with reading(shelf.shop.engine) as session:
        assert [lost.events for lost in lost_events(session, shelf.shop.site_id, NINE)] == [2]
        assert lost_events(session, shelf.shop.site_id, NINE + timedelta(hours=1)) == []
