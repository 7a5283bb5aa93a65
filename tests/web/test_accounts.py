"""Who comes in, by which door, and what they may do there."""

import re
from datetime import timedelta

import pytest

from quietshelf.store import people
from quietshelf.store.engine import reading, writing
from quietshelf.store.sites import the_site
from quietshelf.web.security import own_path
from tests.web.conftest import Run


def link_for(run: Run, email: str | None) -> str:
    with writing(run.shop.engine) as session:
        person = people.user_by_email(session, email) if email else None
        return people.make_link(session, person.id if person else None, run.now)


def test_nothing_but_the_doors_is_open(run: Run) -> None:
    visitor = run.visitor(None)
    closed = []
    for rule in run.app.url_map.iter_rules():
        if rule.endpoint in ("static", "sign_in.form", "sign_in.by_link", "first_run.welcome"):
            continue
        path = re.sub(r"<any\((\w+).*?>", r"\1", rule.rule)
        path = re.sub(r"<[^>]*>", "1", path)
        for method in rule.methods or ():
            if method in ("GET", "POST") and rule.endpoint not in (
                "sign_in.sign_in",
                "first_run.begin",
                "health.healthz",
                "health.metrics",
            ):
                answer = visitor.client.open(path, method=method)
                assert answer.status_code in (303, 400), f"{method} {path} answers {answer.status_code}"
                if answer.status_code == 303:
                    assert answer.headers["Location"].startswith("/sign-in")
                closed.append(path)
    assert len(closed) > 20


def test_the_password_opens_and_leads_on(run: Run) -> None:
    visitor = run.visitor(None)
    visitor.open("/orders?over=1")
    assert visitor.at.startswith("/sign-in?next=")
    visitor.press("Sign in", email="INES@corner.example ", password="correct horse")
    assert visitor.at == "/orders?over=1"


@pytest.mark.parametrize(
    ("email", "password"), [("ines@corner.example", "a mistaken one"), ("nobody@corner.example", "correct horse")]
)
def test_a_wrong_password_says_no_more_than_that(run: Run, email: str, password: str) -> None:
    visitor = run.visitor(None)
    answer = visitor.sign_in(email, password)
    assert answer.status_code == 422
    assert "This password doesn’t fit this e-mail." in visitor.words
    assert f'value="{email}"' in visitor.html
    assert password not in visitor.html


def test_guessing_is_slowed_down(run: Run) -> None:
    visitor = run.visitor(None)
    answers = [visitor.sign_in("ines@corner.example", "wrong").status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "\n/x"]
)
def test_nobody_is_sent_to_another_site(run: Run, target: str) -> None:
    assert own_path(target) is None
    visitor = run.visitor(None)
    visitor.open("/sign-in")
    token = visitor.html.split('name="csrf_token" value="')[1].split('"')[0]
    answer = visitor.client.post(
        "/sign-in",
        query_string={"next": target},
        data={"csrf_token": token, "email": "ines@corner.example", "password": "correct horse"},
    )
    assert answer.headers["Location"] == "/"


def test_a_link_signs_in_once(run: Run) -> None:
    token = link_for(run, "sam@corner.example")
    visitor = run.visitor(None)
    visitor.open(f"/sign-in/{token}")
    assert visitor.at == "/"
    assert "Today" in visitor.words
    assert run.visitor(None).open(f"/sign-in/{token}").status_code == 410


def test_a_link_is_good_for_a_day(run: Run) -> None:
    token = link_for(run, "sam@corner.example")
    run.now += timedelta(hours=25)
    assert run.visitor(None).open(f"/sign-in/{token}").status_code == 410


def test_the_database_holds_no_link_that_works(run: Run) -> None:
    token = link_for(run, "sam@corner.example")
    with run.shop.engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT token_sha256 FROM sign_in_links").scalars().all()
    assert token not in kept


def test_a_form_without_its_token_does_nothing(run: Run) -> None:
    ines = run.visitor()
    order = run.order("Leaf & Kettle")
    answer = ines.client.post(f"/orders/{order.id}", data={"do": "send", "version": order.version})
    assert answer.status_code == 400
    assert run.order("Leaf & Kettle").state == "draft"


def test_setting_up_is_for_managers(run: Run) -> None:
    sam = run.visitor("sam@corner.example")
    sam.open("/")
    assert "Set up" not in sam.words
    assert sam.open("/setup").status_code == 403
    assert "This needs a manager" in sam.words


def test_signing_out_ends_the_session(run: Run) -> None:
    ines = run.visitor()
    ines.open("/you")
    ines.press("Sign out")
    ines.open("/")
    assert ines.at.startswith("/sign-in")


def test_another_password_signs_every_other_device_out(run: Run) -> None:
    here, there = run.visitor(), run.visitor()
    here.open("/you")
    here.press("Set password", password="another good one")
    assert here.open("/").status_code == 200
    assert here.at == "/"
    there.open("/")
    assert there.at.startswith("/sign-in")


def test_cookies_are_for_this_site_and_no_script(run: Run) -> None:
    visitor = run.visitor(None)
    cookie = visitor.client.get("/sign-in").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_the_first_run_needs_the_link_from_the_terminal(new_run: Run) -> None:
    visitor = new_run.visitor(None)
    visitor.open("/")
    assert visitor.at == "/first-run"
    assert "Open its link" in visitor.words
    assert not visitor.has_button("Open the shop")
    assert visitor.client.post("/first-run").status_code == 400


def test_the_first_run_makes_the_shop_and_its_manager(new_run: Run) -> None:
    visitor = new_run.visitor(None)
    visitor.open(f"/sign-in/{link_for(new_run, None)}")
    assert visitor.at == "/first-run"
    answer = visitor.press("Open the shop", name="Tea & Co", tax="a lot", time_zone="Mars/Olympus")
    assert answer.status_code == 422
    assert "Nothing is saved yet." in visitor.words
    assert 'value="Tea &amp; Co"' in visitor.html
    visitor.press(
        "Open the shop",
        name="Tea & Co",
        address="1 High Street",
        reply_to="shop@tea.example",
        time_zone="Europe/Paris",
        currency="eur",
        tax="5.5",
        person="Ines",
        email="ines@tea.example",
        password="a good long one",
    )
    assert visitor.at == "/setup"
    with reading(new_run.shop.engine) as session:
        site = the_site(session)
        assert (site.name, site.currency, site.tax_percent_hundredths) == ("Tea & Co", "EUR", 550)
        assert people.user_by_email(session, "ines@tea.example")
    second = new_run.visitor(None)
    second.open(f"/sign-in/{link_for(new_run, None)}")
    assert second.at == "/sign-in"
