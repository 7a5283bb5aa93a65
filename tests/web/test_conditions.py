"""What a supplier asks of a whole order, as Today and the order's page say it: nothing is added by itself."""

import pytest
from sqlalchemy import select, update

from quietshelf.outbound import drafting
from quietshelf.store.engine import reading, writing
from quietshelf.store.orders import NotAllowed
from quietshelf.store.tables import Offer, OrderLine, Supplier
from tests.web.conftest import Run
from tests.web.visitor import Visitor


def asks(run: Run, supplier: str, minimum_value_minor: int, order_day: int | None = None) -> None:
    with writing(run.shop.engine) as session:
        changed = update(Supplier).where(Supplier.name == supplier)
        session.execute(changed.values(minimum_value_minor=minimum_value_minor, order_day=order_day))


def at_order(run: Run, supplier: str, email: str = "ines@corner.example") -> Visitor:
    visitor = run.visitor(email)
    visitor.open(f"/orders/{run.order(supplier).id}")
    return visitor


def quantities(run: Run, supplier: str) -> list[int]:
    with reading(run.shop.engine) as session:
        lines = select(OrderLine.quantity).where(OrderLine.order_id == run.order(supplier).id)
        return sorted(session.scalars(lines))


def test_a_draft_under_its_suppliers_minimum_waits_and_says_for_how_much(run: Run) -> None:
    asks(run, "Harbour Ceramics", 50000)
    ines = at_order(run, "Harbour Ceramics")
    assert "Waits: £297.60 of £500.00." in ines.words
    ines.open("/")
    assert "Waits: £297.60 of £500.00." in ines.words
    sam = run.visitor("sam@corner.example")
    sam.open("/")
    assert "Waits for its supplier’s minimum." in sam.words


def test_it_waits_no_longer_than_its_order_day(run: Run) -> None:
    asks(run, "Harbour Ceramics", 50000, order_day=3)
    assert "Waits: £297.60 of £500.00, or until tomorrow." in at_order(run, "Harbour Ceramics").words
    asks(run, "Harbour Ceramics", 50000, order_day=2)
    assert "Waits" not in at_order(run, "Harbour Ceramics").words


def test_a_red_line_waits_for_no_minimum(run: Run) -> None:
    asks(run, "Leaf & Kettle", 900000)
    assert "Waits" not in at_order(run, "Leaf & Kettle").words


def test_what_falls_due_next_is_offered_and_added_only_by_a_person(run: Run) -> None:
    asks(run, "Northern Mills", 100000)
    ines = at_order(run, "Northern Mills")
    assert "Demerara sugar, 500 g in 70 days: 45, £40.50" in ines.words
    before = quantities(run, "Northern Mills")
    ines.press("Add Demerara sugar")
    assert quantities(run, "Northern Mills") == sorted([*before, 45])
    assert "Added by hand" in ines.words
    assert "Add Demerara" not in ines.words


def test_of_two_who_add_the_same_item_the_second_is_told_and_nothing_is_added_twice(run: Run) -> None:
    asks(run, "Northern Mills", 100000)
    ines, again = at_order(run, "Northern Mills"), at_order(run, "Northern Mills")
    before = quantities(run, "Northern Mills")
    for press in (ines, again):
        press.press("Add Demerara sugar")
        assert quantities(run, "Northern Mills") == sorted([*before, 45])
    with writing(run.shop.engine) as session:  # another's press has put it on a draft of its own
        order = run.order("Northern Mills")
        session.execute(
            update(OrderLine).where(OrderLine.quantity == 45).values(order_id=run.order("Leaf & Kettle").id)
        )
    with pytest.raises(NotAllowed, match="It can't be added to"):
        drafting.add_line(run.shop.engine, order.id, order.version, run.shop.products["SUG-0008"], 1, run.now)


def test_a_price_break_within_reach_is_shown_with_its_sum_and_not_taken(run: Run) -> None:
    with writing(run.shop.engine) as session:
        for from_quantity, cost_minor in ((60, 550), (500, 400)):
            session.add(
                Offer(
                    supplier_id=run.shop.suppliers["Harbour Ceramics"],
                    product_id=run.shop.products["MUG-0001"],
                    cost_minor=cost_minor,
                    from_quantity=from_quantity,
                )
            )
    ines = at_order(run, "Harbour Ceramics")
    assert "12 more make 60 at £5.50 each: £330.00 instead of £297.60" in ines.words
    assert quantities(run, "Harbour Ceramics") == [48]
    sam = at_order(run, "Harbour Ceramics", "sam@corner.example")
    assert "more make" not in sam.words
