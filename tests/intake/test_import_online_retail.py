"""A real wholesaler's year through the whole import: every line accounted for, and what its cancellations leave."""

import os
import resource
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from quietshelf.intake.import_report import ImportReport
from quietshelf.intake.imports import import_file
from quietshelf.store.engine import open_engine, reading, writing
from quietshelf.store.schema import upgrade
from quietshelf.store.sites import create_site
from quietshelf.store.tables import FactRow, Feed, HeldRow, Product, SkuDay, SkuState
from tests.intake.bringing import NOW, accounted

DATA = Path(os.environ.get("QUIETSHELF_DATA", Path(__file__).parents[2].parent / "shared" / "data"))
SALES = DATA / "online-retail" / "sales.csv.gz"

pytestmark = pytest.mark.skipif(
    not SALES.exists(), reason="the UCI Online Retail set is not here: QUIETSHELF_DATA says where it lies"
)


class Year:
    """The shop after its year was brought, and what the import said."""

    def __init__(self, engine: Engine, site_id: int) -> None:
        self.engine, self.site_id = engine, site_id
        self.first = self.bring(create_products=True)

    def bring(self, *, create_products: bool = False) -> ImportReport:
        """Import the year."""
        return import_file(
            self.engine, self.site_id, "sales", SALES, file_name=SALES.name, now=NOW, create_products=create_products
        )


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Year]:
    """The year, brought once."""
    folder = tmp_path_factory.mktemp("year")
    engine = open_engine(f"sqlite:///{folder}/quietshelf.db")
    upgrade(engine)
    with writing(engine) as session:
        site = create_site(session, key="main", name="Gifts", time_zone="Europe/London", currency="GBP")
    yield Year(engine, site.id)
    engine.dispose()
    shutil.rmtree(folder)


def test_all_541909_lines_are_booked_held_or_skipped_by_a_named_reason(year: Year) -> None:
    report = year.first
    assert report.rows == 541_909 == accounted(report)
    assert report.booked == {"sales": 527_661, "returns": 8_685}
    assert report.held == {"unknown item": 16}, "what was only ever brought back makes no product"
    assert sum(report.skipped.values()) == 5_547
    assert report.made == {"products": 3_794}
    with reading(year.engine) as session:
        kinds = dict(session.execute(select(FactRow.kind, func.count()).group_by(FactRow.kind)).all())
        held = session.scalar(select(func.count()).select_from(HeldRow))
        assert session.scalars(select(Feed.known_until)).all() == [datetime(2011, 12, 9, 12, 50, tzinfo=UTC)]
    assert (kinds, held) == ({"sale": 527_661, "return": 8_685, "count": 3_794}, 16)


def test_an_order_cancelled_minutes_later_is_taken_back_from_its_own_sale(year: Year) -> None:
    with reading(year.engine) as session:
        ceramic_jar = session.scalars(select(Product).where(Product.sku == "23166")).one()
        pieces = {
            kind: session.scalar(select(func.max(FactRow.quantity)).where(FactRow.kind == kind, of_jar))
            for of_jar in [FactRow.product_id == ceramic_jar.id]
            for kind in ("sale", "return")
        }
        day = session.scalars(
            select(SkuDay).where(SkuDay.product_id == ceramic_jar.id, SkuDay.day == date(2011, 1, 18))
        ).one()
    assert pieces == {"sale": 74_215, "return": 74_215}
    assert day.units == 0


def test_every_item_is_decided_as_of_the_last_sale(year: Year) -> None:
    with reading(year.engine) as session:
        zones = dict(session.execute(select(SkuState.zone, func.count()).group_by(SkuState.zone)).all())
        stale = session.scalar(select(func.count()).select_from(SkuState).where(SkuState.stale))
    assert sum(zones.values()) == 3_794
    assert stale == 0
    assert zones.keys() == {"red", "yellow", "green"}


def test_memory_stays_flat(year: Year) -> None:
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 < 500


def test_a_second_import_books_nothing(year: Year) -> None:
    again = year.bring()
    assert (sum(again.booked.values()), again.repeated, again.held, again.made) == (0, 536_362, {}, {})
    assert accounted(again) == 541_909
