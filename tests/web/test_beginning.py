"""A shop's first week on its pages: the one question above its first drafts, and the list of what sleeps."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from quietshelf.cycle import run_pass
from quietshelf.store.engine import reading, writing
from quietshelf.store.tables import Product, Site, SkuPlan, SkuState
from tests.web.conftest import NOW, Run
from tests.web.test_live import ask, swapped
from tests.web.visitor import Visitor, forms_of

SAM = "sam@corner.example"
NEVER_SOLD = "TEA-0120"


@pytest.fixture
def young(run: Run) -> Run:
    """The shop as it is on the day after it began: it is asked what is on order, and what never sold sleeps."""
    with writing(run.shop.engine) as session:
        session.execute(update(Site).values(began_on=NOW.date() - timedelta(days=1), asks_on_order=True))
    run_pass(run.shop.engine, run.shop.site_id, run.now, whole=True)
    return run


def name_of(run: Run, sku: str) -> str:
    with reading(run.shop.engine) as session:
        return session.scalars(select(Product.name).where(Product.sku == sku)).one()


def asleep(run: Run, email: str = "ines@corner.example") -> Visitor:
    visitor = run.visitor(email)
    visitor.open("/asleep")
    return visitor


def token_of(run: Run, visitor: Visitor) -> str:
    """What a form of this person would send beside what is typed: any page with a form has it."""
    visitor.open(f"/skus/{run.shop.products[NEVER_SOLD]}/count")
    return next(form.fields["csrf_token"] for form in forms_of(visitor.html) if "csrf_token" in form.fields)


def test_a_manager_says_that_nothing_is_on_order_and_is_asked_no_more(young: Run) -> None:
    ines = young.visitor()
    ines.open("/")
    assert "Is anything on order?" in ines.words
    assert "Bring open deliveries" in ines.words
    ines.press("Nothing is on order")
    assert "Noted: nothing is on order." in ines.words
    assert "Is anything on order?" not in ines.words


def test_staff_read_the_question_and_cannot_answer_it(young: Run) -> None:
    sam = young.visitor(SAM)
    sam.open("/")
    assert "Is anything on order?" in sam.words
    assert "A manager answers it" in sam.words
    assert not sam.has_button("Nothing is on order")
    token = token_of(young, sam)
    assert sam.client.post("/beginning/nothing-on-order", data={"csrf_token": token}).status_code == 403
    sam.open("/")
    assert "Is anything on order?" in sam.words


def test_the_question_leaves_every_open_page_once_it_is_answered(young: Run) -> None:
    sam, ines = young.visitor(SAM), young.visitor()
    sam.open("/")
    ines.open("/")
    ines.press("Nothing is on order")
    html = ask(sam)
    assert "asks" in swapped(html)
    assert html is not None
    assert "Is anything on order?" not in html


def test_the_question_ends_with_the_first_week_and_is_never_asked_of_an_older_shop(young: Run) -> None:
    young.now += timedelta(days=6)
    run_pass(young.shop.engine, young.shop.site_id, young.now)
    sam = young.visitor()
    sam.open("/")
    assert "Is anything on order?" not in sam.words


def test_what_sleeps_is_one_list_and_no_row(young: Run) -> None:
    ines = asleep(young)
    name = name_of(young, NEVER_SOLD)
    assert f"{name}" in ines.words
    assert re.search(r"\d+ items", ines.words)
    with reading(young.shop.engine) as session:
        state = session.get_one(SkuState, (young.shop.site_id, young.shop.products[NEVER_SOLD]))
        assert (state.zone, (state.figures or {})["waits"]) == ("green", "asleep")
    ines.open("/")
    assert name not in ines.words
    ines.open(f"/skus/{young.shop.products[NEVER_SOLD]}")
    assert "It sleeps: none was left when the shop began" in ines.words


@pytest.mark.parametrize(
    ("button", "says"),
    [("Wake", "is awake: it is ordered by the rule again."), ("Ending", "ends: it is never ordered again.")],
)
def test_what_sleeps_is_woken_or_let_end_with_one_press(young: Run, button: str, says: str) -> None:
    name, product_id = name_of(young, NEVER_SOLD), young.shop.products[NEVER_SOLD]
    ines = asleep(young)
    ines.press(f"{button}: {name}")
    assert f"{name} {says}" in ines.words
    assert not ines.has_button(f"{button}: {name}")
    with reading(young.shop.engine) as session:
        plan = session.get_one(SkuPlan, (young.shop.site_id, product_id))
        assert (plan.woken_at is not None, plan.ending) == (button == "Wake", button == "Ending")
        state = session.get_one(SkuState, (young.shop.site_id, product_id))
        assert (state.figures or {})["waits"] != "asleep"


def test_the_list_of_what_sleeps_is_the_managers(young: Run) -> None:
    sam = young.visitor(SAM)
    assert sam.client.get("/asleep").status_code == 403
    token = token_of(young, sam)
    to = f"/asleep/{young.shop.products[NEVER_SOLD]}"
    assert sam.client.post(to, data={"csrf_token": token, "do": "wake"}).status_code == 403


def test_what_cannot_be_said_of_a_sleeper_is_refused(young: Run) -> None:
    ines = asleep(young)
    token = token_of(young, ines)
    to = f"/asleep/{young.shop.products[NEVER_SOLD]}"
    assert ines.client.post(to, data={"csrf_token": token, "do": "burn"}).status_code == 400
    assert ines.client.post("/asleep/99999", data={"csrf_token": token, "do": "wake"}).status_code == 404
    assert ines.client.get("/asleep?from=50").status_code == 404
