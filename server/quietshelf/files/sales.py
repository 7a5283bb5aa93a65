"""Sales: what one row of a sales file is, the key that makes it count once, and Quietshelf's own columns.

The formats of other systems have modules of their own.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from quietshelf.files.amounts import Money
from quietshelf.files.reports import Reason, Report, Unreadable
from quietshelf.files.tables import Cells, Format, Parse, Reading, name


@dataclass(frozen=True, slots=True)
class SaleRow:
    """One line of a sale, or of a return (`quantity` below 0)."""

    line: int
    """Where its row begins in the file; the header is line 1."""
    key: str
    """The same for the same line of the same sale, in whatever file it comes again."""
    sku: str
    name: str | None
    sold_at: datetime
    """In UTC."""
    quantity: int
    unit_price_minor: int
    party: str | None
    """The customer as the till names them; used only to find the sale that a return takes back."""
    order_ref: str | None
    """The transaction, as the till numbers it."""
    site: str | None


class Ordinals:
    """Counts how often a line came in this file, so that two equal lines that are two pieces have two keys.

    Which of two equal lines comes first makes no difference, so the keys of a file don't depend on its order. Kept are
    64-bit digests, some 70 bytes a line; two lines of a million share one with a chance of 1 in 30 million.
    """

    def __init__(self) -> None:
        """None has come yet."""
        self._seen: dict[int, int] = {}

    def next(self, identity: str) -> int:
        """1 for the first line of this identity, 2 for the second."""
        digest = digest_of(identity)
        self._seen[digest] = ordinal = self._seen.get(digest, 0) + 1
        return ordinal


def digest_of(identity: str) -> int:
    """A 64-bit number that stands for a text, the same in every process."""
    return int.from_bytes(blake2b(identity.encode(), digest_size=8).digest(), "big")


def unplaced(quantity: int, price: Money) -> Reason | None:
    """Why a line with this quantity and price is no sale and no return; None where it is one."""
    if not quantity:
        return Reason.QUANTITY_ZERO
    if price.minor > 0:
        return None
    if price.minor < 0:
        return Reason.PRICE_BELOW_ZERO
    return Reason.PRICE_TINY if price.rounded else Reason.PRICE_ZERO


def note_span(report: Report, sold_at: datetime) -> None:
    """Keep the earliest and latest instant of the sales handed on."""
    if report.last_at is None or sold_at > report.last_at:
        report.last_at = sold_at
    if report.first_at is None or sold_at < report.first_at:
        report.first_at = sold_at


def _own_sales(reading: Reading) -> Parse[SaleRow]:
    """Rows of Quietshelf's own columns. A line_id is the key; without one, all that the row says and its ordinal."""
    sku = reading.required("sku", name)
    sold_at = reading.required("sold_at", reading.past)
    quantity = reading.required("quantity", reading.amounts.whole)
    unit_price = reading.required("unit_price", reading.price)
    line_id = reading.optional("line_id", name)
    site = reading.optional("site", name)
    ordinals = Ordinals()
    contents: dict[int, int] = {}

    def parse(line: int, cells: Cells) -> SaleRow | Reason:
        code, when, pieces, price = sku(cells), sold_at(cells), quantity(cells), unit_price(cells)
        own_id, place = line_id(cells), site(cells)
        stamp = when.isoformat().removesuffix("+00:00")
        identity = f"{stamp}:{code}:{pieces}:{price.minor}"
        if not code:
            return Reason.NO_CODE
        if reason := unplaced(pieces, price):
            return reason
        if own_id and _came_before(contents, f"{place}:{own_id}", identity):
            return Reason.REPEATED
        note_span(reading.report, when)
        return SaleRow(
            line=line,
            key=f"line:{own_id}" if own_id else f"sale:{identity}:{ordinals.next(f'{place}:{identity}')}",
            sku=code,
            name=None,
            sold_at=when,
            quantity=pieces,
            unit_price_minor=price.minor,
            party=None,
            order_ref=None,
            site=place,
        )

    return parse


def _came_before(contents: dict[int, int], line_id: str, identity: str) -> bool:
    """Whether this line_id came with this very sale. Raises Unreadable where it came with another one."""
    own, content = digest_of(line_id), digest_of(identity)
    if own not in contents:
        contents[own] = content
        return False
    if contents[own] != content:
        raise Unreadable("line_id: the same one stands higher up with another sale")
    return True


OWN_SALES = Format(
    name="Quietshelf sales",
    required=("sku", "sold_at", "quantity", "unit_price"),
    optional=("line_id", "site"),
    dates=("sold_at",),
    numbers=("quantity", "unit_price"),
    parser=_own_sales,
)
