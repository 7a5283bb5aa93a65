"""An order's page, as a person without JavaScript uses it: every act is a form that redirects."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from quietshelf.outbound import lifecycle
from quietshelf.store import people
from quietshelf.store.engine import reading, writing
from quietshelf.store.orders import order_of, sent
from quietshelf.store.tables import Order, OrderLine
from quietshelf.web import order_views
from tests.web.conftest import Run
from tests.web.visitor import Visitor


def state_of(run: Run, order: Order) -> str:
    with reading(run.shop.engine) as session:
        return order_of(session, order.id).state


def line_of(run: Run, order: Order, sku: str) -> OrderLine:
    with reading(run.shop.engine) as session:
        return next(line for line in order_of(session, order.id).lines if line.product.sku == sku)


def at_order(run: Run, order: Order, email: str = "ines@corner.example") -> Visitor:
    visitor = run.visitor(email)
    visitor.open(f"/orders/{order.id}")
    return visitor


def on_its_way(run: Run, supplier: str) -> Order:
    """A draft of the shop, sent and promised."""
    order = run.order(supplier)
    with reading(run.shop.engine) as session:
        ines = people.user_by_email(session, "ines@corner.example")
        assert ines is not None
    lifecycle.send(run.shop.engine, order.id, order.version, ines.id, run.now)
    with writing(run.shop.engine) as session:
        sent(order_of(session, order.id), run.now, run.now.date())
    return order


def test_the_page_shows_each_step_from_need_to_pack(run: Run) -> None:
    ines = at_order(run, run.order("Leaf & Kettle"))
    assert "180 → 180" not in ines.words
    assert "45 → 48, packs of 6" in ines.words
    assert "Lasts 48 days" in ines.words
    assert "7 left, 1 day. Sells 4.0 a day." in ines.words


def test_typed_quantities_are_saved(run: Run) -> None:
    order = run.order("Leaf & Kettle")
    line = line_of(run, order, "TEA-0131")
    ines = at_order(run, order)
    ines.press("Save", **{f"q-{line.id}": "60"})
    assert line_of(run, order, "TEA-0131").quantity == 60
    assert "You set 60, the rule says 48" in ines.words


def test_a_press_on_the_stepper_adds_a_pack_without_script(run: Run) -> None:
    order = run.order("Leaf & Kettle")
    ines = at_order(run, order)
    ines.press("One pack more of Rooibos")
    assert line_of(run, order, "TEA-0131").quantity == 54


def test_what_cant_be_read_is_named_and_stays_typed(run: Run) -> None:
    order = run.order("Leaf & Kettle")
    line = line_of(run, order, "TEA-0131")
    ines = at_order(run, order)
    answer = ines.press("Save", **{f"q-{line.id}": "a few"})
    assert answer.status_code == 422
    assert "Nothing is saved yet. Rooibos, 100 g: “a few” is no whole number." in ines.words
    assert 'value="a few"' in ines.html
    assert line_of(run, order, "TEA-0131").quantity == 48


def test_sending_can_be_undone_where_it_was_pressed(run: Run) -> None:
    order = run.order("Northern Mills")
    ines = run.visitor()
    ines.open("/")
    ines.press(f"Send {order.number}")
    assert ines.at == "/"
    assert state_of(run, order) == "sending"
    yellow = ines.html[ines.html.index('id="h-yellow"') :]
    assert "Goes at 09:41:10" in yellow  # the order stays in its place though its items are Green by now
    ines.press("Undo")
    assert state_of(run, order) == "draft"
    assert ines.has_button(f"Send {order.number}")


def test_quantities_that_were_typed_go_with_the_sending(run: Run) -> None:
    order = run.order("Leaf & Kettle")
    line = line_of(run, order, "TEA-0131")
    ines = at_order(run, order)
    ines.press("Send order", **{f"q-{line.id}": "66"})
    assert state_of(run, order) == "sending"
    assert line_of(run, order, "TEA-0131").quantity == 66
    assert f"{order.number} goes at 09:41:10" in ines.words


def test_a_double_tap_on_send_is_one_press(run: Run) -> None:
    order = run.order("Leaf & Kettle")
    line = line_of(run, order, "TEA-0131")
    ines, again = at_order(run, order), at_order(run, order)
    for tap in (ines, again):
        tap.press("Send order", **{f"q-{line.id}": "66"})
        assert "changed" not in tap.words
        assert f"{order.number} goes at 09:41:10" in tap.words


def test_staff_send_what_a_manager_approved(run: Run) -> None:
    order = run.order("Leaf & Kettle")
    assert "It waits for a manager’s yes" in at_order(run, order, "sam@corner.example").words
    at_order(run, order).press("Approve")
    assert state_of(run, order) == "approved"
    at_order(run, order, "sam@corner.example").press("Send order")
    assert state_of(run, order) == "sending"


def test_staff_cant_approve_whatever_they_post(run: Run) -> None:
    order = run.order("Leaf & Kettle")
    sam = at_order(run, order, "sam@corner.example")
    token = sam.html.split('name="csrf_token" value="')[1].split('"')[0]
    for do in ("approve", "send", "cancel", "save"):
        sam.client.post(
            f"/orders/{order.id}",
            data={
                "csrf_token": token,
                "version": order.version,
                "do": do,
                f"q-{line_of(run, order, 'TEA-0131').id}": "1",
            },
        )
        assert state_of(run, order) == "draft"
    assert line_of(run, order, "TEA-0131").quantity == 48


def test_a_draft_can_be_cancelled(run: Run) -> None:
    order = run.order("Leaf & Kettle")
    at_order(run, order).press(f"Cancel {order.number}")
    assert state_of(run, order) == "cancelled"


def test_the_second_of_two_people_is_told_who_was_first(run: Run) -> None:
    order = run.order("Leaf & Kettle")
    line = line_of(run, order, "TEA-0131")
    ines, other = at_order(run, order), at_order(run, order)
    other.press("Save", **{f"q-{line.id}": "60"})
    ines.press("Send order", **{f"q-{line.id}": "12"})
    assert f"Not sent: Ines changed {order.number} at 09:41. Look at it once more, then send." in ines.words
    assert "You had typed 12 of Rooibos, 100 g." in ines.words
    assert state_of(run, order) == "draft"
    assert line_of(run, order, "TEA-0131").quantity == 60


def test_goods_are_received_in_full_with_one_press(run: Run) -> None:
    order = on_its_way(run, "Northern Mills")
    sam = at_order(run, order, "sam@corner.example")
    assert "140 of 140" in sam.words
    sam.press("Receive")
    assert state_of(run, order) == "received"
    sam.open(f"/skus/{run.shop.products['OAT-0010']}")
    assert "+140" in sam.words


def test_goods_are_received_in_parts_with_rejects(run: Run) -> None:
    order = on_its_way(run, "Northern Mills")
    line = line_of(run, order, "OAT-0010")
    ines = at_order(run, order)
    ines.press("Receive", **{f"r-{line.id}": "100", f"x-{line.id}": "10"})
    assert state_of(run, order) == "part_received"
    assert "100 received today, 10 of them rejected" in ines.words
    ines.press(f"Close {order.number} short")
    assert state_of(run, order) == "closed_short"


def test_more_than_was_ordered_is_refused_with_what_to_do(run: Run) -> None:
    order = on_its_way(run, "Northern Mills")
    line = line_of(run, order, "OAT-0010")
    ines = at_order(run, order)
    answer = ines.press("Receive", **{f"r-{line.id}": "500"})
    assert answer.status_code == 422
    assert "Nothing is booked yet." in ines.words
    assert "Type 154 or less, or send the rest back." in ines.words
    assert 'value="500"' in ines.html


def test_the_order_on_paper_and_as_a_table(run: Run) -> None:
    order = run.order("Leaf & Kettle")
    ines = run.visitor()
    pdf = ines.client.get(f"/orders/{order.id}.pdf")
    assert order.number in PdfReader(BytesIO(pdf.data)).pages[0].extract_text()
    csv = ines.client.get(f"/orders/{order.id}.csv").get_data(as_text=True)
    assert '"Rooibos, 100 g",48,2.30,110.40' in csv


@pytest.mark.parametrize("ending", ["pdf", "csv"])
def test_paper_has_prices_so_staff_dont_get_it(run: Run, ending: str) -> None:
    order = run.order("Leaf & Kettle")
    assert run.visitor("sam@corner.example").client.get(f"/orders/{order.id}.{ending}").status_code == 403


def test_a_long_order_is_turned_page_by_page(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order_views, "LINES_A_PAGE", 2)
    order = run.order("Leaf & Kettle")
    ines = at_order(run, order)
    assert "1 more line" in ines.words
    assert "Jasmine" not in ines.words
    ines.open(f"/orders/{order.id}/from/2")
    assert "Jasmine" in ines.words
    ines.press("One pack more of Jasmine")
    assert line_of(run, order, "TEA-0140").quantity == 54


def test_no_order_no_page(run: Run) -> None:
    ines = run.visitor()
    for path in ("/orders/999", "/orders/999.pdf", "/skus/999"):
        assert ines.open(path).status_code == 404


def test_the_list_has_what_is_open_first(run: Run) -> None:
    order = run.order("Leaf & Kettle")
    ines = at_order(run, order)
    ines.press(f"Cancel {order.number}")
    ines.open("/orders")
    assert "Northern Mills" in ines.words
    assert "Leaf & Kettle" not in ines.words
    ines.open("/orders?over=1")
    assert "Leaf & Kettle" in ines.words
