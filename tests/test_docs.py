"""The documents keep in step with the code: every number of the policy and every kind of exception is described."""

from dataclasses import fields
from pathlib import Path

from quietshelf.rules.exceptions import BOARD, FOR_MANAGERS, OF_THE_TOP, STOPS_THE_SYSTEM, ExceptionKind
from quietshelf.rules.policy import Policy

DOCS = Path(__file__).parent.parent / "docs"
KIND_COLUMNS = 7


def test_every_number_of_the_policy_is_described() -> None:
    text = (DOCS / "policy.md").read_text()
    missing = [field.name for field in fields(Policy) if f"`{field.name}`" not in text]
    assert missing == []


def _kinds() -> dict[str, list[str]]:
    """The table of the kinds of exceptions: its cells by kind."""
    rows = [line for line in (DOCS / "policy.md").read_text().splitlines() if line.startswith("| `")]
    cells = [[cell.strip(" `") for cell in row.strip("|").split("|")] for row in rows]
    return {kind: rest for kind, *rest in cells if len(rest) == KIND_COLUMNS - 1}


def test_every_kind_of_exception_has_its_row_with_its_board_who_may_act_and_whether_it_notifies() -> None:
    described = {kind: (board, act, told) for kind, (_, board, act, told, *_) in _kinds().items()}
    assert described == {
        str(kind): (
            BOARD[kind].capitalize(),
            "manager" if kind in FOR_MANAGERS else "anyone",
            "always" if kind in STOPS_THE_SYSTEM else "the top 20%" if kind in OF_THE_TOP else "no",
        )
        for kind in ExceptionKind
    }
