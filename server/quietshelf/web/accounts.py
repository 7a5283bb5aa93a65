"""Who is signed in, and what they may do. The sign-in pages are sign_in.py's."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TypeVar, cast

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from flask import Flask, Response, abort, current_app, redirect, request, url_for
from flask_login import LoginManager, current_user
from werkzeug.wrappers import Response as AnyResponse

from quietshelf.store import people
from quietshelf.store.tables import User
from quietshelf.web.context import db

SHORTEST_PASSWORD = 10
View = TypeVar("View", bound=Callable[..., object])
_hasher = PasswordHasher()


@dataclass(frozen=True)
class Account:
    """A signed-in person, as Flask-Login wants it."""

    user_id: int
    name: str
    email: str
    role: str
    password_mark: str
    """Changes with the password, so that a new one signs every other device out."""
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    @property
    def is_manager(self) -> bool:
        """Managers see money, decide and set up; staff see days and pieces."""
        return self.role == "manager"

    def get_id(self) -> str:
        """What the session holds."""
        return f"{self.user_id}.{self.password_mark}"


def account_of(person: User) -> Account:
    """The account of a row."""
    mark = hashlib.sha256(person.password_hash.encode()).hexdigest()[:16]
    return Account(person.id, person.name, person.email, person.role, mark)


def account() -> Account:
    """Who is signed in. Only for views that ask for a sign-in, which is all but those marked `open_to_all`."""
    return cast(Account, current_user._get_current_object())


def hash_password(password: str) -> str:
    """argon2id, with the library's own costs."""
    return _hasher.hash(password)


def no_password() -> str:
    """A hash that no password fits: its person signs in by a link, and then sets one."""
    return _hasher.hash(secrets.token_urlsafe(32))


@cache
def _nobodys_hash() -> str:
    """Made when it is first needed: hashing is slow by design."""
    return no_password()


def password_fits(person: User | None, password: str) -> bool:
    """Whether the password is this person's. Takes as long for an e-mail that nobody has."""
    try:
        return _hasher.verify(person.password_hash if person else _nobodys_hash(), password) and person is not None
    except (VerifyMismatchError, InvalidHashError):
        return False


def open_to_all(view: View) -> View:
    """Mark a view that needs no sign-in."""
    view.open_to_all = True  # type: ignore[attr-defined]
    return view


def managers_only(view: View) -> View:
    """Mark a view that staff may not use."""
    view.managers_only = True  # type: ignore[attr-defined]
    return view


def init_accounts(app: Flask) -> None:
    """Sign-in for every view of `app`, by default."""
    manager = LoginManager(app)
    manager.session_protection = (
        None  # a tablet changes its address with every Wi-Fi; the cookie is signed and HttpOnly
    )
    manager.user_loader(_load)
    app.before_request(_check)
    app.context_processor(lambda: {"me": account() if current_user.is_authenticated else None})


def _load(session_id: str) -> Account | None:
    user_id, _, mark = session_id.partition(".")
    person = people.user(db(), int(user_id)) if user_id.isdecimal() else None
    found = account_of(person) if person else None
    return found if found and found.password_mark == mark else None


def _check() -> AnyResponse | None:
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or request.endpoint == "static" or getattr(view, "open_to_all", False):
        return None
    if not current_user.is_authenticated:
        return _to_sign_in()
    if getattr(view, "managers_only", False) and not account().is_manager:
        abort(403)
    return None


def _to_sign_in() -> AnyResponse:
    if not people.anybody(db()):
        return redirect(url_for("first_run.welcome"), 303)
    if request.headers.get("HX-Request") == "true":  # a redirect would put the sign-in page into a part of this one
        return Response(status=204, headers={"HX-Redirect": url_for("sign_in.form")})
    back_to = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("sign_in.form", next=back_to if back_to != "/" else None), 303)
