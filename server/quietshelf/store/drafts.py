"""Draft orders as the rules write them: one draft a supplier, one line a SKU. What a person does is in `orders`."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from quietshelf.rules.lives import Held
from quietshelf.store.orders import changed, next_number
from quietshelf.store.tables import Mail, Order, OrderLine, SkuState, TakenOff
from quietshelf.store.upsert import insert


@dataclass(frozen=True)
class Wanted:
    """The line that the rules want for a SKU."""

    product_id: int
    supplier_id: int
    quantity: int
    ruled: dict[str, Any]
    """The proposal's figures, and `ruled_on`, the day of it."""
    unit_cost_minor: int | None


@dataclass(frozen=True)
class Written:
    """A change of a draft: what became of which SKU's line, on which order."""

    product_id: int
    what: str
    """drafted, redrafted or undrafted."""
    order: Order

    @property
    def number(self) -> str:
        """The order's, once the drafts are finished."""
        return self.order.number


def ruled_on(line: OrderLine) -> date:
    """The day on which the rules last set a line; for one that a person added, the first of all days."""
    said = (line.ruled or {}).get("ruled_on")
    return date.fromisoformat(said) if said else date.min


def remember_wanted(session: Session, order: Order) -> None:
    """Keep, with an order that goes out, what the rules wanted of each of its lines: what was cut is told by it."""
    edited = [line.product_id for line in order.lines if line.edited_at is not None]
    states = select(SkuState).where(SkuState.site_id == order.site_id, SkuState.product_id.in_(edited))
    figures = {state.product_id: state.figures or {} for state in session.scalars(states)} if edited else {}
    for line in order.lines:
        ruled = figures.get(line.product_id, {}).get("proposal") or line.ruled
        line.wanted = line.quantity if line.edited_at is None or ruled is None else int(ruled["quantity"])


def remember_taken_off(
    session: Session, order: Order, line: OrderLine, user_id: int | None, now: datetime, held: Held
) -> None:
    """Keep that a person took a line of the rules off a draft, and why. One that a person had added is forgotten."""
    if line.ruled is not None and line.drafted_on is not None:
        session.add(
            TakenOff(
                site_id=order.site_id,
                product_id=line.product_id,
                number=order.number,
                supplier_id=order.supplier_id,
                drafted_on=line.drafted_on,
                taken_off_at=now,
                taken_off_by=user_id,
                wanted=int(line.ruled["quantity"]),
                held=held.value,
            )
        )


class Drafts:
    """The drafts that one saving transaction may write to, held until it ends."""

    def __init__(
        self, session: Session, site_id: int, product_ids: Collection[int], supplier_ids: Collection[int], now: datetime
    ) -> None:
        """Hold the drafts of these suppliers, made where there is none, and those that these products stand on.

        To be the first thing that a transaction holds: orders, then states, then the site is the order in which all
        who write take them, so that none waits for another that waits for it. Raises IntegrityError where another
        has made a supplier's draft meanwhile: then the transaction is to be tried anew.
        """
        self._session, self._site_id, self._now = session, site_id, now
        stands_on = select(OrderLine.order_id).where(
            OrderLine.site_id == site_id, OrderLine.is_draft, OrderLine.product_id.in_(product_ids)
        )
        held = session.scalars(
            select(Order)
            .where(
                Order.site_id == site_id,
                Order.state == "draft",
                or_(Order.supplier_id.in_(supplier_ids), Order.id.in_(stands_on)),
            )
            .order_by(Order.id)
            .with_for_update()
        )
        self._orders = {order.id: order for order in held}
        self._made = self._make(set(supplier_ids) - {order.supplier_id for order in self._orders.values()})
        self._of_supplier = {order.supplier_id: order for order in self._orders.values()}
        lines = session.scalars(
            select(OrderLine).where(
                OrderLine.site_id == site_id, OrderLine.is_draft, OrderLine.product_id.in_(product_ids)
            )
        )
        self._lines = {line.product_id: line for line in lines}
        self._new: list[dict[str, Any]] = []
        self._changed: set[int] = set()

    def set_line(self, wanted: Wanted) -> Written | None:
        """Make the SKU's draft line what is wanted. None where it is that already, or a person has edited it."""
        line = self._lines.get(wanted.product_id)
        if line is not None and not self._is_the_rules(line):
            return None
        if line is not None and self._orders[line.order_id].supplier_id == wanted.supplier_id:
            if line.quantity == wanted.quantity:
                return None
            line.quantity, line.ruled, line.unit_cost_minor = wanted.quantity, wanted.ruled, wanted.unit_cost_minor
            return self._written(line.order_id, line.product_id, "redrafted")
        drafted_on = (line.drafted_on if line else None) or date.fromisoformat(wanted.ruled["ruled_on"])
        if line is not None:
            self._remove(line)  # its supplier is no longer the SKU's
        order_id = self._of_supplier[wanted.supplier_id].id
        self._new.append(
            {
                "order_id": order_id,
                "site_id": self._site_id,
                "product_id": wanted.product_id,
                "is_draft": True,
                "quantity": wanted.quantity,
                "ruled": wanted.ruled,
                "unit_cost_minor": wanted.unit_cost_minor,
                "drafted_on": drafted_on,
            }
        )
        return self._written(order_id, wanted.product_id, "drafted")

    def drop_line(self, product_id: int) -> Written | None:
        """Take the SKU's draft line off. None where there is none, or a person has edited it."""
        line = self._lines.get(product_id)
        if line is None or not self._is_the_rules(line):
            return None
        self._remove(line)
        return self._written(line.order_id, line.product_id, "undrafted")

    def finish(self) -> None:
        """Write what was set, number new drafts, raise changed ones' versions, and let go those that are empty."""
        for order in self._made:
            if order.id in self._changed:
                order.number = next_number(self._session, self._site_id)
        for order_id in self._changed:
            changed(self._orders[order_id], None, self._now)
        self._session.flush()
        if self._new:
            self._session.connection().execute(insert(self._session, OrderLine), self._new)
        touched = self._changed | {order.id for order in self._made}
        if touched:
            empty = ~select(OrderLine).where(OrderLine.order_id == Order.id).exists()
            mailed = select(Mail).where(Mail.order_id == Order.id).exists()
            emptied = (Order.id.in_(touched), empty)
            self._session.execute(update(Order).where(*emptied, mailed).values(state="cancelled"))
            self._session.execute(delete(Order).where(*emptied, ~mailed))

    def _is_the_rules(self, line: OrderLine) -> bool:
        """Whether the rules may write to a line: nobody edited it, and its order is a draft held here."""
        return line.edited_at is None and line.ruled is not None and line.order_id in self._orders

    def _make(self, supplier_ids: Collection[int]) -> list[Order]:
        """New drafts. They are numbered when something stands on them: numbering holds the site, which comes last."""
        made = []
        for supplier_id in sorted(supplier_ids):
            order = Order(
                site_id=self._site_id,
                number=f"unnumbered-{uuid4().hex}",
                supplier_id=supplier_id,
                state="draft",
                created_at=self._now,
            )
            self._session.add(order)
            self._session.flush()
            self._orders[order.id] = order
            made.append(order)
        return made

    def _remove(self, line: OrderLine) -> None:
        # at once, not with the next flush: that would add before it deletes, and meet "one draft line a SKU"
        self._session.execute(delete(OrderLine).where(OrderLine.id == line.id))
        self._session.expunge(line)
        self._changed.add(line.order_id)

    def _written(self, order_id: int, product_id: int, what: str) -> Written:
        self._changed.add(order_id)
        return Written(product_id, what, self._orders[order_id])
