"""Lost days, each laid to one cause: one test a leg of the order's life, and the laws that hold over any life."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from quietshelf.rules.causes import Cause, losses
from quietshelf.rules.lives import Day, Held, Look, OrderLife, Receipt, SkuLife, as_found
from quietshelf.rules.policy import Policy

POLICY = Policy()
START = date(2026, 9, 7)


def on(day: int) -> date:
    return START + timedelta(days=day)


def life(stock: list[int], *orders: OrderLife, book: list[int] | None = None, reorder_at: float = 16.0) -> SkuLife:
    """A SKU that sells 2 a day where it has stock at the day's end, or had some the day before."""
    days = tuple(
        Day(on(n), units, book[n] if book else units, 0 if units == 0 else 2, 2.0, reorder_at, float(units == 0))
        for n, units in enumerate(stock)
    )
    return SkuLife("TEA", 500, 300, days, orders)


def order(drafted: int, sent: int | None, came: int | None, units: int = 60, **more: object) -> OrderLife:
    """An order that is promised 6 days after it is sent."""
    receipts = () if came is None else (Receipt(on(came), units),)
    plain = OrderLife(
        "PO-1", on(drafted), units, 6, None if sent is None else on(sent), 0 if sent is None else units, receipts
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def causes(sku: SkuLife) -> dict[int, str]:
    """By day of the world: what its lost day is laid to."""
    return {(loss.day - START).days: str(loss.cause) for loss in losses(sku, POLICY) if loss.stock_out}


EMPTY_FROM_10 = [max(0, 20 - 2 * n) for n in range(20)]


def test_days_from_the_promise_to_the_receipt_are_the_suppliers() -> None:
    late = order(drafted=6, sent=6, came=16)
    assert causes(life(EMPTY_FROM_10[:16], late)) == {10: "demand", 11: "demand"} | dict.fromkeys(
        range(12, 16), "supply"
    )


def test_what_a_short_delivery_lacked_is_the_suppliers_as_long_as_it_would_have_lasted() -> None:
    short = order(drafted=0, sent=0, came=6, units=10, receipts=(Receipt(on(6), 6),))  # 4 units, 2 days' worth, short
    assert causes(life(EMPTY_FROM_10[:14], short)) == {10: "supply", 11: "supply", 12: "demand", 13: "demand"}


def test_rejected_units_are_as_missing_as_short_ones() -> None:
    rejected = order(drafted=0, sent=0, came=None, receipts=(Receipt(on(6), 0),))
    assert set(causes(life(EMPTY_FROM_10[:14], rejected)).values()) == {"supply"}


def test_an_order_that_waited_more_than_2_open_days_for_a_person_is_a_purchasing_decision() -> None:
    waited = order(drafted=4, sent=9, came=15)
    assert causes(life(EMPTY_FROM_10[:15], waited)) == dict.fromkeys(range(10, 15), "purchasing")


def test_an_order_that_waited_2_open_days_is_not() -> None:
    quick = order(drafted=4, sent=6, came=12)
    assert causes(life(EMPTY_FROM_10[:12], quick)) == {10: "demand", 11: "demand"}


def test_closed_days_are_no_waiting_and_lose_nothing() -> None:
    quick = order(drafted=4, sent=8, came=14)
    plain = life(EMPTY_FROM_10[:14], quick)
    closed = replace(plain, days=tuple(replace(day, open=day.day not in (on(5), on(6), on(11))) for day in plain.days))
    assert causes(closed) == {10: "demand", 12: "demand", 13: "demand"}


def test_an_order_that_waited_and_was_late_is_each_ones_for_its_own_days() -> None:
    both = order(drafted=4, sent=8, came=17)
    assert causes(life(EMPTY_FROM_10[:17], both)) == {
        **dict.fromkeys(range(10, 14), "purchasing"),
        **dict.fromkeys(range(14, 17), "supply"),
    }


EMPTY_FROM_16 = [max(0, 32 - 2 * n) for n in range(26)]


def test_days_that_either_of_two_repairs_would_have_saved_are_divided_by_the_lengths_of_the_legs() -> None:
    both = order(drafted=0, sent=8, came=26)  # it waited for 8 days, and was late by 12
    assert causes(life(EMPTY_FROM_16, both)) == {
        **dict.fromkeys((16, 17), "supply"),  # sent at once it would not have been there yet
        **dict.fromkeys(range(18, 22), "purchasing"),
        **dict.fromkeys(range(22, 26), "supply"),
    }


def jumped(came: int, drafted: int = 18, reorder_at: float = 16.0) -> SkuLife:
    """A SKU that sold 2 a day, and sells 8 from day 10 on; out from day 20 until what was ordered in time came."""
    stock = [*([82] * 10), *(max(0, 80 - 8 * n) for n in range(came - 10)), *(200 - 8 * n for n in range(10))]
    sold = [2 if n < 10 else 0 if stock[n] == 0 else 8 for n in range(len(stock))]
    plain = life(stock, order(drafted, drafted, came, units=200), reorder_at=reorder_at)
    return replace(plain, days=tuple(replace(day, sold=units) for day, units in zip(plain.days, sold, strict=True)))


def test_a_jump_that_would_have_triggered_sooner_is_demand_and_the_evidence_says_when_it_would_have_come() -> None:
    found = [loss for loss in losses(jumped(came=24), POLICY) if loss.stock_out]
    assert [(str(loss.cause), loss.evidence.would_have_come_on) for loss in found] == [("demand", on(18))] * 4


def test_what_a_jump_and_a_late_order_took_together_is_divided_between_them() -> None:
    assert causes(jumped(came=30)) == {
        **dict.fromkeys(range(20, 27), "demand"),
        **dict.fromkeys(range(27, 30), "supply"),
    }


def test_a_greater_buffer_that_is_there_because_deliveries_are_late_is_not_counted_against_the_supplier() -> None:
    # Triggered at 60 units it was promised for day 19. Were it always punctual, 20 would do, and it had come on day 24.
    assert causes(jumped(came=30, drafted=13, reorder_at=60.0)) == {
        **dict.fromkeys(range(20, 27), "demand"),
        **dict.fromkeys(range(27, 30), "supply"),
    }


def test_what_a_person_cut_is_a_purchasing_decision_as_long_as_it_would_have_lasted() -> None:
    cut = order(drafted=0, sent=0, came=6, units=10, ruled_units=14)
    assert causes(life(EMPTY_FROM_10[:14], cut)) == {10: "purchasing", 11: "purchasing", 12: "demand", 13: "demand"}


def test_what_was_cut_for_want_of_cash_is_capital() -> None:
    cut = order(drafted=0, sent=0, came=6, units=10, ruled_units=14, held=Held.CASH)
    assert causes(life(EMPTY_FROM_10[:12], cut)) == {10: "capital", 11: "capital"}


def test_what_waited_for_the_budget_is_capital() -> None:
    waited = order(drafted=3, sent=None, came=None, held=Held.BUDGET)
    assert set(causes(life(EMPTY_FROM_10[:14], waited)).values()) == {"capital"}


def test_a_line_that_a_person_took_off_is_a_purchasing_decision() -> None:
    refused = order(drafted=3, sent=None, came=None, refused_on=on(4))
    assert set(causes(life(EMPTY_FROM_10[:14], refused)).values()) == {"purchasing"}


def test_a_book_that_showed_too_much_is_a_wrong_count_once_a_right_one_would_have_brought_stock() -> None:
    booked = [units + 12 for units in EMPTY_FROM_10[:16]]
    assert causes(life(EMPTY_FROM_10[:16], book=booked)) == dict.fromkeys(range(10, 16), "demand")  # 14 days' lead
    near = replace(life(EMPTY_FROM_10[:16], book=booked), lead_days=9)
    assert causes(near) == {10: "demand"} | dict.fromkeys(range(11, 16), "counts")


def test_ordered_at_once_and_delivered_as_promised_it_was_demand() -> None:
    prompt = order(drafted=8, sent=8, came=14)
    assert set(causes(life(EMPTY_FROM_10[:14], prompt)).values()) == {"demand"}


def test_one_sale_of_over_15_days_worth_that_took_the_stock_is_told() -> None:
    sku = life([60] * 9 + [0, 0, 0])
    days = [replace(day, largest_sale=58) if day.day == on(9) else day for day in sku.days]
    told = [loss.evidence.one_sale_of for loss in losses(replace(sku, days=tuple(days)), POLICY) if loss.stock_out]
    assert told == [58, 58, 58]


def test_the_evidence_names_the_order_and_when_it_would_have_come() -> None:
    late = order(drafted=6, sent=6, came=16)
    found = next(loss for loss in losses(life(EMPTY_FROM_10[:16], late), POLICY) if loss.cause is Cause.SUPPLY)
    assert found.evidence.order == late
    assert found.evidence.would_have_come_on == on(12)
    assert found.evidence.missing_units == 60
    assert found.minor == 1000  # 2 a day at a throughput of 5.00


def test_stock_beyond_90_days_of_cover_costs_its_holding_unless_it_is_ending() -> None:
    held = life([1180])  # 2 a day: 1,000 more than 90 days sell
    assert [(str(loss.cause), loss.minor) for loss in losses(held, POLICY)] == [("capital", 200)]
    assert losses(replace(held, ending=True), POLICY) == ()


def test_a_day_without_stock_is_weighed_by_what_sold_around_it_and_not_by_a_velocity_that_runs_behind() -> None:
    stock = [100] * 12 + [0, 0]
    days = tuple(replace(day, sold=8 if day.stock else 0) for day in life(stock).days)
    found = losses(replace(life(stock), days=days), POLICY)
    assert [loss.minor for loss in found if loss.stock_out] == [4000, 4000]


def test_a_look_that_agrees_changes_no_day() -> None:
    days = life(EMPTY_FROM_10).days
    assert as_found(days, [Look(on(5), days[5].book, days[5].book)]) == days


@st.composite
def lives(draw: st.DrawFn) -> SkuLife:
    """Any life of a SKU."""
    stock = draw(st.lists(st.integers(0, 30), min_size=1, max_size=40))
    orders = []
    for n, drafted in enumerate(sorted(draw(st.lists(st.integers(0, 40), max_size=4)))):
        sent = draw(st.none() | st.integers(drafted, drafted + 10))
        came = None if sent is None else draw(st.none() | st.integers(sent, sent + 30))
        units = draw(st.integers(1, 80))
        ruled = draw(st.integers(1, 80))
        held = draw(st.none() | st.sampled_from(Held))
        orders.append(replace(order(drafted, sent, came, units), number=f"PO-{n}", ruled_units=ruled, held=held))
    booked = [units + draw(st.integers(0, 10)) for units in stock]
    plain = life(stock, *orders, book=booked, reorder_at=draw(st.floats(0, 60)))
    days = tuple(replace(day, open=draw(st.booleans())) for day in plain.days)
    return replace(plain, days=days)


@given(lives())
def test_every_open_day_without_stock_is_laid_to_exactly_one_cause_and_no_other_day_is(sku: SkuLife) -> None:
    lost = [loss.day for loss in losses(sku, POLICY) if loss.stock_out]
    assert lost == [day.day for day in sku.days if day.open and day.out > 0]


@given(lives())
def test_where_no_order_was_late_short_held_or_miscounted_all_of_it_was_demand(sku: SkuLife) -> None:
    kept = tuple(
        replace(
            order_,
            sent_on=order_.drafted_on,
            sent_units=order_.ruled_units,
            receipts=(Receipt(order_.drafted_on + timedelta(days=order_.promised_days), order_.ruled_units),),
        )
        for order_ in sku.orders
    )
    counted = tuple(replace(day, book=day.stock) for day in sku.days)
    flawless = replace(sku, orders=kept, days=counted)
    assert {loss.cause for loss in losses(flawless, POLICY) if loss.stock_out} <= {Cause.DEMAND}


@given(lives(), st.integers(1, 20))
def test_a_supplier_that_is_later_is_never_blamed_for_fewer_days(sku: SkuLife, days: int) -> None:
    # The stock of the days is as it was: only the promise moves to before what came.
    earlier = tuple(replace(order_, promised_days=max(0, order_.promised_days - days)) for order_ in sku.orders)
    blamed = [
        {loss.day for loss in losses(one, POLICY) if loss.stock_out and loss.cause is Cause.SUPPLY}
        for one in (replace(sku, orders=sku.orders[:1]), replace(sku, orders=earlier[:1]))
    ]
    assert len(blamed[0]) <= len(blamed[1])
