"""Node and server over a broker that loses, repeats, denies and reorders: in the end each event is held once."""

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from quietshelf_edge.messages import Ack, Count, Item, Void, decode_count
from quietshelf_edge.outbox import Outbox
from quietshelf_edge.window import RETRY_MOST_S


class Server:
    """Holds each (stream, seq) once and says how far it holds a stream without a gap; can be restored from a copy."""

    def __init__(self) -> None:
        self.epoch = 1
        self.held: dict[int, Count | Void] = {}
        self.copy: dict[int, Count | Void] = {}

    def take(self, payload: bytes) -> Ack:
        event = decode_count(payload)
        assert self.held.setdefault(event.seq, event) == event or isinstance(event, Void)
        return self.ack(event.stream)

    def ack(self, stream: str) -> Ack:
        mark = 0
        while mark + 1 in self.held:
            mark += 1
        return Ack(self.epoch, stream, mark, mark + 1 if max(self.held, default=0) > mark else None)

    def restore(self) -> None:
        self.held = dict(self.copy)
        self.epoch += 1


class World:
    """One node, one server, and what is under way between them."""

    def __init__(self, folder: Path, chance: Random, denied: int | None) -> None:
        self.path, self.chance, self.denied = folder / "outbox.sqlite", chance, denied
        self.box, self.server = Outbox(self.path, "boot"), Server()
        self.up: list[bytes] = []
        self.down: list[Ack] = []
        self.taken = 0
        self.now_s = 0.0

    def take(self) -> None:
        self.taken += 1
        event = Count("1", "-", 1, 1, None, False, None, (Item("TEA", self.taken, 1),), 1.0, 1.0, None)
        self.box.append(event, self.now_s, {})

    def send(self) -> None:
        self.now_s += RETRY_MOST_S
        for outgoing in self.box.due(self.now_s, hold_undated=False):
            self.box.sent(outgoing.seq, self.now_s)
            event = decode_count(outgoing.payload)
            if event.seq != self.denied or isinstance(event, Void):
                self.up.append(outgoing.payload)

    def arrive(self) -> None:
        if self.up:
            payload = self.up.pop(self.chance.randrange(len(self.up)))
            self.down.append(self.server.take(payload))
            if self.chance.random() < 0.2:
                self.up.append(payload)

    def hear(self) -> None:
        if self.down:
            ack = self.down.pop(self.chance.randrange(len(self.down)))
            self.box.take_ack(ack, retained=self.chance.random() < 0.2)

    def lose(self) -> None:
        self.up = [payload for payload in self.up if self.chance.random() < 0.5]
        self.down = [ack for ack in self.down if self.chance.random() < 0.5]

    def node_dies(self) -> None:
        self.box.close()
        self.box = Outbox(self.path, "boot")
        self.down.clear()

    def copy(self) -> None:
        self.server.copy = dict(self.server.held)

    def restore(self) -> None:
        self.server.restore()
        self.down.append(self.server.ack(self.box.stream))

    def settle(self) -> None:
        for _ in range(40):
            self.send()
            while self.up:
                self.down.append(self.server.take(self.up.pop(0)))
            while self.down:
                self.box.take_ack(self.down.pop(0), retained=False)
            if self.box.acked == self.taken:
                return


ACTS = ["take", "take", "send", "send", "arrive", "arrive", "hear", "lose", "node_dies", "copy", "restore"]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(ACTS), max_size=60), st.integers(0, 2**16), st.none() | st.integers(1, 4))
def test_whatever_happens_each_event_is_held_once_in_the_end(acts: list[str], seed: int, denied: int | None) -> None:
    with TemporaryDirectory() as folder:
        world = World(Path(folder), Random(seed), denied)
        for act in acts:
            getattr(world, act)()
        world.take()
        world.settle()
        held = world.server.held
        last = denied == world.taken  # nothing behind it can prove that it never arrives: it waits
        assert set(held) == set(range(1, world.taken + (0 if last else 1)))
        for seq, event in held.items():
            if seq == denied:
                assert isinstance(event, Void)
            else:
                assert isinstance(event, Count)
                assert event.items[0].count == seq
        assert world.box.acked == len(held)
        world.box.close()
