"""In a real browser: the policy is never broken, pages follow by themselves, and pressing is quick to take back."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlalchemy import update

from quietshelf.cycle import run_pass
from quietshelf.serving import serving
from quietshelf.store.engine import writing
from quietshelf.store.tables import Site
from tests.conftest import require
from tests.web.conftest import Run
from tests.web.losing import look, lose, order_life

CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    require(CHROMIUM.exists(), "Chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def page(run: Run, browser: Browser) -> Iterator[Page]:
    """Today, opened by Ines on a tablet. The test fails if the console complains."""
    said: list[str] = []
    with serving(run.app, "127.0.0.1", 0) as url:
        context = browser.new_context(viewport={"width": 768, "height": 1024}, base_url=url)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto("/sign-in")
        page.get_by_label("E-mail").fill("ines@corner.example")
        page.get_by_label("Password").fill("correct horse")
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(url)
        yield page
        context.close()
    # one test takes the server away on purpose, and one presses with a token that is too old
    assert [text for text in said if "503" not in text and "400" not in text] == []


def test_no_page_breaks_the_policy_or_is_too_wide(page: Page, run: Run) -> None:
    order, item = run.order("Leaf & Kettle"), run.shop.products["TEA-0114"]
    look(run.shop, "supply")
    lose(run.shop, "TEA-0114", "supply", date(2026, 11, 3), 7, 2100, order=order_life(order.number))
    for width, height in ((768, 1024), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        for path in (
            "/",
            "/orders",
            f"/orders/{order.id}",
            f"/skus/{item}",
            "/review",
            "/review/2026-11",
            "/setup",
            "/you",
            "/open/red",
        ):
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} at {width}"


def test_touch_targets_are_large_enough(page: Page, run: Run) -> None:
    page.goto(f"/orders/{run.order('Leaf & Kettle').id}")
    for button in page.locator("button:visible:not(.vh), .button:visible, .nav a:visible").all():
        box = button.bounding_box()
        assert box is not None
        assert min(box["height"], box["width"]) >= 44, button.inner_text()


def test_a_row_changes_without_a_reload(page: Page, run: Run) -> None:
    page.evaluate("window.still_here = true")
    expect(page.get_by_text("7 left.")).to_be_visible()
    run.now += timedelta(seconds=20)
    run.sell("TEA-0114", 7)
    expect(page.locator("#red")).to_contain_text("None left", timeout=10_000)
    expect(page.get_by_role("heading", level=1)).to_contain_text("1 item has run out, and 1 is about to.")
    assert page.evaluate("window.still_here")


def test_enter_in_a_quantity_saves_it(page: Page, run: Run) -> None:
    order = run.order("Leaf & Kettle")
    page.goto(f"/orders/{order.id}")
    page.locator("input[name^=q-]").first.fill("77")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    assert [run.order("Leaf & Kettle").id, page.locator("input[name^=q-]").first.input_value()] == [order.id, "77"]


def test_enter_saves_and_never_approves_without_script(page: Page, run: Run, browser: Browser) -> None:
    order = run.order("Leaf & Kettle")
    context = browser.new_context(
        base_url=page.url, java_script_enabled=False, storage_state=page.context.storage_state()
    )
    plain = context.new_page()
    plain.goto(f"/orders/{order.id}")
    plain.locator("input[name^=q-]").first.fill("77")
    plain.keyboard.press("Enter")
    expect(plain.get_by_text("Saved.", exact=True)).to_be_visible()
    assert run.order("Leaf & Kettle").id == order.id  # a draft still
    context.close()


def test_approve_approves(page: Page, run: Run) -> None:
    order = run.order("Leaf & Kettle")
    page.goto(f"/orders/{order.id}")
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("#main .mark").first).to_have_text("Approved")
    assert run.order("Leaf & Kettle", "approved").id == order.id


def test_send_becomes_undo_in_the_same_place(page: Page, run: Run) -> None:
    order = run.order("Northern Mills")
    send = page.locator(f"#act-{order.id}")
    before = send.bounding_box()
    send.click()
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_visible()
    after = undo.bounding_box()
    assert before is not None
    assert after is not None
    assert abs(before["x"] - after["x"]) < 12
    assert abs(before["y"] - after["y"]) < 12
    page.wait_for_timeout(700)  # it sleeps for 0.6 s, so that a double tap can't hit it
    undo.click()
    expect(page.get_by_role("button", name=f"Send {order.number}")).to_be_visible()
    assert run.order("Northern Mills").state == "draft"


def test_what_is_typed_is_shown_in_what_it_means_before_it_is_saved(page: Page, run: Run) -> None:
    order = run.order("Leaf & Kettle")
    page.goto(f"/orders/{order.id}")
    page.get_by_role("button", name="One pack more of Rooibos").click()
    expect(page.get_by_text("You set 54, the rule says 48")).to_be_visible()
    expect(page.locator("#total")).to_contain_text("£1,150.20")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Rooibos, 100 g: pieces to order")).to_have_value("54")


def test_a_draft_that_somebody_else_changes_says_so_and_keeps_what_is_typed(page: Page, run: Run) -> None:
    order = run.order("Leaf & Kettle")
    page.goto(f"/orders/{order.id}")
    typed = page.get_by_label("Rooibos, 100 g: pieces to order")
    typed.fill("77")
    other = run.visitor()
    other.open(f"/orders/{order.id}")
    other.press("One pack more of Assam")
    expect(page.get_by_role("alert")).to_contain_text(f"Ines changed {order.number} at 09:41")
    expect(typed).to_have_value("77")


def test_a_refused_press_is_said_above_the_page_and_what_was_typed_stays(page: Page, run: Run) -> None:
    page.goto(f"/orders/{run.order('Leaf & Kettle').id}")
    typed = page.get_by_label("Rooibos, 100 g: pieces to order")
    typed.fill("77")
    page.evaluate("document.querySelectorAll('[name=csrf_token]').forEach(token => { token.value = 'old' })")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("This page is too old. Nothing was done")
    expect(typed).to_have_value("77")


def test_a_server_that_is_away_is_said(page: Page) -> None:
    expect(page.locator("#offline")).to_be_hidden()
    page.route(re.compile("/changes"), lambda route: route.fulfill(status=503, body=""))
    expect(page.locator("#offline")).to_be_visible()
    page.unroute(re.compile("/changes"))
    expect(page.locator("#offline")).to_be_hidden()


def test_the_first_week_is_answered_and_a_sleeper_woken_without_leaving_the_page(page: Page, run: Run) -> None:
    with writing(run.shop.engine) as session:
        session.execute(update(Site).values(began_on=run.now.date() - timedelta(days=1), asks_on_order=True))
    run_pass(run.shop.engine, run.shop.site_id, run.now, whole=True)
    page.goto("/")
    page.get_by_role("button", name="Nothing is on order").click()
    expect(page.get_by_text("Noted: nothing is on order.")).to_be_visible()
    expect(page.get_by_text("Is anything on order?")).to_have_count(0)
    page.goto("/asleep")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    sleepers = page.get_by_role("button", name="Wake").count()
    page.get_by_role("button", name="Wake").first.click()
    expect(page.get_by_text("is awake: it is ordered by the rule again.")).to_be_visible()
    expect(page.get_by_role("button", name="Wake")).to_have_count(sleepers - 1)
