"""Today: what stands where, what it says, and to whom."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from quietshelf.store.engine import writing
from quietshelf.store.sites import create_site
from quietshelf.web.boards import MOST
from tests.shops import PRODUCTS, Shop
from tests.web.conftest import STOCKED, Run, hire, serve, stock


def test_the_head_says_what_matters_most(run: Run) -> None:
    ines = run.visitor()
    ines.open("/")
    assert "2 items are about to run out. They earn £22.60 a day." in ines.words


def test_an_order_with_a_red_line_stands_under_red_and_nowhere_else(run: Run) -> None:
    number = run.order("Leaf & Kettle").number
    ines = run.visitor()
    ines.open("/")
    assert len(re.findall(f">Send {number}<", ines.html)) == 1
    red = ines.html[ines.html.index('id="h-red"') : ines.html.index('id="h-yellow"')]
    assert f"Send {number}" in red
    assert f"Send {number} : 3 lines, £" in ines.words  # its button says what goes
    assert f"Goes with {number}" in red  # its second Red item, and its Yellow one with it


def test_yellow_orders_stand_under_yellow_with_their_lines(run: Run) -> None:
    ines = run.visitor()
    ines.open("/")
    yellow = ines.html[ines.html.index('id="h-yellow"') :]
    assert "Northern Mills" in yellow
    assert "Harbour Ceramics" in yellow
    assert "25 left, 8 days" in yellow
    assert "arrives about" in yellow


def test_most_money_stands_first(run: Run) -> None:
    ines = run.visitor()
    ines.open("/")
    assert ines.html.index("Assam loose leaf") < ines.html.index("Jasmine pearls")


def test_green_is_not_shown(run: Run) -> None:
    ines = run.visitor()
    ines.open("/")
    assert "Demerara sugar" not in ines.html
    assert "Green" not in ines.words


def test_staff_read_days_and_pieces_and_no_money(run: Run) -> None:
    sam = run.visitor("sam@corner.example")
    order = run.order("Leaf & Kettle")
    for path in ("/", "/orders", f"/orders/{order.id}", f"/skus/{run.shop.products['TEA-0114']}", "/open/red"):
        sam.open(path)
        assert "£" not in sam.html, path
    sam.open("/")
    assert "2 items are about to run out." in sam.words
    assert f"{order.number} waits for a manager" in sam.words
    assert not sam.has_button("Send")


def test_all_is_quiet(quiet_run: Run) -> None:
    ines = quiet_run.visitor()
    ines.open("/")
    assert "All is quiet" in ines.words
    assert "Nothing needs you. The last look was at 09:41, at 12 items." in ines.words


def test_a_shop_of_which_nothing_is_known_is_not_called_quiet(new_run: Run) -> None:
    with writing(new_run.shop.engine) as session:
        create_site(session, key="main", name="The Corner Shop", time_zone="Europe/London", currency="GBP")
    hire(new_run.shop.engine)
    ines = new_run.visitor()
    ines.open("/")
    assert "All is quiet" not in ines.words
    assert "Bring its products and what it sold" in ines.words


def test_too_many_reds_become_one_row_an_order(sqlite_shop: Shop, tmp_path: Path) -> None:
    stock(sqlite_shop, dict.fromkeys(PRODUCTS, (2, 1)))
    hire(sqlite_shop.engine)
    run = serve(sqlite_shop, tmp_path)
    ines = run.visitor()
    ines.open("/")
    assert len(PRODUCTS) > MOST
    assert "4 lines" in ines.words
    # the top 20%, which are 3 of 12, each; the slow movers of three suppliers, and what nobody is known to sell
    assert ines.html.count('<li class="row"') == 3 + 4
    assert "4 slow movers are low." in ines.words
    ines.open("/open/red")
    assert ines.html.count('<li class="row"') == len(PRODUCTS)


def test_a_stopped_clock_is_said_and_nothing_can_be_sent(run: Run) -> None:
    context = run.app.extensions["quietshelf"]
    run.app.extensions["quietshelf"] = replace(context, stopped_at=run.now.date())
    ines = run.visitor()
    ines.open("/")
    assert "The clock of this shop stands at Tuesday 24 November 2026" in ines.words
    assert not ines.has_button("Send")


def test_the_number_of_queries_does_not_grow_with_the_shop(run: Run, queries: Callable[[], int]) -> None:
    ines = run.visitor()
    queries()
    ines.open("/")
    assert queries() <= 12
    ines.open(f"/orders/{run.order('Leaf & Kettle').id}")
    assert queries() <= 17
    ines.open(f"/skus/{run.shop.products['TEA-0114']}")
    assert queries() <= 16


def test_pages_read_the_same_on_both_databases(shop: Shop, tmp_path: Path) -> None:
    stock(shop, STOCKED)
    hire(shop.engine)
    run = serve(shop, tmp_path)
    ines = run.visitor()
    order = run.order("Leaf & Kettle")
    for path in ("/", "/orders", f"/orders/{order.id}", f"/skus/{shop.products['TEA-0114']}", "/setup", "/metrics"):
        assert ines.open(path).status_code == 200, path
    ines.open("/")
    ines.press(f"Send {order.number}")
    ines.press("Undo")
    assert ines.has_button(f"Send {order.number}")
