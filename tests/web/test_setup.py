"""Set up: files that are shown before they are booked, nodes, suppliers, people."""

from io import BytesIO
from pathlib import Path

from sqlalchemy import func, select
from werkzeug.test import TestResponse

from quietshelf.store.engine import reading, writing
from quietshelf.store.tables import FactRow, Node, Slot, Supplier
from quietshelf.web.context import BrokerStatus
from tests.web.conftest import Run
from tests.web.visitor import Visitor

SALES = "sku,sold_at,quantity,unit_price\nTEA-0114,2026-11-24 09:00,2,8.95\nTEA-0114,2026-11-24 09:10,1,8.95\n"


def bring(visitor: Visitor, kind: str, text: str, **more: str) -> TestResponse:
    """Bring a file from the form."""
    visitor.open("/setup")
    token = visitor.html.split('name="csrf_token" value="')[1].split('"')[0]
    file = (BytesIO(text.encode()), "till export.csv")
    answer = visitor.client.post("/setup/import", data={"csrf_token": token, "kind": kind, "file": file} | more)
    return visitor.open(answer.headers["Location"]) if answer.status_code == 303 else answer


def facts(run: Run) -> int:
    with reading(run.shop.engine) as session:
        return session.scalar(select(func.count()).select_from(FactRow)) or 0


def test_nothing_is_booked_before_it_was_seen(run: Run) -> None:
    before = facts(run)
    ines = run.visitor()
    bring(ines, "sales", SALES)
    assert "This is how till_export.csv was read. Nothing is booked yet." in ines.words
    assert facts(run) == before
    ines.press("Book 2 rows")
    assert "2 rows of till_export.csv are booked." in ines.words
    assert facts(run) == before + 2


def test_the_same_file_twice_books_nothing(run: Run) -> None:
    ines = run.visitor()
    bring(ines, "sales", SALES)
    ines.press("Book 2 rows")
    bring(ines, "sales", SALES)
    assert "Known already 2" in ines.words
    assert not ines.has_button("Book")


def test_a_file_that_cant_be_read_says_where(run: Run) -> None:
    ines = run.visitor()
    answer = bring(ines, "sales", SALES.replace("2026-11-24 09:10", "2026-13-24"))
    assert answer.status_code == 422
    assert "Nothing is booked: till_export.csv can’t be read as it is." in ines.words
    assert "2026-13-24" in ines.words


def test_dates_that_can_be_read_two_ways_are_asked(run: Run) -> None:
    ines = run.visitor()
    text = SALES.replace("2026-11-24 09:00", "01/10/2026").replace("2026-11-24 09:10", "02/10/2026")
    assert bring(ines, "sales", text).status_code == 422
    assert bring(ines, "sales", text, date_order="day-first").status_code == 200
    assert ines.has_button("Book 2 rows")


def test_no_file_no_import(run: Run) -> None:
    ines = run.visitor()
    ines.open("/setup")
    answer = ines.press("Read the file")
    assert answer.status_code == 422
    assert "Choose a file first" in ines.words


def test_what_was_brought_is_not_left_behind(run: Run, tmp_path: Path) -> None:
    ines = run.visitor()
    bring(ines, "sales", SALES)
    ines.press("Book 2 rows")
    assert list((tmp_path / "uploads").iterdir()) == []


def a_node(run: Run) -> int:
    with writing(run.shop.engine) as session:
        node = Node(site_id=run.shop.site_id, name="qs-7f3a", heard_at=run.now, agent="1.4.0")
        session.add(node)
        session.flush()
        return node.id


def test_a_node_waits_until_a_manager_adopts_it(run: Run) -> None:
    node_id = a_node(run)
    ines = run.visitor()
    ines.open("/setup")
    assert "Nothing that it weighs is booked yet." in ines.words
    ines.press("Adopt node")
    with reading(run.shop.engine) as session:
        assert session.get_one(Node, node_id).adopted_at == run.now


def test_a_slot_is_planned_from_a_form(run: Run) -> None:
    node_id = a_node(run)
    ines = run.visitor()
    ines.open("/setup")
    ines.press("Adopt node")
    ines.press("Plan the slot", slot="2", sku="TEA-0114")
    assert "Say what one piece of Assam loose leaf, 250 g weighs" in ines.words
    ines.press("Plan the slot", slot="2", sku="TEA-0114", weight="262.5")
    with reading(run.shop.engine) as session:
        slot = session.scalars(select(Slot).where(Slot.node_id == node_id)).one()
        assert (slot.name, slot.product_id) == ("2", run.shop.products["TEA-0114"])
    ines.press("Plan the slot", slot="2", sku="NO-SUCH")
    assert "Nothing here has the SKU “NO-SUCH”." in ines.words


def test_real_nodes_need_mosquitto_and_the_page_says_so(run: Run) -> None:
    run.broker = BrokerStatus(takes_real_nodes=False, reachable=True)
    ines = run.visitor()
    ines.open("/setup")
    assert "Real shelves need Mosquitto" in ines.words


def test_a_supplier_gets_its_address(run: Run) -> None:
    ines = run.visitor()
    ines.open("/setup")
    ines.press("Save Leaf & Kettle", supplier_email="no address")
    assert "An e-mail address looks like ines@shop.example." in ines.words
    ines.open("/setup")
    ines.press("Save Leaf & Kettle", supplier_email="tea@leaf.example", quoted="9")
    with reading(run.shop.engine) as session:
        supplier = session.get_one(Supplier, run.shop.suppliers["Leaf & Kettle"])
        assert (supplier.email, supplier.quoted_lead_days) == ("tea@leaf.example", 9)


def test_a_new_person_comes_in_by_a_link(run: Run) -> None:
    ines = run.visitor()
    ines.open("/setup")
    ines.press("Make the account", person="Bo", email="bo@corner.example", role="staff")
    link = ines.html.split('id="link" readonly value="')[1].split('"')[0]
    bo = run.visitor(None)
    bo.open(link.removeprefix("http://localhost"))
    bo.open("/you")
    assert "Bo" in bo.words
    assert "Staff" in bo.words
