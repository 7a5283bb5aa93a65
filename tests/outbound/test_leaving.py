"""Lines that wait for a budget stay on a draft when the rest of their order goes, and come back when that is undone."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from quietshelf.outbound import drafting, lifecycle
from quietshelf.outbound.mailbox import Mailbox
from quietshelf.store.engine import reading, writing
from quietshelf.store.orders import NotAllowed
from quietshelf.store.tables import Order, OrderLine
from tests.cycle.pictures import NOW
from tests.orders import People, deliver, draft, line_ids, order, quantities
from tests.shops import Shop

DECEMBER = date(2026, 12, 1)


@pytest.fixture
def order_id(shop: Shop) -> int:
    """A draft of three lines, two of which wait for the budget of December."""
    made = draft(shop, {"TEA-0114": 48, "TEA-0131": 12, "TEA-0140": 6}, NOW)
    let_wait(shop, "TEA-0131", "TEA-0140")
    return made


def let_wait(shop: Shop, *skus: str) -> None:
    """As the budget would."""
    with writing(shop.engine) as session:
        ids = [shop.products[sku] for sku in skus]
        session.execute(
            update(OrderLine).where(OrderLine.product_id.in_(ids)).values(waits_until=DECEMBER, held="budget")
        )


def drafted(shop: Shop) -> list[dict[str, int]]:
    """What stands on drafts."""
    with reading(shop.engine) as session:
        ids = session.scalars(select(Order.id).where(Order.state == "draft").order_by(Order.id)).all()
    return [quantities(order(shop, each)) for each in ids]


def test_what_waits_stays_on_a_draft_when_the_rest_goes(
    shop: Shop, who: People, order_id: int, mailbox: Mailbox
) -> None:
    lifecycle.send(shop.engine, order_id, 1, who.manager, NOW)
    deliver(shop, mailbox, NOW + timedelta(seconds=10))
    assert quantities(order(shop, order_id)) == {"TEA-0114": 48}
    assert order(shop, order_id).state == "sent"
    assert drafted(shop) == [{"TEA-0131": 12, "TEA-0140": 6}]
    [mail] = mailbox.messages()
    assert "TEA-0131" not in mail.as_string()


def test_a_sending_that_is_undone_brings_them_back_together(shop: Shop, who: People, order_id: int) -> None:
    version = lifecycle.send(shop.engine, order_id, 1, who.manager, NOW)
    lifecycle.undo_send(shop.engine, order_id, version, who.manager, NOW + timedelta(seconds=3))
    assert drafted(shop) == [{"TEA-0114": 48, "TEA-0131": 12, "TEA-0140": 6}]


def test_an_order_of_which_every_line_waits_is_not_sent(shop: Shop, who: People, order_id: int) -> None:
    let_wait(shop, "TEA-0114")
    with pytest.raises(NotAllowed, match="waits for the next budget"):
        lifecycle.send(shop.engine, order_id, 1, who.manager, NOW)
    assert order(shop, order_id).state == "draft"


def test_a_manager_orders_it_all_the_same_by_one_press_or_by_setting_it(shop: Shop, who: People, order_id: int) -> None:
    lines = line_ids(order(shop, order_id))
    version = drafting.order_now(shop.engine, order_id, 1, lines["TEA-0131"], who.manager, NOW)
    version = drafting.edit_lines(shop.engine, order_id, version, {lines["TEA-0140"]: 12}, who.manager, NOW)
    lifecycle.send(shop.engine, order_id, version, who.manager, NOW)
    assert quantities(order(shop, order_id)) == {"TEA-0114": 48, "TEA-0131": 12, "TEA-0140": 12}
    with pytest.raises(NotAllowed, match="Only a manager"):
        drafting.order_now(shop.engine, order_id, version + 1, lines["TEA-0131"], who.staff, NOW)
