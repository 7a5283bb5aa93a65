"""The supplier's mailbox, and the people of the shop."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from quietshelf.outbound.mailbox import Mailbox
from tests.conftest import free_port
from tests.orders import People, people
from tests.shops import Shop


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[Mailbox]:
    """A real mail server that keeps what it gets."""
    box = Mailbox(tmp_path / "mailbox", free_port())
    box.start()
    yield box
    box.stop()


@pytest.fixture
def who(shop: Shop) -> People:
    """The shop's people."""
    return people(shop)
