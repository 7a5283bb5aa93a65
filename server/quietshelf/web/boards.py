"""Which row stands where on Today: pure, from what is open and what waits to be sent. The words are wording.py's.

One order stands in one place: with its most pressing line. Where there are more than MOST rows, one cause is one row.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from quietshelf.rules.exceptions import BOARD, Board, ExceptionKind
from quietshelf.store.open_now import OpenException
from quietshelf.store.pages import Coming, Outgoing
from quietshelf.web import wording
from quietshelf.web.amounts import counted
from quietshelf.web.rows import Late, Row, check_row, late_row, paper_row, red_row, slow_row, yellow_row
from quietshelf.web.wording import Said, Voice

MOST = 10
"""Rows of one cause that are shown one by one."""


@dataclass(frozen=True)
class Boards:
    """Everything Today shows."""

    red: tuple[Row, ...] = ()
    red_items: int = 0
    red_out: int = 0
    red_risk_minor: int = 0
    yellow_orders: tuple[Outgoing, ...] = ()
    papers: Mapping[int, Row] = field(default_factory=dict)
    """What each of those orders stands for, by its id: its Yellow items, seen or put off together."""
    yellow: tuple[Row, ...] = ()
    refill: tuple[Row, ...] = ()
    check: tuple[Row, ...] = ()
    drafts: tuple[Outgoing, ...] = ()
    asks: bool = False
    """The shop is asked something before its first drafts."""

    @property
    def quiet(self) -> bool:
        """Nothing needs anybody."""
        return not (
            self.asks or self.red or self.yellow_orders or self.yellow or self.refill or self.check or self.drafts
        )


def boards(
    open_now: Sequence[OpenException],
    waiting: Sequence[Outgoing],
    coming: Mapping[int, list[Coming]],
    voice: Voice,
    names: Mapping[str, str],
    *,
    asks: bool = False,
) -> Boards:
    """Hang every exception and every order that waits where it belongs. `open_now` comes most money first.

    `names` are the names of the items that late orders hold up, by SKU.
    """
    open_now, late = _carried(open_now, {line.product_id for order in waiting for line in order.lines})
    on = {board: [e for e in open_now if BOARD.get(ExceptionKind(e.kind)) is board] for board in Board}
    order_of = {line.product_id: order for order in waiting for line in order.lines}
    reds = {e.product_id for e in on[Board.RED]}
    yellows = {e.product_id for e in on[Board.YELLOW]}
    with_red = {order.id for order in waiting if any(line.product_id in reds for line in order.lines)}
    with_yellow = {o.id for o in waiting if o.was_low or any(line.product_id in yellows for line in o.lines)} - with_red
    loose = [e for e in on[Board.YELLOW] if e.product_id not in order_of]
    carried = [e for one in late for e in one.carries if e.kind == ExceptionKind.RED]
    red, yellow = _short(on[Board.RED], loose, order_of, coming, voice)
    red += [late_row(one, voice, names) for one in late]
    all_red = [*on[Board.RED], *carried]
    papers = {order.id: paper_row(order, on[Board.YELLOW], voice) for order in waiting if order.id in with_yellow}
    return Boards(
        red=tuple(sorted(red, key=lambda row: (row.rests, -row.risk_minor))),
        red_items=len(all_red),
        red_out=sum(e.figures["on_hand"] <= 0 for e in all_red),
        red_risk_minor=sum(e.risk_minor_per_day for e in all_red),
        yellow_orders=tuple(
            sorted((order for order in waiting if order.id in papers), key=lambda order: papers[order.id].rests)
        ),
        papers=papers,
        yellow=_joined(yellow, "yellow"),
        refill=_joined([check_row(e, voice, names) for e in on[Board.REFILL]], "refill"),
        check=_joined([check_row(e, voice, names) for e in on[Board.CHECK]], "check"),
        drafts=tuple(order for order in waiting if order.id not in with_red | with_yellow),
        asks=asks,
    )


def not_put_off(waiting: Iterable[Outgoing], every: Iterable[OpenException], now: datetime) -> list[Outgoing]:
    """The orders that wait, without those of which all that is low is put off; one that is leaving has its undo."""
    low = [e for e in every if e.kind in (ExceptionKind.RED, ExceptionKind.YELLOW)]
    off = {e.product_id for e in low if e.is_put_off(now)}
    standing = {e.product_id for e in low} - off
    return [
        order
        for order in waiting
        if order.state == "sending"
        or any(line.product_id in standing for line in order.lines)
        or not any(line.product_id in off for line in order.lines)
    ]


def _carried(open_now: Sequence[OpenException], waits: Collection[int]) -> tuple[list[OpenException], list[Late]]:
    """What stands by itself, and the late orders that carry what they starve. `waits`: products that can be sent."""
    starving = {sku: e for e in open_now if e.kind == ExceptionKind.SUPPLIER_DELAY for sku in e.figures.get("skus", ())}
    by_order: dict[int, list[OpenException]] = {}
    alone = []
    for e in open_now:
        order = starving.get(e.key.partition(":")[2])
        if order and e.kind in (ExceptionKind.RED, ExceptionKind.YELLOW) and e.product_id not in waits:
            by_order.setdefault(order.id, []).append(e)
        else:
            alone.append(e)
    late = [
        Late(e, tuple(by_order[e.id]))
        for e in alone
        if any(carried.kind == ExceptionKind.RED for carried in by_order.get(e.id, ()))
    ]
    shown = {one.order.id for one in late}
    return [e for e in alone if e.id not in shown], late


def _short(
    reds: Sequence[OpenException],
    loose: Sequence[OpenException],
    order_of: Mapping[int, Outgoing],
    coming: Mapping[int, list[Coming]],
    voice: Voice,
) -> tuple[list[Row], list[Row]]:
    """Rows of what is Red, and of what is Yellow and on no order: the top's each, slow movers' one a supplier."""
    sent_by: set[int] = set()
    red = _red_rows([e for e in reds if not e.is_slow], order_of, sent_by, coming, voice)
    yellow = [yellow_row(e, coming, voice) for e in loose if not e.is_slow]
    of_supplier: dict[str | None, list[OpenException]] = {}
    for e in (*reds, *loose):
        if e.is_slow:
            of_supplier.setdefault(e.figures["supplier"], []).append(e)
    for supplier, slow in of_supplier.items():
        is_red = any(e.kind == ExceptionKind.RED for e in slow)
        if len(slow) > 1:
            row = slow_row(supplier, slow, order_of, sent_by, voice)
        elif is_red:
            row = _red_rows(slow, order_of, sent_by, coming, voice)[0]
        else:
            row = yellow_row(slow[0], coming, voice)
        (red if is_red else yellow).append(row)
    return red, yellow


def _red_rows(
    open_red: Iterable[OpenException],
    order_of: Mapping[int, Outgoing],
    sent_by: set[int],
    coming: Mapping[int, list[Coming]],
    voice: Voice,
) -> list[Row]:
    """Rows in order of money; the first of each order's rows has its button, the others say with what they go.

    Where there are more than MOST, those of one order (or, on none, of one supplier) are one row. `sent_by` are the
    orders that have their button; those whose button stands here are added.
    """
    causes: dict[str, list[Row]] = {}
    for e in open_red:
        order = order_of.get(e.product_id or 0)
        first = order is not None and order.id not in sent_by
        if order is not None and first:
            sent_by.add(order.id)
        cause = f"order {order.number}" if order else f"supplier {e.figures['supplier']}"
        causes.setdefault(cause, []).append(red_row(e, order, first, coming, voice))
    crowded = sum(map(len, causes.values())) > MOST
    rows: list[Row] = []
    for group in causes.values():
        rows += [_as_one(group, "red")] if crowded and len(group) > 1 else group
    return sorted(rows, key=lambda row: -row.risk_minor)


def _joined(rows: Sequence[Row], board: str) -> tuple[Row, ...]:
    """More than MOST rows of one kind become one; what somebody has seen stands last, and apart."""
    by_kind: dict[tuple[bool, str], list[Row]] = {}
    for row in sorted(rows, key=lambda row: row.rests):
        by_kind.setdefault((row.rests, row.kind), []).append(row)
    return tuple(row for group in by_kind.values() for row in ([_as_one(group, board)] if len(group) > MOST else group))


def _as_one(rows: Sequence[Row], board: str) -> Row:
    """The one row that stands for many of one cause."""
    first = rows[0]
    order = next((row.order for row in rows if row.order), None)
    title = order.supplier.name if order else f"{first.said.title} and {counted(len(rows) - 1, 'other')}"
    named = wording.listed_some([row.said.title for row in rows])
    if not order and board != "red":
        named = f"{first.said.mark}: {named}"
    return Row(
        id=f"{board}-many-{order.id if order else first.id}",
        colour=first.colour,
        said=Said(counted(len(rows), "item" if first.product_id else "row"), title, f"{named}."),
        risk_minor=sum(row.risk_minor for row in rows),
        order=order,
        order_id=order.id if order else None,
        kind=first.kind,
        list_of=board,
        ids=tuple(exception for row in rows for exception in row.ids),
        seen=first.seen if all(row.seen for row in rows) else "",
        for_managers=first.for_managers,
    )
