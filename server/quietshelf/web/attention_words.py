"""What is said of rows that somebody has seen or put off, and of slow movers. Pure, as in wording.py."""

from datetime import date, datetime, timedelta

from quietshelf.store.open_now import OpenException
from quietshelf.web.amounts import counted, on_day
from quietshelf.web.wording import Said, Voice


def seen(e: OpenException, voice: Voice) -> str:
    """Who has seen it, or put off what stays on the page; empty where nobody has."""
    if e.seen_at is not None:
        when = on_day(e.seen_at.astimezone(voice.zone).date(), voice.today)
        return f"{e.seen_by or 'Somebody'} has seen it {when}"
    if e.put_off_until is not None and e.put_off_until > voice.now:
        return put_off(e, voice)
    return ""


def put_off(e: OpenException, voice: Voice) -> str:
    """Who has put it off, and until when."""
    if e.put_off_until is None:
        return ""
    until = e.put_off_until.astimezone(voice.zone).date()
    return f"{e.put_off_by or 'Somebody'} has put it off until {until_day(until, voice.today)}"


def until_day(on: date, today: date) -> str:
    """A day after "until".

    >>> until_day(date(2026, 11, 25), date(2026, 11, 24)), until_day(date(2026, 12, 3), date(2026, 11, 24))
    ('tomorrow', 'Thursday 3 December')
    """
    said = on_day(on, today)
    return said.removeprefix("on ")


def done(rows: int, until: datetime | None, voice: Voice) -> str:
    """What a press has done."""
    what = "It is" if rows == 1 else f"All {rows:,} are"
    if until is None:
        return f"Noted: seen. {what} kept at the end, until it ends by itself."
    day = until_day(until.astimezone(voice.zone).date(), voice.today)
    it = "it gets" if rows == 1 else "they get"
    return f"{what} off this page until {day}, or until {it} worse."


def slow_movers(supplier: str | None, low: int, out: int) -> Said:
    """The row of a supplier's slow movers: `out` of those that are `low` have none left.

    >>> slow_movers("Northgate", 14, 2).sentence
    '14 slow movers are low, and 2 of them have none left.'
    """
    none_left = f", and {'one' if out == 1 else f'{out:,}'} of them {'has' if out == 1 else 'have'} none left"
    if out == low:
        sentence = f"{counted(low, 'slow mover')} have none left."
    else:
        sentence = f"{counted(low, 'slow mover')} are low{none_left if out else ''}."
    return Said(f"{low:,} low", supplier or "Nobody is named who sells them", sentence)


def next_monday(today: date) -> date:
    """The first Monday after today.

    >>> next_monday(date(2026, 11, 24)), next_monday(date(2026, 11, 23))
    (datetime.date(2026, 11, 30), datetime.date(2026, 11, 30))
    """
    return today + timedelta(days=7 - today.weekday())


def put_off_count(rows: int) -> str:
    """How much is put off.

    >>> put_off_count(1), put_off_count(3)
    ('1 thing is put off', '3 things are put off')
    """
    return f"{counted(rows, 'thing is', 'things are')} put off"
