"""Laws of importing: the same rows leave the same books, in any order, in any files, brought any number of times."""

from collections.abc import Sequence
from io import BytesIO
from itertools import count, pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from quietshelf.intake.imports import FileKind, import_file
from quietshelf.store.engine import reading, writing
from quietshelf.store.sites import create_site
from quietshelf.store.tables import FactRow, Feed, HeldRow, SkuDay, SkuState
from tests.intake.bringing import DELIVERIES, NOW, SALES, table
from tests.shops import PRODUCTS, Shop

SKUS = (*sorted(PRODUCTS)[:3], "UNKNOWN-1")
_site = count(1)

laws = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def new_site(shop: Shop) -> int:
    """A site of its own, for one example."""
    with writing(shop.engine) as session:
        return create_site(
            session, key=f"site-{next(_site)}", name="One more", time_zone="Europe/London", currency="GBP"
        ).id


def brought(shop: Shop, kind: FileKind, header: str, files: Sequence[Sequence[str]]) -> list[list[tuple[object, ...]]]:
    """What a new site's books hold after these files: facts, held rows, daily sums, states, the feed's last word."""
    site_id = new_site(shop)
    for rows in files:
        import_file(
            shop.engine, site_id, kind, BytesIO(table(header, *rows)), file_name="a file", now=NOW, dry_run=False
        )
    with reading(shop.engine) as session:
        return [
            sorted(map(tuple, session.execute(select(*columns).where(columns[0].class_.site_id == site_id))), key=repr)
            for columns in (
                (
                    FactRow.product_id,
                    FactRow.kind,
                    FactRow.quantity,
                    FactRow.key,
                    FactRow.happened,
                    FactRow.price_minor,
                ),
                (HeldRow.sku, HeldRow.key),
                (SkuDay.product_id, SkuDay.day, SkuDay.units, SkuDay.revenue_minor),
                (SkuState.product_id, SkuState.book, SkuState.on_hand, SkuState.on_order, SkuState.zone),
                (Feed.name, Feed.known_until),
            )
        ]


@st.composite
def sale_rows(draw: st.DrawFn) -> list[str]:
    """Lines of sales and returns, each under an id of its own."""
    lines = draw(
        st.lists(
            st.tuples(
                st.sampled_from(SKUS),
                st.integers(1, 20),
                st.integers(0, 23),
                st.integers(-3, 6).filter(bool),
                st.sampled_from(("8.95", "4.50")),
            ),
            min_size=1,
            max_size=12,
        )
    )
    return [
        f"{sku},2026-11-{day:02} {hour:02}:30,{units},{price},line-{number}"
        for number, (sku, day, hour, units, price) in enumerate(lines)
    ]


@st.composite
def dealt(draw: st.DrawFn, rows: list[str]) -> list[list[str]]:
    """The rows in any order, some of them several times, dealt to some files."""
    more = draw(st.lists(st.sampled_from(rows), max_size=6))
    shuffled = draw(st.permutations(rows + more))
    cuts = sorted(draw(st.lists(st.integers(0, len(shuffled)), max_size=3)))
    edges = [0, *cuts, len(shuffled)]
    return [part for begin, end in pairwise(edges) if (part := shuffled[begin:end])]


@laws
@given(data=st.data(), rows=sale_rows())
def test_any_order_and_any_repeats_of_sales_in_any_files_leave_the_same_books(
    sqlite_shop: Shop, data: st.DataObject, rows: list[str]
) -> None:
    assert brought(sqlite_shop, "sales", SALES, data.draw(dealt(rows))) == brought(sqlite_shop, "sales", SALES, [rows])


@laws
@given(data=st.data(), rows=sale_rows())
def test_sales_without_ids_may_come_in_any_order_and_as_often_as_one_likes(
    sqlite_shop: Shop, data: st.DataObject, rows: list[str]
) -> None:
    header = SALES.removesuffix(",line_id")
    bare = [row.rpartition(",")[0] for row in rows]
    twice = [data.draw(st.permutations(bare)), data.draw(st.permutations(bare))]
    assert brought(sqlite_shop, "sales", header, twice) == brought(sqlite_shop, "sales", header, [bare])


@laws
@given(data=st.data())
def test_deliveries_may_come_in_any_order_and_as_often_as_one_likes(sqlite_shop: Shop, data: st.DataObject) -> None:
    lines = [
        (number, sku, received)
        for number in ("B-1", "B-2")
        for sku, received in zip(SKUS[:3], data.draw(st.tuples(*[st.integers(0, 24)] * 3)), strict=True)
    ]
    rows = [
        f"{number}-{sku},Leaf & Kettle,{sku},2026-11-01,2026-11-08,"
        + (f"2026-11-{received:02},24,{received},{received // 2}" if received > 9 else ",24,,")
        for number, sku, received in lines
    ]
    files = [data.draw(st.permutations(rows)), data.draw(st.permutations(rows))[: data.draw(st.integers(1, len(rows)))]]
    assert brought(sqlite_shop, "deliveries", DELIVERIES, files) == brought(
        sqlite_shop, "deliveries", DELIVERIES, [rows]
    )
