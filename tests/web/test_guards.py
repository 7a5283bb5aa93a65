"""What every answer carries, and what no template may hold."""

import re
from pathlib import Path

import pytest

import quietshelf.web
from quietshelf.web.live import LivePage
from tests.web.conftest import Run

WEB = Path(quietshelf.web.__file__).parent
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))


def test_the_policy_allows_nothing_inline(run: Run) -> None:
    policy = run.visitor().client.get("/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


def test_other_headers_and_no_copy_of_a_page_is_kept(run: Run) -> None:
    headers = run.visitor().client.get("/").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_templates_hold_no_inline_style_script_or_handler(template: Path) -> None:
    text = template.read_text()
    assert not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"\son\w+\s*=", text)
    assert not re.search(r"hx-on|hx-vals=.js:|\[[^\]]*\]\s*from:", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert "|safe" not in text


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_every_form_that_posts_carries_its_token(template: Path) -> None:
    text = template.read_text()
    for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", text, re.DOTALL):
        assert "csrf()" in form or "csrf_token" in form, form[:120]


def test_htmx_evaluates_nothing_and_brings_no_style(run: Run) -> None:
    html = run.visitor().client.get("/").get_data(as_text=True)
    assert '"allowEval":false' in html
    assert '"includeIndicatorStyles":false' in html


def test_fragments_of_a_live_page_have_a_partial_each(run: Run) -> None:
    for build, _ in run.app.extensions["live"].values():
        assert build.__annotations__["return"] is LivePage


def test_what_people_type_is_never_taken_for_html(run: Run) -> None:
    ines = run.visitor()
    ines.open("/setup")
    ines.press("Make the account", person="<b>Bo</b>", email="bo@corner.example", role="staff")
    assert "<b>Bo</b>" not in ines.html
    assert "A sign-in link for &lt;b&gt;Bo&lt;/b&gt;" in ines.html
