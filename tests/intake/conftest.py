"""What the intake's tests share: the brokers, and a shop with a node that may send."""

import pytest

from quietshelf.store.engine import writing
from quietshelf.store.tables import Node
from tests.brokers import broker, embedded_broker, mosquitto_broker
from tests.intake.words import Shelf
from tests.outbound.conftest import mailbox, who
from tests.shops import Shop

__all__ = ["broker", "embedded_broker", "mailbox", "mosquitto_broker", "who"]


def _with_node(shop: Shop) -> Shelf:
    with writing(shop.engine) as session:
        node = Node(site_id=shop.site_id, name="tea-1")
        session.add(node)
        session.flush()
        return Shelf(shop, node.id)


@pytest.fixture
def shelf(shop: Shop) -> Shelf:
    """Node tea-1 of the small shop, not adopted, on SQLite and on PostgreSQL."""
    return _with_node(shop)


@pytest.fixture
def sqlite_shelf(sqlite_shop: Shop) -> Shelf:
    """Node tea-1 of the small shop, not adopted, on SQLite."""
    return _with_node(sqlite_shop)
