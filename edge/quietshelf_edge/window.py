"""Which events are sent now: a bounded window, again after a pause, and what proves that one will never arrive.

Kept in memory only; what is sent, and what was acknowledged, is the outbox's (outbox.py).
"""

from dataclasses import dataclass

SIZE = 32
RETRY_S = 5.0
RETRY_MOST_S = 60.0
PROBE_AFTER = 10
VOID_AFTER = 10


@dataclass
class _Sends:
    times: int = 0
    last_s: float | None = None
    since_named: bool = False
    named: int = 0


class Window:
    """How often each unacknowledged event was sent, when last, and how often the server missed it."""

    def __init__(self) -> None:
        self._sends: dict[int, _Sends] = {}

    def due(self, first: int, last: int, now_s: float) -> list[int]:
        """The seqs to send now, of the unacknowledged `first` to `last`.

        The window is the first 32. When its first event was sent 10 times in vain, each further time takes one event
        from beyond the window along, another each time: a later one that arrives proves that the first does not.
        """
        window = range(first, min(last, first + SIZE - 1) + 1)
        due = [seq for seq in window if self._is_due(seq, now_s)]
        times = self._sends.get(first, _Sends()).times
        beyond = last - window.stop + 1
        if due and due[0] == first and times >= PROBE_AFTER and beyond > 0:
            due.append(window.stop + times % beyond)
        return due

    def _is_due(self, seq: int, now_s: float) -> bool:
        sends = self._sends.get(seq)
        if sends is None or sends.last_s is None:
            return True
        pause_s = min(RETRY_S * 2.0 ** min(sends.times - 1, 10), RETRY_MOST_S)
        return now_s - sends.last_s >= pause_s

    def was_sent(self, seq: int) -> bool:
        """Whether `seq` was handed to the broker in this run."""
        return seq in self._sends

    def sent(self, seq: int, now_s: float) -> None:
        """`seq` was handed to the broker."""
        sends = self._sends.setdefault(seq, _Sends())
        sends.times += 1
        sends.last_s = now_s
        sends.since_named = True

    def named(self, seq: int) -> bool:
        """The server has later events and misses `seq`: whether that proves that it can't arrive.

        It does when it was missed 10 times, and sent again before each.
        """
        sends = self._sends.get(seq)
        if sends is None or not sends.since_named:
            return False
        sends.since_named = False
        sends.named += 1
        return sends.named >= VOID_AFTER

    def forget(self, up_to: int) -> None:
        """Everything up to `up_to` is settled."""
        self._sends = {seq: sends for seq, sends in self._sends.items() if seq > up_to}

    def forget_one(self, seq: int) -> None:
        """`seq` has other content now: it was never sent."""
        self._sends.pop(seq, None)

    def reconnected(self) -> None:
        """What was under way may be lost: everything in the window is due again."""
        for sends in self._sends.values():
            sends.last_s = None
