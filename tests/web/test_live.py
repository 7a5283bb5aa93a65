"""/changes: nothing while nothing changes, then exactly what differs."""

import re
from collections.abc import Callable
from datetime import timedelta

from quietshelf.store.engine import writing
from quietshelf.store.sites import touch
from tests.web.conftest import Run
from tests.web.visitor import Visitor


def ask(visitor: Visitor) -> str | None:
    """Ask as the open page does, with what it has; None for "nothing has changed"."""
    url = re.findall(r'id="poll"[^>]* hx-get="([^"]+)"', visitor.html)[0].replace("&amp;", "&")
    have = re.findall(r'<input type="hidden" class="have" name="([^"]+)" value="([^"]+)">', visitor.html)
    answer = visitor.client.get(
        url + "".join(f"&{name}={value}" for name, value in have), headers={"HX-Request": "true"}
    )
    return None if answer.status_code == 204 else answer.get_data(as_text=True)


def swapped(html: str | None) -> set[str]:
    """The ids of the fragments that come to be swapped in."""
    return set(re.findall(r'id="([\w-]+)" hx-swap-oob="true"', html or "")) - {"poll"}


def test_nothing_comes_while_nothing_changes(run: Run) -> None:
    ines = run.visitor()
    ines.open("/")
    assert ask(ines) is None


def test_a_change_elsewhere_brings_only_the_new_stamp(run: Run) -> None:
    ines = run.visitor()
    ines.open("/")
    with writing(run.shop.engine) as session:
        touch(session, run.shop.site_id)
    html = ask(ines)
    assert html is not None
    assert 'id="poll"' in html
    assert swapped(html) == set()


def test_a_sale_changes_its_row_and_nothing_else(run: Run) -> None:
    ines = run.visitor()
    ines.open("/")
    run.now += timedelta(seconds=30)
    run.sell("TEA-0114", 2)
    html = ask(ines)
    assert swapped(html) == {"red", "head"}  # the row, and the money that the head names
    assert html is not None
    assert "5 left. Sells" in html


def test_an_item_turns_red_by_itself(run: Run) -> None:
    ines = run.visitor()
    ines.open("/")
    run.now += timedelta(seconds=30)
    run.sell("SUG-0008", 79)
    html = ask(ines)
    assert html is not None
    assert "Demerara sugar" in html
    assert {"head", "red"} <= swapped(html)


def test_an_order_being_edited_is_not_overwritten(run: Run) -> None:
    order = run.order("Leaf & Kettle")
    ines, sam = run.visitor(), run.visitor()
    ines.open(f"/orders/{order.id}")
    sam.open(f"/orders/{order.id}")
    sam.press("One pack more of Rooibos")
    html = ask(ines)
    assert swapped(html) == {"meanwhile"}
    assert html is not None
    assert f"Ines changed {order.number} at 09:41. What you see is from before." in html


def test_an_order_that_is_only_looked_at_follows(run: Run) -> None:
    order = run.order("Leaf & Kettle")
    ines, sam = run.visitor(), run.visitor("sam@corner.example")
    sam.open(f"/orders/{order.id}")
    ines.open(f"/orders/{order.id}")
    ines.press("Approve")
    html = ask(sam)
    assert swapped(html) == {"body"}
    assert html is not None
    assert "What you see is from before" not in html


def test_who_is_signed_out_is_sent_to_the_door(run: Run) -> None:
    visitor = run.visitor(None)
    answer = visitor.client.get("/changes?since=0&page=/", headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == "/sign-in"


def test_a_page_that_is_gone_is_loaded_anew(run: Run) -> None:
    answer = run.visitor().client.get("/changes?since=0&page=/orders/999")
    assert answer.headers["HX-Refresh"] == "true"


def test_asking_costs_three_queries_while_nothing_changes(run: Run, queries: Callable[[], int]) -> None:
    ines = run.visitor()
    ines.open("/")
    url = re.findall(r'id="poll"[^>]* hx-get="([^"]+)"', ines.html)[0].replace("&amp;", "&")
    queries()
    ines.client.get(url)
    assert queries() <= 3
