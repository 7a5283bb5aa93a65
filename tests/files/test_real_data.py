"""A real wholesaler's year, as published: every one of its 541,909 lines is accounted for."""

import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from quietshelf.files import Reason, SaleRow, derive_products, read_sales
from tests.files.bring import SHOP

DATA = Path(os.environ.get("QUIETSHELF_DATA", Path(__file__).parents[2].parent / "shared" / "data"))
SALES = DATA / "online-retail" / "sales.csv.gz"

pytestmark = pytest.mark.skipif(
    not SALES.exists(), reason="the UCI Online Retail set is not here: QUIETSHELF_DATA says where it lies"
)


def test_every_line_of_the_year_is_a_sale_a_return_or_skipped_by_a_named_reason() -> None:
    file = read_sales(SALES, **SHOP)
    keys: set[str] = set()
    kinds: Counter[str] = Counter()

    def rows() -> Iterator[SaleRow]:
        for batch in file.batches():
            keys.update(row.key for row in batch)
            kinds.update("return" if row.quantity < 0 else "sale" for row in batch)
            yield from batch

    products = {product.sku: product for product in derive_products(rows())}
    report = file.report

    assert report.skipped == {
        Reason.POSTAGE: 2208,
        Reason.WRITE_OFF: 1336,
        Reason.PRICE_ZERO: 1159,
        Reason.MANUAL: 572,
        Reason.FEE: 87,
        Reason.DISCOUNT: 77,
        Reason.SAMPLES: 63,
        Reason.VOUCHER: 35,
        Reason.PICTURE: 4,
        Reason.BAD_DEBT: 3,
        Reason.PRICE_TINY: 3,
    }
    assert kinds == {"sale": 527_661, "return": 8_701}
    assert report.rows_read == 541_909 == kinds.total() + report.skipped.total()
    assert len(keys) == report.booked_candidates == kinds.total()
    assert (report.first_at, report.last_at) == (
        datetime(2010, 12, 1, 8, 26, tzinfo=UTC),
        datetime(2011, 12, 9, 12, 50, tzinfo=UTC),
    )
    assert file.understood.describe() == (
        "UCI Online Retail, gzip, UTF-8, separated by comma, dates year-first, decimal point, not used: Country"
    )
    assert len(products) == 3_794
    assert products["85123A"].name == "WHITE HANGING HEART T-LIGHT HOLDER"
    assert products["85123A"].median_price_minor == 295
