"""What is known of one SKU at one site: the facts of its ledger. Nothing derived lives here."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

SETTLED = "settled:"
"""With it the key of a count begins that nobody made: a shelf's word, taken as the truth (rules/settled.py)."""


class Kind(StrEnum):
    """What happened. Members stand in the order in which facts of one instant are taken."""

    RECEIPT = "receipt"
    RETURN = "return"
    PUT = "put"
    PICK = "pick"
    MISSED = "missed"
    TRANSFER = "transfer"
    SALE = "sale"
    ADJUSTMENT = "adjustment"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that happened to one SKU at one site, told apart by its key.

    `quantity` is in stock units: above 0, but for an adjustment (signed: -1 broken, +2 found) and a count (0 or more).
    A `TRANSFER` leaves the book alone: so many pieces that were taken off a shelf went to the back. With a place its
    quantity is 0: whatever that place held of the SKU is in the back, as the slot holds something else from then on.
    A `MISSED` is what a shelf lost (or, negative, gained) between `since` and `happened`, while its node was off: since
    its last word where `since` is not known.
    """

    happened: datetime
    kind: Kind
    quantity: int
    key: str
    place: str | None = None
    """The slot, as "node/slot", of a pick, a put, or a count in its scope; None is the whole site."""
    since: datetime | None = None
    packs: bool = False
    """The sale came by a channel that packs orders: it waits for its pick."""
    price_minor: int | None = None
    """Price paid for one unit, after discount, without tax, in minor units."""
    party: str | None = None
    """Who bought, as the till names them. Used only to find the sale that a return takes back."""
    takes_back: str | None = None
    """Key of the sale that a return takes back, where it says so."""
    one_off: bool = False
    """A person said that this sale was a one-off: it took its pieces, and is no part of velocity."""

    @property
    def is_settled(self) -> bool:
        """Whether it is a count that nobody made (rules/settled.py): no look, and no person's act."""
        return self.kind is Kind.COUNT and self.key.startswith(SETTLED)
