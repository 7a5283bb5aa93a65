"""Senders killed at any instant: every order's mail arrives, and only what says so may have arrived twice."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from quietshelf.outbound import lifecycle
from quietshelf.outbound.mail import send_due
from quietshelf.outbound.mailbox import Mailbox
from quietshelf.outbound.smtp import SmtpSettings
from tests.conftest import free_port
from tests.orders import SENDER, People, draft, mail, message_ids, order
from tests.shops import Shop

KILLS = 400 if os.environ.get("QUIETSHELF_PROOF") == "1" else 20
ANSWERS_AFTER_S = 0.04


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[Mailbox]:
    """A mail server that takes its time between keeping a mail and saying yes."""
    box = Mailbox(tmp_path / "mailbox", free_port(), ANSWERS_AFTER_S)
    box.start()
    yield box
    box.stop()


class Senders:
    """Sender processes, one at a time, forked from one that has warmed up."""

    def __init__(self, shop: Shop, mailbox: Mailbox) -> None:
        url = shop.engine.url.render_as_string(hide_password=False)
        command = [sys.executable, "-m", "tests.outbound.sender", url, mailbox.url, SENDER]
        self._parent = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self._sender: int | None = None

    def start(self) -> None:
        """Have a sender begin to send."""
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        self._parent.stdin.write("go\n")
        self._parent.stdin.flush()
        self._sender = int(self._parent.stdout.readline())

    def kill(self) -> None:
        """Kill it with SIGKILL, wherever it is."""
        if self._sender is not None:
            os.kill(self._sender, signal.SIGKILL)
            self._sender = None

    def stop(self) -> None:
        """Leave no process behind."""
        self.kill()
        self._parent.kill()
        self._parent.communicate()


@contextmanager
def _senders(shop: Shop, mailbox: Mailbox) -> Iterator[Senders]:
    senders = Senders(shop, mailbox)
    try:
        yield senders
    finally:
        senders.stop()


def _pressed_twice(shop: Shop, who: People) -> int:
    """An order whose Send was pressed twice, long enough ago that its mail is due."""
    a_minute_ago = datetime.now(UTC) - timedelta(minutes=1)
    order_id = draft(shop, {"TEA-0114": 48}, a_minute_ago)
    for _ in range(2):
        lifecycle.send(shop.engine, order_id, 1, who.manager, a_minute_ago)
    return order_id


def _takes_s(shop: Shop, who: People, senders: Senders) -> float:
    """How long a sender takes here for one mail, from its start on: instants are drawn from a little more."""
    order_id = _pressed_twice(shop, who)
    began = time.monotonic()
    senders.start()
    while order(shop, order_id).state != "sent":
        time.sleep(0.005)
    takes_s = time.monotonic() - began
    senders.kill()
    return takes_s


def _sent_by_the_next_sender(shop: Shop, mailbox: Mailbox, order_id: int) -> None:
    """What the dead sender left is sent once its claim is stale."""
    smtp = SmtpSettings.parse(mailbox.url, SENDER)
    send_due(shop.engine, smtp, datetime.now(UTC) + timedelta(minutes=3))
    assert order(shop, order_id).state == "sent"


def _copies(mailbox: Mailbox) -> Counter[str]:
    return Counter(message_ids(mailbox.messages()))


def test_killed_at_random_instants_a_mail_is_never_lost_and_repeated_only_where_the_order_says_so(
    shop: Shop, who: People, mailbox: Mailbox
) -> None:
    instants = random.Random(20261124)
    killed = []
    with _senders(shop, mailbox) as senders:
        takes_s = _takes_s(shop, who, senders)
        for _ in range(KILLS if shop.engine.dialect.name == "sqlite" else KILLS // 4):
            order_id = _pressed_twice(shop, who)
            senders.start()
            time.sleep(instants.uniform(0, 1.2 * takes_s))
            senders.kill()
            _sent_by_the_next_sender(shop, mailbox, order_id)
            killed.append(order_id)
    copies = _copies(mailbox)
    sent = [mail(shop, order_id) for order_id in killed]
    assert {one.message_id for one in sent} < set(copies), "every mail arrived"
    assert len(copies) == len(sent) + 1, "one Message-ID an order, and the first that nobody killed"
    for one in sent:
        assert copies[one.message_id] <= (2 if one.perhaps_repeated else 1), order(shop, one.order_id or 0).number


def test_a_sender_killed_between_the_servers_yes_and_its_own_commit_repeats_the_mail_and_says_so(
    shop: Shop, who: People, tmp_path: Path
) -> None:
    never_answers = Mailbox(tmp_path / "silent", free_port(), answer_after_s=60)
    never_answers.start()
    order_id = _pressed_twice(shop, who)
    with _senders(shop, never_answers) as senders:
        senders.start()
        while not never_answers.messages():
            time.sleep(0.01)
        senders.kill()
    never_answers.stop()
    answers = Mailbox(tmp_path / "silent", free_port())
    answers.start()
    _sent_by_the_next_sender(shop, answers, order_id)
    answers.stop()
    assert _copies(answers) == {mail(shop, order_id).message_id: 2}
    assert mail(shop, order_id).perhaps_repeated
