"""Sending what waits in the outbox: claim, converse, commit. Queueing is lifecycle's, the SMTP conversation smtp's.

A sender may die anywhere. Its claim goes stale, and the next sender takes the mail over: nothing is lost. Before the
text is handed over, that is committed too; so only a death (or a broken line) between there and the commit of the mail
server's yes can repeat a mail, and the mail then says that it may be a repeat. It keeps one Message-ID in any case.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr

import structlog
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from quietshelf.cycle import decide_skus
from quietshelf.outbound.letter import promise_of
from quietshelf.outbound.smtp import NotNow, Refused, SmtpSettings, hand_over
from quietshelf.store import mails, orders
from quietshelf.store.engine import reading, writing
from quietshelf.store.mails import Claim
from quietshelf.store.sites import touch
from quietshelf.store.states import mark_stale
from quietshelf.store.tables import Mail, Order, Site

CLAIM_STANDS = timedelta(minutes=2)
"""A claim older than this is a dead sender's."""
FIRST_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(minutes=30)
"""A mail that did not go out is tried again after these, doubling from the first to the longest, for ever."""

log = structlog.get_logger(__name__)


@dataclass
class SendReport:
    """What one round of sending did."""

    sent: int = 0
    put_off: int = 0
    failed: int = 0


def send_due(
    engine: Engine, smtp: SmtpSettings, now: datetime, *, claim_stands: timedelta = CLAIM_STANDS
) -> SendReport:
    """Send the mails that are due, oldest first, until none is left or one did not get through.

    Any number of senders may do so at once. `claim_stands` is how long a claim holds before its sender counts as dead.
    """
    began = time.monotonic()
    report = SendReport()

    def clock() -> datetime:
        return now + timedelta(seconds=time.monotonic() - began)

    while claim := _claim(engine, clock(), claim_stands):
        try:
            _send(engine, smtp, claim, clock)
        except NotNow as no:
            _put_off(engine, claim, clock(), no)
            report.put_off += 1
            break
        except Refused as no:
            _refuse(engine, claim, clock(), str(no))
            report.failed += 1
        else:
            _sent(engine, claim, clock())
            report.sent += 1
    return report


def waiting_time(attempts: int) -> timedelta:
    """How long a mail waits after this many attempts, 1 or more.

    >>> [waiting_time(n).total_seconds() for n in (1, 2, 3, 9, 1000)]
    [15.0, 30.0, 60.0, 1800.0, 1800.0]
    """
    return min(LONGEST_WAIT, FIRST_WAIT * (1 << min(attempts - 1, 20)))


def as_message(mail: Mail, site: Site, mail_from: str) -> EmailMessage:
    """The mail as it goes over the line: the same headers whenever it is tried."""
    message = EmailMessage(policy=SMTP)
    message["From"] = formataddr((" ".join(site.name.split()), mail_from))
    message["To"] = mail.recipient
    if site.reply_to.strip():
        message["Reply-To"] = " ".join(site.reply_to.split())
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.queued_at)
    message["Message-ID"] = mail.message_id
    message.set_content(mail.body)
    if mail.attachment is not None:
        message.add_attachment(
            mail.attachment, maintype="application", subtype="pdf", filename=mail.attachment_name or "order.pdf"
        )
    return message


def _claim(engine: Engine, now: datetime, claim_stands: timedelta) -> Claim | None:
    """The next mail that is due, as this sender's; None when none is left."""
    while True:
        with reading(engine) as session:
            claim = mails.next_due(session, now, now - claim_stands)
        if claim is None:
            return None
        with writing(engine) as session:
            if mails.take(session, claim, now, now - claim_stands):
                return claim


def _send(engine: Engine, smtp: SmtpSettings, claim: Claim, clock: Callable[[], datetime]) -> None:
    with reading(engine) as session:
        mail = session.get_one(Mail, claim.mail_id)
        message = as_message(mail, session.get_one(Site, mail.site_id), smtp.mail_from)

    def offering() -> bool:
        with writing(engine) as session:
            return mails.offer(session, claim, clock())

    hand_over(smtp, mail.recipient, message.as_bytes(), offering)


def _sent(engine: Engine, claim: Claim, now: datetime) -> None:
    with writing(engine) as session:
        order = _order(session, claim)
        if not mails.end_sent(session, claim, now) or order is None:
            return
        orders.sent(order, now, promise_of(session, order, now))
        product_ids = _moved(session, order, now)
    log.info("mail sent", order=order.number, attempt=claim.attempt)
    decide_skus(engine, order.site_id, product_ids, now)


def _refuse(engine: Engine, claim: Claim, now: datetime, why: str) -> None:
    """The mail has failed for good; its order is approved as before, to be sent again once the address is right."""
    with writing(engine) as session:
        order = _order(session, claim)
        if not mails.end_refused(session, claim, why) or order is None:
            return
        order.state = "approved"
        _moved(session, order, now)
    log.warning("mail refused", order=order.number, why=why)


def _put_off(engine: Engine, claim: Claim, now: datetime, no: NotNow) -> None:
    with writing(engine) as session:
        order = _order(session, claim)
        until = now + waiting_time(claim.attempt)
        if not mails.put_off(session, claim, until, str(no), perhaps_taken=no.perhaps_taken) or order is None:
            return
        touch(session, order.site_id)
    log.warning("mail put off", order=order.number, attempt=claim.attempt, why=str(no))


def _order(session: Session, claim: Claim) -> Order | None:
    """The order of a claimed mail, held; always before the mail itself, as lifecycle does."""
    order_id = session.get_one(Mail, claim.mail_id).order_id
    return None if order_id is None else orders.held(session, order_id)


def _moved(session: Session, order: Order, now: datetime) -> set[int]:
    orders.changed(order, None, now)
    session.flush()
    product_ids = {line.product_id for line in order.lines}
    mark_stale(session, order.site_id, product_ids)
    touch(session, order.site_id)
    return product_ids
