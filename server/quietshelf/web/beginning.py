"""How a shop begins, as its people meet it: the one question above its first drafts, and the list of what sleeps."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from quietshelf.cycle import decide_skus, run_pass
from quietshelf.rules.first_week import Beginning
from quietshelf.rules.policy import Policy
from quietshelf.store import beginning, items, plans
from quietshelf.store.engine import writing
from quietshelf.store.tables import Site
from quietshelf.web.accounts import account, managers_only
from quietshelf.web.context import context, db, let_go, now, site, today

bp = Blueprint("beginning", __name__)

ROWS_A_PAGE = 50


def asks_on_order(shop: Site) -> bool:
    """Whether the shop is asked if anything is on order."""
    return shop.began_on is not None and Beginning(shop.began_on, shop.asks_on_order).asks_on(today(), Policy())


@bp.post("/beginning/nothing-on-order")
@managers_only
def nothing_on_order() -> Response:
    """The answer: nothing is on order."""
    at, site_id, user_id = now(), site().id, account().user_id
    let_go()
    with writing(context().engine) as session:
        beginning.nothing_is_on_order(session, site_id, user_id, at)
    run_pass(context().engine, site_id, at)
    flash("Noted: nothing is on order.", "done")
    return redirect("/", 303)


@bp.get("/asleep")
@managers_only
def asleep() -> str:
    """What had none left when the shop began, and had not sold for long."""
    first = max(0, request.args.get("from", 0, type=int))
    total, rows = beginning.asleep(db(), site().id, first, ROWS_A_PAGE)
    if first and not rows:
        abort(404)
    return render_template("setup/asleep.html", total=total, rows=rows, first=first, page_size=ROWS_A_PAGE)


@bp.post("/asleep/<int:product_id>")
@managers_only
def say(product_id: int) -> Response:
    """Wake an item, or let it end."""
    item = items.product(db(), product_id)
    do = request.form.get("do")
    if item is None or do not in ("wake", "ending"):
        abort(404 if item is None else 400)
    at, site_id, user_id, name = now(), site().id, account().user_id, item.name
    let_go()
    with writing(context().engine) as session:
        if do == "wake":
            beginning.wake(session, site_id, product_id, user_id, at)
        else:
            plans.say(session, site_id, product_id, {"ending": True}, user_id, at)
    decide_skus(context().engine, site_id, [product_id], at)
    said = "is awake: it is ordered by the rule again." if do == "wake" else "ends: it is never ordered again."
    flash(f"{name} {said}", "done")
    return redirect(url_for("beginning.asleep"), 303)
