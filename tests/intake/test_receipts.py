"""Goods at the door: what is booked, what is refused, and that a press counts once."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from quietshelf.intake.receipts import Came, NotBooked, came_at, receive
from quietshelf.outbound import lifecycle
from quietshelf.outbound.mailbox import Mailbox
from quietshelf.store.engine import reading
from quietshelf.store.orders import ChangedMeanwhile, NotAllowed
from quietshelf.store.tables import Delivery, SkuState
from tests.orders import People, draft, line_ids, on_sqlite, order, receipts_booked, sent_order
from tests.shops import Shop

NOW = datetime(2026, 11, 24, 9, 40, tzinfo=UTC)
CAME = NOW + timedelta(days=7)


def _deliveries(shop: Shop) -> list[tuple[int, int, str]]:
    with reading(shop.engine) as session:
        rows = session.execute(select(Delivery.received, Delivery.rejected, Delivery.reason).order_by(Delivery.id))
        return [(received, rejected, reason) for received, rejected, reason in rows]


def test_goods_received_in_full_are_on_hand_and_the_order_is_done(shop: Shop, who: People, mailbox: Mailbox) -> None:
    sent = sent_order(shop, who, {"TEA-0114": 48, "TEA-0120": 60}, mailbox, NOW)
    ids = line_ids(sent)
    got = receive(
        shop.engine,
        sent.id,
        sent.version,
        {ids["TEA-0114"]: Came(48), ids["TEA-0120"]: Came(60)},
        CAME,
        CAME,
        who.staff,
    )
    assert (got.state, got.accepted, got.repeated) == ("received", 108, False)
    done = order(shop, sent.id)
    assert (done.state, [line.closed_at for line in done.lines]) == ("received", [CAME, CAME])
    with reading(shop.engine) as session:
        state = session.get_one(SkuState, (shop.site_id, shop.products["TEA-0114"]))
        assert (state.on_hand, state.on_order, state.stale) == (48, 0, False)


def test_goods_in_parts_with_rejects_book_what_was_accepted(shop: Shop, who: People, mailbox: Mailbox) -> None:
    sent = sent_order(shop, who, {"TEA-0114": 48}, mailbox, NOW)
    tea = line_ids(sent)["TEA-0114"]
    first = receive(shop.engine, sent.id, sent.version, {tea: Came(20, 2, "Chipped or broken")}, CAME, CAME, who.staff)
    assert (first.state, first.accepted) == ("part_received", 18)
    second = receive(shop.engine, sent.id, first.version, {tea: Came(28)}, CAME, CAME, who.staff)
    assert second.state == "received"
    assert receipts_booked(shop, "TEA-0114") == [18, 28]
    assert _deliveries(shop) == [(20, 2, "Chipped or broken"), (28, 0, "")]


def test_a_second_press_of_receive_books_nothing_more(shop: Shop, who: People, mailbox: Mailbox) -> None:
    sent = sent_order(shop, who, {"TEA-0114": 48}, mailbox, NOW)
    came = {line_ids(sent)["TEA-0114"]: Came(20, 1, "Wrong item")}
    presses = [receive(shop.engine, sent.id, sent.version, came, CAME, CAME, who.staff) for _ in range(3)]
    assert [press.repeated for press in presses] == [False, True, True]
    assert {(press.version, press.state, press.accepted) for press in presses} == {
        (sent.version + 1, "part_received", 19)
    }
    assert receipts_booked(shop, "TEA-0114") == [19]


@on_sqlite
def test_another_count_on_the_same_look_is_told_that_the_order_changed(
    shop: Shop, who: People, mailbox: Mailbox
) -> None:
    sent = sent_order(shop, who, {"TEA-0114": 48}, mailbox, NOW)
    tea = line_ids(sent)["TEA-0114"]
    receive(shop.engine, sent.id, sent.version, {tea: Came(20)}, CAME, CAME, who.staff)
    with pytest.raises(ChangedMeanwhile) as refused:
        receive(shop.engine, sent.id, sent.version, {tea: Came(21)}, CAME, CAME, who.manager)
    assert refused.value.by == "Sam"
    assert receipts_booked(shop, "TEA-0114") == [20]


def test_a_tenth_more_than_ordered_may_come_and_what_is_above_is_refused_whole(
    shop: Shop, who: People, mailbox: Mailbox
) -> None:
    sent = sent_order(shop, who, {"TEA-0114": 36, "TEA-0120": 40}, mailbox, NOW)
    ids = line_ids(sent)
    version = receive(shop.engine, sent.id, sent.version, {ids["TEA-0114"]: Came(24)}, CAME, CAME, who.staff).version
    too_many = {ids["TEA-0114"]: Came(30), ids["TEA-0120"]: Came(40)}
    with pytest.raises(NotBooked) as refused:
        receive(shop.engine, sent.id, version, too_many, CAME, CAME, who.staff)
    assert refused.value.errors == {
        ids["TEA-0114"]: "12 are open, and up to 3 more are allowed. Type 15 or less, or send the rest back."
    }
    assert (order(shop, sent.id).version, receipts_booked(shop, "TEA-0120")) == (version, [])
    receive(shop.engine, sent.id, version, {ids["TEA-0114"]: Came(15)}, CAME, CAME, who.staff)
    assert receipts_booked(shop, "TEA-0114") == [24, 15]


@pytest.mark.parametrize(
    ("came", "says"),
    [
        (Came(3, 4), "3 came, so no more than 3 can be rejected."),
        (Came(-1), "Type a number of pieces, 0 or more."),
        (Came(5, -1), "Type a number of pieces, 0 or more."),
        (Came(3), "1 is open, and up to 1 more is allowed. Type 2 or less, or send the rest back."),
    ],
)
@on_sqlite
def test_a_count_that_can_not_be_is_refused_in_a_sentence(
    shop: Shop, who: People, mailbox: Mailbox, came: Came, says: str
) -> None:
    sent = sent_order(shop, who, {"TEA-0114": 1}, mailbox, NOW)
    tea = line_ids(sent)["TEA-0114"]
    with pytest.raises(NotBooked) as refused:
        receive(shop.engine, sent.id, sent.version, {tea: came}, CAME, CAME, who.staff)
    assert refused.value.errors == {tea: says}
    assert _deliveries(shop) == []


@on_sqlite
def test_nothing_and_all_rejected_are_told_apart(shop: Shop, who: People, mailbox: Mailbox) -> None:
    sent = sent_order(shop, who, {"TEA-0114": 12}, mailbox, NOW)
    tea = line_ids(sent)["TEA-0114"]
    with pytest.raises(NotAllowed, match="type how many pieces came"):
        receive(shop.engine, sent.id, sent.version, {tea: Came(0)}, CAME, CAME, who.staff)
    got = receive(shop.engine, sent.id, sent.version, {tea: Came(12, 12, "Wrong pack")}, CAME, CAME, who.staff)
    assert (got.state, got.accepted, receipts_booked(shop, "TEA-0114")) == ("received", 0, [])


@on_sqlite
def test_only_what_is_on_its_way_can_be_received(shop: Shop, who: People) -> None:
    order_id = draft(shop, {"TEA-0114": 12}, NOW)
    tea = line_ids(order(shop, order_id))["TEA-0114"]
    with pytest.raises(NotAllowed, match="PO-2001 is not on its way"):
        receive(shop.engine, order_id, 1, {tea: Came(12)}, CAME, CAME, who.staff)


@pytest.mark.parametrize("day", [date(2026, 11, 23), date(2026, 12, 2)])
@on_sqlite
def test_goods_came_neither_before_their_order_nor_in_the_future(
    shop: Shop, who: People, mailbox: Mailbox, day: date
) -> None:
    sent = sent_order(shop, who, {"TEA-0114": 12}, mailbox, NOW)
    came = {line_ids(sent)["TEA-0114"]: Came(12)}
    with pytest.raises(NotAllowed, match="othing is booked"):
        receive(
            shop.engine, sent.id, sent.version, came, came_at(day, CAME, ZoneInfo("Europe/London")), CAME, who.staff
        )


def test_a_day_of_goods_is_now_for_today_and_the_days_begin_for_an_earlier_one() -> None:
    zone = ZoneInfo("Europe/London")
    assert came_at(date(2026, 12, 1), CAME, zone) == CAME
    assert came_at(date(2026, 7, 1), CAME, zone).astimezone(UTC) == datetime(2026, 6, 30, 23, tzinfo=UTC)


def test_the_rest_that_never_comes_is_closed_short(shop: Shop, who: People, mailbox: Mailbox) -> None:
    sent = sent_order(shop, who, {"TEA-0114": 48}, mailbox, NOW)
    tea = line_ids(sent)["TEA-0114"]
    got = receive(shop.engine, sent.id, sent.version, {tea: Came(20)}, CAME, CAME, who.staff)
    with pytest.raises(NotAllowed, match="close it short instead"):
        lifecycle.cancel(shop.engine, sent.id, got.version, who.manager, CAME)
    lifecycle.close_short(shop.engine, sent.id, got.version, who.manager, CAME)
    assert order(shop, sent.id).state == "closed_short"
    with reading(shop.engine) as session:
        assert session.get_one(SkuState, (shop.site_id, shop.products["TEA-0114"])).on_order == 0
