"""An order that is with its supplier, as its page is used: goods come on their day, answers and askings are noted."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from quietshelf.cycle import run_pass
from quietshelf.outbound import hurrying
from quietshelf.store.engine import reading
from quietshelf.store.orders import NotAllowed
from quietshelf.store.tables import Delivery, FactRow, Mail, Order, SkuState
from tests.web.conftest import Run
from tests.web.test_orders import at_order, line_of, on_its_way, state_of


def came_on(run: Run, order: Order) -> list[date]:
    """The days on which goods of it came, as they are booked."""
    with reading(run.shop.engine) as session:
        lines = [line.id for line in session.get_one(Order, order.id).lines]
        came = session.scalars(select(Delivery).where(Delivery.order_line_id.in_(lines)))
        keys = {delivery.key: delivery.happened for delivery in came}
        booked = session.execute(select(FactRow.key, FactRow.happened).where(FactRow.key.in_(keys)))
        assert dict(booked.all()) == keys, "the ledger has the same instant"
        return sorted({at.date() for at in keys.values()})


def test_goods_that_are_typed_in_later_came_on_their_own_day(run: Run) -> None:
    order = on_its_way(run, "Harbour Ceramics")
    run.now += timedelta(days=9)
    at_order(run, order, "sam@corner.example").press("Receive", came_on="2026-12-01")
    assert state_of(run, order) == "received"
    assert came_on(run, order) == [date(2026, 12, 1)]


def test_goods_come_today_unless_another_day_is_given(run: Run) -> None:
    order = on_its_way(run, "Harbour Ceramics")
    run.now += timedelta(days=9)
    sam = at_order(run, order, "sam@corner.example")
    assert 'value="2026-12-03"' in sam.html
    sam.press("Receive")
    assert came_on(run, order) == [date(2026, 12, 3)]


@pytest.mark.parametrize(("answer", "then"), [("Yes, before", 50), ("No, after", 67)])
def test_goods_booked_in_after_a_count_of_their_day_are_asked_about_once(run: Run, answer: str, then: int) -> None:
    """Counted at nine with the carton that came at eight, and typed in at five: it is not there twice."""
    order = on_its_way(run, "Harbour Ceramics")
    line = line_of(run, order, "MUG-0001")
    sam = run.visitor("sam@corner.example")
    sam.open(f"/skus/{line.product_id}/count")
    sam.press("Count it", found="50")
    assert "in the count?" not in sam.words
    run.now += timedelta(hours=3)
    at_order(run, order, "sam@corner.example").press("Receive", **{f"r-{line.id}": "17"})
    sam = run.visitor("sam@corner.example")
    sam.open(f"/skus/{line.product_id}")
    count = re.search(rf"/skus/{line.product_id}/counted/\w+", sam.html)
    assert count is not None
    sam.open(count[0])
    assert "Were these 17 in the count?" in sam.words
    sam.press(answer)
    assert "in the count?" not in sam.words
    with reading(run.shop.engine) as session:
        assert session.get_one(SkuState, (run.shop.site_id, line.product_id)).on_hand == then
    sam.open(f"/skus/{line.product_id}")
    assert "Was it before the count?" not in sam.words


def test_whoever_books_goods_in_is_asked_at_once_about_the_count_of_their_day(run: Run) -> None:
    order = on_its_way(run, "Harbour Ceramics")
    line = line_of(run, order, "MUG-0001")
    sam = run.visitor("sam@corner.example")
    sam.open(f"/skus/{line.product_id}/count")
    sam.press("Count it", found="50")
    run.now += timedelta(days=2)
    sam = at_order(run, order, "sam@corner.example")
    sam.press("Receive", came_on="2026-11-24", **{f"r-{line.id}": "17"})
    assert "was counted on that day. Were these 17 in the count?" in sam.words


@pytest.mark.parametrize(
    ("day", "says"),
    [
        ("2026-12-04", "Goods can't have come in the future. Give today or an earlier day."),
        ("2026-11-23", "PO-2002 was sent on 24 November 2026. Give a day since then."),
        ("3/12", "Type a day like 2026-12-03."),
    ],
)
def test_a_day_that_can_not_be_is_named_and_stays_typed(run: Run, day: str, says: str) -> None:
    order = on_its_way(run, "Harbour Ceramics")
    says = says.replace("PO-2002", order.number)
    line = line_of(run, order, "MUG-0001")
    run.now += timedelta(days=9)
    sam = at_order(run, order, "sam@corner.example")
    answer = sam.press("Receive", came_on=day, **{f"r-{line.id}": "17"})
    assert answer.status_code == 422
    assert says in sam.words
    assert f'value="{day}"' in sam.html
    assert 'value="17"' in sam.html
    assert (state_of(run, order), came_on(run, order)) == ("sent", [])


# what the supplier says -----------------------------------------------------------------------


def order_now(run: Run, order: Order) -> Order:
    with reading(run.shop.engine) as session:
        return session.get_one(Order, order.id)


def test_a_suppliers_answer_moves_what_is_expected_and_never_the_promise(run: Run) -> None:
    order = on_its_way(run, "Leaf & Kettle")
    promised = order_now(run, order).promised_on
    sam = at_order(run, order, "sam@corner.example")
    sam.press("Note the day", expected_on="2026-12-09")
    now = order_now(run, order)
    assert (now.state, now.promised_on, now.expected_on) == ("confirmed", promised, date(2026, 12, 9))
    assert "Noted: it is expected on that day." in sam.words
    assert "Sam noted today: it comes on Wednesday 9 December." in sam.words
    sam.press("Note the day", expected_on="2026-12-14")
    assert order_now(run, order).promised_on == promised
    assert "it comes on Monday 14 December. Sam noted today: it comes on Wednesday 9 December." in sam.words
    item = run.visitor()
    item.open(f"/skus/{run.shop.products['TEA-0131']}")
    assert f"48 are on {order.number} , expected on Monday 14 December" in item.words


def test_an_answer_that_is_past_or_is_no_day_changes_nothing(run: Run) -> None:
    order = on_its_way(run, "Leaf & Kettle")
    sam = at_order(run, order, "sam@corner.example")
    sam.press("Note the day", expected_on="2026-11-23")
    assert "That day is past. Give the day on which it is to come, today or later." in sam.words
    assert sam.press("Note the day", expected_on="").status_code == 422
    assert "Give the day on which it is to come." in sam.words
    assert order_now(run, order).expected_on is None


# asking it to hurry ---------------------------------------------------------------------------


def test_a_red_item_whose_order_is_on_its_way_is_hurried_from_today_and_rests_for_three_days(run: Run) -> None:
    order = on_its_way(run, "Leaf & Kettle")
    ines = at_order(run, order)
    ines.press("Note the day", expected_on="2026-12-09")  # long after it has run out
    ines.open("/")
    ines.press(f"Expedite {order.number}")
    assert ines.at == "/"
    assert "Asked: the mail goes out now." in ines.words
    assert "Asked today." in ines.words
    assert not ines.has_button(f"Expedite {order.number}")
    run.now += timedelta(days=2)
    ines.open("/")
    assert "Asked on Tuesday." in ines.words
    run.now += timedelta(days=1)
    ines.open("/")
    assert ines.has_button(f"Expedite {order.number}")


def test_the_supplier_is_asked_once_by_a_mail_that_is_no_order(run: Run) -> None:
    order = on_its_way(run, "Leaf & Kettle")
    for name in ("ines@corner.example", "sam@corner.example"):
        person = at_order(run, order, name)
        if person.has_button("Expedite by e-mail"):
            person.press("Expedite by e-mail")
    with reading(run.shop.engine) as session:
        mails = list(session.scalars(select(Mail).where(Mail.order_id.is_(None))))
    assert [(mail.recipient, mail.attachment) for mail in mails] == [("orders@leaf-kettle.example", None)]
    assert mails[0].subject == f"Purchase order {order.number} from The Corner Shop: when does it come?"
    assert "48 x Rooibos, 100 g (TEA-0131)" in mails[0].body
    assert "Ines’s mail waits to go out." in at_order(run, order).words
    run.now += timedelta(hours=1)
    with pytest.raises(NotAllowed, match="was asked for on Tuesday at 09:41: wait for the answer"):
        hurrying.expedite(run.shop.engine, order.id, 2, run.now, by_mail=False)


def test_what_is_not_on_its_way_can_not_be_hurried(run: Run) -> None:
    order = run.order("Leaf & Kettle")
    with pytest.raises(NotAllowed, match="is a draft: nothing of it is to come"):
        hurrying.expedite(run.shop.engine, order.id, 1, run.now, by_mail=False)


def test_a_late_order_on_today_is_hurried_by_phone_on_its_page(run: Run) -> None:
    order = on_its_way(run, "Harbour Ceramics")
    run.now += timedelta(days=20)
    run_pass(run.shop.engine, run.shop.site_id, run.now, whole=True)
    sam = run.visitor("sam@corner.example")
    sam.open("/")
    assert "Harbour Ceramics is late" in sam.words
    assert sam.has_button(f"Expedite {order.number}")
    sam = at_order(run, order, "sam@corner.example")
    sam.press("I have asked them to hurry")
    assert "Sam asked them today to hurry." in sam.words
    sam.open("/")
    assert not sam.has_button(f"Expedite {order.number}")
    assert "Asked today." in sam.words
