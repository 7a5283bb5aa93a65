"""An item that is deleted with orders open: it is archived, goes off its draft, and nothing of its past is lost."""

import io

from sqlalchemy import select

from quietshelf.cycle import run_pass
from quietshelf.intake.imports import import_file
from quietshelf.intake.receipts import Came, receive
from quietshelf.store.engine import reading
from quietshelf.store.orders import order_of
from quietshelf.store.tables import ExceptionRow, Order, OrderLine, SkuState
from tests.web.conftest import Run
from tests.web.test_orders import line_of, on_its_way
from tests.web.visitor import Visitor


def at_item(run: Run, sku: str, email: str = "ines@corner.example") -> Visitor:
    visitor = run.visitor(email)
    visitor.open(f"/skus/{run.shop.products[sku]}")
    return visitor


def drafted(run: Run, sku: str) -> int:
    """Draft lines of it."""
    with reading(run.shop.engine) as session:
        lines = select(OrderLine).where(OrderLine.product_id == run.shop.products[sku], OrderLine.is_draft)
        return len(list(session.scalars(lines)))


def brings(run: Run, kind: str, text: str) -> dict[str, int]:
    """Import a file; what it booked and made."""
    report = import_file(
        run.shop.engine,
        run.shop.site_id,
        kind,  # type: ignore[arg-type]
        io.BytesIO(text.encode()),
        file_name=f"{kind}.csv",
        now=run.now,
    )
    return {**report.booked, **report.made}


def test_an_archived_item_goes_off_its_draft_and_is_drafted_no_more(run: Run) -> None:
    ines = at_item(run, "TEA-0131")
    assert drafted(run, "TEA-0131") == 1
    ines.press("Archive Rooibos")
    assert "Archived: it is ordered no more." in ines.words
    assert "Archived today: it is ordered no more, and shown in no list." in ines.words
    assert drafted(run, "TEA-0131") == 0
    run.sell("TEA-0131", 15)
    assert drafted(run, "TEA-0131") == 0
    with reading(run.shop.engine) as session:
        product = run.shop.products["TEA-0131"]
        assert session.get_one(SkuState, (run.shop.site_id, product)).on_hand == 0
        still = select(ExceptionRow.kind).where(ExceptionRow.product_id == product, ExceptionRow.closed_at.is_(None))
        assert list(session.scalars(still)) == []
    ines.open("/setup")
    assert "Rooibos" not in ines.words


def test_a_draft_of_archived_items_alone_is_cancelled(run: Run) -> None:
    order = run.order("Harbour Ceramics")
    at_item(run, "MUG-0001").press("Archive Stoneware mug")
    with reading(run.shop.engine) as session:
        assert session.get_one(Order, order.id).state == "cancelled"


def test_an_item_archived_with_an_order_open_is_still_received(run: Run) -> None:
    order = on_its_way(run, "Harbour Ceramics")
    at_item(run, "MUG-0001").press("Archive Stoneware mug")
    with reading(run.shop.engine) as session:
        version, sam = order_of(session, order.id).version, 2
    receive(run.shop.engine, order.id, version, {line_of(run, order, "MUG-0001").id: Came(48)}, run.now, run.now, sam)
    with reading(run.shop.engine) as session:
        assert session.get_one(Order, order.id).state == "received"
        assert session.get_one(SkuState, (run.shop.site_id, run.shop.products["MUG-0001"])).on_hand == 68


def test_sales_of_an_archived_item_still_book_and_a_products_row_brings_it_back(run: Run) -> None:
    at_item(run, "TEA-0131").press("Archive Rooibos")
    sales = "sku,sold_at,quantity,unit_price\nTEA-0131,2026-11-14 08:30,15,5.20\n"
    assert brings(run, "sales", sales)["sales"] == 1
    products = 'sku,name,price,cost\nTEA-0131,"Rooibos, 100 g",5.20,2.30\n'
    assert brings(run, "products", products)["items brought back from the archive"] == 1
    run_pass(run.shop.engine, run.shop.site_id, run.now)
    assert drafted(run, "TEA-0131") == 1
    assert brings(run, "products", products).get("items brought back from the archive", 0) == 0


def test_a_manager_brings_it_back_on_its_page_and_staff_do_neither(run: Run) -> None:
    ines = at_item(run, "TEA-0131")
    ines.press("Archive Rooibos")
    sam = at_item(run, "TEA-0131", "sam@corner.example")
    assert not sam.has_button("Bring it back")
    ines.press("Bring it back")
    assert "It is back: the rule orders it again." in ines.words
    assert drafted(run, "TEA-0131") == 1
