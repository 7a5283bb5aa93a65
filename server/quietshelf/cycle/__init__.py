"""The one pass: load what is known, let the rules decide, save what they decided. No rule and no SQL lives here."""

from quietshelf.cycle.passes import PassReport, decide_skus, run_pass

__all__ = ["PassReport", "decide_skus", "run_pass"]
