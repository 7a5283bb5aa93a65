"""Telling people once of what can't wait: which openings, to whom, in which words. Sending is mail's and webhook's.

What is told is marked in the transaction that puts its mails and its call into their outboxes: killed at any instant,
nothing is lost, and at most one is repeated, under the same Message-ID.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine

from quietshelf.outbound.letter import domain
from quietshelf.outbound.money import written
from quietshelf.rules.policy import Policy
from quietshelf.store import mails, notices
from quietshelf.store.engine import reading, writing
from quietshelf.store.notices import News
from quietshelf.store.tables import ExceptionRow, Mail, Site, User

NAMED = 10
"""Openings that a mail names; of more it says how many."""

ENDS = 'Today\'s page says what to do. You are told once; the page "You" turns this off.'
"""The last line of every mail."""

PLAIN = Policy()


def tell(engine: Engine, site_id: int, now: datetime, *, by_mail: bool, by_hook: bool, policy: Policy = PLAIN) -> int:
    """Queue one mail to each manager who wants it, and one call of the webhook, for all that is new; how much that is.

    New is what has been open for 10 minutes, and was never told in this opening.
    """
    since = now - timedelta(minutes=policy.notify_after_minutes)
    with reading(engine) as session:
        if not notices.untold(session, site_id, since, now):
            return 0
    with writing(engine) as session:
        news = notices.untold(session, site_id, since, now, hold=True)
        if not news:
            return 0
        site = session.get_one(Site, site_id)
        message_id = f"notice.{news[0].row.id}.{secrets.token_hex(8)}"
        if by_mail:
            for person in notices.who_wants_notices(session):
                mails.queue(session, _mail(site, person, news, message_id, now))
        if by_hook:
            notices.queue_hook(session, site_id, message_id, as_json(site, news, message_id, now), now)
        notices.told(session, news, now)
        return len(news)


def sentence(news: News, currency: str) -> str:
    """What is wrong, in one sentence."""
    row = news.row
    figures, about = row.figures, row.key.partition(":")[2]
    risk = f" {written(row.risk_minor_per_day, currency)} a day is at risk." if row.risk_minor_per_day else ""
    match row.kind:
        case "red" if figures["on_hand"] <= 0:
            return f"{news.name} ({news.sku}) has run out.{risk}"
        case "red":
            return f"{news.name} ({news.sku}) is about to run out: {figures['on_hand']:,} left.{risk}"
        case "unexplained_loss":
            return f"{news.name} ({news.sku}): {figures['lost']:,} left the shelf, and no sale came for them."
        case "node_silent":
            return f"Node {about} is silent. Its items stand on the book: check its power and its Wi-Fi."
        case "node_twice":
            return f"Two devices speak under the name {about}: switch one off, then adopt the other."
        case "events_lost":
            return f"Counts of node {about} never arrived: count its shelves once."
        case "mail_failed":
            return f"The mail of {about} did not go out: send it again, or phone."
        case "import_held":
            return f"{figures['rows']:,} rows of {about} wait for items that nobody knows here: import the products."
        case _:
            return "No sale comes in, though it is time for some: check the till's feed."


def as_json(site: Site, news: Sequence[News], message_id: str, now: datetime) -> dict[str, Any]:
    """What the webhook gets: docs/notices.md has its shape."""
    return {
        "id": message_id,
        "site": site.key,
        "shop": site.name,
        "at": now.isoformat(),
        "currency": site.currency,
        "opened": [_opened(one, site.currency) for one in news],
    }


def _opened(news: News, currency: str) -> dict[str, Any]:
    row: ExceptionRow = news.row
    return {
        "key": row.key,
        "kind": row.kind,
        "about": row.key.partition(":")[2],
        "sku": news.sku,
        "name": news.name,
        "opened_at": row.opened_at.isoformat(),
        "risk_minor_per_day": row.risk_minor_per_day,
        "sentence": sentence(news, currency),
    }


def _mail(site: Site, person: User, news: Sequence[News], message_id: str, now: datetime) -> Mail:
    sentences = [sentence(one, site.currency) for one in news]
    more = f"\nand {len(news) - NAMED:,} more" if len(news) > NAMED else ""
    listed = "\n".join(f"- {one}" for one in sentences[:NAMED])
    subject = sentences[0] if len(news) == 1 else f"{len(news):,} things can't wait"
    return Mail(
        site_id=site.id,
        order_id=None,
        message_id=f"<{message_id}.{person.id}@{domain(site)}>",
        recipient=person.email,
        subject=f"{site.name}: {subject}",
        body=f"{listed}{more}\n\n{ENDS}\n",
        queued_at=now,
        not_before=now,
    )
