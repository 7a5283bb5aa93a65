"""A person with a browser that runs no script: opens pages, fills in forms, presses buttons. No test lives here."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


@dataclass
class Button:
    """A button that sends a form."""

    words: str
    name: str | None
    value: str
    label: str = ""


@dataclass
class HtmlForm:
    """A form of a page, with what a browser would send of it."""

    action: str
    method: str
    id: str | None
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[Button] = field(default_factory=list)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[HtmlForm] = []
        self._open: HtmlForm | None = None
        self._button: Button | None = None
        self._select: str | None = None
        self._textarea: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = HtmlForm(has.get("action", ""), has.get("method", "get"), has.get("id"))
            self.forms.append(self._open)
            return
        owner = self._open
        if "form" in has:
            owner = next((form for form in self.forms if form.id == has["form"]), None) or self._later(has["form"])
        if owner is None or "disabled" in has:
            return
        match tag:
            case "input" if has.get("type") in ("radio", "checkbox"):
                if "checked" in has:
                    owner.fields[has["name"]] = has.get("value", "on")
            case "input" if has.get("name") and has.get("type") != "file":
                owner.fields[has["name"]] = has.get("value", "")
            case "select":
                self._select = has["name"]
            case "option" if self._select and (self._select not in owner.fields or "selected" in has):
                owner.fields[self._select] = has.get("value", "")
            case "textarea":
                self._textarea = has["name"]
                owner.fields[has["name"]] = ""
            case "button" if has.get("type", "submit") == "submit":
                self._button = Button("", has.get("name"), has.get("value", ""), has.get("aria-label", ""))
                owner.buttons.append(self._button)

    def handle_endtag(self, tag: str) -> None:
        match tag:
            case "form":
                self._open = None
            case "button":
                self._button = None
            case "select":
                self._select = None
            case "textarea":
                self._textarea = None

    def handle_data(self, data: str) -> None:
        if self._button:
            self._button.words += data
        if self._textarea and self._open:
            self._open.fields[self._textarea] += data

    def _later(self, form_id: str) -> HtmlForm:
        """A form that stands further down the page: found again by its id when it begins."""
        form = HtmlForm("", "post", form_id)
        self.forms.append(form)
        return form


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def forms_of(html: str) -> list[HtmlForm]:
    """The forms of a page; what stands outside of a form and names it is part of it."""
    parser = _Forms()
    parser.feed(html)
    joined: dict[str, HtmlForm] = {}
    found = []
    for form in parser.forms:
        if form.id and form.id in joined:
            first = joined[form.id]
            first.action, first.method = form.action, form.method
            first.fields |= form.fields
            first.buttons += form.buttons
            continue
        if form.id:
            joined[form.id] = form
        found.append(form)
    return found


class Visitor:
    """One person, one browser without script."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.at = "/"
        self.page: TestResponse

    @property
    def html(self) -> str:
        """What the page says."""
        return self.page.get_data(as_text=True)

    @property
    def words(self) -> str:
        """The page's words alone, blanks joined."""
        reader = _Words()
        reader.feed(self.html)
        return " ".join(" ".join(reader.texts).split())

    def open(self, path: str) -> TestResponse:
        """Open a page, and go where it sends."""
        self.at = path
        return self._arrive(self.client.get(path))

    def sign_in(self, email: str, password: str = "correct horse") -> TestResponse:
        """Sign in from the form."""
        self.open("/sign-in")
        return self.press("Sign in", email=email, password=password)

    def press(self, button: str, **typed: str) -> TestResponse:
        """Press the first button that begins with these words (or is labelled so), with what was typed before."""
        for form in forms_of(self.html):
            for each in form.buttons:
                words = " ".join(each.words.split())
                if words.startswith(button) or each.label.startswith(button):
                    return self._send(form, each, typed)
        raise AssertionError(f"no button {button!r} on {self.at}: {self.words[:800]}")

    def has_button(self, button: str) -> bool:
        """Whether the page has a button that begins with these words."""
        return any(" ".join(b.words.split()).startswith(button) for form in forms_of(self.html) for b in form.buttons)

    def _send(self, form: HtmlForm, button: Button, typed: dict[str, str]) -> TestResponse:
        fields = dict(form.fields)
        for name, value in typed.items():
            fields[name if name in fields else name.replace("_", "-")] = value
        if button.name:
            fields[button.name] = button.value
        to = urljoin(self.at, form.action) if form.action else self.at
        self.at = to
        return self._arrive(self.client.post(to, data=fields))

    def _arrive(self, answer: TestResponse) -> TestResponse:
        while answer.status_code in (302, 303):
            self.at = urlsplit(answer.headers["Location"])._replace(scheme="", netloc="", fragment="").geturl()
            answer = self.client.get(self.at)
        self.page = answer
        return answer
