"""Counting an item, taking broken pieces off, and what a count changed: for whoever stands at the shelf."""

import re
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from quietshelf.intake.by_hand import REASONS, count_item, say_when, take_off
from quietshelf.rules.counted import found_by, undated
from quietshelf.rules.facts import Fact, Kind
from quietshelf.rules.policy import Policy
from quietshelf.store import items, pages
from quietshelf.store.facts import facts_of
from quietshelf.store.tables import Product
from quietshelf.web import count_words
from quietshelf.web.context import context, db, let_go, now, site, zone
from quietshelf.web.forms import Form, new_press
from quietshelf.web.live import show
from quietshelf.web.skus import sku_page
from quietshelf.web.voices import voice

bp = Blueprint("counting", __name__)

Answer = Response | tuple[str, int] | str

_PRESS = re.compile(r"[0-9a-f]{16}")


@bp.get("/skus/<int:product_id>/count")
def ask(product_id: int) -> str:
    """The form alone, as a row of the day's page opens it."""
    return _form(_item(product_id), Form())


@bp.post("/skus/<int:product_id>/count")
def count(product_id: int) -> Answer:
    """Book what somebody has counted, and show what it changed."""
    item, form = _item(product_id), Form(request.form)
    found = form.whole("found") if form.text("found", "Type how many you found; 0 if none.") else 0
    counted_at = _clock(form)
    if form.wrong or counted_at is None:
        return _form(item, form), 422
    at, site_id = now(), site().id
    let_go()
    key = count_item(context().engine, site_id, product_id, found, counted_at, at, _press(form))
    return redirect(url_for("counting.counted", product_id=product_id, press=key.rpartition(":")[2]), 303)


@bp.get("/skus/<int:product_id>/counted/<press>")
def counted(product_id: int, press: str) -> str:
    """What a count changed; and whether what happened on its day at no known time was before it."""
    item, facts, fact = _counted(product_id, press)
    known = pages.known_until(db(), site().id) or now()
    state, said = items.state(db(), site().id, product_id), voice()
    return render_template(
        "counting/counted.html",
        item=item,
        press=press,
        at=fact.happened,
        sentence=count_words.changed(found_by(fact, facts, min(known, now()), Policy())),
        on_hand=count_words.on_hand_now(state.on_hand, fact, facts) if state else "",
        asked=[
            (kind, count_words.asks_when(kind, sum(each.quantity for each in those), fact.happened, said))
            for kind, those in undated(fact, facts, zone()).items()
        ],
    )


@bp.post("/skus/<int:product_id>/counted/<press>")
def when(product_id: int, press: str) -> Response:
    """Say of what happened on the day of a count whether it was before the count or after it."""
    _, facts, fact = _counted(product_id, press)
    kind, before = request.form.get("kind", ""), {"before": True, "after": False}.get(request.form.get("when", ""))
    if before is None or kind not in (str(one) for one in Kind):
        abort(400)
    keys = [each.key for each in undated(fact, facts, zone()).get(Kind(kind), ())]
    at, site_id = now(), site().id
    let_go()
    say_when(context().engine, site_id, product_id, fact, keys, at, before=before)
    return redirect(url_for("counting.counted", product_id=product_id, press=press), 303)


@bp.post("/skus/<int:product_id>/off")
def off(product_id: int) -> Answer:
    """Take pieces off the book: broken, given as a sample, used in the shop."""
    _item(product_id)
    form, reason = Form(request.form), request.form.get("reason", "")
    if reason not in REASONS:
        abort(400)
    units = form.whole("units", least=1)
    if form.wrong:
        return show(sku_page(product_id, form)), 422
    at, site_id = now(), site().id
    let_go()
    take_off(context().engine, site_id, product_id, units, reason, at, _press(form))
    state = items.state(db(), site_id, product_id)
    flash(count_words.taken_off(reason, units, state.on_hand if state else 0), "done")
    return redirect(url_for("skus.page", product_id=product_id), 303)


def _item(product_id: int) -> Product:
    item = items.product(db(), product_id)
    if item is None:
        abort(404)
    return item


def _form(item: Product, form: Form) -> str:
    state = items.state(db(), site().id, item.id)
    return render_template("counting/form.html", item=item, form=form, state=state, new_press=new_press)


def _counted(product_id: int, press: str) -> tuple[Product, list[Fact], Fact]:
    item = _item(product_id)
    facts = facts_of(db(), site().id, product_id)
    fact = next((fact for fact in facts if fact.key == f"counted:{product_id}:{press}"), None)
    if fact is None:
        abort(404)
    return item, facts, fact


def _clock(form: Form) -> datetime | None:
    """When it was counted: now, or at a time of today that was typed."""
    typed = form.text("counted_at")
    if not typed:
        return now()
    try:
        hour, minute = (int(part) for part in typed.split(":")[:2])
        at = now().astimezone(zone()).replace(hour=hour, minute=minute, second=0, microsecond=0)
    except ValueError:
        form.wrong["counted_at"] = "Type a time of today, like 09:40."
        return None
    if at > now():
        form.wrong["counted_at"] = (
            f"It is {now().astimezone(zone()):%H:%M} now. Type an earlier time, or leave it empty."
        )
        return None
    return at


def _press(form: Form) -> str:
    press = form.typed.get("press", "")
    return press if _PRESS.fullmatch(press) else new_press()
