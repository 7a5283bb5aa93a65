"""Asking a supplier to hurry: a mail of its own, which changes no order, and is seen where it does not go out."""

from datetime import UTC, datetime, timedelta

from quietshelf.cycle import run_pass
from quietshelf.outbound import hurrying
from quietshelf.outbound.mail import send_due
from quietshelf.outbound.mailbox import Mailbox
from quietshelf.outbound.smtp import SmtpSettings
from tests.cycle.pictures import open_keys
from tests.orders import SENDER, People, deliver, order, sent_order
from tests.outbound.servers import Answers, serving
from tests.shops import Shop

NOW = datetime(2026, 11, 24, 9, 40, tzinfo=UTC)
LATER = NOW + timedelta(days=10)


def test_the_supplier_reads_what_is_late_and_open_and_the_order_stays_as_it_was(
    shop: Shop, who: People, mailbox: Mailbox
) -> None:
    sent = sent_order(shop, who, {"TEA-0114": 48}, mailbox, NOW)
    for person in (who.staff, who.staff):
        hurrying.expedite(shop.engine, sent.id, person, LATER, by_mail=True)
    assert deliver(shop, mailbox, LATER).sent == 1
    asked = mailbox.messages()[-1]
    assert asked["Subject"] == "Purchase order PO-2001 from The Corner Shop: when does it come?"
    body = asked.get_content()
    assert "promised for Tuesday 1 December 2026 and is 3 days late." in body
    assert "48 x Assam loose leaf, 250 g (TEA-0114)" in body
    now = order(shop, sent.id)
    assert (now.state, now.sent_at, now.promised_on) == ("sent", sent.sent_at, sent.promised_on)
    assert now.expedited_at == LATER


def test_an_asking_that_no_mailbox_takes_is_shown_until_the_goods_are_asked_for_again_or_came(
    shop: Shop, who: People, mailbox: Mailbox
) -> None:
    sent = sent_order(shop, who, {"TEA-0114": 48}, mailbox, NOW)
    hurrying.expedite(shop.engine, sent.id, who.staff, NOW + timedelta(hours=1), by_mail=True)
    with serving(Answers(to_recipient=["550 5.1.1 no such mailbox"])) as port:
        smtp = SmtpSettings.parse(f"smtp://127.0.0.1:{port}", SENDER)
        assert send_due(shop.engine, smtp, NOW + timedelta(hours=1)).failed == 1
    run_pass(shop.engine, shop.site_id, NOW + timedelta(hours=2))
    assert "mail_failed:PO-2001" in open_keys(shop.engine)
    hurrying.expedite(shop.engine, sent.id, who.staff, NOW + timedelta(days=3), by_mail=True)
    run_pass(shop.engine, shop.site_id, NOW + timedelta(days=3))
    assert "mail_failed:PO-2001" not in open_keys(shop.engine)
