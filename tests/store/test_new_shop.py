"""What a new shop can't be made with."""

import pytest
from sqlalchemy import Engine

from quietshelf.store.engine import writing
from quietshelf.store.sites import create_site


@pytest.mark.parametrize("currency", ["Q", "EURO", "gbp", "G1P", ""])
def test_a_currency_that_is_none_makes_no_shop(sqlite_engine: Engine, currency: str) -> None:
    with writing(sqlite_engine) as session, pytest.raises(ValueError, match="is no currency: give its three letters"):
        create_site(session, key="main", name="Shop", time_zone="Europe/London", currency=currency)
