"""One item: what is known of it, why it is in its zone, every decision in a sentence, and what moved last."""

from flask import Blueprint, abort

from quietshelf.store import items, pages, plans
from quietshelf.web import history, wording
from quietshelf.web.boards import on_the_way
from quietshelf.web.context import db, now, site
from quietshelf.web.forms import Form
from quietshelf.web.live import LivePage, live_page
from quietshelf.web.troubles import check
from quietshelf.web.voices import voice

bp = Blueprint("skus", __name__)

MOST_DECISIONS = 20
MOST_MOVEMENTS = 12

FRAGMENTS = {part: f"skus/{part}.html" for part in ("facts", "plan", "why", "moves", "sellers")}


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
        for e in pages.open_exceptions(db(), site().id, now(), product_id)
        if e.kind not in ("red", "yellow")
    ]
    values = {
        "item": item,
        "state": state,
        "figures": figures,
        "sentence": wording.item_now(state.zone, figures, waiting.number if waiting else None, said)
        if state and figures
        else "Nothing has happened to it yet: no count, no sale, no receipt.",
        "mark": {"red": wording.days_left(state.on_hand, state.velocity), "yellow": "Low"}.get(state.zone, "")
        if state
        else "",
        "waiting": waiting,
        "coming": on_the_way(coming, said),
        "coming_orders": {c.number: c.order_id for c in coming},
        "open_now": open_now,
        "decisions": [
            (d.at, history.decided(d.what, d.figures), d.figures.get("order"))
            for d in items.decisions(db(), site().id, product_id, MOST_DECISIONS)
        ],
        "movements": items.movements(db(), site().id, product_id, MOST_MOVEMENTS),
        "sellers": items.sellers(db(), item),
        "plan": told.plan if told else None,
        "needs": [need for need in told.needs if need.on_day >= said.today] if told else [],
        "said_of_it": wording.plan_now(figures, said) if figures else "",
        "form": form or Form(),
        "moves": history.MOVES,
        "moved": history.moved,
    }
    return LivePage("skus/page.html", FRAGMENTS, values)
