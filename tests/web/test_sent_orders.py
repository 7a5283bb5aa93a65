"""An order that is with its supplier, as its page is used: goods come on their day, answers and askings are noted."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from quietshelf.store.engine import reading
from quietshelf.store.tables import Delivery, FactRow, Order
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
