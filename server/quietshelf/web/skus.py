"""One item: what is known of it, why it is in its zone, every decision in a sentence, and what moved last."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from quietshelf.intake.one_offs import say_one_off
from quietshelf.outbound import sourcing
from quietshelf.rules.counted import undated
from quietshelf.rules.facts import Fact, Kind
from quietshelf.store import items, losses, orders, pages, plans
from quietshelf.store.open_now import open_exceptions
from quietshelf.store.orders import NotAllowed
from quietshelf.store.tables import FactRow
from quietshelf.web import cause_words, count_words, history, stock_words, wording
from quietshelf.web.accounts import account, managers_only
from quietshelf.web.context import context, db, let_go, now, site, zone
from quietshelf.web.forms import Form, new_press
from quietshelf.web.live import LivePage, live_page
from quietshelf.web.rows import on_the_way
from quietshelf.web.sourcing_views import sellers_view
from quietshelf.web.troubles import check
from quietshelf.web.voices import voice
from quietshelf.web.wording import Figures, Voice

bp = Blueprint("skus", __name__)

MOST_DECISIONS = 20
MOST_MOVEMENTS = 12

DAYS_OUT = 180
"""Days back that the page says why the item was out."""
MOST_RUNS = 12

PARTS = ("facts", "one_offs", "plan", "out", "why", "moves", "sellers")
FRAGMENTS = {part: f"skus/{part}.html" for part in PARTS}


@live_page(bp, "/skus/<int:product_id>")
def page(product_id: int) -> LivePage:
    """The item's page."""
    return sku_page(product_id)


def sku_page(product_id: int, form: Form | None = None) -> LivePage:
    """The item's page; with what was typed of its plan, where that can't be taken."""
    item = items.product(db(), product_id)
    if item is None:
        abort(404)
    said = voice()
    state = items.state(db(), site().id, product_id)
    figures = state.figures if state else None
    waiting = items.waiting_line(db(), site().id, product_id)
    coming = pages.coming(db(), site().id, [product_id]).get(product_id, [])
    told = plans.plans_of(db(), site().id, [product_id]).get(product_id)
    open_now = [
        check(e.kind, e.product, e.figures, e.opened_at, said)
        for e in open_exceptions(db(), site().id, product_id)
        if e.kind not in ("red", "yellow")
    ]
    movements = items.movements(db(), site().id, product_id, MOST_MOVEMENTS)
    values = {
        "item": item,
        "state": state,
        "figures": figures,
        "sentence": stock_words.about_stock(figures, waiting.number if waiting else None, said)
        or wording.item_now(state.zone, figures, waiting.number if waiting else None, said)
        if state and figures
        else "Nothing has happened to it yet: no count, no sale, no receipt.",
        "mark": {"red": wording.days_left(state.on_hand, state.velocity), "yellow": "Low"}.get(state.zone, "")
        if state
        else "",
        "waiting": waiting,
        "coming": on_the_way(coming, said),
        "coming_orders": {c.number: c.order_id for c in coming},
        "open_now": open_now,
        "one_off_sales": _one_off_sales(figures or {}, said),
        "decisions": [
            (d.at, history.decided(d.what, d.figures), d.figures.get("order"))
            for d in items.decisions(db(), site().id, product_id, MOST_DECISIONS)
        ],
        "out": _why_it_was_out(product_id, state is not None and state.on_hand <= 0, said),
        "movements": movements,
        "sellers": sellers_view(db(), site().id, item, said),
        "plan": told.plan if told else None,
        "needs": [need for need in told.needs if need.on_day >= said.today] if told else [],
        "said_of_it": wording.plan_now(figures, said) if figures else "",
        "form": form or Form(),
        "moves": history.MOVES,
        "moved": history.moved,
        "why_off": count_words.refers,
        "blank": Form(),
        "new_press": new_press,
        "not_dated": _not_dated(movements),
    }
    return LivePage("skus/page.html", FRAGMENTS, values)


def _why_it_was_out(product_id: int, is_out: bool, said: Voice) -> dict[str, Any]:
    """Each run of days without stock with its cause, newest first; and what holding too much of it costs."""
    lost = losses.losses_of_sku(db(), site().id, product_id, said.today - timedelta(days=DAYS_OUT))
    runs = cause_words.runs(lost)[:MOST_RUNS]
    told = [
        cause_words.out_for(run, is_out and run.last == runs[0].last and (said.today - run.last).days <= 1, said)
        for run in runs
    ]
    month_ago = said.today - timedelta(days=30)
    numbers = {number for one in told for number in one.orders}
    return {
        "runs": [one.sentence for one in told],
        "held": cause_words.held([day for day in lost if day.day > month_ago], said),
        "orders": orders.ids_of(db(), site().id, numbers) if numbers else {},
    }


def _not_dated(movements: Sequence[FactRow]) -> str:
    """The mark of the last count by hand, where something of its day has no time: its page asks about that."""
    known = [Fact(row.happened, Kind(row.kind), row.quantity, row.key, row.place) for row in movements]
    last = next((fact for fact in known if fact.key.startswith("counted:")), None)
    return last.key.rpartition(":")[2] if last is not None and undated(last, known, zone()) else ""


@bp.post("/skus/<int:product_id>/one-off")
def one_off(product_id: int) -> Response:
    """Leave one sale out of what the item sells, or count it again. Anyone in the shop may know what a sale was."""
    form = Form(request.form)
    site_id, says = site().id, {"yes": True, "no": False}.get(form.text("one_off"))
    if says is None:
        abort(400)
    let_go()
    say_one_off(context().engine, site_id, product_id, form.typed.get("sale", ""), says, now())
    return redirect(url_for("skus.page", product_id=product_id), 303)


def _one_off_sales(figures: Figures, said: Voice) -> list[tuple[Figures, str, bool]]:
    """The sale that may be a one-off, and those that a person called so: each with its sentence, and which it is."""
    asked = figures.get("perhaps_one_off")
    sales = [(asked, stock_words.asks_one_off(asked, said), False)] if asked else []
    return sales + [(sale, stock_words.left_out(sale, said), True) for sale in figures.get("one_offs", [])]


@bp.post("/skus/<int:product_id>/supplier")
@managers_only
def source(product_id: int) -> Response:
    """Who the item is ordered from: `do` is choose, pin or unpin with a supplier's id, or trial."""
    do, _, supplier_id = request.form.get("do", "").partition(":")
    if do not in ("choose", "pin", "unpin", "trial") or (do != "trial" and not supplier_id.isdecimal()):
        abort(400)
    if items.product(db(), product_id) is None:
        abort(404)
    site_id, user_id = site().id, account().user_id
    let_go()
    try:
        if do == "trial":
            sourcing.try_back(context().engine, site_id, product_id, user_id, now())
        else:
            sourcing.choose(context().engine, site_id, product_id, int(supplier_id), user_id, now(), pin=do == "pin")
    except NotAllowed as refusal:
        flash(str(refusal))
    return redirect(url_for("skus.page", product_id=product_id) + "#h-sellers", 303)
