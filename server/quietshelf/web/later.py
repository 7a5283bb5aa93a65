"""Later: a row is seen, or put off until a day, and both are taken back. What is put off has a list of its own."""

from datetime import UTC, date, datetime, time, timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from quietshelf.rules.exceptions import FOR_MANAGERS, ExceptionKind
from quietshelf.store import attention
from quietshelf.store.engine import writing
from quietshelf.store.open_now import open_exceptions
from quietshelf.web import attention_words as words
from quietshelf.web.accounts import account
from quietshelf.web.context import context, db, let_go, now, site, today, zone
from quietshelf.web.forms import Form
from quietshelf.web.rows import check_row, red_row, yellow_row
from quietshelf.web.security import own_path
from quietshelf.web.voices import voice

bp = Blueprint("later", __name__)

MOST_IDS = 20_000
"""No row stands for more."""


@bp.post("/open/later")
def put() -> Response:
    """Say of one row, and all that it stands for: seen; or not before a day."""
    form = Form(request.form)
    ids = _ids(form)
    back = own_path(form.text("back")) or "/"
    until = None if form.text("do") == "seen" else _until(form)
    if form.wrong:
        flash(f"Not put off. {' '.join(form.wrong.values())}")
        return redirect(back, 303)
    _may(ids)
    at, site_id, user_id, said = now(), site().id, account().user_id, voice()
    let_go()
    with writing(context().engine) as session:
        if until is None:
            rows = attention.acknowledge(session, site_id, ids, user_id, at)
        else:
            rows = attention.put_off(session, site_id, ids, until, user_id, at)
    if rows:
        flash(f"{at.isoformat()}|{words.done(rows, until, said)}", "undo")
    else:
        flash("It has ended by itself meanwhile.", "done")
    return redirect(back, 303)


@bp.post("/open/later/undo")
def undo() -> Response:
    """Take back one press of this person, or what was said of some rows."""
    form = Form(request.form)
    back = own_path(form.text("back")) or "/"
    site_id, user_id = site().id, account().user_id
    if at := form.text("at"):
        try:
            pressed = datetime.fromisoformat(at)
        except ValueError:
            abort(400)
        let_go()
        with writing(context().engine) as session:
            attention.take_back_press(session, site_id, user_id, pressed)
    else:
        ids = _ids(form)
        _may(ids)
        let_go()
        with writing(context().engine) as session:
            attention.take_back(session, site_id, ids)
    return redirect(back, 303)


@bp.get("/open/later")
def listed() -> str:
    """What is put off, and by whom."""
    said = voice()
    off = [e for e in open_exceptions(db(), site().id) if e.put_off_until and e.put_off_until > now()]
    rows = []
    for e in off[:MOST_ROWS]:
        if e.kind == "red":
            row = red_row(e, None, False, {}, said)
        else:
            row = yellow_row(e, {}, said) if e.kind == "yellow" else check_row(e, said, {})
        rows.append((row, words.put_off(e, said)))
    return render_template("today/later.html", rows_off=rows, total=len(off), here_path=url_for("later.listed"))


MOST_ROWS = 200
"""Rows of the list of what is put off: most money first."""


def _ids(form: Form) -> list[int]:
    ids = form.typed.get("ids", "").split(",")
    if len(ids) > MOST_IDS or not all(each.isdecimal() and each.isascii() and len(each) < 18 for each in ids):
        abort(400)
    return [int(each) for each in ids]


def _until(form: Form) -> datetime | None:
    """The start, in the site's zone, of the day that was chosen: later than today."""
    match form.text("do"):
        case "tomorrow":
            on: date | None = today() + timedelta(days=1)
        case "monday":
            on = words.next_monday(today())
        case "until":
            on = form.day("until", "Choose a day, then press once more.")
        case _:
            abort(400)
    if on is not None and on <= today():
        form.wrong["until"] = "That day is not ahead. Choose tomorrow or a later one."
    return None if on is None else datetime.combine(on, time(), zone()).astimezone(UTC)


def _may(ids: list[int]) -> None:
    """Staff say it of what they can do something about."""
    if account().is_manager:
        return
    if any(ExceptionKind(kind) in FOR_MANAGERS for kind in attention.kinds_of(db(), site().id, ids)):
        abort(403)
