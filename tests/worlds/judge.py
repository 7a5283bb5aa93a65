"""What is true of a world, and what the rules say of it: the truth is the same luck with one cause taken away."""

from dataclasses import dataclass
from datetime import date, timedelta

from quietshelf.rules.causes import Cause, by_cause, losses
from quietshelf.rules.constraint import Look, look, measure, more_is_better
from quietshelf.rules.numbers import Number, compared
from quietshelf.rules.policy import Policy
from tests.worlds.kinds import ENDING, ENDS, Trouble
from tests.worlds.luck import draw
from tests.worlds.memory import Past, on
from tests.worlds.shop import live

POLICY = Policy()


@dataclass(frozen=True)
class Judged:
    """One world, as it was and as the rules saw it."""

    past: Past
    saves: dict[Cause, int]
    """Money that taking each cause away saves on the scored days: throughput, and holding cost."""
    said: Look
    laid: dict[Cause, int]
    """Money that the rules laid to each cause on the scored days."""
    numbers: dict[Cause, Number]
    """The number of each cause that was taken away, beside the number with it."""

    @property
    def truth(self) -> Cause:
        """The cause whose removal saves most money."""
        return max(self.saves, key=lambda cause: self.saves[cause])

    @property
    def saved(self) -> dict[Cause, float]:
        """What the removal of each cause that the shop has saves, as a share of throughput."""
        return {cause: self.saves[cause] / self.said.throughput_minor for cause in self.numbers}

    @property
    def is_no_toy(self) -> bool:
        """Each cause costs 1 to 10% of throughput, and the second, if there is one, at least half of the first."""
        most, *others = sorted(self.saved.values(), reverse=True)
        return most <= 0.10 and min(most, *others, 1.0) >= 0.01 and (not others or others[0] >= most / 2)

    @property
    def is_named(self) -> bool:
        """Whether the rules name the cause whose removal saves most."""
        return self.said.says is self.truth

    @property
    def money_within_two(self) -> list[bool]:
        """For each cause that the shop has, whether the money laid to it is within a factor of two of the truth."""
        return [0.5 <= self.laid_to_saved(cause) <= 2 for cause in self.saved]

    def laid_to_saved(self, cause: Cause) -> float:
        """Money that the rules laid to a cause, over what its removal saves."""
        return self.laid[cause] / self.saves[cause]


def judge(trouble: Trouble, seed: int) -> Judged:
    """Live through a world, then again without each cause that it has; what a cause that it has not saves is 0."""
    luck, scored = draw(trouble, seed), trouble.shape.scored
    today, since = on(trouble.shape.days - 1), on(trouble.shape.days - scored)
    past = live(luck, trouble)
    found = [loss for life in past.lives for loss in losses(life, POLICY)]
    top = _top(past, since)
    saves, numbers = dict.fromkeys(Cause, 0), {}
    for cause in Cause:
        if not trouble.has(cause):
            continue
        without = live(luck, trouble, cause)
        saves[cause] = _money(without, scored) - _money(past, scored)
        gone, there = (measure(cause, p.lives, top, since, today, POLICY) for p in (without, past))
        numbers[cause] = compared(gone, there, more_is_better(cause), POLICY)
    said = look(found, today, sum(past.earned_minor[-scored:]), past.deliveries, POLICY)
    return Judged(past, saves, said, by_cause(found, since, today), numbers)


def ended(cause: Cause, seed: int) -> Number:
    """The number of a shop's one cause on 30 days without it, beside the last 30 days with it, in the same life."""
    trouble = ENDING[cause]
    past, scored, days = live(draw(trouble, seed), trouble), trouble.shape.scored, trouble.shape.days
    top = _top(past, on(ENDS - scored))
    before = measure(cause, past.lives, top, on(ENDS - scored), on(ENDS - 1), POLICY)
    after = measure(cause, past.lives, top, on(days - scored), on(days - 1), POLICY)
    return compared(after, before, more_is_better(cause), POLICY)


def _money(past: Past, scored: int) -> int:
    return sum(past.earned_minor[-scored:]) - sum(past.held_minor[-scored:])


def _top(past: Past, since: date) -> set[str]:
    """The fifth of the SKUs that earns most, by velocity x throughput when some days begin."""
    start = since - timedelta(days=1)
    earning = {
        life.sku: next(day.per_day for day in life.days if day.day == start) * life.throughput_minor
        for life in past.lives
    }
    return set(sorted(earning, key=lambda sku: -earning[sku])[: len(earning) // 5])
