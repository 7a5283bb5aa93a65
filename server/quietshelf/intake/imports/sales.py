"""Sales files: sales and returns become facts; what is assumed from them is in `opening`."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from quietshelf.files import SaleRow, SalesFile, derive_products
from quietshelf.intake.imports.desk import OTHER_SITE, Desk, Place, Progress, rows_of, watched
from quietshelf.intake.imports.opening import Opening, assume_opening, opening_begins, openings
from quietshelf.intake.imports.spool import Spool
from quietshelf.rules.facts import Fact, Kind
from quietshelf.store.catalogue import Items
from quietshelf.store.facts import Learnt, add_facts
from quietshelf.store.feeds import raise_known_until
from quietshelf.store.held import release

_Spooled = tuple[str, datetime, int, str, int, str | None]
"""SKU, happened, units, key, price in minor units, party."""


class Sales:
    """A sales file that was read to its end."""

    def __init__(self, file: SalesFile, place: Place, feed: str, create_products: bool, progress: Progress) -> None:
        """Read it. Raises Refused where a row can't be read. `feed` is the feed whose last word it is."""
        self.file = file
        self._feed = feed
        self._place = place
        self._spools: dict[Kind, Spool[_Spooled]] = {Kind.SALE: Spool(), Kind.RETURN: Spool()}
        self._of_other_sites = 0
        self._newest: datetime | None = None
        rows = self._spooling(rows_of(file, progress))
        derived = derive_products(rows) if create_products else []
        for _ in rows:
            pass  # read to its end, also where nobody wants products made of it
        self._openings: list[Opening] = []
        if derived and self._newest:
            begins = opening_begins(self._newest)
            recent = self._facts(lambda row: row[1] > begins)
            self._openings = openings(derived, recent, self._newest, place.zone)

    def book(self, desk: Desk) -> None:
        """Book sales and returns, hold those of unknown items, and say until when sales are known."""
        site_id, outcome = self._place.site_id, desk.outcome
        if self._of_other_sites:
            outcome.skipped[OTHER_SITE] = self._of_other_sites
        assume_opening(desk, self._openings)
        items = Items(desk.session)
        begun, rows = 0, sum(map(len, self._spools.values()))
        for kind, word in ((Kind.SALE, "sales"), (Kind.RETURN, "returns")):
            facts = watched(self._known(kind, items, desk.now), rows, begun, desk.progress)
            added = add_facts(desk.session, site_id, facts)
            outcome.booked[word] = added.added
            outcome.repeated += added.repeated
            begun += added.added + added.repeated
        if begun < rows:
            unknown = self._facts(lambda row: row[0] not in items)
            desk.hold(watched(unknown, rows, begun, desk.progress))
        if self._openings:
            outcome.released = release(desk.session, site_id, desk.now).booked
        if self._newest:
            outcome.known_until = self._newest
            raise_known_until(desk.session, site_id, self._feed, self._newest)

    def _spooling(self, rows: Iterable[SaleRow]) -> Iterator[SaleRow]:
        """The rows of this place, each spooled on its way."""
        for row in rows:
            if not self._place.is_meant(row.site):
                self._of_other_sites += 1
                continue
            kind = Kind.SALE if row.quantity > 0 else Kind.RETURN
            spooled = row.sku, row.sold_at, abs(row.quantity), row.key, row.unit_price_minor, row.party
            self._spools[kind].add(spooled)
            if self._newest is None or row.sold_at > self._newest:
                self._newest = row.sold_at
            yield row

    def _facts(self, wanted: Callable[[_Spooled], bool], *kinds: Kind) -> Iterator[tuple[str, Fact]]:
        """The facts of the rows that are wanted, each with its SKU; of these kinds, or of all."""
        for kind in kinds or self._spools:
            for row in filter(wanted, self._spools[kind]):
                sku, happened, units, key, price_minor, party = row
                yield sku, Fact(happened, kind, units, key, price_minor=price_minor, party=party)

    def _known(self, kind: Kind, items: Items, now: datetime) -> Iterator[Learnt]:
        for sku, fact in self._facts(lambda row: row[0] in items, kind):
            yield items[sku], fact, now, False
