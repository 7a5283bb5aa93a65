"""Modes: what Today says of the one that is proposed or on, the page of each, and turning one on and off."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from quietshelf.rules.causes import Cause
from quietshelf.rules.modes import end_is_proposed, proposed, reviewed_months
from quietshelf.rules.policy import Policy
from quietshelf.store import budgets, losses, mode_lists, modes
from quietshelf.store.engine import writing
from quietshelf.store.sites import touch
from quietshelf.store.tables import LookRow, ModeRow, Site
from quietshelf.web import mode_words
from quietshelf.web.accounts import account, managers_only
from quietshelf.web.boards import Boards
from quietshelf.web.constraint_words import round_money
from quietshelf.web.context import context, db, let_go, now, site, zone
from quietshelf.web.voices import voice
from quietshelf.web.wording import Voice

bp = Blueprint("modes", __name__)

SENSOR_DAYS = 90
"""What wrong counts lost is added up over so many days."""


@dataclass(frozen=True)
class ModeView:
    """A mode on Today: proposed, or on."""

    mode: str
    title: str
    sentence: str
    on: bool
    needs: str = ""
    """What it lacks to do its work."""
    may_end: str = ""
    at_stake: str = ""
    """What its cause lost in 30 days, of one that is proposed."""


def mode_view(session: Session, at: Site, look: LookRow | None, voice: Voice) -> ModeView | None:
    """The mode that is on, else the one that is proposed to a manager; None for most shops on most days."""
    now_on = modes.mode_now(session, at.id)
    if now_on.on is not None:
        return _view_of(session, at, now_on.on, voice)
    if not voice.tells_money:
        return None
    if look is None or look.named not in list(Cause):
        return None
    lost = {Cause(cause): minor for cause, minor in look.lost.items()}
    ended = {Cause(mode): _day(off) for mode, off in now_on.ended_at.items()}
    mode = proposed(Cause(look.named), lost, None, ended, voice.today)
    if mode is None:
        return None
    needs = mode_words.needs_first(mode, at.order_limit_minor, at.budget_minor)
    named, at_stake = mode_words.MODES[mode], round_money(lost[mode], voice)
    return ModeView(str(mode), named.title, named.does, on=False, needs=needs, at_stake=at_stake)


def _view_of(session: Session, at: Site, row: ModeRow, voice: Voice) -> ModeView:
    since = _day(row.on_at)
    return ModeView(
        row.mode,
        mode_words.MODES[row.mode].title,
        mode_words.since(row.mode, since, row.figures, voice),
        on=True,
        needs=mode_words.needs_first(row.mode, at.order_limit_minor, at.budget_minor),
        may_end=mode_words.may_end(row.mode) if _has_done_its_work(session, row, since, voice.today) else "",
    )


def held_by_budget(session: Session, site_id: int, view: ModeView | None) -> dict[int, date]:
    """Until when the budget lets items wait, by product; a Yellow that waits by design is no row of Today."""
    return budgets.waiting_products(session, site_id) if view and view.on and view.mode == Cause.CAPITAL else {}


def with_budget(on: Boards, held: Mapping[int, date], voice: Voice) -> Boards:
    """The boards, with the Red items that wait saying so."""
    if not held:
        return on
    rows = []
    for row in on.red:
        until = held.get(row.product_id or 0)
        sentence = f"{row.said.sentence} {mode_words.waits_for(until, voice.today)}." if until else row.said.sentence
        rows.append(replace(row, said=replace(row.said, sentence=sentence)))
    return replace(on, red=tuple(rows))


def _has_done_its_work(session: Session, row: ModeRow, since: date, on: date) -> bool:
    policy = Policy()
    months = reviewed_months(since, on, policy)
    if not months:
        return False
    lost = []
    for first, last in months:
        by_cause = losses.lost_by_cause(session, row.site_id, first, last)
        lost.append(((first, last), by_cause[row.mode].minor if row.mode in by_cause else 0))
    return end_is_proposed(int(row.figures.get("at_stake_minor", 0)), lost, policy)


@bp.get("/modes/<any(supply, demand, capital, purchasing, counts):name>")
@managers_only
def page(name: str) -> str:
    """What a mode does, and which items it is about."""
    said = voice()
    at, row = site(), modes.mode_on(db(), site().id)
    look = losses.latest_look(db(), at.id)
    view = _view_of(db(), at, row, said) if row and row.mode == name else None
    return render_template(
        "modes/page.html",
        name=name,
        named=mode_words.MODES[name],
        view=view,
        other=mode_words.MODES[row.mode].title if row and not view else "",
        lost_minor=int(look.lost.get(name, 0)) if look else 0,
        needs=mode_words.needs_first(name, at.order_limit_minor, at.budget_minor),
        lists=_lists(db(), at.id, name, said),
    )


def _lists(
    session: Session, site_id: int, name: str, said: Voice
) -> list[tuple[str, str, list[tuple[str, str, str, str]]]]:
    """What the page lists: heading, what its money is, and rows of link, name, sentence and money."""
    match name:
        case "supply" | "demand":
            found = mode_lists.changed_by_mode(session, site_id, name)
            rows = [(_item(one), one.name, mode_words.changed(one.figures), said.money(one.minor)) for one in found]
            return [("Items that it changes", "earned a day", rows)]
        case "capital":
            lines = mode_lists.waiting_lines(session, site_id)
            waiting = [
                (
                    url_for("orders.page", order_id=line.order_id),
                    line.name,
                    f"{line.quantity:,} on {line.number}. {mode_words.waits_for(line.until, said.today)}.",
                    said.money(line.minor),
                )
                for line in lines
                if line.until
            ]
            freed = [
                (_item(one), one.name, _frees(one.figures), said.money(one.minor))
                for one in mode_lists.to_free(session, site_id, Policy())
            ]
            return [("What waits", "to pay", waiting), ("What could be sold off", "to free", freed)]
        case "purchasing":
            orders = [
                (
                    url_for("orders.page", order_id=order.id),
                    order.number,
                    mode_words.sent_itself(order.sent_itself or {}, said),
                    "",
                )
                for order in mode_lists.sent_themselves(session, site_id)
            ]
            return [("Orders that sent themselves", "", orders)]
        case _:
            since = said.today - timedelta(days=SENSOR_DAYS)
            shelves = [
                (_item(one), one.name, f"Wrong counts of it lost this in {SENSOR_DAYS} days.", said.money(one.minor))
                for one in mode_lists.would_pay_for_a_sensor(session, site_id, since)
            ]
            return [("Shelves that would pay for a sensor", "lost", shelves)]


def _item(one: mode_lists.Listed) -> str:
    return url_for("skus.page", product_id=one.product_id)


def _frees(figures: Any) -> str:
    days = figures.get("since_sale_days") if figures["mark"] == "dead" else None
    return mode_words.frees(figures["on_hand"], days, figures.get("cover_days"))


@bp.post("/modes/<any(supply, demand, capital, purchasing, counts):name>/on")
@managers_only
def turn_on(name: str) -> Response:
    """Turn a mode on, where none is."""
    at, look = site().id, losses.latest_look(db(), site().id)
    lost = int(look.lost.get(name, 0)) if look else 0
    user_id = account().user_id
    let_go()
    try:
        with writing(context().engine) as session:
            done = modes.turn_on(session, at, name, user_id, now(), lost)
            if done:
                touch(session, at)
    except IntegrityError:  # another manager was first
        done = False
    if not done:
        flash("Another mode is on already, and one is on at a time. End it first.")
    return redirect(url_for("today.board"), 303)


@bp.post("/modes/off")
@managers_only
def turn_off() -> Response:
    """End the mode that is on."""
    at, user_id = site().id, account().user_id
    let_go()
    with writing(context().engine) as session:
        row = modes.mode_on(session, at)
        if row is not None:
            modes.turn_off(session, row, user_id, now())
            touch(session, at)
    return redirect(url_for("today.board"), 303)


def _day(at: Any) -> date:
    on: date = at.astimezone(zone()).date()
    return on
