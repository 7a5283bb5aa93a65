"""What the server may ask of a node: waits for the slot to come to rest, does it or lets it expire, and answers."""

from collections.abc import Mapping
from dataclasses import dataclass

from quietshelf_edge.counting import Change
from quietshelf_edge.messages import Command, CommandKind, Reply
from quietshelf_edge.panel import Panel
from quietshelf_edge.slots import Slot

REST_S = 1.0
LEAST_PIECE_G = 0.1


@dataclass(frozen=True)
class Served:
    """A command that is over: the answer, and what it changed in `slot`."""

    reply: Reply
    slot: str = ""
    change: Change | None = None


class Desk:
    """The commands that are waiting to be carried out."""

    def __init__(self, slots: Mapping[str, Slot], panel: Panel) -> None:
        self._slots, self._panel = slots, panel
        self._waiting: list[tuple[Command, float]] = []

    def accept(self, command: Command, now_s: float) -> None:
        """Take a command up; it expires by the monotonic clock."""
        self._waiting.append((command, now_s + command.expires_in_s))

    def serve(self, now_s: float) -> list[Served]:
        """Those that are over now: done, impossible or expired."""
        results = [(entry, self._try(entry[0], now_s, entry[1])) for entry in self._waiting]
        self._waiting = [entry for entry, served in results if served is None]
        return [served for _, served in results if served is not None]

    def _try(self, command: Command, now_s: float, deadline_s: float) -> Served | None:
        if now_s >= deadline_s:
            return Served(
                Reply(command.id, False, "The slot did not come to rest in time: keep hands off, and ask again.")
            )
        if command.kind is CommandKind.BLINK:
            self._panel.blink()
            return Served(Reply(command.id, True, "The node blinks for ten seconds."))
        slot = self._slots.get(command.slot or "")
        if slot is None:
            return Served(
                Reply(command.id, False, f"This node has no slot {command.slot}: it has {', '.join(self._slots)}.")
            )
        rest = slot.counter.resting
        if rest is None or now_s - rest.since_s < REST_S:
            return None
        return self._tare(command, slot) if command.kind is CommandKind.TARE else self._learn(command, slot)

    def _tare(self, command: Command, slot: Slot) -> Served | None:
        change = slot.counter.tare()
        return Served(Reply(command.id, True, "The slot is at zero, and counts as empty."), slot.name, change)

    def _learn(self, command: Command, slot: Slot) -> Served:
        weight_g = (slot.counter.grams or 0.0) / (command.pieces or 1)
        if weight_g < LEAST_PIECE_G:
            return Served(Reply(command.id, False, "The slot weighs nothing: lay the pieces on it, or tare it first."))
        return Served(Reply(command.id, True, f"One piece weighs {weight_g:.2f} g.", round(weight_g, 3)))
