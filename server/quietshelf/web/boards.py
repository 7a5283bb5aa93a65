"""Which row stands where on Today: pure, from what is open and what waits to be sent. The words are wording.py's.

One order stands in one place: with its most pressing line. Where there are more than MOST rows, one cause is one row.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypedDict

from quietshelf.rules.exceptions import BOARD, FOR_MANAGERS, Board, ExceptionKind
from quietshelf.store.open_now import OpenException
from quietshelf.store.pages import Coming, Outgoing
from quietshelf.web import attention_words as words
from quietshelf.web import hurry_words, wording
from quietshelf.web.amounts import counted, on_day
from quietshelf.web.troubles import check
from quietshelf.web.wording import Said, Voice

MOST = 10
"""Rows of one cause that are shown one by one."""
SHOWN = 3
"""Items that are named in a row that stands for many."""


class Attention(TypedDict):
    """What each row has of the exceptions that it stands for."""

    ids: tuple[int, ...]
    seen: str
    for_managers: bool


@dataclass(frozen=True)
class Item:
    """An item in a row that stands for several."""

    name: str
    product_id: int | None
    left: str


@dataclass(frozen=True)
class Row:
    """One row: what is wrong, what it costs a day, the one thing to do."""

    id: str
    colour: str
    """red or yellow; the mark's."""
    said: Said
    risk_minor: int
    product_id: int | None = None
    node_id: int | None = None
    order_id: int | None = None
    """The order that its name or its act leads to."""
    order: Outgoing | None = None
    """The order that this row sends."""
    goes_with: str = ""
    """The order that another row sends, and this item with it."""
    numbers: Mapping[str, int] = field(default_factory=dict)
    """Orders named in the sentence, number to id."""
    kind: str = ""
    list_of: str = ""
    """The board whose list this row opens, where it stands for many."""
    of_supplier: str = ""
    """The supplier whose slow movers this row stands for."""
    ids: tuple[int, ...] = ()
    """The exceptions that it stands for: all are put off together."""
    items: tuple[Item, ...] = ()
    """The first of the slow movers that it stands for."""
    bestseller: bool = False
    """One of the top 20% has run out."""
    seen: str = ""
    """Who has seen it: then it stands last, and small."""
    for_managers: bool = False
    """Only a manager can do something about it."""
    hurries: str = ""
    """The number of the order on its way, `order_id`, whose supplier can be asked to hurry."""
    asked: str = ""
    """That it was asked already: then the row rests."""

    @property
    def rests(self) -> bool:
        """Whether somebody has seen to it: then it stands last."""
        return bool(self.seen or self.asked)


@dataclass(frozen=True)
class Boards:
    """Everything Today shows."""

    red: tuple[Row, ...] = ()
    red_items: int = 0
    red_out: int = 0
    red_risk_minor: int = 0
    yellow_orders: tuple[Outgoing, ...] = ()
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
    return Boards(
        red=tuple(sorted(red, key=lambda row: (row.rests, -row.risk_minor))),
        red_items=len(all_red),
        red_out=sum(e.figures["on_hand"] <= 0 for e in all_red),
        red_risk_minor=sum(e.risk_minor_per_day for e in all_red),
        yellow_orders=tuple(order for order in waiting if order.id in with_yellow),
        yellow=_joined(yellow, "yellow"),
        refill=_joined([check_row(e, voice, names) for e in on[Board.REFILL]], "refill"),
        check=_joined([check_row(e, voice, names) for e in on[Board.CHECK]], "check"),
        drafts=tuple(order for order in waiting if order.id not in with_red | with_yellow),
        asks=asks,
    )


@dataclass(frozen=True)
class Late:
    """A late order, and what is Red or Yellow because of it and has nothing to send: one cause, one row."""

    order: OpenException
    carries: tuple[OpenException, ...]


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


def red_row(
    e: OpenException, order: Outgoing | None, sends: bool, coming: Mapping[int, list[Coming]], voice: Voice
) -> Row:
    """The row of one Red item. `sends`: this row has the order's button."""
    arriving = coming.get(e.product_id or 0, [])
    draft = None
    if order:
        units = sum(line.quantity for line in order.lines if line.product_id == e.product_id)
        draft = (
            f"{units:,} {'is' if units == 1 else 'are'} on {'draft ' if order.state == 'draft' else ''}{order.number}"
        )
    numbers = {c.number: c.order_id for c in arriving} | ({order.number: order.id} if order else {})
    asked = hurry_words.asked(arriving[0].expedited_at, voice) if arriving else ""
    return Row(
        id=f"red-{e.product_id}",
        colour="red",
        said=wording.red(e.product or e.key, e.figures, on_the_way(arriving, voice), draft, voice),
        risk_minor=e.risk_minor_per_day,
        product_id=e.product_id,
        order_id=(order.id if order else arriving[0].order_id if arriving else None),
        order=order if sends else None,
        goes_with=order.number if order and not sends else "",
        numbers=numbers,
        kind=e.kind,
        bestseller=e.is_top and e.figures["on_hand"] <= 0,
        hurries=arriving[0].number if arriving and not order and not asked else "",
        asked=asked,
        **_attention(e, voice),
    )


def yellow_row(e: OpenException, coming: Mapping[int, list[Coming]], voice: Voice) -> Row:
    """The row of a Yellow item that stands on no order that waits."""
    arriving = coming.get(e.product_id or 0, [])
    return Row(
        id=f"yellow-{e.product_id}",
        colour="yellow",
        said=wording.yellow(e.product or e.key, e.figures, on_the_way(arriving, voice), voice),
        risk_minor=e.risk_minor_per_day,
        product_id=e.product_id,
        order_id=arriving[0].order_id if arriving else None,
        numbers={c.number: c.order_id for c in arriving},
        kind=e.kind,
        **_attention(e, voice),
    )


def slow_row(
    supplier: str | None,
    slow: Sequence[OpenException],
    order_of: Mapping[int, Outgoing],
    sent_by: set[int],
    voice: Voice,
) -> Row:
    """The one row of a supplier's slow movers that are low: they make no noise of their own."""
    slow = sorted(slow, key=lambda e: -e.risk_minor_per_day)
    order = next((found for e in slow if (found := order_of.get(e.product_id or 0))), None)
    sends = order is not None and order.id not in sent_by
    if order is not None:
        sent_by.add(order.id)
    out = sum(e.figures["on_hand"] <= 0 for e in slow)
    seen = [words.seen(e, voice) for e in slow]
    return Row(
        id=f"slow-{min(e.product_id or 0 for e in slow)}",
        colour="red" if any(e.kind == ExceptionKind.RED for e in slow) else "yellow",
        said=words.slow_movers(supplier, len(slow), out),
        risk_minor=sum(e.risk_minor_per_day for e in slow),
        order=order if sends else None,
        order_id=order.id if order else None,
        goes_with=order.number if order and not sends else "",
        kind="slow",
        list_of="slow",
        of_supplier=supplier or "",
        ids=tuple(e.id for e in slow),
        items=tuple(
            Item(e.product or e.key, e.product_id, wording.days_left(e.figures["on_hand"], e.figures["per_day"]))
            for e in slow[:SHOWN]
        ),
        seen=seen[0] if all(seen) else "",
        for_managers=True,
    )


def late_row(late: Late, voice: Voice, names: Mapping[str, str]) -> Row:
    """The row of a late order that has left something Red."""
    row = check_row(late.order, voice, names)
    ids = (*row.ids, *(e.id for e in late.carries))
    risk = max(row.risk_minor, sum(e.risk_minor_per_day for e in late.carries))
    return replace(row, colour="red", ids=ids, risk_minor=risk)


def check_row(e: OpenException, voice: Voice, names: Mapping[str, str]) -> Row:
    """The row of anything else that wants a look."""
    number = e.figures.get("order")
    late = e.kind == ExceptionKind.SUPPLIER_DELAY
    asked = hurry_words.asked(e.expedited_at, voice) if late else ""
    return Row(
        id=f"check-{e.key}".replace(":", "-"),
        colour="yellow",
        said=check(e.kind, e.product, e.figures, e.opened_at, voice, names),
        risk_minor=e.risk_minor_per_day,
        product_id=e.product_id,
        node_id=e.node_id,
        order_id=e.order_id,
        numbers={number: e.order_id} if number and e.order_id else {},
        kind=e.kind,
        hurries=number or "" if late and not asked else "",
        asked=asked,
        **_attention(e, voice),
    )


def _attention(e: OpenException, voice: Voice) -> Attention:
    """What can be said of a row, and was."""
    return {
        "ids": (e.id,),
        "seen": words.seen(e, voice),
        "for_managers": ExceptionKind(e.kind) in FOR_MANAGERS,
    }


def on_the_way(arriving: Sequence[Coming], voice: Voice) -> str | None:
    """What is to come of an item, as a phrase; None where nothing is."""
    if not arriving:
        return None
    first = arriving[0]
    when = ""
    if first.expected_on:
        late_days = (voice.today - first.expected_on).days
        late = f", {counted(late_days, 'day')} ago" if late_days > 1 else ""
        when = f", expected {on_day(first.expected_on, voice.today)}{late}"
    more = f"; {counted(len(arriving) - 1, 'more order')} after it" if len(arriving) > 1 else ""
    return f"{first.units:,} {'is' if first.units == 1 else 'are'} on {first.number}{when}{more}"


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
