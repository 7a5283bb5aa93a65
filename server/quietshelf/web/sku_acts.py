"""What a manager says of an item on its page: pins, its end, known needs; and taking a "not this time" back."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from quietshelf.cycle import decide_skus
from quietshelf.store import archive, items, plans
from quietshelf.store.engine import writing
from quietshelf.web.accounts import account, managers_only
from quietshelf.web.context import context, db, let_go, now, site, today
from quietshelf.web.forms import Form
from quietshelf.web.live import show
from quietshelf.web.skus import sku_page

bp = Blueprint("sku_acts", __name__)

Answer = Response | tuple[str, int]


@bp.post("/skus/<int:product_id>/plan")
@managers_only
def change_plan(product_id: int) -> Answer:
    """Pin a quantity or a least stock, or say that the item ends."""
    _item(product_id)
    form = Form(request.form)
    said = {
        "ending": "ending" in form.typed,
        "on_shelf": "shelved" in form.typed,
        "ends_on": form.day("ends_on"),
        "pinned_quantity": form.whole("pinned", least=1) if form.text("pinned") else None,
        "keep_at_least": form.whole("keep", least=1) if form.text("keep") else None,
    }
    if form.wrong:
        return show(sku_page(product_id, form)), 422
    return _said(product_id, said, "Saved: the next order follows it.")


@bp.post("/skus/<int:product_id>/again")
@managers_only
def order_again(product_id: int) -> Answer:
    """Take a "not this time" back."""
    _item(product_id)
    return _said(product_id, {"not_this_time_at": None}, "It is ordered by the rule again.")


@bp.post("/skus/<int:product_id>/needs")
@managers_only
def note_need(product_id: int) -> Answer:
    """Note a known need: a quantity and a day."""
    _item(product_id)
    form = Form(request.form)
    quantity = form.whole("need", least=1)
    on = form.day("need_on", "Say on which day it is needed.")
    note = form.text("need_for", longest=60)
    if on is not None and on < today():
        form.wrong["need_on"] = "That day is past. Give today or a later day."
    if form.wrong or on is None:
        return show(sku_page(product_id, form)), 422
    at, site_id, user_id = now(), site().id, account().user_id
    let_go()
    with writing(context().engine) as session:
        plans.note_need(session, site_id, product_id, quantity, on, note, user_id, at)
    return _decided(product_id, site_id, "Noted: it is ordered a lead time before its day.")


@bp.post("/skus/<int:product_id>/needs/<int:need_id>/forget")
@managers_only
def forget_need(product_id: int, need_id: int) -> Answer:
    """Take a known need back."""
    _item(product_id)
    at, site_id, user_id = now(), site().id, account().user_id
    let_go()
    with writing(context().engine) as session:
        plans.forget_need(session, site_id, product_id, need_id, user_id, at)
    return _decided(product_id, site_id, "Taken back.")


@bp.post("/skus/<int:product_id>/archive")
@managers_only
def archive_item(product_id: int) -> Answer:
    """Take the item out of the range (`do` is archive), or into it again (back)."""
    _item(product_id)
    do, at, site_id, user_id = request.form.get("do"), now(), site().id, account().user_id
    if do not in ("archive", "back"):
        abort(400)
    let_go()
    with writing(context().engine) as session:
        if do == "archive":
            archive.archive(session, site_id, product_id, user_id, at)
        else:
            archive.bring_back(session, site_id, product_id)
    out = "Archived: it is ordered no more. What is on its way can still be received, and its past stays."
    return _decided(product_id, site_id, out if do == "archive" else "It is back: the rule orders it again.")


def _item(product_id: int) -> None:
    if items.product(db(), product_id) is None:
        abort(404)


def _said(product_id: int, said: dict[str, Any], answer: str) -> Response:
    at, site_id, user_id = now(), site().id, account().user_id
    let_go()
    with writing(context().engine) as session:
        plans.say(session, site_id, product_id, said, user_id, at)
    return _decided(product_id, site_id, answer)


def _decided(product_id: int, site_id: int, answer: str) -> Response:
    decide_skus(context().engine, site_id, [product_id], now())
    flash(answer, "done")
    return redirect(url_for("skus.page", product_id=product_id), 303)
