"""Who sells an item and why an order goes where it goes, as a manager and the staff see it on the pages."""

from datetime import timedelta

from sqlalchemy import select

from quietshelf.cycle import run_pass
from quietshelf.store.engine import reading, writing
from quietshelf.store.tables import Delivery, Offer, Order, OrderLine, Product, Sourcing
from tests.web.conftest import Run
from tests.web.visitor import Visitor


def offer(run: Run, supplier: str, sku: str, cost_minor: int, lead_days: int | None = None) -> None:
    with writing(run.shop.engine) as session:
        supplier_id, product_id = run.shop.suppliers[supplier], run.shop.products[sku]
        session.add(
            Offer(supplier_id=supplier_id, product_id=product_id, cost_minor=cost_minor, pack=6, lead_days=lead_days)
        )


def ordered(run: Run, number: str, supplier: str, sku: str, promised_ago: int, came_ago: int | None) -> None:
    """An order of 30, sent nine days before its promise; all of it came, or nothing yet."""
    with writing(run.shop.engine) as session:
        sent_at = run.now - timedelta(days=promised_ago + 9)
        promised_on = (run.now - timedelta(days=promised_ago)).date()
        came = run.now - timedelta(days=came_ago) if came_ago is not None else None
        order = Order(
            site_id=run.shop.site_id,
            number=number,
            supplier_id=run.shop.suppliers[supplier],
            state="received" if came else "sent",
            created_at=sent_at,
            sent_at=sent_at,
            promised_on=promised_on,
        )
        line = OrderLine(
            site_id=run.shop.site_id,
            product_id=run.shop.products[sku],
            is_draft=False,
            quantity=30,
            received=30 if came else 0,
            rejected=0,
            closed_at=came,
        )
        order.lines.append(line)
        session.add(order)
        session.flush()
        if came:
            received = {"received": 30, "rejected": 0, "happened": came, "learnt": run.now}
            session.add(Delivery(site_id=run.shop.site_id, order_line_id=line.id, key=number, **received))


def look(run: Run) -> None:
    run_pass(run.shop.engine, run.shop.site_id, run.now, whole=True)


def at_item(run: Run, sku: str, email: str = "ines@corner.example") -> Visitor:
    visitor = run.visitor(email)
    visitor.open(f"/skus/{run.shop.products[sku]}")
    return visitor


def drafted_at(run: Run, sku: str) -> int:
    with reading(run.shop.engine) as session:
        return session.scalars(
            select(Order.supplier_id)
            .join(OrderLine, OrderLine.order_id == Order.id)
            .join(Product, Product.id == OrderLine.product_id)
            .where(OrderLine.is_draft, Product.sku == sku)
        ).one()


def test_an_order_says_with_figures_why_it_goes_to_this_supplier(run: Run) -> None:
    for n in range(6):
        ordered(run, f"LK-{n}", "Leaf & Kettle", "TEA-0114", 20 + 7 * n, 20 + 7 * n + (-9 if n == 3 else 0))
    offer(run, "Northern Mills", "TEA-0114", 451, lead_days=14)
    offer(run, "Northern Mills", "TEA-0131", 253)
    look(run)
    ines = run.visitor()
    ines.open(f"/orders/{run.order('Leaf & Kettle').id}")
    assert "On time, in full 8" in ines.words
    assert "Leaf & Kettle keeps these three: on time and in full for 5 of 6 lines" in ines.words
    assert "9 days on the way" in ines.words
    assert "filled 100%, accepted 100%: the newest deliveries weigh most." in ines.words
    assert "Northern Mills sells two of them, 10% dearer and 5 days slower." in ines.words
    sam = run.visitor("sam@corner.example")
    sam.open(f"/orders/{run.order('Leaf & Kettle').id}")
    assert "Northern Mills sells two of them, 5 days slower." in sam.words


def test_a_supplier_that_has_delivered_nothing_has_no_share(run: Run) -> None:
    ines = run.visitor()
    ines.open(f"/orders/{run.order('Leaf & Kettle').id}")
    assert "On time, in full" not in ines.words
    assert "No delivery has come yet" in ines.words
    ines = at_item(run, "TEA-0114")
    assert "Leaf & Kettle now none came 7" in ines.words


def test_a_proposed_move_is_done_with_one_press_and_undone_with_another(run: Run) -> None:
    offer(run, "Northern Mills", "TEA-0114", 600)
    ordered(run, "LK-1", "Leaf & Kettle", "TEA-0114", 16, None)
    look(run)
    ines = run.visitor()
    ines.open(f"/orders/{run.order('Leaf & Kettle').id}")
    assert "Assam loose leaf, 250 g : Northern Mills is proposed instead." in ines.words
    ines = at_item(run, "TEA-0114")
    assert (
        "Leaf & Kettle’s LK-1 is 16 days late. Northern Mills sells it too, but costs £684.00 more in 90" in ines.words
    )
    ines.press("Order from Northern Mills")
    assert drafted_at(run, "TEA-0114") == run.shop.suppliers["Northern Mills"]
    assert "It moved to Northern Mills: Leaf & Kettle’s LK-1 is 16 days late." in ines.words
    assert "Ines chose Northern Mills." in ines.words
    ines.open(f"/orders/{run.order('Northern Mills').id}")
    assert "Assam loose leaf, 250 g came here from Leaf & Kettle: LK-1 is 16 days late." in ines.words
    ines = at_item(run, "TEA-0114")
    ines.press("Order from Leaf & Kettle")
    assert drafted_at(run, "TEA-0114") == run.shop.suppliers["Leaf & Kettle"]
    assert "It moved" not in ines.words


def test_staff_see_what_is_proposed_without_money_and_can_not_do_it(run: Run) -> None:
    offer(run, "Northern Mills", "TEA-0114", 600)
    ordered(run, "LK-1", "Leaf & Kettle", "TEA-0114", 16, None)
    look(run)
    sam = at_item(run, "TEA-0114", "sam@corner.example")
    assert "Leaf & Kettle’s LK-1 is 16 days late. Northern Mills sells it too." in sam.words
    assert "£" not in sam.words
    assert not sam.has_button("Order from")
    assert not sam.has_button("Always from")
    answer = sam.client.post(f"/skus/{run.shop.products['TEA-0114']}/supplier", data={"do": "choose:1"})
    assert answer.status_code in (400, 403)
    with reading(run.shop.engine) as session:
        assert session.scalars(select(Sourcing.supplier_id)).one() is None


def test_a_move_by_itself_is_told_among_the_decisions(run: Run) -> None:
    offer(run, "Northern Mills", "TEA-0114", 410)
    ordered(run, "LK-1", "Leaf & Kettle", "TEA-0114", 16, None)
    look(run)
    ines = at_item(run, "TEA-0114")
    assert "Moved to Northern Mills: Leaf & Kettle’s LK-1 is 16 days late." in ines.words
    assert "Northern Mills now" in ines.words
    ines.open("/")
    assert "Leaf & Kettle owes 30 on LK-1" in ines.words  # what is late is still the former supplier's


def test_a_pinned_supplier_is_shown_as_pinned_until_it_is_let_go(run: Run) -> None:
    ines = at_item(run, "TEA-0114")
    ines.press("Always from Leaf & Kettle")
    assert "Always from Leaf & Kettle: pinned by Ines." in ines.words
    assert "Leaf & Kettle pinned" in ines.words
    assert "Ines pinned it to Leaf & Kettle." in ines.words
    ines.press("No longer only from Leaf & Kettle")
    assert "pinned by Ines" not in ines.words


def test_what_can_not_be_read_is_refused_and_changes_nothing(run: Run) -> None:
    ines = at_item(run, "TEA-0114")
    token = ines.html.split('name="csrf_token" value="')[1].split('"')[0]

    def post(do: str) -> int:
        path = f"/skus/{run.shop.products['TEA-0114']}/supplier"
        return ines.client.post(path, data={"csrf_token": token, "do": do}).status_code

    assert [post(do) for do in ("", "choose:x", "sell:1")] == [400, 400, 400]
    assert post(f"choose:{run.shop.suppliers['Northern Mills']}") == 303
    assert "This supplier does not sell it." in at_item_again(ines)
    with reading(run.shop.engine) as session:
        assert session.scalars(select(Sourcing)).all() == []


def at_item_again(visitor: Visitor) -> str:
    """What the same page says when it is opened once more."""
    visitor.open(visitor.at)
    return visitor.words
