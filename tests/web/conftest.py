"""A shop with something Red and something Yellow, decided by the real cycle, and its people."""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine, event, select

from quietshelf.cycle import run_pass
from quietshelf.rules.facts import Fact, Kind
from quietshelf.store import people
from quietshelf.store.engine import reading, writing
from quietshelf.store.facts import add_facts
from quietshelf.store.tables import Order, Supplier
from quietshelf.web.app import create_app
from quietshelf.web.context import AppContext, BrokerStatus
from tests.shops import Shop, open_shop
from tests.web.visitor import Visitor

NOW = datetime(2026, 11, 24, 9, 41, tzinfo=UTC)
PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=64).hash("correct horse")  # cheap: there are many sign-ins
COMPILED = FileSystemBytecodeCache(tempfile.mkdtemp(prefix="quietshelf-templates-"))

# sku: sold a day, left today
STOCKED = {
    "TEA-0114": (4, 7),  # Leaf & Kettle needs 7 days: Red
    "TEA-0140": (1, 5),  # of the same supplier: Red
    "TEA-0131": (1, 15),  # of the same supplier: Yellow
    "OAT-0010": (3, 25),  # Northern Mills needs 4 days: Yellow
    "MUG-0001": (1, 20),  # Harbour Ceramics quotes nothing: Yellow
    "SUG-0008": (1, 80),  # Green
}


@dataclass
class Run:
    """The shop as its pages are served: its app, its clock, its broker."""

    shop: Shop
    app: Flask
    now: datetime = NOW
    broker: BrokerStatus = field(default_factory=lambda: BrokerStatus(takes_real_nodes=True, reachable=True))

    def visitor(self, email: str | None = "ines@corner.example") -> Visitor:
        """A browser without script; signed in, unless `email` is None."""
        visitor = Visitor(self.app.test_client())
        if email:
            visitor.sign_in(email)
        return visitor

    def order(self, supplier: str, state: str = "draft") -> Order:
        """The newest order at a supplier in a state."""
        with reading(self.shop.engine) as session:
            found = session.scalars(
                select(Order)
                .join(Supplier, Supplier.id == Order.supplier_id)
                .where(Supplier.name == supplier, Order.state == state)
                .order_by(Order.id.desc())
            ).first()
        assert found is not None, f"no order at {supplier} is {state}"
        return found

    def sell(self, sku: str, units: int) -> None:
        """A sale just now, and what the cycle makes of it."""
        with writing(self.shop.engine) as session:
            fact = Fact(self.now, Kind.SALE, units, f"{sku}/sale:{self.now.isoformat()}", price_minor=900)
            add_facts(session, self.shop.site_id, [(self.shop.products[sku], fact, self.now, False)])
        run_pass(self.shop.engine, self.shop.site_id, self.now)


def stock(shop: Shop, stocked: dict[str, tuple[int, int]]) -> None:
    """Sixty days of sales that leave what is left, decided whole."""
    with writing(shop.engine) as session:
        for sku, (a_day, left) in stocked.items():
            facts = [Fact(NOW - timedelta(days=61), Kind.COUNT, a_day * 60 + left, f"{sku}/count")]
            facts += [
                Fact(NOW - timedelta(days=n, hours=1), Kind.SALE, a_day, f"{sku}/sale:{n}", price_minor=900)
                for n in range(60)
            ]
            add_facts(session, shop.site_id, [(shop.products[sku], fact, NOW, False) for fact in facts])
    run_pass(shop.engine, shop.site_id, NOW, whole=True)


def hire(engine: Engine) -> None:
    """Ines manages the shop, Sam works in it."""
    with writing(engine) as session:
        people.add_user(session, "ines@corner.example", "Ines", "manager", PASSWORD_HASH, NOW)
        people.add_user(session, "sam@corner.example", "Sam", "staff", PASSWORD_HASH, NOW)


def serve(shop: Shop, home: Path) -> Run:
    """The pages of a shop, on a clock that a test can move."""
    run: Run

    def clock() -> datetime:
        return run.now

    context = AppContext(
        engine=shop.engine, clock=clock, secret_key=b"a key of this test alone", home=home, broker=lambda: run.broker
    )
    app = create_app(context)
    app.testing = True
    app.jinja_env.bytecode_cache = COMPILED
    run = Run(shop, app)
    return run


@pytest.fixture
def run(sqlite_engine: Engine, tmp_path: Path) -> Run:
    """The shop of STOCKED, with its people."""
    shop = open_shop(sqlite_engine)
    stock(shop, STOCKED)
    hire(sqlite_engine)
    return serve(shop, tmp_path)


@pytest.fixture
def quiet_run(sqlite_engine: Engine, tmp_path: Path) -> Run:
    """The same shop with plenty of everything."""
    shop = open_shop(sqlite_engine)
    stock(shop, {"SUG-0008": (1, 80)})
    hire(sqlite_engine)
    return serve(shop, tmp_path)


@pytest.fixture
def new_run(sqlite_engine: Engine, tmp_path: Path) -> Run:
    """An installation that nobody has opened yet."""
    return serve(Shop(sqlite_engine, 1, {}, {}), tmp_path)


@pytest.fixture
def queries(run: Run) -> Iterator[Callable[[], int]]:
    """How many statements were sent to the database since the last call."""
    sent: list[str] = []

    def record(*arguments: object) -> None:
        sent.append(str(arguments[2]))

    event.listen(run.shop.engine, "before_cursor_execute", record)

    def count() -> int:
        number = len([statement for statement in sent if not statement.startswith(("PRAGMA", "BEGIN"))])
        sent.clear()
        return number

    yield count
    event.remove(run.shop.engine, "before_cursor_execute", record)
