"""The rows that Today and its lists are made of, each from what is open: pure. Where each stands is boards.py's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypedDict

from quietshelf.rules.exceptions import FOR_MANAGERS, ExceptionKind
from quietshelf.store.open_now import OpenException
from quietshelf.store.pages import Coming, Outgoing
from quietshelf.web import attention_words as words
from quietshelf.web import hurry_words, wording
from quietshelf.web.amounts import counted, on_day
from quietshelf.web.troubles import check
from quietshelf.web.wording import Said, Voice

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
class Late:
    """A late order, and what is Red or Yellow because of it and has nothing to send: one cause, one row."""

    order: OpenException
    carries: tuple[OpenException, ...]


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


def paper_row(order: Outgoing, yellow: Sequence[OpenException], voice: Voice) -> Row:
    """What an order that stands as a paper stands for: its Yellow items."""
    products = {line.product_id for line in order.lines}
    low = [e for e in yellow if e.product_id in products]
    seen = [words.seen(e, voice) for e in low]
    return Row(
        id=f"paper-{order.id}",
        colour="yellow",
        said=Said("", order.supplier.name, ""),
        risk_minor=sum(e.risk_minor_per_day for e in low),
        order_id=order.id,
        ids=tuple(e.id for e in low),
        seen=seen[0] if seen and all(seen) else "",
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
