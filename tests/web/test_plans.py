"""What a manager says of an item and of an order's lines, as a person without JavaScript says it."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from quietshelf.cycle import run_pass
from quietshelf.store.engine import reading, writing
from quietshelf.store.tables import Order, OrderLine, Product, SkuPlan, TakenOff
from tests.web.conftest import Run
from tests.web.visitor import Visitor, forms_of


def at_item(run: Run, sku: str, email: str = "ines@corner.example") -> Visitor:
    visitor = run.visitor(email)
    visitor.open(f"/skus/{run.shop.products[sku]}")
    return visitor


def at_order(run: Run, supplier: str) -> Visitor:
    visitor = run.visitor()
    visitor.open(f"/orders/{run.order(supplier).id}")
    return visitor


def drafted(run: Run) -> dict[str, int]:
    with reading(run.shop.engine) as session:
        rows = select(Product.sku, OrderLine.quantity).join(Product, Product.id == OrderLine.product_id)
        return dict(session.execute(rows.where(OrderLine.is_draft)).all())


def look(run: Run, days: int) -> None:
    run.now += timedelta(days=days)
    run_pass(run.shop.engine, run.shop.site_id, run.now, whole=True)


def test_a_line_that_is_taken_off_says_that_its_need_stands_and_comes_back(run: Run) -> None:
    ines = at_order(run, "Leaf & Kettle")
    ines.press("Take off Rooibos")
    assert "What it needs stands: it comes back with its next change." in ines.words
    assert "TEA-0131" not in drafted(run)
    run.sell("TEA-0131", 1)
    assert drafted(run)["TEA-0131"] == 48


def test_not_this_time_keeps_it_off_and_is_said_until_it_is_taken_back(run: Run) -> None:
    at_order(run, "Leaf & Kettle").press("Not this time: Rooibos")
    run.sell("TEA-0131", 1)
    assert "TEA-0131" not in drafted(run)
    ines = at_item(run, "TEA-0131")
    assert "Not this time, it was said today" in ines.words
    ines.press("Order it after all")
    assert "TEA-0131" in drafted(run)
    assert "Not this time" not in ines.words


def test_a_cancelled_draft_comes_back_unless_the_manager_says_not_this_time(run: Run) -> None:
    at_order(run, "Leaf & Kettle").press("Cancel PO-")
    run.sell("TEA-0131", 1)
    assert "TEA-0131" in drafted(run)
    at_order(run, "Leaf & Kettle").press("Cancel, and not this time")
    run.sell("TEA-0131", 1)
    assert "TEA-0131" not in drafted(run)


def test_after_a_week_an_edited_line_says_what_the_rule_says_and_takes_it_with_one_press(run: Run) -> None:
    order = run.order("Leaf & Kettle")
    with writing(run.shop.engine) as session:
        line = update(OrderLine).where(OrderLine.product_id == run.shop.products["TEA-0131"])
        session.execute(line.values(quantity=12, edited_at=run.now))
    look(run, 7)
    assert not at_order(run, "Leaf & Kettle").has_button("Take 48")
    look(run, 1)
    ines = run.visitor()
    ines.open(f"/orders/{order.id}")
    assert "You set 12, the rule says 48" in ines.words
    ines.press("Take 48")
    assert drafted(run)["TEA-0131"] == 48
    assert "You set" not in ines.words


def test_a_pinned_quantity_wins_and_is_shown_as_pinned(run: Run) -> None:
    ines = at_item(run, "TEA-0131")
    ines.press("Save what is pinned", pinned="100")
    assert "Pinned 100 an order" in ines.words
    assert drafted(run)["TEA-0131"] == 100
    ines.open(f"/orders/{run.order('Leaf & Kettle').id}")
    assert "Pinned to 100" in ines.words


def test_a_known_need_is_noted_with_its_day_and_taken_back(run: Run) -> None:
    ines = at_item(run, "SUG-0008")
    ines.press("Note it", need="200", need_on="2026-11-27", need_for="the fair")
    assert "200 for the fair" in ines.words
    assert "80 left, less 200 for the fair on 27 November, is under" in ines.words
    assert drafted(run)["SUG-0008"] == 200
    ines.press("Take back")
    assert "200 for the fair" not in ines.words.split("Why")[0]


def test_what_cant_be_taken_of_a_need_is_named_and_stays_typed(run: Run) -> None:
    ines = at_item(run, "SUG-0008")
    assert ines.press("Note it", need="many", need_on="2026-11-01").status_code == 422
    assert "“many” is no whole number" in ines.words
    assert "That day is past." in ines.words
    assert 'value="many"' in ines.html


def test_staff_read_what_is_known_and_say_nothing(run: Run) -> None:
    at_item(run, "SUG-0008").press("Note it", need="200", need_on="2026-12-24", need_for="the fair")
    sam = at_item(run, "SUG-0008", "sam@corner.example")
    assert "200 for the fair" in sam.words
    assert not sam.has_button("Take back")
    assert sam.client.post(f"/skus/{run.shop.products['SUG-0008']}/plan", data={"pinned": "9"}).status_code in (
        400,
        403,
    )


def test_what_is_ending_is_never_ordered_and_gives_no_alarm(run: Run) -> None:
    ines = at_item(run, "TEA-0114")
    ines.press("Save what is pinned", ending="on")
    assert "It is ending: it is never ordered again." in ines.words
    assert "TEA-0114" not in drafted(run)
    ines.open("/")
    assert "Assam" not in ines.words


def test_what_is_cut_or_taken_off_for_want_of_money_says_so(run: Run) -> None:
    with reading(run.shop.engine) as session:
        rooibos = select(OrderLine).where(OrderLine.product_id == run.shop.products["TEA-0131"], OrderLine.is_draft)
        line = session.scalars(rooibos).one()
    ines = at_order(run, "Leaf & Kettle")
    assert "There is no money for it" in ines.words
    ines.press("Save", **{f"q_{line.id}": "6", f"no_money_{line.id}": "1"})
    with reading(run.shop.engine) as session:
        assert session.get_one(OrderLine, line.id).held == "cash"
    ines = at_order(run, "Leaf & Kettle")
    ines.press("Take off Rooibos")  # it is ticked still
    with reading(run.shop.engine) as session:
        assert session.scalars(select(TakenOff.held)).all() == ["cash"]


@pytest.mark.parametrize("button", ["Cancel PO-", "Cancel, and not this time"])
def test_a_whole_draft_is_cancelled_for_want_of_money(run: Run, button: str) -> None:
    at_order(run, "Leaf & Kettle").press(button, **{"no-money": "1"})
    with reading(run.shop.engine) as session:
        lines = session.scalars(select(OrderLine).join(OrderLine.order).where(Order.state == "cancelled")).all()
        assert {line.held for line in lines} == {"cash"}


def test_a_manager_says_that_all_of_it_stands_on_its_shelf_and_takes_it_back(run: Run) -> None:
    ines = at_item(run, "TEA-0131")
    ines.press("Save what is pinned", shelved="on")
    assert _on_shelf(run, "TEA-0131")
    assert 'name="shelved" checked' in ines.html
    form = next(form for form in forms_of(ines.html) if "shelved" in form.fields)
    ines.client.post(form.action, data={name: typed for name, typed in form.fields.items() if name != "shelved"})
    assert not _on_shelf(run, "TEA-0131")


def _on_shelf(run: Run, sku: str) -> bool:
    with reading(run.shop.engine) as session:
        return session.get_one(SkuPlan, (run.shop.site_id, run.shop.products[sku])).on_shelf
