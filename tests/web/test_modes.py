"""Modes on the pages: proposed with the money at stake, turned on by a manager's touch, ended; and their settings."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from quietshelf.cycle import run_pass
from quietshelf.store.engine import reading, writing
from quietshelf.store.modes import mode_on
from quietshelf.store.tables import ModeRow, OrderLine, Product, Site
from tests.web.conftest import NOW, Run
from tests.web.losing import look, lose


def mode(run: Run) -> str | None:
    """The mode that is on."""
    with reading(run.shop.engine) as session:
        row = mode_on(session, run.shop.site_id)
        return row.mode if row else None


def settings(run: Run) -> tuple[int | None, int, date | None, int | None, str | None, float | None]:
    """What is set of money for orders."""
    with reading(run.shop.engine) as session:
        site = session.get_one(Site, run.shop.site_id)
        limit = site.order_limit_minor, site.order_limit_by
        return site.budget_minor, site.budget_days, site.budget_from, *limit, site.target_turns


def test_a_mode_is_proposed_with_the_money_at_stake_and_nothing_is_turned_on_silently(run: Run) -> None:
    look(run.shop, "supply")
    run_pass(run.shop.engine, run.shop.site_id, NOW)
    ines = run.visitor()
    ines.open("/")
    assert "Late and short deliveries lost £864 of earnings in 30 days." in ines.words
    assert "Proposed Supply mode It holds more of what comes from suppliers that missed" in ines.words
    assert "Turn it on : Supply mode, £864 at stake" in ines.words
    assert mode(run) is None


def test_a_manager_turns_it_on_and_ends_it(run: Run) -> None:
    look(run.shop, "supply")
    ines = run.visitor()
    ines.open("/")
    ines.press("Turn it on")
    assert mode(run) == "supply"
    assert "On since today. The next look follows it, within a minute." in ines.words
    run_pass(run.shop.engine, run.shop.site_id, NOW)
    ines.open("/")
    assert "On since today: no item holds more." in ines.words
    ines.press("End it")
    assert mode(run) is None
    assert "Supply mode" not in ines.words  # it is not proposed again in the month in which it was ended


@pytest.mark.parametrize("named", ["none", "unknown"])
def test_nothing_is_proposed_without_a_constraint(run: Run, named: str) -> None:
    look(run.shop, named)
    ines = run.visitor()
    ines.open("/")
    assert not ines.has_button("Turn it on")


def test_staff_see_no_proposal_and_may_not_touch_a_mode(run: Run) -> None:
    look(run.shop, "supply")
    sam = run.visitor("sam@corner.example")
    sam.open("/")
    assert "Supply mode" not in sam.words
    assert sam.client.post("/modes/supply/on").status_code in (400, 403)
    ines = run.visitor()
    ines.open("/")
    ines.press("Turn it on")
    sam.open("/")
    assert "Supply mode On since today" in sam.words
    assert not sam.has_button("End it")
    assert sam.open("/modes/supply").status_code == 403


def test_one_mode_is_on_at_a_time(run: Run) -> None:
    look(run.shop, "supply")
    ines = run.visitor()
    ines.open("/modes/supply")
    ines.press("Turn it on")
    ines.open("/modes/capital")
    assert "Supply mode is on, and one is on at a time" in ines.words
    assert not ines.has_button("Turn it on")


def test_its_end_is_proposed_after_two_months_with_less_than_half_the_loss(run: Run) -> None:
    with writing(run.shop.engine) as session:
        since = datetime(2026, 8, 20, tzinfo=UTC)
        figures = {"at_stake_minor": 86_400, "items": 3}
        session.add(ModeRow(site_id=run.shop.site_id, mode="supply", on_at=since, figures=figures))
    ines = run.visitor()
    lose(run.shop, "TEA-0114", "supply", date(2026, 9, 3), 10, 2_000)
    ines.open("/")
    assert "it can end" in ines.words
    lose(run.shop, "TEA-0114", "supply", date(2026, 10, 3), 10, 5_000)
    ines.open("/")
    assert "it can end" not in ines.words
    assert "On since 20 August: 3 items hold more." in ines.words


def test_the_page_of_the_capital_mode_lists_what_could_be_sold_off(run: Run) -> None:
    with writing(run.shop.engine) as session:
        session.execute(update(Product).where(Product.sku == "SUG-0008").values(cost_minor=90))
    ines = run.visitor()
    ines.open("/modes/capital")
    assert "What could be sold off" in ines.words
    assert "Nothing waits before you set a budget." in ines.words


def test_money_settings_are_kept_as_typed_where_they_can_t_be_taken(run: Run) -> None:
    ines = run.visitor()
    ines.open("/setup")
    ines.press("Save the money settings", budget="much", budget_days="0", turns="six", order_limit="250")
    assert ines.page.status_code == 422
    assert "Nothing is saved yet. Budget: Type an amount, like 250 or 250.50." in ines.words
    assert "Days: Type 1 or more." in ines.words
    assert "Turns: Type turns a year" in ines.words
    assert 'value="much"' in ines.html
    assert 'value="six"' in ines.html
    assert settings(run) == (None, 30, None, None, None, None)


def test_a_budget_needs_its_first_day_and_a_limit_says_who_set_it(run: Run) -> None:
    ines = run.visitor()
    ines.open("/setup")
    ines.press("Save the money settings", budget="1,250.50")
    assert "First day: Type the first day of a budget." in ines.words
    ines.press("Save the money settings", budget_from="2026-11-01", order_limit="£250", turns="8")
    assert settings(run) == (125_050, 30, date(2026, 11, 1), 25_000, "Ines", 8.0)
    assert "Money comes back in 46 days" in ines.words
    ines.press("Save the money settings", order_limit="")
    assert settings(run)[3:5] == (None, None)


def test_staff_set_no_money(run: Run) -> None:
    sam = run.visitor("sam@corner.example")
    assert sam.client.post("/setup/money", data={"budget": "1"}).status_code in (400, 403)


def test_what_waits_for_the_budget_says_so(run: Run) -> None:
    look(run.shop, "capital")
    ines = run.visitor()
    ines.open("/setup")
    ines.press("Save the money settings", budget="10", budget_from="2026-11-01")
    ines.open("/")
    ines.press("Turn it on")
    run_pass(run.shop.engine, run.shop.site_id, NOW + timedelta(minutes=1))
    with reading(run.shop.engine) as session:
        waiting = session.scalars(select(OrderLine).where(OrderLine.waits_until == date(2026, 12, 1))).all()
    assert len(waiting) == 5
    draft = run.order("Leaf & Kettle")
    ines.open(f"/orders/{draft.id}")
    assert f"{draft.number} waits for the budget of 1 December." in ines.words
    assert not ines.has_button("Send order")
    ines.press("Order it now: Assam loose leaf")
    assert "2 of its 3 lines wait for the budget of 1 December, and stay behind when the others go." in ines.words
    assert "£738.00 1 line, without tax" in ines.words
    ines.open("/")
    assert f"Send {draft.number} : 1 line, £738" in ines.words
    assert "Jasmine pearls, 80 g 5 left. Sells 1.0 a day." in ines.words  # Red is told, and what it waits for
    assert "Waits for the budget of 1 December." in ines.words
    assert "Rolled oats" not in ines.words  # Yellow waits by design
    ines.open("/")
    run_pass(run.shop.engine, run.shop.site_id, NOW + timedelta(minutes=2))
    ines.open("/")
    assert "On since today: 4 lines wait for the budget of 1 December." in ines.words
    ines.open("/modes/capital")
    assert "Waits for the budget of 1 December." in ines.words
