"""Products, suppliers and offers: the catalogue is brought up to date, and what waited for a product is booked."""

from quietshelf.files import OfferRow, ProductRow, RowsFile, SupplierRow
from quietshelf.intake.imports.desk import Desk, Progress, rows_of
from quietshelf.store.catalogue import BroughtUpToDate, Items, put_offers, put_products, put_suppliers
from quietshelf.store.held import release
from quietshelf.store.states import mark_stale


class Products:
    """A products file that was read to its end."""

    def __init__(self, file: RowsFile[ProductRow], progress: Progress) -> None:
        """Read it. Raises Refused where a row can't be read."""
        self.file = file
        self._rows = list(rows_of(file, progress))

    def book(self, desk: Desk) -> None:
        """Bring products up to date, and book the rows of earlier files that waited for them."""
        _tell(desk, "products", put_products(desk.session, self._rows))
        desk.outcome.released = release(desk.session, desk.place.site_id, desk.now).booked


class Suppliers:
    """A suppliers file that was read to its end."""

    def __init__(self, file: RowsFile[SupplierRow], progress: Progress) -> None:
        """Read it. Raises Refused where a row can't be read."""
        self.file = file
        self._rows = list(rows_of(file, progress))

    def book(self, desk: Desk) -> None:
        """Bring suppliers up to date."""
        _tell(desk, "suppliers", put_suppliers(desk.session, self._rows))


class Offers:
    """An offers file that was read to its end."""

    def __init__(self, file: RowsFile[OfferRow], progress: Progress) -> None:
        """Read it. Raises Refused where a row can't be read."""
        self.file = file
        self._rows = list(rows_of(file, progress))

    def book(self, desk: Desk) -> None:
        """Bring offers up to date, and hold those of unknown items."""
        items = Items(desk.session)
        _tell(desk, "offers", put_offers(desk.session, [row for row in self._rows if row.sku in items], items))
        desk.hold((row.sku, row) for row in self._rows if row.sku not in items)


def _tell(desk: Desk, what: str, done: BroughtUpToDate) -> None:
    """Say what became of the rows, and have what they change decided anew."""
    desk.outcome.booked[f"new {what}"] = done.new
    desk.outcome.booked[f"{what} updated"] = done.updated
    desk.outcome.repeated += done.unchanged
    desk.outcome.made["suppliers, by name alone"] += done.suppliers_named
    if done.brought_back:
        desk.outcome.made["items brought back from the archive"] += done.brought_back
    mark_stale(desk.session, desk.place.site_id, done.product_ids)
