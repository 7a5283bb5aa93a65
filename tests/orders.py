"""Orders and people that tests start from. No test lives here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import select

from quietshelf.outbound import lifecycle
from quietshelf.outbound.mail import SendReport, send_due
from quietshelf.outbound.mailbox import Mailbox
from quietshelf.outbound.smtp import SmtpSettings
from quietshelf.store.engine import reading, writing
from quietshelf.store.mails import mail_of
from quietshelf.store.orders import next_number, order_of
from quietshelf.store.tables import FactRow, Mail, Order, OrderLine, Product, User
from tests.shops import Shop

on_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
"""Of a test whose law does not depend on the database: it runs on the cheaper one."""

SENDER = "orders@corner.example"
SINCE = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class People:
    """Who presses the buttons."""

    manager: int
    staff: int


def people(shop: Shop) -> People:
    """A manager and one of the staff."""
    with writing(shop.engine) as session:
        pair = [
            User(email=f"{role}@corner.example", name=name, role=role, password_hash="-", created_at=SINCE)
            for role, name in (("manager", "Maya"), ("staff", "Sam"))
        ]
        session.add_all(pair)
        session.flush()
        return People(pair[0].id, pair[1].id)


def draft(shop: Shop, quantities: dict[str, int], now: datetime, supplier: str = "Leaf & Kettle") -> int:
    """A draft order to one supplier, as the rules would have made it; returns its id."""
    with writing(shop.engine) as session:
        order = Order(
            site_id=shop.site_id,
            number=next_number(session, shop.site_id),
            supplier_id=shop.suppliers[supplier],
            state="draft",
            created_at=now,
        )
        for sku, quantity in quantities.items():
            product = session.get_one(Product, shop.products[sku])
            order.lines.append(
                OrderLine(
                    site_id=shop.site_id,
                    product_id=product.id,
                    is_draft=True,
                    quantity=quantity,
                    unit_cost_minor=product.cost_minor,
                )
            )
        session.add(order)
        session.flush()
        return order.id


def sent_order(shop: Shop, who: People, quantities: dict[str, int], mailbox: Mailbox, now: datetime) -> Order:
    """An order that has gone to its supplier."""
    order_id = draft(shop, quantities, now)
    lifecycle.send(shop.engine, order_id, 1, who.manager, now)
    deliver(shop, mailbox, now + timedelta(seconds=10))
    return order(shop, order_id)


def deliver(shop: Shop, mailbox: Mailbox, now: datetime) -> SendReport:
    """One round of sending."""
    return send_due(shop.engine, SmtpSettings.parse(mailbox.url, SENDER), now)


def order(shop: Shop, order_id: int) -> Order:
    """The order as it is now, with its lines."""
    with reading(shop.engine) as session:
        return order_of(session, order_id)


def mail(shop: Shop, order_id: int) -> Mail:
    """The newest mail of an order, as it is now."""
    with reading(shop.engine) as session:
        found = mail_of(session, order_id)
        assert found is not None
        return found


def line_ids(order: Order) -> dict[str, int]:
    """Line ids by SKU."""
    return {line.product.sku: line.id for line in order.lines}


def quantities(order: Order) -> dict[str, int]:
    """Pieces ordered by SKU."""
    return {line.product.sku: line.quantity for line in order.lines}


def receipts_booked(shop: Shop, sku: str) -> list[int]:
    """The receipts of a SKU in the ledger, in order of booking."""
    with reading(shop.engine) as session:
        booked = select(FactRow.quantity).where(
            FactRow.product_id == shop.products[sku], FactRow.kind == "receipt", FactRow.site_id == shop.site_id
        )
        return list(session.scalars(booked.order_by(FactRow.id)))


def message_ids(messages: Iterable[EmailMessage]) -> list[str]:
    """The Message-ID of each."""
    return [str(message["Message-ID"]) for message in messages]
