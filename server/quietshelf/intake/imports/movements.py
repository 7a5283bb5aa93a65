"""Stock and deliveries: what was counted becomes counts, what suppliers brought or still owe becomes orders."""

from collections.abc import Iterator
from hashlib import blake2b

from quietshelf.files import DeliveryRow, RowsFile, StockRow
from quietshelf.intake.imports.desk import OTHER_SITE, Desk, Place, Progress, rows_of
from quietshelf.rules.facts import Fact, Kind
from quietshelf.store.catalogue import Items
from quietshelf.store.deliveries import book_deliveries
from quietshelf.store.facts import add_facts

DELIVERED_OTHERWISE = "delivery is booked already, with other figures"
RECEIVED_HERE = "order is received on its own page"
"""Why a row of a deliveries file is skipped."""


class Stock:
    """A stock file that was read to its end."""

    def __init__(self, file: RowsFile[StockRow], place: Place, progress: Progress) -> None:
        """Read it. Raises Refused where a row can't be read."""
        self.file = file
        rows = list(rows_of(file, progress))
        self._rows = [row for row in rows if place.is_meant(row.site)]
        self._of_other_sites = len(rows) - len(self._rows)

    def book(self, desk: Desk) -> None:
        """Book counts of the whole site, and hold those of unknown items."""
        if self._of_other_sites:
            desk.outcome.skipped[OTHER_SITE] = self._of_other_sites
        items, counts = Items(desk.session), list(self._counts(desk))
        known = [(items[sku], count, desk.now, False) for sku, count in counts if sku in items]
        added = add_facts(desk.session, desk.place.site_id, known)
        desk.outcome.booked["counts"] = added.added
        desk.outcome.repeated += added.repeated
        desk.hold((sku, count) for sku, count in counts if sku not in items)

    def _counts(self, desk: Desk) -> Iterator[tuple[str, Fact]]:
        """A row that says when was counted then; one that does not, when its file first came, and once a file."""
        said = sorted(f"{row.sku}:{row.on_hand}" for row in self._rows if row.counted_at is None)
        file = blake2b("\n".join(said).encode(), digest_size=8).hexdigest()
        for row in self._rows:
            when = row.counted_at.isoformat() if row.counted_at else file
            yield row.sku, Fact(row.counted_at or desk.now, Kind.COUNT, row.on_hand, f"stock:{row.sku}:{when}")


class Deliveries:
    """A deliveries file that was read to its end."""

    def __init__(self, file: RowsFile[DeliveryRow], progress: Progress) -> None:
        """Read it. Raises Refused where a row can't be read."""
        self.file = file
        self._rows = list(rows_of(file, progress))

    def book(self, desk: Desk) -> None:
        """Book orders, deliveries and their receipts, and hold those of unknown items."""
        items, outcome = Items(desk.session), desk.outcome
        known = [row for row in self._rows if row.sku in items]
        done = book_deliveries(desk.session, desk.place.site_id, known, items, desk.now)
        outcome.booked["deliveries"] = done.received
        outcome.booked["lines on order"] = done.opened
        outcome.repeated += done.repeated
        outcome.made["orders"] = done.orders
        outcome.made["suppliers, by name alone"] = done.suppliers_named
        for reason, rows in ((DELIVERED_OTHERWISE, done.different), (RECEIVED_HERE, done.ours)):
            if rows:
                outcome.skipped[reason] = rows
        desk.hold((row.sku, row) for row in self._rows if row.sku not in items)
