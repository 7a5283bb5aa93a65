"""Orders: the plain list, and one order's page, where it is edited, approved, sent and received."""

import io
from collections.abc import Mapping

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response as AnyResponse

from quietshelf.outbound.letter import paper_of
from quietshelf.outbound.order_csv import order_csv
from quietshelf.outbound.paper import OrderPaper, order_pdf
from quietshelf.store import pages
from quietshelf.store.orders import ChangedMeanwhile, NotAllowed
from quietshelf.web import wording
from quietshelf.web.accounts import account, managers_only
from quietshelf.web.context import context, db, let_go, now, site, today
from quietshelf.web.forms import Form
from quietshelf.web.live import LivePage, live_page, show
from quietshelf.web.order_acts import ACTS, pressed, typed_quantities
from quietshelf.web.order_views import OrderView, order_view, state_mark
from quietshelf.web.security import own_path
from quietshelf.web.voices import voice

bp = Blueprint("orders", __name__)

ORDERS_A_PAGE = 50
SAID = {
    "save": "Saved.",
    "step": "Saved.",
    "off": "Taken off. What it needs stands: it comes back with its next change.",
    "skip": "Not this time. It stays off until it was Green once, or for 30 days.",
    "add": "Added: one lot of it.",
    "now": "It waits for no budget any more, and goes with the order.",
    "rule": "The line follows the rule again.",
    "cancel_skip": "Cancelled. Its items are not drafted again until they were Green once, or for 30 days.",
    "receive": "Booked: what came counts as on hand now.",
    "answer": "Noted: it is expected on that day. The promise stays what it was.",
}
"""What is said after an act that shows nowhere else."""


@bp.get("/orders")
def plain_list() -> str:
    """Every order, those that still want something first."""
    first = max(0, request.args.get("from", 0, type=int))
    over = "over" in request.args
    listed = pages.listed_orders(db(), site().id, is_open=not over, first=first, most=ORDERS_A_PAGE + 1)
    return render_template(
        "orders/list.html",
        orders=listed[:ORDERS_A_PAGE],
        over=over,
        first=first,
        page_size=ORDERS_A_PAGE,
        more=len(listed) > ORDERS_A_PAGE,
        mark=lambda order: state_mark(order.state, order.promised_on, today()),
    )


@live_page(bp, "/orders/<int:order_id>")
def page(order_id: int) -> LivePage:
    """One order as it stands now."""
    return _page(order_id, 0)


@live_page(bp, "/orders/<int:order_id>/from/<int:first>")
def further(order_id: int, first: int) -> LivePage:
    """Further lines of a long order."""
    return _page(order_id, first)


@bp.post("/orders/<int:order_id>")
@bp.post("/orders/<int:order_id>/from/<int:first>")
def act(order_id: int, first: int = 0) -> AnyResponse | tuple[str, int]:
    """Everything that is done to an order: `do` says what, `version` what was looked at."""
    form = Form(request.form)
    do = pressed(form)
    version = form.whole("version")
    if do not in ACTS or form.wrong:
        abort(400)
    viewed = _view(order_id, first, form)
    let_go()
    try:
        ACTS[do](viewed.order, version, form, account().user_id, now())
    except ChangedMeanwhile as meanwhile:
        flash(wording.not_done(do, meanwhile.number, meanwhile.by, meanwhile.at, _differing(viewed, form), voice()))
        return redirect(url_for("orders.page", order_id=order_id), 303)
    except NotAllowed as refusal:
        flash(str(refusal))
        return redirect(url_for("orders.page", order_id=order_id), 303)
    if form.wrong:
        return show(_page(order_id, first, form)), 422
    if do in SAID:
        flash(SAID[do], "done")
    return redirect(own_path(form.text("back")) or request.path, 303)


@bp.post("/orders/<int:order_id>/preview")
@managers_only
def preview(order_id: int) -> str:
    """What the quantities typed so far would mean: nothing is saved."""
    form = Form(request.form)
    viewed = _view(order_id, form.whole("first"), Form())
    return render_template(
        "orders/preview.html", view=viewed.with_quantities(typed_quantities(viewed.order, form), voice())
    )


@bp.get("/orders/<int:order_id>.pdf")
@managers_only
def pdf(order_id: int) -> Response:
    """The order as its supplier gets it."""
    paper = _paper(order_id)
    return send_file(
        io.BytesIO(order_pdf(paper)), mimetype="application/pdf", download_name=f"{paper.number}.pdf", max_age=0
    )


@bp.get("/orders/<int:order_id>.csv")
@managers_only
def table(order_id: int) -> Response:
    """The order's lines for a spreadsheet, or for a supplier's portal."""
    paper = _paper(order_id)
    return send_file(
        io.BytesIO(order_csv(paper).encode()),
        mimetype="text/csv",
        as_attachment=True,
        download_name=f"{paper.number}.csv",
        max_age=0,
    )


def _paper(order_id: int) -> OrderPaper:
    try:
        return paper_of(db(), order_id, now())
    except NotAllowed:
        abort(404)


def _view(order_id: int, first: int, form: Form) -> OrderView:
    try:
        return order_view(db(), order_id, first, form, voice(), sees_money=account().is_manager)
    except NotAllowed:
        abort(404)


def _page(order_id: int, first: int, form: Form | None = None) -> LivePage:
    """The page; of one that is being edited only the word that somebody else changed it follows what happens."""
    view = _view(order_id, first, form or Form())
    fragments: Mapping[str, str] = {"meanwhile": "orders/meanwhile.html", "body": "orders/body.html"}
    seen, changed = None, ""
    if request.endpoint == "live.changes" and request.args.get("editing") == "1":
        fragments, seen = {"meanwhile": "orders/meanwhile.html"}, request.args.get("seen", type=int)
    if seen is not None and seen != view.order.version:
        by = pages.name_of(db(), view.order.changed_by)
        changed = wording.changed_by(view.order.number, by, view.order.changed_at or view.order.created_at, voice())
    values = {"view": view, "form": form or Form(), "changed": changed, "sends_mail": context().sends_mail}
    return LivePage("orders/page.html", fragments, values)


def _differing(viewed: OrderView, form: Form) -> list[tuple[str, int]]:
    """What was typed and is not as the order stands: item and quantity."""
    typed = typed_quantities(viewed.order, form)
    return [
        (line.product.name, typed[line.id])
        for line in viewed.order.lines
        if typed.get(line.id, line.quantity) != line.quantity
    ]
