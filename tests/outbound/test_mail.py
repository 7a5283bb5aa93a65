"""The outbox and its conversation with real mail servers, on good days and bad ones."""

import email.policy
import shutil
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from quietshelf.outbound import lifecycle
from quietshelf.outbound.mail import SendReport, send_due
from quietshelf.outbound.mailbox import Mailbox
from quietshelf.outbound.smtp import NotNow, SmtpSettings, hand_over
from quietshelf.store import mails
from quietshelf.store.engine import reading, writing
from quietshelf.store.mails import in_trouble
from quietshelf.store.orders import NotAllowed
from quietshelf.store.tables import Supplier
from tests.conftest import free_port, require
from tests.orders import SENDER, People, deliver, draft, mail, message_ids, order
from tests.outbound.servers import HANG_UP, Answers, certificate, serving
from tests.shops import SUPPLIERS, Shop

NOW = datetime(2026, 11, 24, 9, 40, tzinfo=UTC)
DUE = NOW + timedelta(seconds=10)
LONG_AFTER = NOW + timedelta(hours=1)
PASSWORD = "open sesame"


def _queued(shop: Shop, who: People, supplier: str = "Leaf & Kettle", sku: str = "TEA-0114") -> int:
    order_id = draft(shop, {sku: 48}, NOW, supplier)
    lifecycle.send(shop.engine, order_id, 1, who.manager, NOW)
    return order_id


def _smtp(port: int) -> SmtpSettings:
    return SmtpSettings.parse(f"smtp://127.0.0.1:{port}", SENDER)


def test_the_supplier_gets_the_order_with_its_pdf_and_answers_to_the_shop(
    shop: Shop, who: People, mailbox: Mailbox
) -> None:
    order_id = _queued(shop, who)
    assert deliver(shop, mailbox, DUE) == SendReport(sent=1)
    (got,) = mailbox.messages()
    assert (got["To"], got["From"]) == ("orders@leaf-kettle.example", "The Corner Shop <orders@corner.example>")
    assert (got["Reply-To"], got["Subject"]) == ("shop@corner.example", "Purchase order PO-2001 from The Corner Shop")
    assert got["Message-ID"] == mail(shop, order_id).message_id
    (pdf,) = got.iter_attachments()
    assert (pdf.get_filename(), pdf.get_content()) == ("PO-2001.pdf", mail(shop, order_id).attachment)
    body = got.get_body()
    assert body is not None
    assert "48 x Assam loose leaf, 250 g (TEA-0114)" in body.get_content()
    assert deliver(shop, mailbox, LONG_AFTER) == SendReport()


def test_what_the_mailbox_said_yes_to_is_there_after_a_restart(tmp_path: Path) -> None:
    for text in (b"Subject: one\r\n\r\n.hidden dot", b"Subject: two\r\n\r\n"):
        box = Mailbox(tmp_path, free_port())
        box.start()
        hand_over(SmtpSettings.parse(box.url, SENDER), "a@b.example", text, lambda: True)
        box.stop()
    assert [message["Subject"] for message in box.messages()] == ["one", "two"]
    assert box.messages()[0].get_payload() == ".hidden dot\r\n"


def test_a_refused_address_brings_the_order_back_to_approved_and_is_shown_until_it_is_sent_again(
    shop: Shop, who: People
) -> None:
    order_id = _queued(shop, who)
    server = Answers(to_recipient=["550 5.1.1 no such mailbox"])
    with serving(server) as port:
        assert send_due(shop.engine, _smtp(port), DUE) == SendReport(failed=1)
        failed = mail(shop, order_id)
        assert (failed.state, failed.error) == ("failed", "The mail server refused it: 550 5.1.1 no such mailbox")
        assert order(shop, order_id).state == "approved"
        with reading(shop.engine) as session:
            assert [number for _, number in in_trouble(session, shop.site_id, 5)] == ["PO-2001"]
        with writing(shop.engine) as session:
            session.get_one(Supplier, shop.suppliers["Leaf & Kettle"]).email = "new@leaf-kettle.example"
        lifecycle.send(shop.engine, order_id, order(shop, order_id).version, who.staff, LONG_AFTER)
        assert send_due(shop.engine, _smtp(port), LONG_AFTER + timedelta(seconds=10)) == SendReport(sent=1)
    assert (len(server.taken), order(shop, order_id).state) == (1, "sent")
    with reading(shop.engine) as session:
        assert in_trouble(session, shop.site_id, 5) == []


def test_a_mail_server_that_says_not_now_is_asked_again_later_and_nothing_is_repeated(shop: Shop, who: People) -> None:
    order_id = _queued(shop, who)
    server = Answers(to_recipient=["451 try later"], to_text=["452 disk full"])
    with serving(server) as port:
        assert send_due(shop.engine, _smtp(port), DUE) == SendReport(put_off=1)
        assert mail(shop, order_id).error == "The mail server took it not yet: 451 try later"
        assert send_due(shop.engine, _smtp(port), DUE + timedelta(seconds=5)) == SendReport(), "it waits 15 s first"
        assert send_due(shop.engine, _smtp(port), DUE + timedelta(seconds=20)) == SendReport(put_off=1)
        assert send_due(shop.engine, _smtp(port), DUE + timedelta(seconds=60)) == SendReport(sent=1)
    done = mail(shop, order_id)
    assert (len(server.taken), done.perhaps_repeated, done.error, done.attempts) == (1, False, None, 3)


def test_a_line_that_breaks_after_the_text_may_repeat_the_mail_and_the_order_says_so(shop: Shop, who: People) -> None:
    order_id = _queued(shop, who)
    server = Answers(to_text=[HANG_UP])
    with serving(server) as port:
        assert send_due(shop.engine, _smtp(port), DUE) == SendReport(put_off=1)
        with pytest.raises(NotAllowed, match="nothing can be taken back"):
            lifecycle.undo_send(shop.engine, order_id, order(shop, order_id).version, who.manager, DUE)
        assert send_due(shop.engine, _smtp(port), LONG_AFTER) == SendReport(sent=1)
    assert mail(shop, order_id).perhaps_repeated
    copies = [email.message_from_bytes(text, policy=email.policy.default) for text in server.taken]
    assert message_ids(copies) == [mail(shop, order_id).message_id] * 2


def test_without_a_mail_server_the_order_waits_and_can_still_be_taken_back(
    shop: Shop, who: People, mailbox: Mailbox
) -> None:
    order_id = _queued(shop, who)
    nobody = _smtp(free_port())
    assert send_due(shop.engine, nobody, DUE) == SendReport(put_off=1)
    assert "can't be used" in (mail(shop, order_id).error or "")
    lifecycle.undo_send(shop.engine, order_id, order(shop, order_id).version, who.manager, LONG_AFTER)
    assert deliver(shop, mailbox, LONG_AFTER) == SendReport()
    assert order(shop, order_id).state == "draft"


def test_a_dead_senders_claim_is_taken_over_after_two_minutes(shop: Shop, who: People, mailbox: Mailbox) -> None:
    order_id = _queued(shop, who)
    with writing(shop.engine) as session:
        claim = mails.next_due(session, DUE, NOW)
        assert claim is not None
        assert mails.take(session, claim, DUE, NOW)
    assert deliver(shop, mailbox, DUE + timedelta(seconds=119)) == SendReport()
    assert deliver(shop, mailbox, DUE + timedelta(seconds=121)) == SendReport(sent=1)
    assert not mail(shop, order_id).perhaps_repeated, "the dead one had offered nothing"
    with writing(shop.engine) as session:
        assert not mails.offer(session, claim, LONG_AFTER), "who comes back from the dead hands nothing over"


def test_the_yes_to_a_slow_sender_counts_though_its_claim_was_taken_over(shop: Shop, who: People) -> None:
    order_id = _queued(shop, who)
    with writing(shop.engine) as session:
        slow = mails.next_due(session, DUE, NOW)
        assert slow is not None
        assert mails.take(session, slow, DUE, NOW)
        assert mails.offer(session, slow, DUE)
    with writing(shop.engine) as session:
        second = mails.next_due(session, LONG_AFTER, LONG_AFTER - timedelta(minutes=2))
        assert second is not None
        assert mails.take(session, second, LONG_AFTER, LONG_AFTER - timedelta(minutes=2))
        assert mails.end_sent(session, slow, LONG_AFTER)
        assert not mails.put_off(session, second, LONG_AFTER, "no", perhaps_taken=False)
    assert (mail(shop, order_id).state, mail(shop, order_id).perhaps_repeated) == ("sent", True)


def test_several_senders_at_once_send_each_mail_once(shop: Shop, who: People, mailbox: Mailbox) -> None:
    skus = dict(zip(SUPPLIERS, ("TEA-0114", "OAT-0010", "MUG-0001"), strict=True))
    ids = [_queued(shop, who, supplier, sku) for supplier, sku in skus.items()]
    senders = [threading.Thread(target=deliver, args=(shop, mailbox, DUE)) for _ in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert sorted(message_ids(mailbox.messages())) == sorted(mail(shop, order_id).message_id for order_id in ids)
    assert {order(shop, order_id).state for order_id in ids} == {"sent"}


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_password_goes_over_an_encrypted_line_and_a_wrong_one_is_no_fault_of_the_mail(
    tmp_path: Path, scheme: str
) -> None:
    require(shutil.which("openssl"), "openssl")
    server, tls = Answers(), certificate(tmp_path)
    encrypted = {"ssl_context": tls, "auth_require_tls": False} if scheme == "smtps" else {"tls_context": tls}
    with serving(server, authenticator=server.log_in, **encrypted) as port:
        smtp = SmtpSettings.parse(f"{scheme}://till:{quote(PASSWORD)}@localhost:{port}", SENDER)
        hand_over(smtp, "a@b.example", b"Subject: hello\r\n\r\n", lambda: True)
        with pytest.raises(NotNow) as refused:
            hand_over(replace(smtp, password="wrong"), "a@b.example", b"", lambda: True)
    assert (len(server.taken), set(server.logins)) == (1, {"till"})
    assert "535" in str(refused.value)
    assert PASSWORD not in repr(smtp)


def test_a_password_is_not_sent_over_an_open_line() -> None:
    server = Answers()
    with serving(server, host="127.0.0.2", authenticator=server.log_in, auth_require_tls=False) as port:
        smtp = SmtpSettings.parse(f"smtp://till:{quote(PASSWORD)}@127.0.0.2:{port}", SENDER)
        with pytest.raises(NotNow, match="use smtps://"):
            hand_over(smtp, "a@b.example", b"", lambda: True)
    assert server.logins == []
