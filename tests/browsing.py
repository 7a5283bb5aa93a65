"""A real browser on the pages: Debian's Chromium, driven by Playwright. No test lives here."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.conftest import require

CHROMIUM = Path("/usr/bin/chromium")
TABLET = {"width": 768, "height": 1024}


@contextmanager
def browser() -> Iterator[Browser]:
    """Chromium without a window, for as long as the block runs."""
    require(CHROMIUM.exists(), "Chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


def tablet(chromium: Browser) -> tuple[Page, list[str]]:
    """A page as wide as a tablet, and what its console complains of, as it comes."""
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    page = chromium.new_page(viewport={"width": TABLET["width"], "height": TABLET["height"]})
    page.on("console", hear)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return page, complaints
