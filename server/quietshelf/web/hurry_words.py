"""What is said of hurrying an order that is on its way, and of its supplier's answers. Pure, as in wording.py."""

from collections.abc import Sequence
from datetime import datetime

from quietshelf.rules.expedite import rests
from quietshelf.rules.policy import Policy
from quietshelf.store.supplier_words import Word
from quietshelf.web.amounts import first_up, on_day
from quietshelf.web.wording import Voice


def asked(expedited_at: datetime | None, voice: Voice) -> str:
    """That the supplier was asked to hurry so lately that it is not to be asked again: "Asked on Sunday"."""
    if expedited_at is None:
        return ""
    day = expedited_at.astimezone(voice.zone).date()
    return f"Asked {on_day(day, voice.today)}" if rests(day, voice.today, Policy()) else ""


def word(said: Word, voice: Voice) -> str:
    """One asking or answer, as a sentence."""
    when, by = on_day(said.at.astimezone(voice.zone).date(), voice.today), said.by or "Somebody"
    if said.expected_on is not None:
        return f"{by} noted {when}: it comes {on_day(said.expected_on, voice.today)}."
    if said.mail_state is None:
        return f"{by} asked them {when} to hurry."
    went = {"sent": "wrote to them", "failed": "wrote, and the mail did not go out,"}.get(said.mail_state, "writes")
    return f"{by} {went} {when} to hurry it." if went != "writes" else f"{first_up(by)}’s mail waits to go out."


def words(said: Sequence[Word], voice: Voice) -> list[str]:
    """All of it, newest first."""
    return [word(each, voice) for each in said]
