"""What holds the shop back, as Today reads it aloud: from the newest look to its fragment. The words are not here."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy.orm import Session

from quietshelf.store import losses
from quietshelf.store.tables import LookRow
from quietshelf.web.constraint_words import DAYS, NAMES, Lost, Reading, calm, reading, unknown, why
from quietshelf.web.wording import Voice


def reading_now(session: Session, look: LookRow | None, voice: Voice) -> Reading | None:
    """The one number of the newest look, with its sentence; None before the first look."""
    if look is None:
        return None
    read = reading(look.named, look.number, look.before, look.course, look.day, voice)
    total = sum(look.lost.values())
    if look.named in NAMES:
        since = look.day - timedelta(days=DAYS - 1)
        through = losses.most_lost_by(session, look.site_id, look.named, since, look.day)
        said = why(look.named, Lost(look.lost, through), look.day, voice)
    elif look.named == "unknown":
        days, deliveries = look.more_days_needed, look.more_deliveries_needed
        said = unknown(look.stock_out_days, days, deliveries, total, look.day, voice)
    else:
        said = calm(total, look.throughput_minor, look.day, voice)
    return replace(read, sentence=said)
