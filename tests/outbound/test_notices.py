"""Who is told of what: once an opening, after ten minutes, and only of what can't wait."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import select, update

from quietshelf.cycle import run_pass
from quietshelf.outbound.mail import send_due
from quietshelf.outbound.mailbox import Mailbox
from quietshelf.outbound.notices import tell
from quietshelf.outbound.smtp import SmtpSettings
from quietshelf.outbound.webhook import call_due
from quietshelf.rules.facts import Fact, Kind
from quietshelf.store import notices, plans
from quietshelf.store.engine import reading, writing
from quietshelf.store.tables import ExceptionRow, Hook, Mail, Node
from tests.cycle.pictures import NOW, book, counted, daily
from tests.orders import People
from tests.outbound import caller as caller_module
from tests.shops import Shop

MINUTE = timedelta(minutes=1)


class Receiver:
    """A web server that takes what is posted to it, and answers what it is told to."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.answers: list[int] = []
        self.called = Event()
        self.answering = Event()
        """Cleared, it takes what is posted and says nothing."""
        self.answering.set()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                receiver.calls.append((self.headers["Idempotency-Key"], body))
                receiver.called.set()
                if not receiver.answering.is_set():
                    receiver.answering.wait(60)
                    return
                self.send_response(receiver.answers.pop(0) if receiver.answers else 204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/shop?key=s3cret"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    thread = Thread(target=receiver.server.serve_forever, daemon=True)
    thread.start()
    yield receiver
    receiver.server.shutdown()
    receiver.server.server_close()


def runs_out(shop: Shop, *skus: str) -> None:
    """These SKUs have run out, the first earns most; eight others sell a little, and have plenty."""
    for n, sku in enumerate(skus):
        book(shop, sku, counted((9 - n) * 60), *daily(9 - n))
    for sku in [each for each in shop.products if each not in skus][:8]:
        book(shop, sku, counted(300), *daily(1))
    run_pass(shop.engine, shop.site_id, NOW)


def told(shop: Shop, minutes: float, **by: bool) -> int:
    return tell(shop.engine, shop.site_id, NOW + minutes * MINUTE, by_mail=by.get("by_mail", True), by_hook=True)


def mails(shop: Shop) -> list[Mail]:
    with reading(shop.engine) as session:
        return list(session.scalars(select(Mail).order_by(Mail.id)))


def test_a_bestseller_that_runs_out_is_told_once_after_ten_minutes_to_managers(shop: Shop, who: People) -> None:
    runs_out(shop, "TEA-0114")
    assert told(shop, 9) == 0
    assert told(shop, 10) == 1
    assert told(shop, 11) == 0
    run_pass(shop.engine, shop.site_id, NOW + timedelta(days=3))
    assert told(shop, 3 * 24 * 60) == 0  # none repeated until it was delivered
    (mail,) = mails(shop)
    assert mail.recipient == "manager@corner.example"
    assert mail.subject.startswith("The Corner Shop: Assam loose leaf, 250 g (TEA-0114) has run out.")


def test_after_a_delivery_the_next_time_is_another_opening(shop: Shop, who: People) -> None:
    runs_out(shop, "TEA-0114")
    told(shop, 10)
    later = NOW + timedelta(hours=2)
    book(shop, "TEA-0114", Fact(later, Kind.RECEIPT, 900, "in"))
    run_pass(shop.engine, shop.site_id, later)
    much_later = NOW + timedelta(days=4)
    book(shop, "TEA-0114", Fact(much_later, Kind.COUNT, 0, "gone"))
    run_pass(shop.engine, shop.site_id, much_later)
    tell(shop.engine, shop.site_id, much_later + 10 * MINUTE, by_mail=True, by_hook=False)
    assert ["has run out" in mail.body for mail in mails(shop)] == [True, True]


def test_what_opens_again_within_a_day_is_not_told_again(shop: Shop, who: People) -> None:
    runs_out(shop, "TEA-0114")
    assert told(shop, 10) == 1
    for hours, units in ((2, 900), (3, 0), (4, 900), (5, 0)):
        at = NOW + timedelta(hours=hours)
        book(shop, "TEA-0114", Fact(at, Kind.COUNT, units, f"count:{hours}"))
        run_pass(shop.engine, shop.site_id, at)
    assert told(shop, 6 * 60) == 0


def test_slow_movers_and_what_is_ending_are_told_to_nobody(shop: Shop, who: People) -> None:
    runs_out(shop, "TEA-0114", "SUG-0008", "TEA-0120", "TEA-0131")
    with writing(shop.engine) as session:
        rows = session.scalars(select(ExceptionRow)).all()
        assert len([row for row in rows if row.kind == "red"]) == 4
        tops = {one.sku for one in notices.untold(session, shop.site_id, NOW, NOW)}
    assert tops == {"TEA-0114", "SUG-0008", "TEA-0120"}  # 3 of 12


def test_what_is_never_bought_again_opens_nothing_and_tells_nobody(shop: Shop, who: People) -> None:
    with writing(shop.engine) as session:
        plans.say(session, shop.site_id, shop.products["TEA-0114"], {"ending": True}, who.manager, NOW)
    runs_out(shop, "TEA-0114")
    assert told(shop, 10) == 0


def test_all_that_is_new_is_one_mail_and_one_call(shop: Shop, who: People, receiver: Receiver) -> None:
    with writing(shop.engine) as session:
        session.add(Node(site_id=shop.site_id, name="front", heard_at=NOW - timedelta(hours=2), adopted_at=NOW))
    runs_out(shop, "TEA-0114", "SUG-0008")
    assert told(shop, 10) == 3
    (mail,) = mails(shop)
    assert "3 things can't wait" in mail.subject
    assert call_due(shop.engine, receiver.url, NOW + 10 * MINUTE) == 1
    ((key, body),) = receiver.calls
    assert (key, body["site"], body["currency"]) == (body["id"], "main", "GBP")
    assert [one["kind"] for one in body["opened"]] == ["red", "red", "node_silent"]  # most money first
    assert body["opened"][2]["sku"] is None
    assert set(body["opened"][0]) == {
        "key",
        "kind",
        "about",
        "sku",
        "name",
        "opened_at",
        "risk_minor_per_day",
        "sentence",
    }


def test_a_call_that_fails_is_made_again_under_the_same_id_and_a_refusal_is_not(
    shop: Shop, who: People, receiver: Receiver
) -> None:
    runs_out(shop, "TEA-0114", "SUG-0008")
    told(shop, 10)
    receiver.answers = [503, 200]
    at = NOW + 10 * MINUTE
    assert call_due(shop.engine, receiver.url, at) == 0
    assert call_due(shop.engine, receiver.url, at + timedelta(seconds=5)) == 0  # it waits
    assert call_due(shop.engine, receiver.url, at + timedelta(seconds=30)) == 1
    assert len({key for key, _ in receiver.calls}) == 1
    with writing(shop.engine) as session:
        session.execute(update(ExceptionRow).values(notified_at=None))
    told(shop, 20)
    receiver.answers = [404]
    call_due(shop.engine, receiver.url, NOW + 20 * MINUTE)
    call_due(shop.engine, receiver.url, NOW + 90 * MINUTE)
    assert len(receiver.calls) == 3
    with reading(shop.engine) as session:
        assert [hook.state for hook in session.scalars(select(Hook).order_by(Hook.id))] == ["sent", "failed"]


def test_who_was_killed_while_calling_is_followed_by_another_under_the_same_id(
    shop: Shop, who: People, receiver: Receiver
) -> None:
    runs_out(shop, "TEA-0114")
    told(shop, 10)
    at = NOW + 10 * MINUTE
    receiver.answering.clear()
    database = shop.engine.url.render_as_string(hide_password=False)
    caller = subprocess.Popen([sys.executable, "-m", caller_module.__name__, database, receiver.url, at.isoformat()])
    try:
        assert receiver.called.wait(30), "it has been called, and does not answer"
    finally:
        caller.kill()
        assert caller.wait(30) == -signal.SIGKILL
        receiver.answering.set()
    assert call_due(shop.engine, receiver.url, at + MINUTE) == 0  # the claim of the dead one stands
    assert call_due(shop.engine, receiver.url, at + 3 * MINUTE) == 1
    assert call_due(shop.engine, receiver.url, at + 9 * MINUTE) == 0
    first, second = receiver.calls
    assert first == second


def test_nobody_answers_and_nothing_is_lost(shop: Shop, who: People, receiver: Receiver) -> None:
    runs_out(shop, "TEA-0114")
    told(shop, 10)
    assert call_due(shop.engine, "http://127.0.0.1:9/", NOW + 10 * MINUTE) == 0
    assert call_due(shop.engine, receiver.url, NOW + 15 * MINUTE) == 1


def test_a_manager_who_turned_it_off_gets_no_mail(shop: Shop, who: People) -> None:
    with writing(shop.engine) as session:
        notices.wants_notices(session, who.manager, wants=False)
    runs_out(shop, "TEA-0114")
    assert told(shop, 10) == 1
    assert mails(shop) == []


def test_what_somebody_has_seen_is_not_told(shop: Shop, who: People) -> None:
    runs_out(shop, "TEA-0114")
    with writing(shop.engine) as session:
        session.execute(update(ExceptionRow).values(acknowledged_at=NOW))
    assert told(shop, 10) == 0


def test_the_mail_goes_out_as_every_mail_does(shop: Shop, who: People, mailbox: Mailbox) -> None:
    runs_out(shop, "TEA-0114")
    told(shop, 10)
    at = NOW + 10 * MINUTE
    smtp = SmtpSettings.parse(mailbox.url, "orders@corner.example")
    assert send_due(shop.engine, smtp, at).sent == 1
    (message,) = mailbox.messages()
    assert message["To"] == "manager@corner.example"
    assert message["Message-ID"] == mails(shop)[0].message_id
