"""What constrains the simulated shop: for each constraint a history in which it is true by construction.

Only what went wrong with which goods; the 90 days themselves are made in history.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Constraint(StrEnum):
    """What the demo can be started with, by the names that the product gives it."""

    SUPPLY = "supply"
    DEMAND = "demand"
    CAPITAL = "capital"
    PURCHASING = "purchasing"
    COUNTS = "counts"
    NONE = "none"


@dataclass(frozen=True)
class Scenario:
    """What went wrong, by SKU."""

    gone: Mapping[str, int] = field(default_factory=dict)
    """Sold out for so many days, and their order is not there yet."""
    promised_ago: int = 0
    """That order was promised so many days ago; below 0, it is due in so many days."""
    surging: tuple[str, ...] = ()
    """Sells several times faster than before, since some weeks."""
    hoarded: tuple[str, ...] = ()
    """Lies there for most of a year."""
    vanished: Mapping[str, int] = field(default_factory=dict)
    """Not sold for so many days, because none is there; the book shows some, until they are counted yesterday."""


SURGE_TIMES = 5.0
SURGE_DAYS = 25
HOARD_COVER_DAYS = 340
VANISHED_COVER_DAYS = 20
OVERDUE_DAYS = 25

SCENARIOS: Mapping[Constraint, Scenario] = {
    Constraint.SUPPLY: Scenario(
        gone=dict.fromkeys(("CER-0201", "CER-0203", "CER-0204", "CER-0205", "CER-0206"), 11),
        promised_ago=OVERDUE_DAYS,
    ),
    Constraint.DEMAND: Scenario(surging=("CER-0201", "CER-0202", "CER-0206", "WOD-0301", "WOD-0302", "TEA-0121")),
    Constraint.CAPITAL: Scenario(
        hoarded=(
            "CER-0202",
            "CER-0203",
            "CER-0204",
            "CER-0205",
            "CER-0207",
            "WOD-0301",
            "WOD-0305",
            "KIT-0403",
            "KIT-0404",
            "KIT-0405",
            "KIT-0406",
            "LAR-0507",
        ),
        gone={"WOD-0306": 9, "LAR-0506": 9, "KIT-0402": 9},
        promised_ago=-4,
    ),
    Constraint.PURCHASING: Scenario(
        gone={"CER-0201": 12, "CER-0206": 12, "WOD-0301": 11, "WOD-0302": 12, "KIT-0404": 10, "KIT-0408": 12},
        promised_ago=-4,
    ),
    Constraint.COUNTS: Scenario(
        vanished={
            "LAR-0502": 13,
            "LAR-0504": 13,
            "LAR-0506": 12,
            "LAR-0507": 13,
            "KIT-0402": 12,
            "KIT-0404": 13,
            "KIT-0408": 13,
        }
    ),
    Constraint.NONE: Scenario(),
}
