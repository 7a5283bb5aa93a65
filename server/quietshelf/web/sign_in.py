"""Signing in and out: by e-mail and password, or by a link that works once."""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from quietshelf.store import notices, people
from quietshelf.store.engine import writing
from quietshelf.store.tables import User
from quietshelf.web.accounts import SHORTEST_PASSWORD, account, account_of, hash_password, open_to_all, password_fits
from quietshelf.web.amounts import first_up
from quietshelf.web.context import context, db, let_go, now, zone
from quietshelf.web.forms import Form
from quietshelf.web.security import limiter, own_path

bp = Blueprint("sign_in", __name__)

MAY_MAKE_FIRST = "may_make_the_first_account"
"""In the session of whoever came by the first run's link."""


@bp.get("/sign-in")
@open_to_all
def form() -> Response | str:
    """The form; straight on for who is signed in already."""
    if current_user.is_authenticated:
        return redirect("/", 303)
    if not people.anybody(db()):
        return redirect(url_for("first_run.welcome"), 303)
    return _page(Form())


@bp.post("/sign-in")
@open_to_all
@limiter.limit("10 per minute")
@limiter.limit("20 per hour", key_func=lambda: request.form.get("email", "").strip().lower()[:200])
def sign_in() -> Response | tuple[str, int]:
    """Check, and go where the person wanted to go."""
    typed = Form(request.form)
    email = typed.email("email", "Type your e-mail.")
    password = typed.typed.get("password", "")
    if not typed.wrong:
        person = people.user_by_email(db(), email)
        if not password_fits(person, password):
            typed.wrong["password"] = (
                "This password doesn’t fit this e-mail. Try again, or ask a manager for a new sign-in link."
            )
    if typed.wrong or person is None:
        return _page(typed), 422
    open_session(person)
    return redirect(own_path(request.args.get("next")) or "/", 303)


@bp.get("/sign-in/<token>")
@open_to_all
@limiter.limit("10 per minute")
def by_link(token: str) -> Response | tuple[str, int]:
    """Use the link up and sign its person in; on a first run, lead to making the first account."""
    found = people.link(db(), token, now())
    let_go()
    with writing(context().engine) as writes:
        person = people.user(writes, found.user_id) if found and found.user_id else None
        used = people.use_link(writes, token, now())
    if not used:
        return _used_up()
    if person is None:
        session[MAY_MAKE_FIRST] = True
        return redirect(url_for("first_run.welcome"), 303)
    open_session(person)
    return redirect("/", 303)


@bp.get("/you")
def you() -> str:
    """Who you are here, a new password, and the way out."""
    return _you(Form())


def _you(form: Form) -> str:
    person = people.user(db(), account().user_id)
    return render_template("sign_in/you.html", form=form, told=person is not None and person.wants_notices)


@bp.post("/you/notices")
def told() -> Response:
    """Be told by mail of what can't wait, or not."""
    wants, user_id = "told" in request.form, account().user_id
    let_go()
    with writing(context().engine) as writes:
        notices.wants_notices(writes, user_id, wants)
    flash("You are told by mail of what can’t wait." if wants else "No mail comes to you any more.", "done")
    return redirect(url_for("sign_in.you"), 303)


@bp.post("/you/password")
@limiter.limit("10 per minute")
def new_password() -> Response | tuple[str, int]:
    """Set another password; every other device is signed out by it."""
    form = Form(request.form)
    password = form.typed.get("password", "")
    if len(password) < SHORTEST_PASSWORD:
        form.wrong["password"] = f"This has {len(password)} characters. Type {SHORTEST_PASSWORD} or more."
        return _you(form), 422
    let_go()
    with writing(context().engine) as writes:
        person = people.set_password(writes, account().user_id, hash_password(password))
    open_session(person)
    return redirect(url_for("sign_in.you"), 303)


@bp.post("/sign-out")
def sign_out() -> Response:
    """End this session."""
    logout_user()
    session.clear()
    return redirect(url_for("sign_in.form"), 303)


def open_session(person: User) -> None:
    """A session of this person's own: nothing that was in the old one is carried over."""
    session.clear()
    login_user(account_of(person), remember=False)
    session.permanent = True


def _page(form: Form) -> str:
    hour = now().astimezone(zone()).hour
    greeting = "morning" if 4 <= hour < 12 else "afternoon" if hour < 18 else "evening"
    return render_template("sign_in/form.html", form=form, greeting=first_up(f"good {greeting}"))


def _used_up() -> tuple[str, int]:
    sentence = "A sign-in link works once, for a day. Ask a manager for a new one, or sign in with your password."
    return render_template("error.html", title="This link is used up", sentence=sentence), 410
