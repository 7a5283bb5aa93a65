"""The node's slots at work: each a cell, its settling and its counter. Builds the cells that the node's file names."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from quietshelf_edge.cell import Hx711Cell, LoadCell, SimulatedCell, TraceCell, sound
from quietshelf_edge.config import NodeConfig, SlotConfig
from quietshelf_edge.counting import Change, Counter, Goods, Memory
from quietshelf_edge.messages import (
    MAX_PIECES,
    Config,
    Count,
    Doubt,
    Item,
    Missed,
    SlotPlan,
    SlotState,
    State,
    StateItem,
)
from quietshelf_edge.scene import Scene
from quietshelf_edge.strict import MAX_WHOLE
from quietshelf_edge.weighing import Settling


@dataclass
class Slot:
    """One weighed place."""

    name: str
    cell: LoadCell
    settling: Settling
    counter: Counter
    watched_at: datetime | None = None
    """When it was watched last, as far as the node could tell the time."""

    def note_watched(self, now: datetime | None) -> None:
        """Note that it is `now`, where the slot is watched and the clock is set."""
        if self.counter.watched and now is not None:
            self.watched_at = now

    def memories(self) -> dict[str, Any]:
        """What must outlive a power cut, by the names under which the outbox keeps it."""
        at = None if self.watched_at is None else self.watched_at.isoformat()
        return {f"slot.{self.name}": self.counter.memory.to_json(), f"watched.{self.name}": at}

    def sample(self, t_s: float) -> Change | None:
        """Take the cell's newest sample, at `t_s` on the monotonic clock; what the slot has to say anew."""
        raw = sound(self.cell.read())
        if raw is None:
            return self.counter.silent(t_s)
        return self.counter.feed(t_s, self.settling.feed(t_s, raw))

    @property
    def counted(self) -> bool:
        """Whether what it is to hold has been counted."""
        return self.counter.memory.counted or not self.counter.memory.counts

    def state(self) -> SlotState:
        """What the slot holds and how it is, for the node's `state`. Items stay unsaid until they were counted."""
        memory = self.counter.memory
        counts = memory.counts if memory.counted else {}
        return SlotState(
            slot=self.name,
            items=tuple(StateItem(sku, count) for sku, count in counts.items()),
            grams=self.counter.grams,
            confidence=self.counter.confidence,
            doubt=memory.doubt,
            cell_ok=memory.doubt is not Doubt.CELL_FAULTY,
        )


def build_slots(node: NodeConfig, plan: Config | None, recall: Callable[[str], Any]) -> tuple[Slot, ...]:
    """The slots of the node's file, holding the goods of `plan`; `recall` gives what each remembered by its name."""
    scene = None if node.scene is None else Scene(node.scene)
    slots = []
    for number, slot in enumerate(node.slots):
        kept = recall(f"slot.{slot.name}")
        memory = None if kept is None else Memory.from_json(kept)
        counter = Counter(slot.scale, goods_of(plan, slot.name), memory)
        at = recall(f"watched.{slot.name}")
        watched_at = None if at is None else datetime.fromisoformat(at)
        slots.append(Slot(slot.name, _cell(node, slot, number, scene), Settling(), counter, watched_at))
    return tuple(slots)


def fits_the_wire(plan: Config, slots: Iterable[str]) -> bool:
    """Whether everything that the node's `slots` will have to say under `plan` fits into messages of 4 KiB."""
    longest = {
        slot: tuple(Item(goods.sku, MAX_PIECES, -MAX_PIECES) for goods in goods_of(plan, slot)) for slot in slots
    }
    doubt, name, at = Doubt.OVER_CAPACITY, "x" * 64, datetime.now(UTC)
    states = tuple(
        SlotState(slot, tuple(StateItem(i.sku, i.count) for i in items), -99_999.9, 0.1234, doubt, False)
        for slot, items in longest.items()
    )
    try:
        State(name, MAX_WHOLE, MAX_WHOLE, MAX_WHOLE, MAX_WHOLE, plan.rev, at, states).encode()
        for slot, items in longest.items():
            numbers = MAX_WHOLE, MAX_WHOLE
            Count(slot, name, *numbers, at, False, plan.rev, items, -99_999.9, 0.1234, doubt, Missed(at)).encode()
    except ValueError:
        return False
    return True


def goods_of(plan: Config | None, slot: str) -> tuple[Goods, ...]:
    """What `plan` puts into `slot`: nothing where it does not name it."""
    plans = {} if plan is None else {entry.slot: entry for entry in plan.slots}
    return tuple(
        Goods(item.sku, item.piece_weight_g, item.tolerance, item.count)
        for item in plans.get(slot, SlotPlan(slot, ())).items
    )


def _cell(node: NodeConfig, slot: SlotConfig, number: int, scene: Scene | None) -> LoadCell:
    if slot.pins is not None:
        return Hx711Cell(*slot.pins)
    if slot.trace is not None:
        return TraceCell(slot.trace)
    assert scene is not None, "a slot has pins, a trace or a scene"
    load_g = partial(_follow, scene, slot.name)
    return SimulatedCell(load_g, slot.scale.counts_per_g, slot.scale.zero_raw, node.seed + number)


def _follow(scene: Scene, slot: str) -> float:
    scene.follow()
    return scene.load_g(slot)
