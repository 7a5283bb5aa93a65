"""In the purchasing mode drafts under the limit send themselves: once, and never one that a person should see first."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from quietshelf.cycle import run_pass
from quietshelf.outbound import drafting, lifecycle
from quietshelf.outbound.itself import send_themselves
from quietshelf.outbound.mail import send_due
from quietshelf.outbound.mailbox import Mailbox
from quietshelf.outbound.smtp import SmtpSettings
from quietshelf.store.engine import reading, writing
from quietshelf.store.modes import mode_on, turn_on
from quietshelf.store.tables import ExceptionRow, Mail, Order, Site, Supplier
from tests.cycle.pictures import NOW, book, counted, daily
from tests.orders import SENDER, People, deliver, line_ids, message_ids, on_sqlite, order
from tests.shops import Shop

LATER = NOW + timedelta(minutes=15)
KILLS = 100 if os.environ.get("QUIETSHELF_PROOF") == "1" else 12

pytestmark = on_sqlite


@pytest.fixture
def order_id(shop: Shop, who: People) -> int:
    """A draft of the rules over £600, in a shop whose manager lets orders up to £1,000 send themselves."""
    book(shop, "TEA-0114", counted(265), *daily(4))
    run_pass(shop.engine, shop.site_id, NOW)
    with writing(shop.engine) as session:
        session.execute(update(Site).values(order_limit_minor=100_000, order_limit_by="Ann"))
        turn_on(session, shop.site_id, "purchasing", who.manager, NOW, 0)
    return the_draft(shop)


def the_draft(shop: Shop) -> int:
    """The one draft."""
    with reading(shop.engine) as session:
        return session.scalars(select(Order.id).where(Order.state == "draft")).one()


def go(shop: Shop, now: datetime = LATER) -> list[int]:
    """One round of self-sending."""
    return send_themselves(shop.engine, shop.site_id, now)


def change(shop: Shop, table: type, **values: object) -> None:
    """Change every row of a table."""
    with writing(shop.engine) as session:
        session.execute(update(table).values(**values))


def test_a_draft_under_the_limit_sends_itself_and_says_under_whose(
    shop: Shop, who: People, order_id: int, mailbox: Mailbox
) -> None:
    assert go(shop, NOW + timedelta(minutes=14)) == []  # what falls due with it may go with it
    assert go(shop) == [order_id]
    gone = order(shop, order_id)
    assert (gone.state, gone.approved_by, gone.changed_by) == ("sending", who.manager, None)
    assert gone.sent_itself == {"limit_minor": 100_000, "by": "Ann"}
    assert deliver(shop, mailbox, LATER + timedelta(seconds=9)).sent == 0  # it can still be taken back
    assert deliver(shop, mailbox, LATER + timedelta(seconds=10)).sent == 1
    assert order(shop, order_id).state == "sent"
    assert go(shop, LATER + timedelta(hours=1)) == []


def test_one_that_a_person_took_back_never_sends_itself_again(shop: Shop, who: People, order_id: int) -> None:
    go(shop)
    lifecycle.undo_send(shop.engine, order_id, order(shop, order_id).version, who.staff, LATER + timedelta(seconds=5))
    assert order(shop, order_id).state == "draft"
    run_pass(shop.engine, shop.site_id, LATER + timedelta(hours=2))
    assert go(shop, LATER + timedelta(hours=3)) == []
    lifecycle.send(shop.engine, order_id, order(shop, order_id).version, who.manager, LATER + timedelta(hours=4))
    assert (order(shop, order_id).sent_itself or {})["taken_back"]


def test_nothing_goes_above_the_limit_without_one_or_with_the_mode_off(shop: Shop, order_id: int) -> None:
    change(shop, Site, order_limit_minor=59_999)
    assert go(shop) == []
    change(shop, Site, order_limit_minor=None)
    assert go(shop) == []
    change(shop, Site, order_limit_minor=100_000)
    with writing(shop.engine) as session:
        mode = mode_on(session, shop.site_id)
        assert mode is not None
        mode.mode = "counts"
    assert go(shop) == []


def test_nothing_goes_to_a_supplier_without_an_address(shop: Shop, order_id: int) -> None:
    change(shop, Supplier, email="")
    assert go(shop) == []


def test_nothing_goes_on_a_count_that_is_in_doubt(shop: Shop, order_id: int) -> None:
    with writing(shop.engine) as session:
        session.add(
            ExceptionRow(
                site_id=shop.site_id,
                kind="count_disagrees",
                key="count_disagrees:TEA-0114",
                product_id=shop.products["TEA-0114"],
                opened_at=NOW,
                figures={},
            )
        )
    assert go(shop) == []


def test_nothing_goes_that_was_not_decided_since_something_changed(shop: Shop, order_id: int) -> None:
    book(shop, "TEA-0114", counted(300, 0))
    assert go(shop) == []


def test_a_line_that_a_person_set_otherwise_than_the_rule_waits_for_a_person(
    shop: Shop, who: People, order_id: int
) -> None:
    draft = order(shop, order_id)
    line = line_ids(draft)["TEA-0114"]
    drafting.edit_lines(shop.engine, order_id, draft.version, {line: 24}, who.manager, NOW)
    run_pass(shop.engine, shop.site_id, NOW)
    assert go(shop) == []


def test_one_a_day_goes_to_a_supplier(shop: Shop, order_id: int) -> None:
    assert go(shop) == [order_id]
    book(shop, "TEA-0131", counted(75), *daily(1))
    run_pass(shop.engine, shop.site_id, LATER)
    second = the_draft(shop)
    assert go(shop, LATER + timedelta(hours=1)) == []
    tomorrow = LATER + timedelta(days=1)
    run_pass(shop.engine, shop.site_id, tomorrow)
    assert go(shop, tomorrow + timedelta(minutes=15)) == [second]


def test_two_that_send_at_once_send_it_once(shop: Shop, order_id: int) -> None:
    assert [go(shop), go(shop)] == [[order_id], []]
    with reading(shop.engine) as session:
        assert len(session.scalars(select(Mail)).all()) == 1


def test_killed_at_any_instant_every_draft_goes_once(shop: Shop, who: People, order_id: int, mailbox: Mailbox) -> None:
    """Each round a process that sends drafts and mails is killed; who comes after it ends what it began."""
    instants, url = random.Random(20261124), shop.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.outbound.sender", url, mailbox.url, SENDER, str(shop.site_id)]
    sender = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert sender.stdin is not None
    assert sender.stdout is not None
    sent = []
    try:
        for _ in range(KILLS):
            change(shop, Order, changed_at=datetime.now(UTC) - timedelta(minutes=20), approved_at=NOW)
            sender.stdin.write("go\n")
            sender.stdin.flush()
            pid = int(sender.stdout.readline())
            time.sleep(instants.uniform(0, 0.4))
            os.kill(pid, signal.SIGKILL)
            draft_or_gone = the_draft_or(shop, order_id)
            send_themselves(shop.engine, shop.site_id, datetime.now(UTC))
            later = datetime.now(UTC) + timedelta(minutes=3)
            send_due(shop.engine, SmtpSettings.parse(mailbox.url, SENDER), later)
            assert order(shop, draft_or_gone).state == "sent"
            sent.append(draft_or_gone)
            order_id = again(shop)
    finally:
        sender.kill()
        sender.communicate()
    copies = Counter(message_ids(mailbox.messages()))
    with reading(shop.engine) as session:
        mails = {mail.order_id: mail for mail in session.scalars(select(Mail))}
        assert len(session.scalars(select(Mail)).all()) == len(sent)
    for each in sent:
        assert 1 <= copies[mails[each].message_id] <= (2 if mails[each].perhaps_repeated else 1)


def the_draft_or(shop: Shop, order_id: int) -> int:
    """The order of this round, whatever has become of it."""
    assert order(shop, order_id).state in ("draft", "sending", "sent")
    return order_id


def again(shop: Shop) -> int:
    """The same need once more: what was ordered never comes, and the rules draft it anew."""
    with writing(shop.engine) as session:
        session.execute(update(Order).values(state="cancelled"))
    run_pass(shop.engine, shop.site_id, datetime.now(UTC), whole=True)
    return the_draft(shop)
