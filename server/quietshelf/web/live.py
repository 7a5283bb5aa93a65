"""Pages that stay true while they are open: each knows its fragments, and /changes sends those that differ.

A page asks every second. Nothing is held open, and no state of a page is kept here: every fragment on the page carries
the digest of its own html, the request brings those, and what differs now comes back to be swapped in.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, Flask, Response, current_app, render_template, request, url_for
from flask_wtf.csrf import generate_csrf
from htmx_flask import make_response
from markupsafe import Markup
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from quietshelf.web.accounts import account, managers_only
from quietshelf.web.context import site

bp = Blueprint("live", __name__)


@dataclass(frozen=True)
class LivePage:
    """A page as it stands now: its template, and the partial of each of its fragments by the fragment's id."""

    template: str
    fragments: Mapping[str, str]
    values: Mapping[str, Any] = field(default_factory=dict)


Builder = Callable[..., LivePage]


def live_page(blueprint: Blueprint, rule: str, *, for_managers: bool = False) -> Callable[[Builder], Builder]:
    """Route a page whose fragments follow what happens. The builder takes the rule's arguments."""

    def route(build: Builder) -> Builder:
        def view(**arguments: Any) -> str:
            return show(build(**arguments))

        view.__name__ = build.__name__
        blueprint.add_url_rule(rule, view_func=managers_only(view) if for_managers else view)

        def register(state: Any) -> None:
            state.app.extensions["live"][f"{blueprint.name}.{build.__name__}"] = (build, for_managers)

        blueprint.record(register)
        return build

    return route


FRAME = {"looked": "looked.html"}
"""Fragments of every page's frame."""


def show(page: LivePage) -> str:
    """The whole page."""
    html = {name: _wrapped(name, _rendered(page, name)) for name in (*FRAME, *page.fragments)}
    return render_template(page.template, live=html, poll=_poll(request.path), **page.values)


@bp.get("/changes")
def changes() -> AnyResponse:
    """204 while nothing has changed since `since`; else the fragments of `page` that differ from those it has."""
    if request.args.get("since") == _stamp():
        return Response(status=204)
    path = request.args.get("page", "/")
    page = _page_at(path)
    if page is None:
        gone: Response = make_response("", 204, refresh=True)
        return gone
    have = set(request.args.getlist("have"))
    parts = []
    for name in (*FRAME, *page.fragments):
        html = _rendered(page, name)
        if f"{name}.{_digest(html)}" not in have:
            parts.append(_wrapped(name, html, swap=True))
    return Response(Markup("\n").join([_poll(path, swap=True), *parts]))


def init_live(app: Flask) -> None:
    """Must run before the pages' blueprints are registered: they enter their builders here."""
    app.extensions["live"] = {}
    app.register_blueprint(bp)


def _page_at(path: str) -> LivePage | None:
    """The live page at a path of this site, or None: no such page, not for this person, or its subject is gone."""
    try:
        endpoint, arguments = current_app.url_map.bind("").match(path)
        build, for_managers = current_app.extensions["live"][endpoint]
        if for_managers and not account().is_manager:
            return None
        page: LivePage = build(**arguments)
    except (HTTPException, KeyError):
        return None
    return page


def _rendered(page: LivePage, name: str) -> str:
    return render_template((FRAME | dict(page.fragments))[name], **page.values)


def _digest(html: str) -> str:
    """Of what a person sees: the form token differs with every answer."""
    return hashlib.sha256(html.replace(generate_csrf(), "").encode()).hexdigest()[:16]


def _wrapped(name: str, html: str, *, swap: bool = False) -> Markup:
    return Markup(
        '<div class="live-part" id="{name}"{oob}><input type="hidden" class="have" name="have" value="{name}.{digest}">'
        "{html}</div>"
    ).format(name=name, oob=Markup(' hx-swap-oob="true"') if swap else "", digest=_digest(html), html=Markup(html))


def _poll(path: str, *, swap: bool = False) -> Markup:
    """The element that asks. It is part of every answer, and then asks with the new stamp."""
    return Markup(
        '<div id="poll"{oob} hx-get="{url}" hx-trigger="every 1s" hx-swap="none" hx-include=".have"></div>'
    ).format(
        oob=Markup(' hx-swap-oob="true"') if swap else "",
        url=url_for("live.changes", since=_stamp(), page=path),
    )


def _stamp() -> str:
    """Moves with every change of what pages show, and with the minute of the last look, which every page names."""
    looked = site().looked_at
    return f"{site().changes}" + (f".{int(looked.timestamp() // 60)}" if looked else "")
