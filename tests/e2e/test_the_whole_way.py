"""From a hand on a shelf to an order in the supplier's mailbox and goods back on the shelf, by the demo's processes."""

import io
import re
from pathlib import Path

from playwright.sync_api import Page, expect
from pypdf import PdfReader

from quietshelf.demo.hand import GOOD_AT, Hand
from quietshelf.demo.world import PLACES, Part
from quietshelf.outbound.mailbox import Mailbox
from tests.browsing import browser, tablet
from tests.conftest import free_port
from tests.running import started

BY_ITSELF_MS = 15_000
"""What happens by itself must show within this, without a reload. How fast it is, `make bench` tells."""
SENT_WITHIN_MS = 40_000
"""Ten seconds to undo, and the mail."""


def test_a_hand_empties_a_slot_and_the_goods_come_back(tmp_path: Path) -> None:
    home, port = tmp_path / "home", free_port()
    place = next(place for place in PLACES if GOOD_AT[place.node, place.slot].part is Part.LAST_FEW)
    item = GOOD_AT[place.node, place.slot]
    with started("demo", "--port", str(port), "--no-shoppers", home=home) as demo, browser() as chromium:
        page, complaints = tablet(chromium)
        demo.said("ready: ")
        page.goto(demo.said("sign in: "))
        hand, red = Hand(home / "demo"), page.locator("section:has(> .red)")
        expect(red).to_be_visible()
        expect(red).not_to_contain_text(item.name)

        hand.empty(place.node, place.slot)
        row = red.locator("li.row", has_text=item.name)
        expect(row).to_contain_text("None left", timeout=BY_ITSELF_MS)

        number = _confirm(page, item.name)
        expect(page.locator("main")).to_contain_text("What came", timeout=SENT_WITHIN_MS)
        _assert_the_supplier_has_it(home / "demo" / "mail", number, item.maker.email, item.sku)

        page.get_by_role("button", name="Receive", exact=True).click()
        expect(page.locator("main")).to_contain_text("Received")
        hand.fill(place.node, place.slot, 12)
        page.goto(f"http://127.0.0.1:{port}/")
        expect(page.locator("main")).to_be_visible()
        expect(page.locator("main li.row", has_text=item.name)).to_have_count(0, timeout=BY_ITSELF_MS)
        assert complaints == []


def _confirm(page: Page, item: str) -> str:
    """Open the draft on which the item stands and send it; its number."""
    page.locator("li.row", has_text=item).get_by_role("link", name=item).click()
    page.get_by_role("link", name=re.compile(r"^Open PO-")).click()
    number = re.search(r"PO-\d+", page.locator("main").inner_text())
    assert number is not None
    page.get_by_role("button", name="Send order").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    return number.group()


def _assert_the_supplier_has_it(folder: Path, number: str, recipient: str, sku: str) -> None:
    mails = Mailbox(folder, port=0).messages()
    assert len(mails) == 1
    mail = mails[0]
    assert mail["To"] == recipient
    assert number in mail["Subject"]
    attached = {part.get_filename(): part.get_content() for part in mail.iter_attachments()}
    (pdf,) = [content for name, content in attached.items() if name and name.endswith(".pdf")]
    text = "\n".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(pdf)).pages)
    assert number in text
    assert sku in text
