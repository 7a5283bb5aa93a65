"""Setting the budget for orders, the limit under which they send themselves, and the turns to aim at."""

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from quietshelf.files.currencies import minor_digits
from quietshelf.store.engine import writing
from quietshelf.store.modes import mode_on
from quietshelf.store.sites import touch
from quietshelf.store.states import every_sku, mark_stale
from quietshelf.store.tables import Site
from quietshelf.web.accounts import account, managers_only
from quietshelf.web.context import context, let_go, site
from quietshelf.web.forms import Form
from quietshelf.web.money import money_view
from quietshelf.web.setup import page

bp = Blueprint("money_acts", __name__)

LONGEST_DAYS = 366
MOST_TURNS = 100.0


@bp.post("/setup/money")
@managers_only
def save() -> Response | tuple[str, int]:
    """Take what was typed, all of it or none."""
    form, at, name = Form(request.form), site(), account().name
    digits = minor_digits(at.currency)
    budget, limit = form.minor("budget", digits), form.minor("order_limit", digits)
    days = form.whole("budget_days", least=1, most=LONGEST_DAYS)
    first = form.day("budget_from")
    turns = _turns(form)
    if budget is not None and first is None and "budget_from" not in form.wrong:
        form.wrong["budget_from"] = "Type the first day of a budget."
    if form.wrong:
        return page(form, money=money_view(at, asked=True)), 422
    site_id = at.id
    let_go()
    with writing(context().engine) as session:
        kept = session.get_one(Site, site_id)
        if kept.target_turns != turns and mode_on(session, site_id, "capital"):
            mark_stale(session, site_id, every_sku(session, site_id))
        if kept.order_limit_minor != limit:
            kept.order_limit_by = name if limit is not None else None
        kept.budget_minor, kept.budget_days, kept.budget_from = budget, days, first
        kept.order_limit_minor, kept.target_turns = limit, turns
        session.flush()
        touch(session, site_id)
    flash("Saved.", "done")
    return redirect(url_for("setup.start") + "#money", 303)


def _turns(form: Form) -> float | None:
    """The turns typed; None where nothing is."""
    typed = form.text("turns").replace(",", ".")
    if not typed:
        return None
    digits = typed.replace(".", "", 1)
    turns = float(typed) if digits.isdecimal() and digits.isascii() else 0.0
    if not 0 < turns <= MOST_TURNS:
        form.wrong["turns"] = f"Type turns a year, like 6 or 4.5, at most {MOST_TURNS:g}."
        return None
    return turns
