"""Orders that a file tells of: sent elsewhere, received or still open. What is received on a page is not booked here.

The rows of one order and SKU are the parts of one line: what was ordered stands on each. A row with a day of receipt
is a delivery, a row without says that its line is still open; a line without such a row is closed, short where less
came than was ordered. Goods come at noon of their day, and are never known before they are told of.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from quietshelf.files import DeliveryRow
from quietshelf.rules.facts import Fact, Kind
from quietshelf.store.catalogue import Items, supplier_ids
from quietshelf.store.facts import Learnt, add_facts
from quietshelf.store.orders import changed
from quietshelf.store.states import mark_stale
from quietshelf.store.tables import Delivery, Order, OrderLine, Site
from quietshelf.store.upsert import in_chunks


@dataclass(slots=True)
class DeliveriesBooked:
    """What became of the rows: received + opened + repeated + different + ours is all of them."""

    received: int = 0
    opened: int = 0
    """Rows of lines that were not known to be on order."""
    repeated: int = 0
    different: int = 0
    """Rows whose delivery is booked already, with other figures; what was booked first stays."""
    ours: int = 0
    """Rows of orders made, or lines received, on a page: that is where their goods are booked."""
    orders: int = 0
    """Orders made of the rows."""
    suppliers_named: int = 0
    product_ids: set[int] = field(default_factory=set)


def book_deliveries(
    session: Session, site_id: int, rows: Sequence[DeliveryRow], items: Items, now: datetime
) -> DeliveriesBooked:
    """Make orders, lines, deliveries and receipts of rows, each once by its key. Raises KeyError at an unknown SKU."""
    suppliers, named = supplier_ids(session, {row.supplier for row in rows})
    desk = _Desk(session, site_id, now, items)
    desk.done.suppliers_named = named
    by_order: defaultdict[tuple[str, str], list[DeliveryRow]] = defaultdict(list)
    for row in rows:
        by_order[row.order, row.supplier].append(row)
    for some in in_chunks(by_order.items()):
        desk.look_up(key for key, _ in some)
        for (number, supplier), of_order in some:
            desk.book(number, supplier, suppliers[supplier], of_order)
        session.flush()
    added = add_facts(session, site_id, desk.receipts)
    mark_stale(session, site_id, desk.done.product_ids - added.product_ids)
    return desk.done


class _Desk:
    """Where the rows of some orders meet what is known of those orders."""

    def __init__(self, session: Session, site_id: int, now: datetime, items: Items) -> None:
        self._session = session
        self._site_id = site_id
        self._now = now
        self._items = items
        self._site = session.get_one(Site, site_id)
        self._zone = ZoneInfo(self._site.time_zone)
        self._orders: dict[str, Order] = {}
        self._came: dict[str, Delivery] = {}
        self._received_here: set[int] = set()
        self.receipts: list[Learnt] = []
        self.done = DeliveriesBooked()

    def look_up(self, orders: Iterable[tuple[str, str]]) -> None:
        """Load the orders of these numbers and suppliers with their lines, and what came of them."""
        numbers = {name for number, supplier in orders for name in self._names(number, supplier)}
        for some in in_chunks(sorted(numbers)):
            known = select(Order).where(Order.number.in_(some)).options(selectinload(Order.lines))
            self._orders |= {order.number: order for order in self._session.scalars(known)}
        lines = [line.id for number in numbers & self._orders.keys() for line in self._orders[number].lines]
        for chunk in in_chunks(lines):
            for delivery in self._session.scalars(select(Delivery).where(Delivery.order_line_id.in_(chunk))):
                self._came[delivery.key] = delivery
                if not delivery.key.startswith("delivery:"):
                    self._received_here.add(delivery.order_line_id)

    def book(self, number: str, supplier: str, supplier_id: int, rows: list[DeliveryRow]) -> None:
        """Book the rows of one order."""
        order = self._order(number, supplier, supplier_id, rows)
        if not order.imported:
            self.done.ours += len(rows)
            return
        before = self.done.received + self.done.opened
        lines = {line.product_id: line for line in order.lines}
        by_product: defaultdict[int, list[DeliveryRow]] = defaultdict(list)
        for row in rows:
            by_product[self._items[row.sku]].append(row)
        for product_id, parts in by_product.items():
            self._line(order, lines.get(product_id), product_id, parts)
        if self.done.received + self.done.opened > before:
            order.state = _state(order.lines)
            changed(order, None, self._now)

    def _order(self, number: str, supplier: str, supplier_id: int, rows: list[DeliveryRow]) -> Order:
        """The order known by this number from this supplier, else a new one."""
        names = self._names(number, supplier)
        for order in [self._orders[name] for name in names if name in self._orders]:
            if order.supplier_id == supplier_id and order.site_id == self._site_id:
                return order
        sent = min((row.sent for row in rows if row.sent), default=None)
        promised = min((row.promised for row in rows if row.promised), default=None)
        began = sent or min((row.received for row in rows if row.received), default=None)
        order = Order(
            site_id=self._site_id,
            number=next(name for name in names if name not in self._orders),
            supplier_id=supplier_id,
            state="sent",
            created_at=self._noon(began) if began else self._now,
            sent_at=self._noon(sent) if sent else None,
            promised_on=promised,
            imported=True,
            version=0,
        )
        self._session.add(order)
        self._orders[order.number] = order
        self.done.orders += 1
        return order

    def _line(self, order: Order, line: OrderLine | None, product_id: int, parts: list[DeliveryRow]) -> None:
        """Book the parts of one line."""
        if line is not None and line.id in self._received_here:
            self.done.ours += len(parts)
            return
        known = line is not None
        ordered = max(part.ordered for part in parts)
        if line is None:
            line = OrderLine(
                site_id=self._site_id, product_id=product_id, is_draft=False, quantity=ordered, received=0, rejected=0
            )
            order.lines.append(line)
            self._session.flush()
        line.quantity = max(line.quantity, ordered)
        came = [part for part in parts if part.received and self._receive(line, part, part.received)]
        still_open = [part for part in parts if part.received is None and part.key not in self._came]
        newly_open = 0 if known else len(still_open)
        self.done.opened += newly_open
        self.done.repeated += sum(part.received is None for part in parts) - newly_open
        if came and not still_open and line.closed_at is None:
            line.closed_at = max(self._noon(part.received) for part in came if part.received)
        if came or newly_open:
            self.done.product_ids.add(product_id)

    def _receive(self, line: OrderLine, row: DeliveryRow, day: date) -> bool:
        """Book one delivery, unless it is booked; whether it was new."""
        rejected = row.received_quantity - row.accepted_quantity
        if (known := self._came.get(row.key)) is not None:
            same = (known.received, known.rejected) == (row.received_quantity, rejected)
            self.done.repeated += same
            self.done.different += not same
            return False
        delivery = Delivery(
            site_id=self._site_id,
            order_line_id=line.id,
            key=row.key,
            received=row.received_quantity,
            rejected=rejected,
            happened=self._noon(day),
            learnt=self._now,
        )
        self._session.add(delivery)
        line.received += row.received_quantity
        line.rejected += rejected
        if row.accepted_quantity:
            receipt = Fact(delivery.happened, Kind.RECEIPT, row.accepted_quantity, row.key)
            self.receipts.append((line.product_id, receipt, self._now, False))
        self.done.received += 1
        return True

    def _names(self, number: str, supplier: str) -> tuple[str, ...]:
        """What an order may be called here: two suppliers may use one number, and a supplier one at two sites."""
        return number, f"{number} ({supplier})", f"{number} ({supplier}, {self._site.key})"

    def _noon(self, day: date) -> datetime:
        return min(datetime.combine(day, time(12), self._zone), self._now)


def _state(lines: Sequence[OrderLine]) -> str:
    """An order's state by what came of its lines."""
    if any(line.closed_at is None for line in lines):
        return "part_received" if any(line.received for line in lines) else "sent"
    return "received" if all(line.received >= line.quantity for line in lines) else "closed_short"
