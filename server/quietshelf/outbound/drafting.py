"""What a manager does to the lines of a draft: set, take off, add, follow the rule again. Sending is lifecycle.py's.

Each press is one transaction under the version that the person looked at, as lifecycle.py says.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from quietshelf.cycle import decide_skus
from quietshelf.outbound.presses import (
    Quantities,
    decided,
    end_press,
    looked_at,
    managers_only,
    products_of,
    set_lines,
)
from quietshelf.rules.policy import Policy
from quietshelf.store import items, orders, plans
from quietshelf.store.engine import writing
from quietshelf.store.order_terms import falls_due
from quietshelf.store.orders import NotAllowed
from quietshelf.store.tables import Order, OrderLine


def edit_lines(
    engine: Engine,
    order_id: int,
    version: int,
    quantities: Quantities,
    user_id: int,
    now: datetime,
    *,
    not_this_time: bool = False,
    no_money: Collection[int] = (),
) -> int:
    """Set lines of a draft; a draft without lines is cancelled. Returns the order's new version.

    `no_money` are lines (by id) that are set lower, or taken off, because there is no money for them.

    A line that is set to another quantity counts as edited: the rule leaves it alone for a while. One that is taken
    off comes back with the next change of its SKU; with `not_this_time`, once it was Green, or after 30 days.
    Raises ChangedMeanwhile, NotAllowed.
    """
    with writing(engine) as session:
        order = looked_at(session, order_id, version, user_id, again=("draft", "cancelled"))
        off = {line.product_id for line in order.lines if quantities.get(line.id) == 0} if not_this_time else set()
        if order.version == version:
            if set_lines(session, order, quantities, user_id, now, no_money):
                end_press(session, order, user_id, now, off)
                plans.put_off(session, order.site_id, off, user_id, now)
        elif not _set_already(order, quantities):
            raise orders.changed_meanwhile(session, order)
    if off:
        decide_skus(engine, order.site_id, off, now)
    return order.version


def add_line(engine: Engine, order_id: int, version: int, product_id: int, user_id: int, now: datetime) -> int:
    """Add one lot of an item that falls due next to a draft. Returns the order's new version.

    It counts as added by hand: the rule leaves it alone. Raises ChangedMeanwhile, NotAllowed.
    """
    try:
        with writing(engine) as session:
            order = looked_at(session, order_id, version, user_id, again=("draft",))
            if order.version == version:
                _add_line(session, order, product_id, user_id, now)
            elif product_id not in products_of(order):
                raise orders.changed_meanwhile(session, order)
    except IntegrityError:
        raise NotAllowed("It has just been put on another draft, so it was not added here. Look once more.") from None
    return decided(engine, order, now)


def _add_line(session: Session, order: Order, product_id: int, user_id: int, now: datetime) -> None:
    managers_only(session, user_id, f"change {order.number}")
    due = next((due for due in falls_due(session, order, Policy()) if due.product_id == product_id), None)
    if order.state != "draft" or due is None:
        raise NotAllowed(f"It can't be added to {order.number} any more. Look at it once more.")
    line = OrderLine(
        site_id=order.site_id,
        product_id=product_id,
        is_draft=True,
        quantity=due.quantity,
        unit_cost_minor=due.cost_minor,
        edited_at=now,
        edited_by=user_id,
    )
    order.lines.append(line)
    end_press(session, order, user_id, now, {product_id})


def take_rule(engine: Engine, order_id: int, version: int, line_id: int, user_id: int, now: datetime) -> int:
    """Set a line that a person had set to what the rule says now; from then on it follows the rule again.

    Returns the order's new version. Raises ChangedMeanwhile, NotAllowed.
    """
    with writing(engine) as session:
        order = looked_at(session, order_id, version, user_id, again=("draft",))
        if order.version == version:
            managers_only(session, user_id, f"change {order.number}")
            line = next((line for line in order.lines if line.id == line_id and line.is_draft), None)
            state = items.state(session, order.site_id, line.product_id) if line else None
            if line is None or state is None or not (state.figures or {}).get("proposal"):
                raise NotAllowed("The rule asks for nothing of it now. Keep the line as it is, or take it off.")
            ruled = (state.figures or {})["proposal"]
            decided_for = state.decided_for or now.date()
            line.quantity, line.ruled = ruled["quantity"], ruled | {"ruled_on": decided_for.isoformat()}
            line.edited_at = line.edited_by = None
            end_press(session, order, user_id, now, {line.product_id})
    return decided(engine, order, now)


def order_now(engine: Engine, order_id: int, version: int, line_id: int, user_id: int, now: datetime) -> int:
    """Let a line go that waits for the next budget: from then on it counts as set by a person, and is paid for first.

    Returns the order's new version. Raises ChangedMeanwhile, NotAllowed.
    """
    with writing(engine) as session:
        order = looked_at(session, order_id, version, user_id, again=("draft",))
        if order.version == version:
            managers_only(session, user_id, f"change {order.number}")
            line = next((line for line in order.lines if line.id == line_id and line.waits_until), None)
            if line is None:
                raise NotAllowed("It waits for no budget any more. Look at it once more.")
            line.waits_until, line.edited_at, line.edited_by = None, now, user_id
            end_press(session, order, user_id, now, ())
    return decided(engine, order, now)


def _set_already(order: Order, quantities: Quantities) -> bool:
    on_it = {line.id: line.quantity for line in order.lines}
    return all(on_it.get(line_id, 0) == quantity for line_id, quantity in quantities.items())
