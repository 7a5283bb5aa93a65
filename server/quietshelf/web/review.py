"""The monthly review: what last month lost and to what, the one thing to do, what the last one did, what is asked."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from quietshelf.cycle import decide_skus
from quietshelf.cycle.reviewing import NoSuchMonthError, Review, months_known, review_of
from quietshelf.rules.policy import Policy
from quietshelf.rules.review import Do, Month
from quietshelf.store import items, modes, plans, reviews, sourcing, states
from quietshelf.store.engine import writing
from quietshelf.store.sites import touch
from quietshelf.web import review_words as words
from quietshelf.web.accounts import account, managers_only
from quietshelf.web.constraint_words import NAMES, UNITS, reading
from quietshelf.web.context import context, db, let_go, now, site, today, zone
from quietshelf.web.forms import Form
from quietshelf.web.voices import voice
from quietshelf.web.wording import Figures, Voice

bp = Blueprint("review", __name__)

MOST_ASKED = 20
FIRST_DAYS = 7
"""So many first days of a month Today leads to the review of the last one."""


ANSWERED = {"keep_selling": "it is sold on", "ended": "it ends", "ordered_again": "one is kept of it"}


@dataclass(frozen=True)
class Part:
    """What one cause lost, and its piece of the bar: where it begins and how long it is, in percent."""

    heading: str
    term: str
    out_days: int
    minor: int
    x: str
    width: str


@dataclass(frozen=True)
class Point:
    """A number of the course on its scale."""

    name: str
    number: str
    x: str


@bp.get("/review")
@managers_only
def months() -> str:
    """Every month of which something is known, newest first."""
    known = months_known(db(), site().id)
    lost = reviews.lost_by_month(db(), site().id)
    listed = [(str(month), words.month_name(month, today()), lost.get(month.first, 0)) for month in known]
    return render_template("review/months.html", months=listed, asked=_asked())


@bp.get("/review/<month>")
@managers_only
def month(month: str) -> str:
    """One month."""
    try:
        wanted = Month.read(month)
        found = review_of(context().engine, site().id, wanted, now(), Policy())
    except (ValueError, NoSuchMonthError):
        abort(404)
    known = months_known(db(), site().id)
    is_newest = bool(known) and wanted in (known[0], known[0].before)
    said, figures = voice(), found.figures
    read = reading(
        figures["named"], figures["number"], figures["before"], figures["course"], words.day_of(figures["until"]), said
    )
    return render_template(
        "review/page.html",
        month=wanted,
        name=words.month_name(wanted, said.today),
        before=wanted.before if wanted.before in known else None,
        after=wanted.next if wanted.next in known else None,
        month_name=lambda one: words.month_name(one, said.today),
        title=words.title(wanted, figures, said),
        status=_status(found, said),
        through=words.through(figures),
        reading=read,
        course=_course(figures, said),
        parts_lost=_parts(figures),
        total=sum(of["minor"] for of in figures["lost"].values()),
        total_days=sum(of["out_days"] for of in figures["lost"].values()),
        propose=figures["propose"],
        proposal=words.proposal(figures, said),
        done=_done(figures["propose"], said) if is_newest else "",
        can_act=is_newest and context().stopped_at is None,
        tried=words.tried(figures, said),
        acts=words.acts(wanted, figures, said),
        asked=_asked() if is_newest else None,
    )


@bp.post("/review/asked/<int:product_id>")
@managers_only
def answer(product_id: int) -> Response:
    """Answer what a review asks of an item: sell it on, let it end, or keep one of it again."""
    form = Form(request.form)
    what = {"keep": "keep_selling", "end": "ended", "order": "ordered_again"}.get(form.text("do"))
    item, state = items.product(db(), product_id), items.state(db(), site().id, product_id)
    if what is None:
        abort(400)
    if item is None or state is None:
        abort(404)
    site_id, user_id, at = site().id, account().user_id, now()
    let_go()
    says: dict[str, dict[str, Any]] = {"ended": {"ending": True}, "ordered_again": {"keep_at_least": 1}}
    said = says.get(what, {})
    with writing(context().engine) as session:
        plans.say(session, site_id, product_id, said, user_id, at)
        states.say(session, site_id, product_id, at, what, {})
        touch(session, site_id)
    decide_skus(context().engine, site_id, [product_id], at)
    flash(f"{item.name}: {ANSWERED[what]}.", "done")
    back = form.text("back")
    return redirect(url_for("review.month", month=back) if back else url_for("review.months"), 303)


def review_to_read() -> tuple[str, str] | None:
    """The month, and its name, whose review Today leads to: the last one, in the first week of the next."""
    day = today()
    if day.day > FIRST_DAYS or not account().is_manager:
        return None
    last = Month.of(day).before
    known = reviews.first_known(db(), site().id)
    return (str(last), words.month_name(last, day)) if known is not None and known <= last.last else None


def _done(propose: Figures, said: Voice) -> str:
    """That what a kept review proposes has been done since; empty where it has not."""
    do = Do(propose["do"])
    if do is Do.SHIFT:
        found = sourcing.sourcing_of(db(), site().id, propose["product_id"])
        return words.shifted(propose) if found and found.supplier_id == propose["shift"]["to_id"] else ""
    on = modes.mode_on(db(), site().id) if do in (Do.MODE, Do.END) else None
    if do is Do.MODE and on is not None and on.mode == propose["mode"]:
        return words.is_on(on.on_at.astimezone(zone()).date(), said)
    return "It has been ended." if do is Do.END and on is None else ""


def _asked() -> dict[str, list[reviews.Asked]]:
    """What is asked now; what somebody answered this month is not asked again."""
    since = now().astimezone(zone()).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return {
        "sell": reviews.sell_again(db(), site().id, since, MOST_ASKED),
        "order": reviews.order_again(db(), site().id, since, MOST_ASKED),
    }


def _status(found: Review, said: Voice) -> str:
    made_on = found.made_at.astimezone(zone()).date() if found.made_at else None
    return words.status(found.month, found.figures, made_on, found.is_over, said)


def _parts(figures: Figures) -> list[Part]:
    """What each cause lost, most first."""
    lost = sorted(figures["lost"].items(), key=lambda one: (-one[1]["minor"], one[0]))
    total = sum(of["minor"] for _, of in lost)
    found, at = [], 0.0
    for cause, of in lost:
        width = 100 * of["minor"] / total if total else 0.0
        name = NAMES[cause]
        found.append(Part(name.heading, name.term, of["out_days"], of["minor"], f"{at:.2f}%", f"{width:.2f}%"))
        at += width
    return found


def _course(figures: Figures, said: Voice) -> dict[str, Any] | None:
    """The number at the ends of earlier months, then week by week, on one scale; None where it was taken once."""
    unit = UNITS.get(figures["named"])
    told = [(words.month_of(month, said.today), value) for month, value in figures["earlier"]]
    told += [(words.short_day_of(day), value) for day, value in figures["numbers"]]
    if unit is None or len(told) < 2:
        return None
    scale = unit.scale([value for _, value in told])
    points = [Point(name, unit.told(value, scale.step < 0.05), scale.x(value)) for name, value in told]
    return {"points": points, "ticks": [tick.x for tick in scale.ticks if tick.value is not None]}
