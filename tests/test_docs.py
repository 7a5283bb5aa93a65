"""The documents keep in step with the code: every number of the policy and every kind of exception is described."""

from dataclasses import fields
from pathlib import Path

from quietshelf.rules.exceptions import BOARD, ExceptionKind
from quietshelf.rules.policy import Policy

DOCS = Path(__file__).parent.parent / "docs"


def test_every_number_of_the_policy_is_described() -> None:
    text = (DOCS / "policy.md").read_text()
    missing = [field.name for field in fields(Policy) if f"`{field.name}`" not in text]
    assert missing == []


def test_every_kind_of_exception_has_its_row_with_its_board() -> None:
    rows = [line for line in (DOCS / "policy.md").read_text().splitlines() if line.startswith("| `")]
    described = {row.split("|")[1].strip(" `"): row.split("|")[3].strip() for row in rows}
    assert described == {str(kind): BOARD[kind].capitalize() for kind in ExceptionKind}
