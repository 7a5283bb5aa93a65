"""Which drafts send themselves in the purchasing mode. Sending is outbound's."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from quietshelf.rules.policy import Policy


@dataclass(frozen=True)
class ItselfLine:
    """A line of a draft, as far as it matters here."""

    quantity: int
    ruled: int | None
    """What the rule says of it now; None where a person added it."""
    cost_minor: int | None
    """Of the whole line."""
    trusted: bool
    """Its count is not in doubt, and it was decided since anything about it changed."""
    red: bool = False


@dataclass(frozen=True)
class ItselfDraft:
    """A draft, as far as it matters here."""

    lines: Collection[ItselfLine]
    changed_at: datetime
    """When anybody last changed it."""
    reachable: bool
    """Its supplier has an e-mail address."""
    before: bool = False
    """It has sent itself before, and a person took it back."""
    waits: bool = False
    """It waits for its supplier's minimum value, or for its order day."""
    sent_today: bool = False
    """An order has gone to its supplier today already."""


def sends_itself(draft: ItselfDraft, limit_minor: int | None, now: datetime, policy: Policy) -> bool:
    """Whether a draft goes without a person (docs/policy.md, Modes).

    >>> from datetime import UTC
    >>> at = datetime(2026, 11, 24, 9, tzinfo=UTC)
    >>> tea = ItselfLine(24, 24, 9_840, trusted=True)
    >>> def goes(*lines, limit=25_000, **more):
    ...     return sends_itself(ItselfDraft(lines, at - timedelta(minutes=15), True, **more), limit, at, Policy())
    >>> goes(tea), goes(tea, limit=9_840), goes(tea, limit=9_839), goes(tea, limit=None), goes()
    (True, True, False, False, False)
    >>> goes(ItselfLine(48, 24, 9_840, True)), goes(ItselfLine(24, 24, 9_840, False)), goes(tea, before=True)
    (False, False, False)
    >>> goes(tea, sent_today=True), goes(ItselfLine(24, 24, 9_840, True, red=True), sent_today=True)
    (False, True)
    """
    if limit_minor is None or not draft.lines or not draft.reachable or draft.before or draft.waits:
        return False
    if draft.changed_at > now - timedelta(minutes=policy.itself_rests_minutes):
        return False  # what falls due with it goes with it
    if draft.sent_today and not any(line.red for line in draft.lines):
        return False
    costs = [line.cost_minor for line in draft.lines if line.cost_minor is not None]
    if len(costs) < len(draft.lines) or sum(costs) > limit_minor:
        return False
    return all(line.trusted and line.ruled == line.quantity for line in draft.lines)
