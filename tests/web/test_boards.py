"""Which row stands where on Today: one cause, one row, however many it is about."""

from dataclasses import replace
from datetime import timedelta

from quietshelf.store.open_now import OpenException
from quietshelf.web.boards import boards
from tests.web.test_words import FIGURES, NOW, VOICE


def red(n: int, supplier: str = "Northgate", *, top: bool = False, on_hand: int = 7) -> OpenException:
    figures = FIGURES | {"supplier": supplier, "on_hand": on_hand}
    return OpenException(
        n,
        "red",
        f"red:SKU-{n}",
        NOW,
        n,
        figures,
        product_id=n,
        product=f"Item {n}",
        order_id=None,
        node_id=None,
        is_slow=not top,
        is_top=top,
    )


def late(n: int, skus: list[str]) -> OpenException:
    figures = {"order": "PO-7", "supplier": "Harrow", "promised_on": "2026-11-06", "late_days": 18, "skus": skus}
    return OpenException(n, "supplier_delay", "supplier_delay:PO-7", NOW, 50, figures, None, None, 7, None)


def test_two_thousand_slow_movers_that_are_low_are_one_row_a_supplier() -> None:
    many = [red(n, f"Supplier {n % 4}") for n in range(1, 2001)]
    on = boards(many, [], {}, VOICE, {})
    assert len(on.red) == 4
    assert [row.said.mark for row in on.red] == ["500 low"] * 4
    assert sum(len(row.ids) for row in on.red) == 2000
    assert [item.name for item in on.red[0].items] == ["Item 2000", "Item 1996", "Item 1992"]  # most money first


def test_each_of_the_top_has_its_row_and_a_bestseller_that_is_out_a_mark() -> None:
    on = boards([red(9, top=True, on_hand=0), red(8, top=True), red(2), red(1)], [], {}, VOICE, {})
    assert [(row.said.title, row.bestseller) for row in on.red] == [
        ("Item 9", True),
        ("Item 8", False),
        ("Northgate", False),
    ]


def test_one_slow_mover_alone_has_its_own_row() -> None:
    on = boards([red(1)], [], {}, VOICE, {})
    assert [row.said.title for row in on.red] == ["Item 1"]


def test_a_late_order_carries_what_it_starves() -> None:
    open_now = [late(1, ["SKU-9", "SKU-8"]), red(9, top=True, on_hand=0), red(8, top=True), red(3, top=True)]
    on = boards(open_now, [], {}, VOICE, {"SKU-9": "Item 9", "SKU-8": "Item 8"})
    assert [row.said.title for row in on.red] == ["Harrow is late", "Item 3"]
    assert "It holds up Item 9 and Item 8." in on.red[0].said.sentence
    assert (on.red[0].ids, on.red_items, on.red_out) == ((1, 9, 8), 3, 1)
    assert on.check == ()


def test_what_is_seen_stands_last() -> None:
    seen = replace(red(9, top=True), seen_at=NOW - timedelta(days=1), seen_by="Sam")
    on = boards([seen, red(3, top=True)], [], {}, VOICE, {})
    assert [row.said.title for row in on.red] == ["Item 3", "Item 9"]
    assert on.red[1].seen == "Sam has seen it yesterday"
