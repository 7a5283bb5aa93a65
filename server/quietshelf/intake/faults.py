"""A known fault, said in the log once when it begins and once when it ends, and on the page as long as it lasts."""

from collections.abc import Callable
from datetime import datetime

import structlog

log = structlog.get_logger()


class Fault:
    """One thing that may be wrong, such as "the broker is away"."""

    def __init__(self, name: str, clock: Callable[[], datetime]) -> None:
        self._name, self._clock = name, clock
        self.sentence: str | None = None
        """What is wrong, for the page; None while all is well."""

    def begin(self, sentence: str) -> None:
        """It is wrong now; said again only when it was well in between."""
        if self.sentence is None:
            self._since = self._clock()
            log.warning(f"{self._name} began", why=sentence)
        self.sentence = sentence

    def end(self) -> None:
        """It is well now."""
        if self.sentence is not None:
            lasted_s = round((self._clock() - self._since).total_seconds())
            log.info(f"{self._name} ended", lasted_s=lasted_s)
            self.sentence = None
