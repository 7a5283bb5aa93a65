"""The simulated shop's 90 days hang together on any seed and day: its files tell the stock that it opens with."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from quietshelf.demo.history import DAYS, History, make_history
from quietshelf.demo.papers import write
from quietshelf.demo.scenarios import SCENARIOS, Constraint
from quietshelf.demo.world import GOODS, MAKERS, NODES, PLACES, SHELF_HOLDS, Part, good

NOW = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")
moments = st.integers(0, 3 * 365 * 24 * 60).map(lambda minutes: NOW - timedelta(minutes=minutes))


@settings(max_examples=15, deadline=None)
@given(now=moments, seed=st.integers(0, 10_000), constraint=st.sampled_from(Constraint))
def test_stock_opens_at_what_is_counted_received_and_sold_and_was_never_below_zero(
    now: datetime, seed: int, constraint: Constraint
) -> None:
    history = make_history(now, seed, constraint)
    gone = SCENARIOS[constraint].vanished
    for sku, opening in history.opening.items():
        days = Counter[int]()
        for sale in history.sales:
            if sale.sku == sku:
                days[sale.sold_at.astimezone(LONDON).date().toordinal()] -= sale.quantity
        for line in history.deliveries:
            if line.sku == sku and line.received:
                days[line.received.toordinal()] += line.accepted
        stock = opening
        for day in sorted(days):
            stock += days[day]
            assert stock >= 0
        assert stock == history.on_hand[sku] or sku in gone


@settings(max_examples=15, deadline=None)
@given(now=moments, seed=st.integers(0, 10_000), constraint=st.sampled_from(Constraint))
def test_nothing_of_it_lies_in_the_future_or_before_the_opening_count(
    now: datetime, seed: int, constraint: Constraint
) -> None:
    history = make_history(now, seed, constraint)
    assert all(history.counted_at < sale.sold_at < now for sale in history.sales)
    today = now.astimezone(LONDON).date()
    assert all(
        line.received is None or history.counted_at.date() <= line.received < today for line in history.deliveries
    )
    assert history.counted_at.date() == today - timedelta(days=DAYS - 1)


def test_the_same_seed_gives_the_same_history() -> None:
    assert make_history(NOW, 7) == make_history(NOW, 7)
    assert make_history(NOW, 7) != make_history(NOW, 8)


def test_each_supplier_has_delivered_ten_times_so_that_its_lead_time_is_known() -> None:
    history = make_history(NOW, 7)
    for maker in MAKERS:
        days = {line.received for line in history.deliveries if line.maker is maker and line.received}
        assert len(days) >= 10, maker.name


def test_one_order_is_far_past_its_promise_and_another_is_on_its_way() -> None:
    coming = {line.order: line for line in make_history(NOW, 7).deliveries if line.received is None}
    today = NOW.date()
    late_by = sorted((today - line.promised).days for line in coming.values())
    assert late_by[0] < 0
    assert late_by[-1] > 15


def test_the_goods_that_are_to_run_out_lie_all_on_their_shelf() -> None:
    on_hand = make_history(NOW, 7).on_hand
    last_few = [place for place in PLACES if good(place.sku).part is Part.LAST_FEW]
    assert len(last_few) == 1
    assert on_hand[last_few[0].sku] <= SHELF_HOLDS


def test_the_shop_has_forty_odd_goods_and_twelve_slots_on_three_nodes() -> None:
    assert 40 <= len(GOODS) == len({each.sku for each in GOODS}) <= 45
    assert len(PLACES) == len({place.sku for place in PLACES}) == 12
    assert len(NODES) == 3
    assert {place.sku for place in PLACES} <= {each.sku for each in GOODS}


def test_its_files_are_those_of_any_shop(tmp_path: Path) -> None:
    history: History = make_history(NOW, 7)
    files = dict(write(history, tmp_path))
    assert list(files) == ["suppliers", "products", "offers", "stock", "deliveries", "sales"]
    assert len(files["sales"].read_text().splitlines()) == len(history.sales) + 1
    assert (
        files["products"]
        .read_text()
        .splitlines()[1]
        .startswith(
            'TEA-0101,"English Breakfast loose, 250 g",2000000000015,8.95,4.10,Tea,Northgate Tea Importers,12,24,268'
        )
    )
