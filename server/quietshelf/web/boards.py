"""Which row stands where on Today: pure, from what is open and what waits to be sent. The words are wording.py's.

One order stands in one place: with its most pressing line. Where there are more than MOST rows, one cause is one row.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from quietshelf.rules.exceptions import BOARD, Board, ExceptionKind
from quietshelf.store.pages import Coming, OpenException, Outgoing
from quietshelf.web import wording
from quietshelf.web.amounts import counted, on_day
from quietshelf.web.troubles import check
from quietshelf.web.wording import Said, Voice

MOST = 10
"""Rows of one cause that are shown one by one."""


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

    @property
    def quiet(self) -> bool:
        """Nothing needs anybody."""
        return not (self.red or self.yellow_orders or self.yellow or self.refill or self.check or self.drafts)


def boards(
    open_now: Sequence[OpenException],
    waiting: Sequence[Outgoing],
    coming: Mapping[int, list[Coming]],
    voice: Voice,
    names: Mapping[str, str],
) -> Boards:
    """Hang every exception and every order that waits where it belongs. `open_now` comes most money first.

    `names` are the names of the items that late orders hold up, by SKU.
    """
    on = {board: [e for e in open_now if BOARD.get(ExceptionKind(e.kind)) is board] for board in Board}
    order_of = {line.product_id: order for order in waiting for line in order.lines}
    reds = {e.product_id for e in on[Board.RED]}
    yellows = {e.product_id for e in on[Board.YELLOW]}
    with_red = {order.id for order in waiting if any(line.product_id in reds for line in order.lines)}
    with_yellow = {o.id for o in waiting if o.was_low or any(line.product_id in yellows for line in o.lines)} - with_red
    loose = [e for e in on[Board.YELLOW] if e.product_id not in order_of]
    return Boards(
        red=_red_rows(on[Board.RED], order_of, coming, voice),
        red_items=len(on[Board.RED]),
        red_out=sum(e.figures["on_hand"] <= 0 for e in on[Board.RED]),
        red_risk_minor=sum(e.risk_minor_per_day for e in on[Board.RED]),
        yellow_orders=tuple(order for order in waiting if order.id in with_yellow),
        yellow=_joined([yellow_row(e, coming, voice) for e in loose], "yellow"),
        refill=_joined([check_row(e, voice, names) for e in on[Board.REFILL]], "refill"),
        check=_joined([check_row(e, voice, names) for e in on[Board.CHECK]], "check"),
        drafts=tuple(order for order in waiting if order.id not in with_red | with_yellow),
    )


def _red_rows(
    open_red: Iterable[OpenException],
    order_of: Mapping[int, Outgoing],
    coming: Mapping[int, list[Coming]],
    voice: Voice,
) -> tuple[Row, ...]:
    """Rows in order of money; the first of each order's rows has its button, the others say with what they go.

    Where there are more than MOST, those of one order (or, on none, of one supplier) are one row.
    """
    causes: dict[str, list[Row]] = {}
    sent_by: set[int] = set()
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
    return tuple(sorted(rows, key=lambda row: -row.risk_minor))


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
    )


def check_row(e: OpenException, voice: Voice, names: Mapping[str, str]) -> Row:
    """The row of anything else that wants a look."""
    number = e.figures.get("order")
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
    )


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
    """More than MOST rows of one kind become one."""
    by_kind: dict[str, list[Row]] = {}
    for row in rows:
        by_kind.setdefault(row.kind, []).append(row)
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
    )
