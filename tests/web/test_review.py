"""The monthly review: what a month lost, the one thing to do, whether the last helped, and what it asks."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from quietshelf.cycle.reviewing import make_due
from quietshelf.rules.facts import Fact, Kind
from quietshelf.rules.policy import Policy
from quietshelf.store.engine import reading, writing
from quietshelf.store.facts import add_facts
from quietshelf.store.tables import ModeRow, ReviewRow, SkuPlan, SkuState, Sourcing
from tests.shops import Shop
from tests.web.conftest import NOW, STOCKED, Run, hire, serve, stock
from tests.web.losing import look, lose, order_life
from tests.web.visitor import Visitor

OCTOBER_END = date(2026, 10, 31)


def october(run: Run) -> None:
    """October's losses, three looks of it, and yesterday's: the month is over, and nobody has reviewed it."""
    late = order_life(run.order("Leaf & Kettle").number)
    lose(run.shop, "TEA-0114", "supply", date(2026, 10, 3), 20, 4590, order=late)
    lose(run.shop, "TEA-0120", "demand", date(2026, 10, 3), 12, 2390)
    lose(run.shop, "POT-0002", "capital", date(2026, 10, 30), 1, 6100, out=0.0, held_units=40)
    for n, number in ((14, 0.92), (7, 0.9), (0, 0.85)):
        look(run.shop, "supply", OCTOBER_END - timedelta(days=n), number=number, before=0.9)
    look(run.shop, "supply")


def test_a_month_says_what_it_lost_and_to_what(run: Run) -> None:
    october(run)
    ines = run.visitor()
    ines.open("/review/2026-10")
    assert "October 2026 lost £1,266, most of it to late suppliers" in ines.words
    assert "Most of that was Leaf & Kettle’s." in ines.words
    assert "85 % of order lines on time and in full Worse, was 90%" in ines.words
    assert "Late suppliers supply reliability 20 £918.00" in ines.words
    assert "Sales off the pace demand prediction 12 £286.80" in ines.words
    assert "Money tied up capital £61.00" in ines.words
    assert "October 32 £1,265.80" in ines.words
    assert "17 October 92% 24 October 90% 31 October 85%" in ines.words  # its number's course


def test_it_is_written_once_and_kept_for_good(run: Run) -> None:
    october(run)
    assert make_due(run.shop.engine, run.shop.site_id, NOW, Policy())
    assert not make_due(run.shop.engine, run.shop.site_id, NOW, Policy())
    lose(run.shop, "SUG-0008", "counts", date(2026, 10, 9), 9, 90_000)  # learnt too late
    ines = run.visitor()
    ines.open("/review/2026-10")
    assert "October 2026 lost £1,266" in ines.words
    assert "Written on 24 November, kept for good" in ines.words
    with reading(run.shop.engine) as session:
        assert [row.month for row in session.scalars(select(ReviewRow))] == [date(2026, 10, 1)]


def test_a_month_that_is_not_over_says_so_and_is_not_kept(run: Run) -> None:
    october(run)
    ines = run.visitor()
    ines.open("/review/2026-11")
    assert "November is not over: as it stands on 23 November" in ines.words
    assert "November 2026 lost nothing to an empty shelf" in ines.words
    with reading(run.shop.engine) as session:
        assert session.scalars(select(ReviewRow)).all() == []


def test_a_month_of_history_that_nobody_looked_back_on_tells_its_losses(run: Run) -> None:
    october(run)
    lose(run.shop, "TEA-0114", "purchasing", date(2026, 8, 3), 25, 4000)
    ines = run.visitor()
    ines.open("/review/2026-08")
    assert "August 2026 lost £1,000, most of it to orders that waited" in ines.words
    assert 'class="number"' not in ines.html


def test_months_before_its_history_and_to_come_are_not_there(run: Run) -> None:
    october(run)
    ines = run.visitor()
    for month in ("2026-09", "2026-12", "2026-13", "2026-1", "soon", "0000-01", "２０２６-10"):
        assert ines.open(f"/review/{month}").status_code == 404, month


def test_the_months_are_listed_with_what_each_lost(run: Run) -> None:
    october(run)
    ines = run.visitor()
    ines.open("/review")
    assert "November not over nothing lost" in ines.words
    assert "October £1,265.80 lost" in ines.words
    assert 'href="/review/2026-10"' in ines.html


def test_a_shop_that_has_not_looked_back_has_no_month_yet(new_run: Run, run: Run) -> None:
    ines = run.visitor()
    ines.open("/review")
    assert "No day has been looked back on yet." in ines.words
    assert ines.open("/review/2026-11").status_code == 404


def test_the_review_is_the_managers(run: Run) -> None:
    october(run)
    sam = run.visitor("sam@corner.example")
    for path in ("/review", "/review/2026-10"):
        assert sam.open(path).status_code == 403
    sam.open("/")
    assert "Review" not in sam.words


def test_today_leads_to_it_in_the_first_week_of_a_month(run: Run) -> None:
    october(run)
    ines = run.visitor()
    ines.open("/")
    assert "Review of October" not in ines.words
    run.now = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
    ines.open("/")
    assert "Review of October" in ines.words


def test_it_proposes_one_thing_with_a_button_that_does_it(run: Run) -> None:
    october(run)
    ines = run.visitor()
    ines.open("/review/2026-10")
    assert ines.has_button("Turn supply mode on")
    assert "Late suppliers lost £918." in ines.words
    ines.press("Turn supply mode on")
    assert "Supply mode" in ines.words
    assert "On since today" in ines.words
    ines.open("/review/2026-10")
    assert "It is on since today." in ines.words
    assert not ines.has_button("Turn supply mode on")


def test_one_mode_is_on_at_a_time_and_a_review_says_so(run: Run) -> None:
    october(run)
    with writing(run.shop.engine) as session:
        on = datetime(2026, 10, 2, 8, tzinfo=UTC)
        session.add(ModeRow(site_id=run.shop.site_id, mode="demand", on_at=on, figures={"at_stake_minor": 100}))
    ines = run.visitor()
    ines.open("/review/2026-10")
    assert "Demand mode is on, and one is on at a time: end it, then turn supply mode on." in ines.words
    ines.press("End demand mode")
    with reading(run.shop.engine) as session:
        assert session.scalars(select(ModeRow.off_at)).one() is not None


def test_a_better_supplier_of_what_lost_most_goes_before_a_mode(run: Run) -> None:
    october(run)
    shift: dict[str, Any] = {
        "why": "late_deliveries",
        "from": "Leaf & Kettle",
        "to": "Northern Mills",
        "to_id": run.shop.suppliers["Northern Mills"],
        "far_late": 2,
        "slower": False,
        "extra_minor": 9600,
        "lost_minor": 8000,
    }
    with writing(run.shop.engine) as session:
        row = Sourcing(site_id=run.shop.site_id, product_id=run.shop.products["TEA-0114"], proposal=shift)
        session.add(row)
    ines = run.visitor()
    ines.open("/review/2026-10")
    assert "Assam loose leaf, 250 g lost £918 to late deliveries." in ines.words
    assert "2 of Leaf & Kettle’s last 10 deliveries came over 15 days late." in ines.words
    assert ines.has_button("Order it from Northern Mills")
    assert not ines.has_button("Turn supply mode on")


def test_an_older_review_has_no_button(run: Run) -> None:
    october(run)
    lose(run.shop, "TEA-0114", "supply", date(2026, 8, 3), 25, 4000)
    ines = run.visitor()
    ines.open("/review/2026-08")
    assert "It holds more of what comes from suppliers that missed" in ines.words
    assert not ines.has_button("Turn supply mode on")


def test_it_says_whether_the_mode_helped_what_it_touched_beside_the_rest(run: Run) -> None:
    october(run)
    lose(run.shop, "TEA-0114", "supply", date(2026, 9, 5), 24, 9000)
    with writing(run.shop.engine) as session:
        on = datetime(2026, 10, 2, 8, tzinfo=UTC)
        session.add(ModeRow(site_id=run.shop.site_id, mode="supply", on_at=on, figures={"at_stake_minor": 200_000}))
        state = session.get_one(SkuState, (run.shop.site_id, run.shop.products["TEA-0114"]))
        state.figures = (state.figures or {}) | {"mode": {"mode": "supply"}}
    ines = run.visitor()
    ines.open("/review/2026-10")
    assert "Did it help? Yes Supply mode" in ines.words
    assert "So it is since 2 October. The item that it touches lost £950 in 30 days, after £2,160 before;" in ines.words
    assert "Leave supply mode on." in ines.words


def test_what_was_proposed_and_not_done_is_said(run: Run) -> None:
    october(run)
    lose(run.shop, "TEA-0114", "supply", date(2026, 9, 3), 25, 4000)
    ines = run.visitor()
    ines.open("/review/2026-09")
    ines.open("/review/2026-10")
    assert "Did it help? Not done Supply mode" in ines.words


def test_it_counts_how_often_a_person_was_needed(run: Run) -> None:
    october(run)
    ines = run.visitor()
    ines.open("/")
    ines.press(f"Send {run.order('Northern Mills').number}")
    ines.open("/review/2026-11")
    assert "Once in November: 1 order approved or sent." in ines.words


def asked(run: Run, product_id: int, **figures: Any) -> None:
    with writing(run.shop.engine) as session:
        state = session.get_one(SkuState, (run.shop.site_id, product_id))
        state.figures = (state.figures or {}) | figures


def press(visitor: Visitor, run: Run, product_id: int, do: str) -> None:
    token = visitor.html.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    answer = visitor.client.post(f"/review/asked/{product_id}", data={"csrf_token": token, "do": do, "back": "2026-10"})
    assert answer.status_code == 303


def test_what_ran_out_for_good_is_asked_about_once(run: Run) -> None:
    october(run)
    granola = run.shop.products["OAT-0022"]
    asked(run, granola, sell_again=True, per_day=2.0, ran_out_on="2026-08-16")
    ines = run.visitor()
    ines.open("/review/2026-10")
    assert "Sell it again?" in ines.words
    assert "Out since 16 August Granola, 500 g It sold 2.0 a day until it ran out." in ines.words
    press(ines, run, granola, "keep")
    asked(run, granola, sell_again=True, per_day=2.0, ran_out_on="2026-08-16")
    ines.open("/review/2026-10")
    assert "Sell it again?" not in ines.words


def test_one_touch_lets_it_end(run: Run) -> None:
    october(run)
    granola = run.shop.products["OAT-0022"]
    asked(run, granola, sell_again=True, per_day=2.0)
    ines = run.visitor()
    ines.open("/review")
    press(ines, run, granola, "end")
    with reading(run.shop.engine) as session:
        assert session.get_one(SkuPlan, (run.shop.site_id, granola)).ending
    ines.open(f"/skus/{granola}")
    assert "It is not to be sold again: it is ending." in ines.words


def test_what_never_sold_and_is_gone_can_come_again(run: Run) -> None:
    october(run)
    pot = run.shop.products["POT-0002"]
    with writing(run.shop.engine) as session:
        facts = [
            Fact(NOW - timedelta(days=200), Kind.COUNT, 2, "pot/first"),
            Fact(NOW - timedelta(days=2), Kind.COUNT, 0, "pot/gone"),
        ]
        add_facts(session, run.shop.site_id, [(pot, fact, NOW, False) for fact in facts])
    run.sell("SUG-0008", 1)
    ines = run.visitor()
    ines.open("/review/2026-10")
    assert "Order it again?" in ines.words
    press(ines, run, pot, "order")
    ines.open(f"/skus/{pot}")
    assert "It is to come again: one is kept at least." in ines.words
    assert "at least 1" in ines.words
    assert run.order("Harbour Ceramics") is not None
    ines.open("/review/2026-10")
    assert "Order it again?" not in ines.words


def test_a_review_reads_the_same_on_both_databases(shop: Shop, tmp_path: Path) -> None:
    stock(shop, STOCKED)
    hire(shop.engine)
    run = serve(shop, tmp_path)
    october(run)
    with writing(shop.engine) as session:
        on = datetime(2026, 10, 2, 8, tzinfo=UTC)
        session.add(ModeRow(site_id=shop.site_id, mode="counts", on_at=on, figures={}))
    ines = run.visitor()
    for path in ("/review", "/review/2026-10", "/review/2026-11"):
        assert ines.open(path).status_code == 200, path
