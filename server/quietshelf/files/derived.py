"""Products as a sales file shows them, for a shop that brings nothing else: assumed, and to be said so."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from quietshelf.files.sales import SaleRow


@dataclass(frozen=True, slots=True)
class DerivedProduct:
    """One product as its sales show it."""

    sku: str
    name: str
    """The most usual name, of several the one met last; the SKU where no sale names it."""
    median_price_minor: int
    """Of its sale lines; of an even number of lines, the lower of the two in the middle."""


def derive_products(rows: Iterable[SaleRow]) -> list[DerivedProduct]:
    """One product for each SKU that was sold, in order of SKU. Returns alone make none.

    What is kept grows with the number of SKUs and their different prices and names, not with the rows.
    """
    prices: defaultdict[str, Counter[int]] = defaultdict(Counter)
    names: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for row in rows:
        if row.quantity > 0:
            prices[row.sku][row.unit_price_minor] += 1
            if row.name:
                of_sku = names[row.sku]
                of_sku[row.name] = of_sku.pop(row.name, 0) + 1
    return [
        DerivedProduct(sku, _most_usual(names[sku]) or sku, _median(of_sku)) for sku, of_sku in sorted(prices.items())
    ]


def _most_usual(counts: dict[str, int]) -> str | None:
    """The name met most often; `counts` stands in the order in which names were met last."""
    return max(reversed(counts), key=counts.__getitem__, default=None)


def _median(counts: Counter[int]) -> int:
    """The lower median of values by how often each came.

    >>> _median(Counter({250: 3, 295: 1, 100: 1}))
    250
    """
    middle = (counts.total() + 1) // 2
    for value in sorted(counts):
        middle -= counts[value]
        if middle <= 0:
            return value
    raise ValueError("nothing to take the median of")
