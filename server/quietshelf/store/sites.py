"""The site: finding it, making it, and saying that a page about it has changed."""

from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from quietshelf.store.tables import Site


class NoSiteError(LookupError):
    """There is no shop in this database yet."""


def the_site(session: Session) -> Site:
    """The shop of this database (the first, where there are several). Raises NoSiteError before the first run."""
    site = session.scalars(select(Site).order_by(Site.id).limit(1)).first()
    if site is None:
        raise NoSiteError("There is no shop here yet: open the page once, or import products, to make it")
    return site


def create_site(session: Session, *, key: str, name: str, time_zone: str, currency: str) -> Site:
    """A new site.

    `key` is its name on the wire (letters, digits, hyphens), `time_zone` an IANA name, `currency` an ISO 4217 code.
    Raises ValueError for a time zone that is none, and for what can't be a currency's code.
    """
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"{time_zone!r} is no time zone: give an IANA name like Europe/London") from None
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha() and currency.isupper()):
        raise ValueError(f"{currency!r} is no currency: give its three letters, like GBP")
    site = Site(key=key, name=name, time_zone=time_zone, currency=currency)
    session.add(site)
    session.flush()
    return site


def looked(session: Session, site_id: int, now: datetime, today: date) -> None:
    """Note that the cycle has looked at the whole site, and for which day of T."""
    session.execute(update(Site).where(Site.id == site_id).values(looked_at=now, decided_on=today))


def touch(session: Session, site_id: int) -> None:
    """Raise the counter that open pages ask about. Once in a transaction, and last: its row is locked until the end."""
    session.connection().execute(_TOUCH, {"site": site_id})


_TOUCH = update(Site).where(Site.id == bindparam("site")).values(changes=Site.changes + 1)
