"""What an order says to its supplier: the figures of its paper, its promise, and its mail. Nothing is sent here."""

import secrets
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from quietshelf.outbound.money import written
from quietshelf.outbound.paper import OrderPaper, PaperLine, long_day, order_pdf
from quietshelf.rules.leadtimes import lead_time, promise
from quietshelf.rules.policy import Policy
from quietshelf.store.orders import order_of
from quietshelf.store.supply import records
from quietshelf.store.tables import Mail, Order, OrderLine, Site

UNDO_FOR = timedelta(seconds=10)
"""A mail waits this long before a sender may take it."""


def paper_of(session: Session, order_id: int, now: datetime) -> OrderPaper:
    """The order as it would stand on paper `now`; as of its day once sent. Raises NotAllowed if unknown."""
    order = order_of(session, order_id)
    site = session.get_one(Site, order.site_id)
    return _paper(session, order, site, _day(order.sent_at or now, site))


def promise_of(session: Session, order: Order, sent_at: datetime) -> date:
    """What an order that is sent at this instant is held to (docs/policy.md, Lead times)."""
    site = session.get_one(Site, order.site_id)
    return _promise(session, order, site, _day(sent_at, site))


def letter(session: Session, order: Order, now: datetime) -> Mail:
    """The order's mail to its supplier with its PDF, and the Message-ID that it keeps for ever. Not queued yet."""
    site = session.get_one(Site, order.site_id)
    paper = _paper(session, order, site, _day(now, site))
    return Mail(
        site_id=site.id,
        order_id=order.id,
        message_id=f"<{order.number}.{secrets.token_hex(8)}@{domain(site)}>",
        recipient=order.supplier.email.strip(),
        subject=f"Purchase order {paper.number} from {' '.join(site.name.split())}",
        body=letter_text(paper),
        attachment_name=f"{paper.number}.pdf",
        attachment=order_pdf(paper),
        queued_at=now,
        not_before=now + UNDO_FOR,
    )


def letter_text(paper: OrderPaper) -> str:
    """The mail's text: it says the whole order, for whoever can't open the PDF."""
    lines = [f"{line.quantity:,} x {line.name} ({line.sku})" for line in paper.lines]
    counted_on = f"We count on delivery by {long_day(paper.expected_on)}. " if paper.expected_on else ""
    return "\n".join(
        [
            f"Purchase order {paper.number} of {long_day(paper.day)}, also attached as a PDF:",
            "",
            *lines,
            "",
            f"Total {written(paper.total_minor, paper.currency)}{' with tax' if paper.taxes else ''}.",
            "",
            "Deliver to:",
            paper.shop,
            *paper.deliver_to.splitlines(),
            "",
            f"{counted_on}Answer this mail to confirm, or to say what differs.",
            "",
            paper.shop,
        ]
    )


def _paper(session: Session, order: Order, site: Site, day: date) -> OrderPaper:
    return OrderPaper(
        number=order.number,
        day=day,
        shop=site.name,
        shop_address=site.address,
        reply_to=site.reply_to,
        deliver_to=site.delivery_address or site.address,
        supplier=order.supplier.name,
        supplier_email=order.supplier.email,
        currency=site.currency,
        lines=tuple(_paper_line(line, site) for line in order.lines),
        expected_on=order.promised_on or _promise(session, order, site, day),
        draft=order.state == "draft",
    )


def _paper_line(line: OrderLine, site: Site) -> PaperLine:
    product = line.product
    own_rate = product.tax_percent_hundredths
    rate = site.tax_percent_hundredths if own_rate is None else own_rate
    return PaperLine(product.sku, " ".join(product.name.split()), line.quantity, line.unit_cost_minor, rate)


def _promise(session: Session, order: Order, site: Site, sent_on: date) -> date:
    record = records(session, ZoneInfo(site.time_zone), {order.supplier_id})[order.supplier_id]
    quoted = record.supplier.quoted_lead_days
    return promise(None, sent_on, quoted, lead_time(record.lead_days, quoted, Policy()))


def _day(at: datetime, site: Site) -> date:
    return at.astimezone(ZoneInfo(site.time_zone)).date()


def domain(site: Site) -> str:
    """The domain that answers go to: it makes the Message-ID the shop's own."""
    domain = site.reply_to.rpartition("@")[2].strip()
    return domain if domain and all(part.isalnum() for part in domain.replace("-", "").split(".")) else "quietshelf"
