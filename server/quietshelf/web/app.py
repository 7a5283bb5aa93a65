"""The app factory: one Flask app for one AppContext. Every page is a module of its own beside this one."""

from typing import Any

import structlog
from flask import Flask, current_app, render_template, request
from flask_wtf.csrf import CSRFError
from htmx_flask import Htmx
from sqlalchemy.exc import InterfaceError, OperationalError, TimeoutError
from werkzeug.exceptions import HTTPException

from quietshelf.web import (
    beginning,
    counting,
    first_run,
    health,
    hurrying,
    imports,
    later,
    modes,
    money_acts,
    orders,
    review,
    setup,
    setup_acts,
    sign_in,
    sku_acts,
    skus,
    today,
)
from quietshelf.web.accounts import init_accounts
from quietshelf.web.context import AppContext, context, let_go, site_or_none
from quietshelf.web.filters import init_filters
from quietshelf.web.live import init_live
from quietshelf.web.security import init_security

log = structlog.get_logger()

Answer = tuple[str, int, dict[str, str]]
"""A page, its status, and headers of its own."""

DATABASE_AWAY = (OperationalError, InterfaceError, TimeoutError)
OF_THE_SHOP = (counting, today, later, beginning, orders, hurrying, skus, sku_acts, review, modes)
PAGES = (*OF_THE_SHOP, sign_in, first_run, setup, setup_acts, money_acts, imports, health)
UNTIL_SAID = {
    400: ("This can't be read", "The form came in pieces. Go back, load the page again, and send it once more."),
    403: ("This needs a manager", "Your account is staff. Ask a manager to do it, or to change your role."),
    404: ("There is no such page", "The address may be mistyped, or what it showed is gone."),
    405: ("This can't be opened", "The address takes a form, not a visit. Start from Today."),
    413: ("This file is too large", "Nothing was read. A file may have 128 MB; compress it with gzip, or split it."),
    429: ("Too many tries", "Wait a minute, then try again."),
}


def create_app(shop: AppContext) -> Flask:
    """The pages of one shop. It opens nothing by itself and may be made before the database is reachable."""
    app = Flask(__name__, static_folder="static", template_folder="templates")
    app.extensions["quietshelf"] = shop
    app.json.sort_keys = False  # type: ignore[attr-defined]
    Htmx(app)
    init_security(app, shop)
    init_accounts(app)
    init_filters(app)
    init_live(app)
    health.init_metrics(app)
    for page in PAGES:
        app.register_blueprint(page.bp)
    app.teardown_request(let_go)
    app.context_processor(_frame)
    app.register_error_handler(HTTPException, _said)
    app.register_error_handler(CSRFError, _token_gone)
    for error in DATABASE_AWAY:
        app.register_error_handler(error, _database_away)
    return app


def _frame() -> dict[str, Any]:
    """What the frame of every page shows."""
    return {"shop": site_or_none(), "stopped_at": context().stopped_at, "here": request.endpoint or ""}


def _said(error: HTTPException) -> Answer | HTTPException:
    """An error page with a sentence that says what to do."""
    code = error.code or 500
    if code < 400:
        return error
    title, sentence = UNTIL_SAID.get(code, ("This went wrong here", "Nothing was changed. The log says more."))
    return _refusal(title, sentence, code)


def _token_gone(error: CSRFError) -> Answer:
    sentence = "Nothing was done: this page was open since before you signed in. Load it again, then press once more."
    return _refusal("This page is too old", sentence, 400)


def _refusal(title: str, sentence: str, code: int) -> Answer:
    """A page that says it; of a press that htmx made, the words alone, above the page that it was made on."""
    if "HX-Request" not in request.headers:
        return render_template("error.html", title=title, sentence=sentence), code, {}
    words = render_template("refused.html", title=title, sentence=sentence)
    return words, code, {"HX-Retarget": "#refused", "HX-Reswap": "innerHTML show:top", "HX-Reselect": ".errors"}


def _database_away(error: Exception) -> tuple[str, int, dict[str, str]]:
    """A page that says so. It asks the database nothing, not even who is signed in."""
    let_go()
    full = "disk is full" in str(error) or "No space left" in str(error)
    log.error("the database can't be used", reason="the disk is full" if full else type(error).__name__)
    title = "The disk is full" if full else "The database is away"
    sentence = (
        "Nothing was saved. Make room on the server's disk; what is here stays readable."
        if full
        else "Nothing was saved. Shelves keep what they weigh and send it later. This page works again by itself."
    )
    page = current_app.jinja_env.get_template("away.html")  # without the frame, which asks the database
    return page.render(title=title, sentence=sentence), 503, {"Retry-After": "10"}
