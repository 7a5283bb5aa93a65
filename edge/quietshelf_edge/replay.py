"""A recorded trace through the settling and counting of a shelf: what the slot would have said."""

from collections.abc import Iterable, Iterator
from typing import Any

from quietshelf_edge.cell import sound
from quietshelf_edge.counting import Counter, Goods, Scale
from quietshelf_edge.weighing import Settling


def parse_items(text: str) -> tuple[Goods, ...]:
    """The goods of a shared slot from "sku:weight_g:count,..."; ValueError says what is wrong.

    >>> [item.sku for item in parse_items("tea:120:4,honey:455.5:2")]
    ['tea', 'honey']
    """
    goods = []
    for entry in text.split(","):
        try:
            sku, weight_g, count = entry.rsplit(":", 2)
            item = Goods(sku.strip(), float(weight_g), start=int(count))
        except ValueError:
            raise ValueError(f"{entry!r} is not sku:weight_g:count") from None
        if not item.sku or not item.piece_weight_g > 0 or int(count) < 0:
            raise ValueError(f"{entry!r}: a SKU needs a name, a weight above 0 and a count of 0 or more")
        goods.append(item)
    if len({item.sku for item in goods}) != len(goods):
        raise ValueError("a SKU stands twice in the items")
    return tuple(goods)


def replay(
    samples: Iterable[tuple[float, int]], scale: Scale, goods: tuple[Goods, ...], sps: float, *, shared: bool
) -> Iterator[dict[str, Any]]:
    """One line whenever a count or the flag changes. `shared`: counts by SKU, else one plain count."""
    settling, counter = Settling(sps), Counter(scale, goods)
    last = ({item.sku: item.start or 0 for item in goods}, False)
    for t_s, raw in samples:
        change = counter.silent(t_s) if sound(raw) is None else counter.feed(t_s, settling.feed(t_s, raw))
        if change is None or last == (change.counts, change.doubt is not None):
            continue
        last = (change.counts, change.doubt is not None)
        line: dict[str, Any] = {"t_s": t_s}
        if shared:
            line |= {"counts": change.counts, "delta": change.deltas}
        else:
            line |= {"count": sum(change.counts.values()), "delta": sum(change.deltas.values())}
        line["confidence"] = change.confidence
        if change.doubt is not None:
            line["flag"] = True
        yield line
