"""Where a number stands on its scale, in percent across: pure figures that templates draw. No word lives here."""

from collections.abc import Sequence
from dataclasses import dataclass

FIRST, LAST = 1.5, 98.5
"""Where a scale begins and ends, percent of the picture's width: its pointers stay inside."""

SHARES = ((0.95, 0.01), (0.90, 0.02), (0.75, 0.05), (0.50, 0.10), (0.0, 0.20))
"""Scales of shares, from where each begins to 1, and its steps; the narrowest that holds the numbers is taken."""

SUMS = ((5.0, 1.0), (10.0, 2.0), (20.0, 5.0), (50.0, 10.0), (100.0, 20.0), (200.0, 50.0), (500.0, 100.0))
"""Scales from 0 on, to where each ends, and its steps."""


@dataclass(frozen=True)
class Tick:
    """A line of a scale; `value` where it carries its figure."""

    x: str
    value: float | None = None


@dataclass(frozen=True)
class Scale:
    """A scale with its ticks, from its least to its most."""

    least: float
    most: float
    step: float

    @property
    def ticks(self) -> tuple[Tick, ...]:
        """One with a figure at each step, and one without between them."""
        steps = round((self.most - self.least) / self.step)
        halves = [self.least + self.step * n / 2 for n in range(2 * steps + 1)]
        return tuple(Tick(self.x(at), None if n % 2 else at) for n, at in enumerate(halves))

    def x(self, value: float) -> str:
        """Where a value stands; one beyond the scale stands at its end.

        >>> scale_of([0.81, 0.88], share=True).x(0.81)
        '24.78%'
        """
        part = (min(self.most, max(self.least, value)) - self.least) / (self.most - self.least)
        return f"{FIRST + (LAST - FIRST) * part:.2f}%"


def scale_of(values: Sequence[float], *, share: bool) -> Scale:
    """The narrowest scale that holds all values: of a share up to 1, of anything else from 0 on.

    >>> scale_of([0.996, 0.989], share=True)
    Scale(least=0.95, most=1.0, step=0.01)
    >>> scale_of([6.2, 5.1], share=False)
    Scale(least=0.0, most=10.0, step=2.0)
    """
    if share:
        least, step = next((one for one in SHARES if one[0] <= min(values)), SHARES[-1])
        return Scale(least, 1.0, step)
    most, step = next((one for one in SUMS if one[0] >= max(values)), SUMS[-1])
    return Scale(0.0, most, step)
