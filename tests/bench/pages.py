"""How soon a hand on a shelf shows on an open page, and how fast Today answers."""

import sqlite3
import time
from http.client import HTTPConnection
from pathlib import Path
from random import Random

from playwright.sync_api import Page

from quietshelf.demo.hand import GOOD_AT, Hand
from tests.bench.rows import Row, percentile
from tests.browsing import browser, tablet
from tests.conftest import free_port
from tests.running import started

HANDS = 40
ASKED = 1000
NODE, SLOT = "counter", "1"


def pages(folder: Path) -> list[Row]:
    """A hand takes or lays down pieces, and the open page of the item follows; then Today, asked again and again."""
    home, port = folder / "home", free_port()
    with started("demo", "--port", str(port), "--no-shoppers", home=home) as demo, browser() as chromium:
        page, _ = tablet(chromium)
        demo.said("ready: ")
        page.goto(demo.said("sign in: "))
        cookie = "; ".join(f"{c.get('name')}={c.get('value')}" for c in page.context.cookies())
        shown = _hands(page, Hand(home / "demo"), f"http://127.0.0.1:{port}", home)
        answered = _ask(port, cookie)
    return [
        Row("hand_to_screen_p50", percentile(shown, 50), "s"),
        Row("hand_to_screen_p95", percentile(shown, 95), "s", "<= 2"),
        Row("today_p50", percentile(answered, 50), "ms"),
        Row("today_p99", percentile(answered, 99), "ms"),
    ]


def _hands(page: Page, hand: Hand, url: str, home: Path) -> list[float]:
    """Seconds from each movement to its count on the page, moved at times that no clock of the page knows."""
    page.goto(f"{url}{_item_path(home)}")
    random, samples = Random(3), []
    for _ in range(HANDS):
        page.wait_for_timeout(random.uniform(1200, 2400))
        lying = hand.pieces(NODE, SLOT)
        if lying > 6:
            hand.take(NODE, SLOT, random.randint(1, 3))
        else:
            hand.fill(NODE, SLOT, 9)
        began, now_there = time.perf_counter(), hand.pieces(NODE, SLOT)
        page.wait_for_function(
            "n => [...document.querySelectorAll('dt')].some("
            "dt => dt.textContent === 'On the shelf' && dt.nextElementSibling.textContent === String(n))",
            arg=now_there,
            polling=20,
            timeout=20_000,
        )
        samples.append(time.perf_counter() - began)
    return samples


def _item_path(home: Path) -> str:
    """Where the item's page is."""
    with sqlite3.connect(f"file:{home / 'demo' / 'quietshelf.db'}?mode=ro", uri=True) as database:
        ((product_id,),) = database.execute("SELECT id FROM products WHERE sku = ?", [GOOD_AT[NODE, SLOT].sku])
    return f"/skus/{product_id}"


def _ask(port: int, cookie: str) -> list[float]:
    """Milliseconds of each answer of Today, one after another on one connection."""
    connection = HTTPConnection("127.0.0.1", port)
    samples = []
    for _ in range(ASKED):
        began = time.perf_counter()
        connection.request("GET", "/", headers={"Cookie": cookie})
        answer = connection.getresponse()
        answer.read()
        samples.append(1000 * (time.perf_counter() - began))
        if answer.status != 200:
            raise RuntimeError(f"Today answered {answer.status}")
    connection.close()
    return samples
