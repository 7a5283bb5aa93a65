"""The one pass: load what is known, let the rules decide, save what they decided. No rule and no SQL lives here."""

from quietshelf.cycle.constraint import is_due as look_back_is_due
from quietshelf.cycle.constraint import look_back, moment_at
from quietshelf.cycle.passes import PassReport, decide_skus, run_pass

__all__ = ["PassReport", "decide_skus", "look_back", "look_back_is_due", "moment_at", "run_pass"]
