"""What stands on the Check board and is no SKU's: it opens when something is wrong, and closes when it is not."""

from datetime import date, timedelta

from sqlalchemy import select, update

from quietshelf.cycle import run_pass
from quietshelf.rules.exceptions import ExceptionKind, Opening
from quietshelf.rules.facts import Fact, Kind
from quietshelf.store.engine import reading, writing
from quietshelf.store.exceptions import Open, move_of_site
from quietshelf.store.sites import the_site
from quietshelf.store.tables import (
    ExceptionRow,
    HeldRow,
    Import,
    LookRow,
    LostEvents,
    Mail,
    Node,
    Order,
    OrderLine,
    Site,
    Slot,
)
from tests.cycle.pictures import NOW, book, counted, daily, open_keys, sold, state
from tests.shops import Shop


def add_node(shop: Shop, name: str = "shelf-1", **columns: object) -> None:
    with writing(shop.engine) as session:
        session.add(Node(site_id=shop.site_id, name=name, **columns))


def change_node(shop: Shop, **columns: object) -> None:
    with writing(shop.engine) as session:
        session.execute(update(Node).values(**columns))


def hang_on(shop: Shop, sku: str, **columns: object) -> None:
    """Put a slot that holds `sku` on the first node."""
    with writing(shop.engine) as session:
        session.add(Slot(node_id=1, name="left", product_id=shop.products[sku], **columns))


def look(shop: Shop, minutes: int = 0) -> set[str]:
    run_pass(shop.engine, shop.site_id, NOW + timedelta(minutes=minutes))
    return open_keys(shop.engine)


def test_a_shop_with_nothing_wrong_has_nothing_open(shop: Shop) -> None:
    assert look(shop) == set()
    with reading(shop.engine) as session:
        assert the_site(session).looked_at == NOW


def test_a_node_that_joins_waits_until_it_is_adopted(shop: Shop) -> None:
    add_node(shop, heard_at=NOW)
    assert look(shop) == {"node_waiting:shelf-1"}
    change_node(shop, adopted_at=NOW)
    assert look(shop, 1) == set()


def test_credentials_alone_are_no_node_that_waits(shop: Shop) -> None:
    add_node(shop)
    assert look(shop) == set()


def test_two_boxes_under_one_name_are_said_once(shop: Shop) -> None:
    add_node(shop, heard_at=NOW, twice=True)
    assert look(shop) == {"node_twice:shelf-1"}


def test_a_silent_node_puts_its_skus_on_their_book_and_back_when_it_is_heard(shop: Shop) -> None:
    add_node(shop, heard_at=NOW, adopted_at=NOW)
    hang_on(shop, "TEA-0114", count=20)
    book(shop, "OAT-0010", counted(50), sold(1))  # a till tells of sales
    book(
        shop,
        "TEA-0114",
        counted(20),
        Fact(NOW - timedelta(minutes=5), Kind.PICK, 2, "pick", place="shelf-1/left"),
    )
    assert look(shop) == set()
    assert (state(shop, "TEA-0114").on_hand, state(shop, "TEA-0114").waiting) == (18, 2)
    assert look(shop, 46) == {"node_silent:shelf-1"}
    tea = state(shop, "TEA-0114")
    assert (tea.on_hand, tea.figures and tea.figures["doubt"]) == (20, "node_silent")
    change_node(shop, heard_at=NOW + timedelta(minutes=47))
    assert look(shop, 48) == set()
    assert state(shop, "TEA-0114").on_hand == 18


def test_a_faulty_cell_is_named_by_its_slot(shop: Shop) -> None:
    add_node(shop, heard_at=NOW, adopted_at=NOW)
    hang_on(shop, "TEA-0114", health="no reading")
    assert look(shop) == {"cell_faulty:shelf-1/left"}


def test_a_shelf_that_doubts_its_count_says_so_about_its_sku(shop: Shop) -> None:
    add_node(shop, heard_at=NOW, adopted_at=NOW)
    hang_on(shop, "TEA-0114", doubt="between_pieces")
    assert look(shop) == {"count_doubtful:TEA-0114"}


def test_a_shelf_whose_state_and_events_differ_puts_its_sku_on_the_book(shop: Shop) -> None:
    add_node(shop, heard_at=NOW, adopted_at=NOW)
    hang_on(shop, "TEA-0114", count=17, disagrees=2)
    book(shop, "TEA-0114", Fact(NOW, Kind.COUNT, 15, "count", place="shelf-1/left"))
    assert look(shop) == {"count_disagrees:TEA-0114"}
    tea = state(shop, "TEA-0114")
    assert (tea.on_hand, tea.figures and tea.figures["doubt"]) == (15, "count_disagrees")
    with reading(shop.engine) as session:
        assert session.scalars(select(ExceptionRow)).one().figures["sensed"] == 17


def test_lost_events_stand_until_a_person_has_acknowledged_them(shop: Shop) -> None:
    add_node(shop, heard_at=NOW, adopted_at=NOW)
    with writing(shop.engine) as session:
        session.add(LostEvents(site_id=shop.site_id, node_id=1, stream="a1", first=5, last=7, missing=3, found_at=NOW))
    assert look(shop) == {"events_lost:shelf-1"}
    with writing(shop.engine) as session:
        session.execute(update(ExceptionRow).values(acknowledged_at=NOW + timedelta(minutes=1)))
    assert look(shop, 2) == set()
    with writing(shop.engine) as session:
        later = NOW + timedelta(minutes=3)
        session.add(
            LostEvents(site_id=shop.site_id, node_id=1, stream="a1", first=9, last=9, missing=1, found_at=later)
        )
    assert look(shop, 4) == {"events_lost:shelf-1"}


def an_order(shop: Shop, state: str, **columns: object) -> None:
    with writing(shop.engine) as session:
        order = Order(
            site_id=shop.site_id,
            number="PO-7",
            supplier_id=shop.suppliers["Leaf & Kettle"],
            state=state,
            created_at=NOW,
            **columns,
        )
        order.lines = [
            OrderLine(site_id=shop.site_id, product_id=shop.products["TEA-0114"], is_draft=False, quantity=60)
        ]
        session.add(order)


def test_an_order_over_15_days_late_is_one_row_with_the_skus_it_starves(shop: Shop) -> None:
    an_order(shop, "sent", sent_at=NOW - timedelta(days=30), promised_on=(NOW - timedelta(days=16)).date())
    book(shop, "TEA-0114", counted(245), *daily(4))
    look(shop)
    assert look(shop, 1) >= {"supplier_delay:PO-7", "red:TEA-0114"}
    with reading(shop.engine) as session:
        row = session.scalars(select(ExceptionRow).where(ExceptionRow.kind == "supplier_delay")).one()
        assert (row.figures["skus"], row.figures["late_days"]) == (["TEA-0114"], 16)
        assert row.risk_minor_per_day == state(shop, "TEA-0114").risk_minor_per_day > 0
    with writing(shop.engine) as session:
        session.execute(update(Order).values(state="cancelled"))
    assert "supplier_delay:PO-7" not in look(shop, 2)


def test_an_order_that_was_brought_without_a_promise_is_late_by_the_quoted_time(shop: Shop) -> None:
    an_order(shop, "sent", sent_at=NOW - timedelta(days=7 + 15))
    assert look(shop) == set()
    assert look(shop, 24 * 60) == {"supplier_delay:PO-7"}


def test_a_mail_that_was_refused_stands_until_its_order_is_dealt_with(shop: Shop) -> None:
    an_order(shop, "approved")
    with writing(shop.engine) as session:
        session.add(
            Mail(
                site_id=shop.site_id,
                order_id=1,
                message_id="<1@shop>",
                recipient="orders@leaf-kettle.example",
                subject="PO-7",
                body="",
                state="failed",
                queued_at=NOW,
                not_before=NOW,
                error="550 no such mailbox",
            )
        )
    assert look(shop) == {"mail_failed:PO-7"}


def test_rows_of_an_import_that_wait_for_their_item_are_one_row(shop: Shop) -> None:
    with writing(shop.engine) as session:
        brought = Import(
            site_id=shop.site_id,
            kind="sales",
            file_name="sales.csv",
            at=NOW,
            rows=3,
            booked=1,
            repeated=0,
            held=2,
            skipped={},
        )
        session.add(brought)
        session.flush()
        for n in (1, 2):
            held = HeldRow(site_id=shop.site_id, import_id=brought.id, key=f"k{n}", sku="NEW", reason="item", fact={})
            session.add(held)
    assert look(shop) == {"import_held:sales"}
    with reading(shop.engine) as session:
        assert session.scalars(select(ExceptionRow)).one().figures == {"kind": "sales", "rows": 2, "items": 1}


def test_what_is_open_already_is_not_opened_again(shop: Shop) -> None:
    add_node(shop, heard_at=NOW)
    look(shop)
    with writing(shop.engine) as session:
        session.execute(update(ExceptionRow).values(acknowledged_at=NOW))
        assert not move_of_site(session, shop.site_id, _open_now(), NOW)
    assert look(shop, 1) == {"node_waiting:shelf-1"}
    with reading(shop.engine) as session:
        assert session.scalars(select(ExceptionRow)).one().acknowledged_at == NOW


def rows_of(shop: Shop, key: str) -> list[ExceptionRow]:
    with reading(shop.engine) as session:
        return list(session.scalars(select(ExceptionRow).where(ExceptionRow.key == key).order_by(ExceptionRow.id)))


def test_stock_that_turned_too_slowly_last_month_is_one_row_this_month_with_what_to_act_on(shop: Shop) -> None:
    book(shop, "TEA-0114", counted(900), *daily(1))
    with writing(shop.engine) as session:
        session.execute(update(Site).values(target_turns=6.0))
        kept = {"throughput_minor": 0, "stock_out_days": 0, "deliveries": 0, "course": "untold", "looked_at": NOW}
        october = {"day": date(2026, 10, 31), "named_on": date(2026, 10, 1), "numbers": {"capital": 4.2}}
        said = {"says": "none", "named": "none", "lost": {}, "facts_seen": 0, "orders_seen": 0, "from_history": False}
        session.add(LookRow(site_id=shop.site_id, **kept, **october, **said))
    look(shop)
    assert "turns_below_target:2026-10" in look(shop, 1)
    (row,) = rows_of(shop, "turns_below_target:2026-10")
    assert (row.figures["turns"], row.figures["skus"]) == (4.2, ["TEA-0114"])
    assert "turns_below_target:2026-10" not in look(shop, 7 * 24 * 60)  # December, of whose November nobody looked
    with writing(shop.engine) as session:
        session.execute(update(Site).values(target_turns=4.0))
    assert "turns_below_target:2026-10" not in look(shop, 1)


def test_what_opens_again_within_a_day_is_the_same_opening_and_counts_once(shop: Shop) -> None:
    add_node(shop, heard_at=NOW, adopted_at=NOW)
    look(shop, 46)
    with writing(shop.engine) as session:
        session.execute(update(ExceptionRow).values(acknowledged_at=NOW + timedelta(minutes=47)))
    change_node(shop, heard_at=NOW + timedelta(minutes=48))
    assert look(shop, 48) == set()
    assert look(shop, 48 + 46) == {"node_silent:shelf-1"}
    (row,) = rows_of(shop, "node_silent:shelf-1")
    assert (row.opened_at, row.closed_at) == (NOW + timedelta(minutes=46), None)
    assert row.acknowledged_at is not None
    assert row.figures["heard_at"] == (NOW + timedelta(minutes=48)).isoformat()


def test_what_opens_again_after_a_day_is_another_opening(shop: Shop) -> None:
    add_node(shop, heard_at=NOW, adopted_at=NOW)
    look(shop, 46)
    change_node(shop, heard_at=NOW + timedelta(minutes=48))
    look(shop, 48)
    look(shop, 48 + 24 * 60 + 1)
    first, second = rows_of(shop, "node_silent:shelf-1")
    assert first.closed_at == NOW + timedelta(minutes=48)
    assert second.closed_at is None


def _open_now() -> list[Open]:
    opening = Opening(ExceptionKind.NODE_WAITING, "shelf-1", figures={"node": "shelf-1", "serial": None})
    return [Open(opening, node_id=1)]
