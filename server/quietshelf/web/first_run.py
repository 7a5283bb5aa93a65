"""The first run: the shop's facts and its first manager. There is no default password, and no second first run."""

from zoneinfo import available_timezones

from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from quietshelf.store import people
from quietshelf.store.engine import writing
from quietshelf.store.sites import NoSiteError, create_site, the_site, touch
from quietshelf.web.accounts import SHORTEST_PASSWORD, hash_password, open_to_all
from quietshelf.web.context import context, db, let_go, now, site_or_none
from quietshelf.web.forms import Form
from quietshelf.web.security import limiter
from quietshelf.web.sign_in import MAY_MAKE_FIRST, open_session

bp = Blueprint("first_run", __name__)

CURRENCIES = ("GBP", "EUR", "USD", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "CAD", "AUD", "NZD", "JPY", "INR")
SITE_KEY = "main"
"""The first site's name on the wire."""


@bp.get("/first-run")
@open_to_all
def welcome() -> Response | str:
    """The form, for whoever came by the link that the terminal shows; how to get it, for anybody else."""
    if people.anybody(db()):
        return redirect(url_for("sign_in.form"), 303)
    if not session.get(MAY_MAKE_FIRST):
        return render_template("first_run/link.html")
    return _page(Form(_as_it_is()))


@bp.post("/first-run")
@open_to_all
@limiter.limit("10 per minute")
def begin() -> Response | tuple[str, int]:
    """Make the shop and its first manager, in one transaction."""
    if not session.get(MAY_MAKE_FIRST) or people.anybody(db()):
        abort(403)
    form = Form(request.form)
    facts = _facts(form)
    name = form.text("person", "Type your name, as it stands beside what you decide.")
    email = form.email("email", "Type the e-mail that you sign in with.")
    password = form.typed.get("password", "")
    if len(password) < SHORTEST_PASSWORD:
        form.wrong["password"] = f"This has {len(password)} characters. Type {SHORTEST_PASSWORD} or more."
    if form.wrong:
        return _page(form), 422
    let_go()
    with writing(context().engine) as writes:
        if people.anybody(writes):
            abort(403)
        try:
            shop = the_site(writes)
        except NoSiteError:
            shop = create_site(
                writes, key=SITE_KEY, name="", time_zone=str(facts["time_zone"]), currency=str(facts["currency"])
            )
        for fact, value in facts.items():
            setattr(shop, fact, value)
        person = people.add_user(writes, email, name, "manager", hash_password(password), now())
        touch(writes, shop.id)
    open_session(person)
    return redirect(url_for("setup.start"), 303)


def _facts(form: Form) -> dict[str, str | int]:
    """The shop's facts, as they stand on its orders."""
    time_zone = form.text("time_zone", "Choose the shop’s time zone.")
    if time_zone and time_zone not in available_timezones():
        form.wrong["time_zone"] = f"“{time_zone}” is no time zone. Type one like Europe/London."
    currency = form.text("currency", "Choose a currency.").upper()
    if currency and not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
        form.wrong["currency"] = "A currency has three letters, like GBP."
    return {
        "name": form.text("name", "Type the shop’s name, as it stands on its orders."),
        "time_zone": time_zone,
        "currency": currency,
        "tax_percent_hundredths": form.hundredths("tax"),
        "address": form.text("address", "Type the shop’s address: it stands on every order.", longest=500),
        "delivery_address": form.text("delivery_address", longest=500),
        "reply_to": form.email("reply_to", "Type the e-mail that suppliers answer to."),
    }


def _as_it_is() -> dict[str, str]:
    """What is known already, where files were imported before the first account was made."""
    shop = site_or_none()
    if shop is None:
        return {"time_zone": "Europe/London", "currency": "GBP", "tax": "20"}
    return {
        "name": shop.name,
        "time_zone": shop.time_zone,
        "currency": shop.currency,
        "tax": f"{shop.tax_percent_hundredths / 100:g}",
        "address": shop.address,
        "delivery_address": shop.delivery_address,
        "reply_to": shop.reply_to,
    }


def _page(form: Form) -> str:
    zones = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix/")))
    return render_template("first_run/form.html", form=form, zones=zones, currencies=CURRENCIES)
