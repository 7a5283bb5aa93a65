"""Bringing files into the books: sales, products, suppliers, offers, stock, deliveries, needs. files/ reads them."""

from quietshelf.intake.imports.bring import IMPORT_FEED, KINDS, FileKind, import_file
from quietshelf.intake.imports.desk import Progress

__all__ = ["IMPORT_FEED", "KINDS", "FileKind", "Progress", "import_file"]
