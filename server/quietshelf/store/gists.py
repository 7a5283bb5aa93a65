"""SKUs' gists (rules/gist.py) as they are kept: compact, and each with what it was made by. No gist is made here."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import cache
from typing import Any

from sqlalchemy.orm import Session

from quietshelf.rules.feedback import UNTAUGHT, Course, Feedback, Taught
from quietshelf.rules.gist import Gist
from quietshelf.rules.gone import Ended
from quietshelf.rules.ledger import plain_book
from quietshelf.rules.looks import Shown
from quietshelf.rules.stock import Presence
from quietshelf.rules.velocity import DaySum, OneOff
from quietshelf.store.states import EVER
from quietshelf.store.tables import SkuGist
from quietshelf.store.upsert import Insert, dialect_of, insert_for

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_day = date.fromordinal


@dataclass(frozen=True)
class Kept:
    """A SKU's gist as it is to be kept."""

    product_id: int
    newest: datetime | None
    gist: str | None
    """None: the SKU's facts are to be read the next time."""


def save_gists(session: Session, site_id: int, gists: Iterable[Kept]) -> None:
    """Keep gists in the place of what was kept."""
    rows = [
        {"site_id": site_id, "product_id": one.product_id, "newest": one.newest or EVER, "gist": one.gist or ""}
        for one in gists
    ]
    if rows:
        session.connection().execute(_write(dialect_of(session)), rows)


def written(gist: Gist, made_by: str) -> str | None:
    """A gist as it is kept; None where it does not last.

    Args:
        made_by: a digest of what it was made by beside the facts: policy and time zone.
    """
    if not gist.lasts:
        return None
    here = gist.presence
    return json.dumps(
        [
            made_by,
            gist.book.book,
            None if gist.newest is None else _us(gist.newest),
            gist.counted,
            [
                None if here.here is None else _us(here.here),
                None if here.out_since is None else _us(here.out_since),
                [[_us(begun), _us(ended)] for begun, ended in here.out],
            ],
            gist.kept_from.toordinal(),
            [[day.toordinal(), *sums] for day, sums in gist.sold.items()],
            None if gist.last_sale_on is None else gist.last_sale_on.toordinal(),
            _sales(gist.largest),
            _sales(gist.one_offs),
            gist.ended.there_days,
            None if gist.ended.sold_on is None else gist.ended.sold_on.toordinal(),
            _taught(gist.taught),
            None if gist.shown.on is None else gist.shown.on.toordinal(),
            gist.shown.looks,
        ],
        separators=(",", ":"),
    )


def as_read(kept: str | None, made_by: str) -> Gist | None:
    """The gist that was kept; None where there is none, or it was made by something else."""
    if not kept:
        return None
    by, book, newest, counted, (here, out_since, out), kept_from, sold, last, largest, one_offs, *rest = json.loads(
        kept
    )
    if by != made_by:
        return None
    there_days, sold_on, taught, shown_on, looks = rest
    return Gist(
        plain_book(book),
        None if newest is None else _at(newest),
        True,
        counted,
        Presence(
            None if here is None else _at(here),
            tuple((_at(begun), _at(ended)) for begun, ended in out),
            None if out_since is None else _at(out_since),
        ),
        _day(kept_from),
        {_day(day): DaySum(units, revenue_minor) for day, units, revenue_minor in sold},
        None if last is None else _day(last),
        tuple(OneOff(key, _day(day), units) for key, day, units in largest),
        tuple(OneOff(key, _day(day), units) for key, day, units in one_offs),
        Ended(there_days, None if sold_on is None else _day(sold_on)),
        UNTAUGHT if taught is None else _as_taught(taught),
        Shown(None if shown_on is None else _day(shown_on), looks),
    )


def _taught(taught: Taught) -> list[Any] | None:
    if taught == UNTAUGHT:
        return None
    told = taught.told
    return [
        [*told.factor.as_integer_ratio(), told.last, told.last_days],
        taught.on.toordinal(),
        taught.grows,
        None if taught.changes_on is None else taught.changes_on.toordinal(),
        taught.left,
        taught.lots,
    ]


def _as_taught(kept: list[Any]) -> Taught:
    (above, below, last, last_days), on, grows, changes_on, left, lots = kept
    told = Feedback(Fraction(above, below), None if last is None else Course(last), last_days)
    return Taught(told, _day(on), grows, None if changes_on is None else _day(changes_on), left, lots)


def _sales(sales: Iterable[OneOff]) -> list[list[Any]]:
    return [[sale.key, sale.sold_on.toordinal(), sale.units] for sale in sales]


def _us(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def _at(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)


@cache
def _write(dialect: str) -> Insert:
    write = insert_for(dialect, SkuGist)
    return write.on_conflict_do_update(
        index_elements=["site_id", "product_id"], set_={"newest": write.excluded.newest, "gist": write.excluded.gist}
    )
