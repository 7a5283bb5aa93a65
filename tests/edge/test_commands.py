"""The desk: a command waits for its slot to come to rest, and is let go when its time is over."""

from quietshelf_edge.commands import Desk
from quietshelf_edge.counting import Counter, Goods, Scale
from quietshelf_edge.messages import Command, CommandKind
from quietshelf_edge.panel import LogPanel
from quietshelf_edge.slots import Slot
from quietshelf_edge.weighing import Rest, Settling


class StillCell:
    """A cell that is never asked here."""

    def read(self) -> int | None:
        return None

    def close(self) -> None:
        """Nothing to let go of."""


def desk_and_slot() -> tuple[Desk, Slot]:
    slot = Slot("1", StillCell(), Settling(), Counter(Scale(84_000, 400, 20_000), (Goods("TEA", 250.0),)))
    return Desk({"1": slot}, LogPanel()), slot


def rest(slot: Slot, t_s: float, grams: float, since_s: float = 0.0) -> None:
    slot.counter.feed(t_s, Rest(t_s, since_s, 84_000 + grams * 400, 60.0, 6))


def test_a_tare_waits_for_a_second_of_rest() -> None:
    desk, slot = desk_and_slot()
    desk.accept(Command("t", CommandKind.TARE, 20, "1"), 0.0)
    assert desk.serve(1.0) == []
    rest(slot, 1.5, 31.0, since_s=1.0)
    assert desk.serve(1.5) == []
    rest(slot, 2.1, 31.0, since_s=1.0)
    [served] = desk.serve(2.1)
    assert served.reply.done
    assert served.change is not None
    assert served.change.counts == {"TEA": 0}
    assert desk.serve(3.0) == []


def test_a_tare_on_a_shelf_that_does_not_rest_expires() -> None:
    desk, _ = desk_and_slot()
    desk.accept(Command("t", CommandKind.TARE, 5, "1"), 100.0)
    assert desk.serve(104.9) == []
    [served] = desk.serve(105.0)
    assert not served.reply.done
    assert "rest" in served.reply.message


def test_no_weight_is_learnt_from_an_empty_slot() -> None:
    desk, slot = desk_and_slot()
    rest(slot, 5.0, 0.0)
    desk.accept(Command("l", CommandKind.LEARN, 20, "1", 10), 5.0)
    [served] = desk.serve(5.0)
    assert not served.reply.done
    assert served.reply.piece_weight_g is None


def test_a_slot_that_is_not_there_is_said_at_once() -> None:
    desk, _ = desk_and_slot()
    desk.accept(Command("t", CommandKind.TARE, 20, "7"), 0.0)
    [served] = desk.serve(0.0)
    assert "no slot 7: it has 1" in served.reply.message
