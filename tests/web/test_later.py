"""A row is seen, or put off until a day, by somebody, and both are taken back."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from quietshelf.cycle import run_pass
from quietshelf.rules.facts import Fact, Kind
from quietshelf.store.engine import reading, writing
from quietshelf.store.facts import add_facts
from quietshelf.store.tables import ExceptionRow, HeldRow, Import, Node
from tests.web.conftest import NOW, Run

ASSAM = "Assam loose leaf"


def exception(run: Run, key: str) -> ExceptionRow:
    with reading(run.shop.engine) as session:
        return session.scalars(select(ExceptionRow).where(ExceptionRow.key == key)).one()


def later(run: Run, do: str, key: str, who: str = "ines@corner.example", **more: str) -> int:
    """Press a button under Later of one row; the status of the answer."""
    visitor = run.visitor(who)
    visitor.open("/")
    token = visitor.html.split('name="csrf_token" value="')[1].split('"')[0]
    fields = {"csrf_token": token, "ids": str(exception(run, key).id), "do": do, "back": "/"} | more
    return visitor.client.post("/open/later", data=fields).status_code


def rows(html: str, name: str) -> int:
    return html.count(f">{name}")


def test_a_row_that_is_put_off_until_tomorrow_is_back_when_the_day_begins_in_the_shop(run: Run) -> None:
    ines = run.visitor()
    ines.open("/")
    ines.press("Tomorrow")
    assert "until tomorrow, or until it gets worse" in ines.words
    assert "1 thing is put off" in ines.words
    put_off = exception(run, "red:TEA-0114")
    assert put_off.snoozed_until == datetime(2026, 11, 25, tzinfo=UTC)
    assert (put_off.snoozed_by, put_off.snoozed_at) == (1, NOW)
    assert 'id="red-1"' not in ines.html
    run.now = datetime(2026, 11, 25, 0, 0, 1, tzinfo=UTC)
    ines.open("/")
    assert 'id="red-1"' in ines.html


def test_the_undo_of_a_press_takes_it_back(run: Run) -> None:
    ines = run.visitor()
    ines.open("/")
    ines.press("Tomorrow")
    ines.press("Undo")
    assert 'id="red-1"' in ines.html
    assert exception(run, "red:TEA-0114").snoozed_until is None
    ines.press("Seen")
    assert exception(run, "red:TEA-0114").acknowledged_by == 1
    ines.press("Undo")
    assert exception(run, "red:TEA-0114").acknowledged_at is None


def test_what_somebody_has_seen_stands_last_and_small_and_says_who(run: Run) -> None:
    ines = run.visitor()
    ines.open("/")
    ines.press("Seen")
    assert "Ines has seen it today" in ines.words
    ines.open("/")
    assert ines.html.index('id="red-4"') < ines.html.index('<li class="row seen" id="red-1"')
    ines.press("Not seen after all")
    assert ines.html.index('id="red-1"') < ines.html.index('id="red-4"')


def test_what_gets_worse_comes_back_before_its_day(run: Run) -> None:
    assert later(run, "until", "red:TEA-0114", until="2026-12-24") == 303
    run.now += timedelta(hours=1)
    run.sell("TEA-0114", 2)
    assert exception(run, "red:TEA-0114").snoozed_until is not None
    run.now += timedelta(hours=1)
    run.sell("TEA-0114", 5)  # none left
    assert exception(run, "red:TEA-0114").snoozed_until is None


def test_what_is_put_off_closes_by_itself_all_the_same(run: Run) -> None:
    later(run, "monday", "red:TEA-0114")
    assert exception(run, "red:TEA-0114").snoozed_until == datetime(2026, 11, 30, tzinfo=UTC)
    with writing(run.shop.engine) as session:
        receipt = Fact(run.now, Kind.RECEIPT, 400, "TEA-0114/receipt")
        add_facts(session, run.shop.site_id, [(run.shop.products["TEA-0114"], receipt, run.now, False)])
    run_pass(run.shop.engine, run.shop.site_id, run.now)
    assert exception(run, "red:TEA-0114").closed_at is not None


def test_what_is_put_off_has_a_list_and_can_be_brought_back(run: Run) -> None:
    later(run, "tomorrow", "red:TEA-0114")
    ines = run.visitor()
    ines.open("/open/later")
    assert f"{ASSAM}, 250 g Ines has put it off until tomorrow." in ines.words
    ines.press("Bring back")
    assert "Nothing is put off." in ines.words


def test_staff_say_it_only_of_what_they_can_do_something_about(run: Run) -> None:
    with writing(run.shop.engine) as session:
        session.add(Node(site_id=run.shop.site_id, name="front", heard_at=NOW - timedelta(hours=2), adopted_at=NOW))
    run_pass(run.shop.engine, run.shop.site_id, run.now)
    assert later(run, "seen", "red:TEA-0114", "sam@corner.example") == 403
    assert later(run, "seen", "node_silent:front", "sam@corner.example") == 303
    assert exception(run, "node_silent:front").acknowledged_by == 2


@pytest.mark.parametrize("until", ["2026-11-24", "2026-11-01", "", "soon"])
def test_a_day_that_is_not_ahead_puts_nothing_off(run: Run, until: str) -> None:
    assert later(run, "until", "red:TEA-0114", until=until) == 303
    assert exception(run, "red:TEA-0114").snoozed_until is None


def test_the_page_never_says_quiet_while_rows_of_an_import_wait_whoever_has_put_it_off(quiet_run: Run) -> None:
    run = quiet_run
    with writing(run.shop.engine) as session:
        brought = Import(
            site_id=run.shop.site_id,
            kind="sales",
            file_name="sales.csv",
            at=NOW,
            rows=1,
            booked=0,
            repeated=0,
            held=1,
            skipped={},
        )
        session.add(brought)
        session.flush()
        session.add(HeldRow(site_id=run.shop.site_id, import_id=brought.id, key="k", sku="NEW", reason="item", fact={}))
    run_pass(run.shop.engine, run.shop.site_id, run.now)
    later(run, "monday", "import_held:sales")
    ines = run.visitor()
    ines.open("/")
    assert "All is quiet" not in ines.words
    assert "Ines has put it off until Monday 30 November." in ines.words


def test_an_order_that_stands_as_a_paper_is_put_off_with_all_that_is_low_on_it_and_taken_back(run: Run) -> None:
    mills = run.order("Northern Mills")  # its oats are Yellow, and nothing else is on it
    ines = run.visitor()
    ines.open("/")
    paper = ines.html.split(f'id="order-{mills.id}"')[1]
    ids = re.findall(r'name="ids" value="([\d,]+)"', paper)[0]
    assert ids == str(exception(run, "yellow:OAT-0010").id)
    assert later(run, "tomorrow", "yellow:OAT-0010") == 303
    ines.open("/")
    assert f'id="order-{mills.id}"' not in ines.html
    ines.open("/open/later")
    assert "1 thing" in ines.words
    run.now += timedelta(days=1)
    ines.open("/")
    assert f'id="order-{mills.id}"' in ines.html


def test_a_paper_that_was_seen_says_by_whom_and_staff_cannot_put_it_off(run: Run) -> None:
    mills = run.order("Northern Mills")
    assert later(run, "seen", "yellow:OAT-0010") == 303
    ines = run.visitor()
    ines.open("/")
    assert f'<li class="order seen" id="order-{mills.id}"' in ines.html
    assert "Not seen after all" in ines.words
    sam = run.visitor("sam@corner.example")
    sam.open("/")
    assert f'id="order-{mills.id}"' in sam.html
    assert str(exception(run, "yellow:OAT-0010").id) not in re.findall(r'name="ids" value="([\d,]+)"', sam.html)
