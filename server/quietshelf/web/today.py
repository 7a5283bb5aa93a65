"""Today: what is Red and Yellow, what to refill and to look at, what waits to be sent; or that all is quiet."""

from datetime import date

from flask import Blueprint, abort, render_template, request

from quietshelf.rules.conditions import Stock, waits
from quietshelf.rules.exceptions import BOARD, Board, ExceptionKind
from quietshelf.rules.leadtimes import lead_time, promise
from quietshelf.rules.policy import Policy
from quietshelf.store import losses, pages
from quietshelf.store.open_now import OpenException, open_exceptions
from quietshelf.store.supply import records_of
from quietshelf.web import line_words, wording
from quietshelf.web.beginning import asks_on_order
from quietshelf.web.boards import Boards, boards, not_put_off
from quietshelf.web.constraint import reading_now
from quietshelf.web.context import db, now, site, zone
from quietshelf.web.live import LivePage, live_page
from quietshelf.web.modes import held_by_budget, mode_view, with_budget
from quietshelf.web.review import review_to_read
from quietshelf.web.rows import Row, check_row, red_row, yellow_row
from quietshelf.web.voices import voice

bp = Blueprint("today", __name__)

ROWS_A_PAGE = 50


@live_page(bp, "/")
def board() -> LivePage:
    """The page of the day."""
    every = open_exceptions(db(), site().id)
    open_now = [e for e in every if not e.is_put_off(now())]
    waiting = not_put_off(pages.outgoing(db(), site().id), every, now())
    short = [e.product_id for e in open_now if e.product_id and e.kind in ("red", "yellow")]
    coming = pages.coming(db(), site().id, short) if short else {}
    said = voice()
    look = losses.latest_look(db(), site().id)
    mode = mode_view(db(), site(), look, said)
    held = held_by_budget(db(), site().id, mode)
    wanted = [e for e in open_now if e.kind != "yellow" or e.product_id not in held]
    asked = asks_on_order(site())
    hung = boards(wanted, waiting, coming, said, _held_up(wanted), asks=asked)
    on = with_budget(hung, held, said)
    until = pages.known_until(db(), site().id)
    looked = pages.looked(db(), site().id) if on.quiet else None
    values = {
        "on": on,
        "head": _head(on),
        "reading": reading_now(db(), look, said),
        "review": review_to_read(),
        "mode": mode,
        "today": said.today,
        "known": wording.sales_known(until, said),
        "looked": looked,
        "quiet": wording.quiet(site().looked_at, looked, said) if looked else "",
        "goes": lambda order: wording.goes(order.number, len(order.lines), order.total_minor, said),
        "arrives": _arrivals(waiting, said.today),
        "left": wording.left_and_days,
        "waits": _waiting(waiting, said),
        "put_off": len(every) - len(open_now),
        "asks": asked,
    }
    return LivePage("today/page.html", FRAGMENTS, values)


PARTS = ("head", "asks", "constraint", "mode", "red", "yellow", "refill", "check", "drafts", "put_off")
FRAGMENTS = {part: f"today/{part}.html" for part in PARTS}


@bp.get("/open/<any(red, yellow, refill, check, slow):name>")
def listed(name: str) -> str:
    """Every row of one board, 50 to a page: what Today shows as one row where it is too much.

    "slow" lists the slow movers of one supplier.
    """
    supplier = request.args.get("supplier", "")
    of_board = [
        e
        for e in open_exceptions(db(), site().id)
        if not e.is_put_off(now()) and (_is_slow(e, supplier) if name == "slow" else _is_on(e, Board(name)))
    ]
    first = request.args.get("from", 0, type=int)
    shown = of_board[max(0, first) : max(0, first) + ROWS_A_PAGE]
    if first and not shown:
        abort(404)
    return render_template(
        "today/listed.html",
        board=name,
        supplier=supplier,
        total=len(of_board),
        first=first,
        page_size=ROWS_A_PAGE,
        rows_shown=_rows(shown),
    )


def _is_on(e: OpenException, board: Board) -> bool:
    return BOARD[ExceptionKind(e.kind)] is board


def _is_slow(e: OpenException, supplier: str) -> bool:
    return e.is_slow and e.kind in ("red", "yellow") and (e.figures["supplier"] or "") == supplier


def _rows(shown: list[OpenException]) -> list[Row]:
    coming = pages.coming(db(), site().id, [e.product_id for e in shown if e.product_id])
    order_of = {line.product_id: order for order in pages.outgoing(db(), site().id) for line in order.lines}
    said, names = voice(), _held_up(shown)

    def row(e: OpenException) -> Row:
        match e.kind:
            case "red":
                return red_row(e, order_of.get(e.product_id or 0), False, coming, said)
            case "yellow":
                return yellow_row(e, coming, said)
        return check_row(e, said, names)

    return [row(e) for e in shown]


def _held_up(open_now: list[OpenException]) -> dict[str, str]:
    """Names of the items that late orders hold up, by SKU."""
    skus = [sku for e in open_now for sku in e.figures.get("skus", ())]
    return pages.names_of(db(), skus) if skus else {}


def _arrivals(waiting: list[pages.Outgoing], today: date) -> dict[int, date]:
    """When each order would come, sent today, by its supplier's record."""
    suppliers = {order.supplier.id: order.supplier for order in waiting}
    policy = Policy()
    arrives = {}
    for supplier_id, record in (records_of(db(), zone(), list(suppliers.values())) if suppliers else {}).items():
        quoted = record.supplier.quoted_lead_days
        arrives[supplier_id] = promise(None, today, quoted, lead_time(record.lead_days, quoted, policy))
    return {order.id: arrives[order.supplier.id] for order in waiting}


def _waiting(orders: list[pages.Outgoing], said: wording.Voice) -> dict[int, str]:
    """Why drafts wait, of those that do."""
    found = {}
    for order in orders:
        stock = [Stock(line.on_hand, line.per_day, line.red_at) for line in order.lines]
        supplier, policy = order.supplier, Policy()
        wait = waits(order.total_minor, supplier.minimum_value_minor, supplier.order_day, stock, said.today, policy)
        if wait and order.state == "draft":
            found[order.id] = line_words.waiting(wait, said)
    return found


def _head(on: Boards) -> str:
    orders = len(on.yellow_orders) + len(on.drafts)
    low = on.red_items - on.red_out
    return wording.head(
        on.red_out, low, on.red_risk_minor, orders, len(on.refill), len(on.check) + len(on.yellow), voice()
    )
