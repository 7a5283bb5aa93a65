"""Known needs out of a file: noted once, as if a person had noted them on their items' pages."""

from quietshelf.files import NeedRow, RowsFile
from quietshelf.intake.imports.desk import Desk, Progress, rows_of
from quietshelf.store.catalogue import Items
from quietshelf.store.needs import put_needs


class Needs:
    """A needs file that was read to its end."""

    def __init__(self, file: RowsFile[NeedRow], progress: Progress) -> None:
        """Read it. Raises Refused where a row can't be read."""
        self.file = file
        self._rows = list(rows_of(file, progress))

    def book(self, desk: Desk) -> None:
        """Note the needs, and hold those of unknown items."""
        items = Items(desk.session)
        known = [row for row in self._rows if row.sku in items]
        noted = put_needs(desk.session, desk.place.site_id, known, items, desk.now)
        desk.outcome.booked["known needs"] = noted.new
        desk.outcome.repeated += noted.repeated
        desk.hold((row.sku, row) for row in self._rows if row.sku not in items)
