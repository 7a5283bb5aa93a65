"""What a press on an order's page does: reads what was typed, calls the one function that does it."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from flask import flash, url_for

from quietshelf.intake import receipts
from quietshelf.outbound import drafting, hurrying, lifecycle
from quietshelf.store.facts import counted_by_hand
from quietshelf.store.tables import Order, Product
from quietshelf.web import count_words
from quietshelf.web.context import context, db, let_go, site, zone
from quietshelf.web.forms import Form

Act = Callable[[Order, int, Form, int, datetime], None]
"""Of an order as it was looked at, its version, the form, who pressed, and now. Raises ChangedMeanwhile, NotAllowed."""


def typed_quantities(order: Order, form: Form) -> dict[int, int]:
    """The quantities typed for lines of this order, by line id; what can't be read is noted in the form."""
    typed = {line.id: form.whole(f"q-{line.id}") for line in order.lines if f"q-{line.id}" in form.typed}
    line_id, _, by = form.typed.get("step", "").partition(":")
    if line_id.isdecimal() and int(line_id) in typed:  # a press on + or − without JavaScript
        typed[int(line_id)] = max(0, typed[int(line_id)] + int(by))
    return typed


def _no_money(order: Order, form: Form) -> set[int]:
    """The lines of which a person says that there is no money for more."""
    return {line.id for line in order.lines if f"no-money-{line.id}" in form.typed}


def pressed(form: Form) -> str:
    """What was pressed: a button of one line by its own name, any other by what its `do` says."""
    return next((name for name in OF_A_LINE if name in form.typed), form.text("do"))


def _save(order: Order, version: int, form: Form, user_id: int, now: datetime) -> None:
    quantities = typed_quantities(order, form)
    if quantities and not form.wrong:
        no_money = _no_money(order, form)
        drafting.edit_lines(context().engine, order.id, version, quantities, user_id, now, no_money=no_money)


def _send(order: Order, version: int, form: Form, user_id: int, now: datetime) -> None:
    quantities = typed_quantities(order, form)
    if not form.wrong:
        no_money = _no_money(order, form)
        lifecycle.send(context().engine, order.id, version, user_id, now, quantities, no_money=no_money)


def _approve(order: Order, version: int, form: Form, user_id: int, now: datetime) -> None:
    quantities = typed_quantities(order, form)
    if not form.wrong:
        no_money = _no_money(order, form)
        lifecycle.approve(context().engine, order.id, version, user_id, now, quantities, no_money=no_money)


def _undo(order: Order, version: int, form: Form, user_id: int, now: datetime) -> None:
    lifecycle.undo_send(context().engine, order.id, version, user_id, now)


def _take_off(order: Order, version: int, form: Form, user_id: int, now: datetime) -> None:
    _off(order, version, form, form.whole("off"), user_id, now, not_this_time=False)


def _not_this_time(order: Order, version: int, form: Form, user_id: int, now: datetime) -> None:
    _off(order, version, form, form.whole("skip"), user_id, now, not_this_time=True)


def _off(
    order: Order, version: int, form: Form, line_id: int, user_id: int, now: datetime, *, not_this_time: bool
) -> None:
    quantities = typed_quantities(order, form) | {line_id: 0}
    if not form.wrong:
        drafting.edit_lines(
            context().engine,
            order.id,
            version,
            quantities,
            user_id,
            now,
            not_this_time=not_this_time,
            no_money=_no_money(order, form),
        )


def _take_rule(order: Order, version: int, form: Form, user_id: int, now: datetime) -> None:
    drafting.take_rule(context().engine, order.id, version, form.whole("rule"), user_id, now)


def _now(order: Order, version: int, form: Form, user_id: int, now: datetime) -> None:
    drafting.order_now(context().engine, order.id, version, form.whole("now"), user_id, now)


def _add(order: Order, version: int, form: Form, user_id: int, now: datetime) -> None:
    drafting.add_line(context().engine, order.id, version, form.whole("add"), user_id, now)


def _cancel(order: Order, version: int, form: Form, user_id: int, now: datetime) -> None:
    lifecycle.cancel(context().engine, order.id, version, user_id, now, no_money="no-money" in form.typed)


def _cancel_and_skip(order: Order, version: int, form: Form, user_id: int, now: datetime) -> None:
    no_money = "no-money" in form.typed
    lifecycle.cancel(context().engine, order.id, version, user_id, now, not_this_time=True, no_money=no_money)


def _close(order: Order, version: int, form: Form, user_id: int, now: datetime) -> None:
    lifecycle.close_short(context().engine, order.id, version, user_id, now)


def _answer(order: Order, version: int, form: Form, user_id: int, now: datetime) -> None:
    expected_on = form.day("expected_on", "Give the day on which it is to come.")
    if expected_on is not None and not form.wrong:
        hurrying.note_answer(context().engine, order.id, version, expected_on, user_id, now)


def _receive(order: Order, version: int, form: Form, user_id: int, now: datetime) -> None:
    came: dict[int, receipts.Came] = {}
    for line in order.lines:
        if f"r-{line.id}" in form.typed:
            received = form.whole(f"r-{line.id}")
            rejected = form.whole(f"x-{line.id}") if form.typed.get(f"x-{line.id}", "").strip() else 0
            came[line.id] = receipts.Came(received, rejected, form.text(f"why-{line.id}") if rejected else "")
    here = zone()
    accepted = {line.product: units for line in order.lines if (units := _accepted(came.get(line.id))) > 0}
    let_go()
    today = now.astimezone(here).date()
    day = form.day("came_on") or today
    if "came_on" not in form.wrong and (refused := receipts.day_refused(order, day, today, here)):
        form.wrong["came_on"] = refused
    if form.wrong:
        return
    happened = receipts.came_at(day, now, here)
    try:
        receipts.receive(context().engine, order.id, version, came, happened, now, user_id)
    except receipts.NotBooked as refused:
        form.wrong |= {f"r-{line_id}": sentence for line_id, sentence in refused.errors.items()}
        return
    _ask_of_counts(accepted, day)


def _accepted(came: receipts.Came | None) -> int:
    return came.received - came.rejected if came else 0


def _ask_of_counts(accepted: dict[Product, int], day: date) -> None:
    """Ask of each item that was counted on the day its goods came whether they were in that count."""
    began = datetime.combine(day, time(), zone())
    products = {product.id for product in accepted}
    counts = counted_by_hand(db(), site().id, products, began, began + timedelta(days=1))
    for product, units in accepted.items():
        if key := counts.get(product.id):
            to = url_for("counting.counted", product_id=product.id, press=key.rpartition(":")[2])
            flash(f"{to}|{count_words.asks_in_count(product.name, units)}", "ask")


OF_A_LINE = ("step", "off", "skip", "rule", "now", "add")
"""Buttons of one line or item: their value says which."""

ACTS: dict[str, Act] = {
    "step": _save,
    "off": _take_off,
    "skip": _not_this_time,
    "rule": _take_rule,
    "now": _now,
    "add": _add,
    "save": _save,
    "send": _send,
    "approve": _approve,
    "undo": _undo,
    "cancel": _cancel,
    "cancel_skip": _cancel_and_skip,
    "close": _close,
    "receive": _receive,
    "answer": _answer,
}
"""What may be pressed."""
