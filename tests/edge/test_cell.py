"""Cells: the real driver over a chip of bits, the simulated one, a scene that grows, and recorded traces."""

import json
import sys
import threading
import types
from collections.abc import Iterator
from pathlib import Path
from statistics import fmean, stdev

import pytest

from quietshelf_edge.cell import Hx711Cell, SimulatedCell, TraceCell, read_trace, sound
from quietshelf_edge.scene import Scene
from tests.edge.bench import wait_for


class BitChip:
    """An HX711 at the level of its two pins, in the place of RPi.GPIO: 24 bits a word, then the line is high."""

    BCM, OUT, IN = "BCM", "OUT", "IN"

    def __init__(self, word: int | None) -> None:
        self.word = word
        self._bits: list[int] = []
        self._level = False
        self._pulses = 0

    def setmode(self, _mode: str) -> None:
        """Pin numbers are BCM numbers."""

    def setup(self, _pin: int, _direction: str) -> None:
        """Pins need no preparation here."""

    def output(self, _pin: int, level: bool) -> None:
        if level and not self._level:
            self._pulses += 1
        self._level = level

    def input(self, _pin: int) -> int:
        if self.word is None:
            return 1
        if self._pulses == 0:
            return 0  # ready
        if self._pulses <= 24:
            return (self.word & 0xFFFFFF) >> (24 - self._pulses) & 1
        self._pulses = 0  # the word is over; the next question finds the chip ready again
        return 1


@pytest.fixture
def chip(monkeypatch: pytest.MonkeyPatch) -> Iterator[BitChip]:
    """A chip under load; the module hx711 is loaded anew over it, and forgotten afterwards."""
    fake = BitChip(word=-1234)
    package, gpio = types.ModuleType("RPi"), types.ModuleType("RPi.GPIO")
    for name in ("BCM", "OUT", "IN", "setmode", "setup", "output", "input"):
        setattr(gpio, name, getattr(fake, name))
    package.GPIO = gpio  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "RPi", package)
    monkeypatch.setitem(sys.modules, "RPi.GPIO", gpio)
    monkeypatch.delitem(sys.modules, "hx711", raising=False)
    yield fake
    sys.modules.pop("hx711", None)


def test_a_real_cell_gives_the_words_of_its_chip_and_nothing_while_it_is_silent(chip: BitChip) -> None:
    cell = Hx711Cell(5, 6)
    readings: list[int] = []

    def read() -> bool:
        raw = cell.read()
        readings.extend([] if raw is None else [raw])
        return bool(readings)

    wait_for(read, "a sample")
    assert readings == [-1234]
    chip.word = None
    cell.read()
    threading.Event().wait(0.2)
    cell.read()
    assert cell.read() is None
    cell.close()


def test_zero_is_a_sample_and_the_ends_of_the_range_are_none() -> None:
    assert (sound(0), sound(-1)) == (0, -1)
    assert (sound(0x7FFFFF), sound(-0x800000), sound(None)) == (None, None, None)


def test_a_simulated_cell_gives_raw_counts_with_noise_and_the_same_ones_for_the_same_seed() -> None:
    def samples() -> list[int]:
        cell = SimulatedCell(lambda: 100.0, counts_per_g=400.0, zero_raw=84_000.0, seed=3)
        return [raw for _ in range(500) if (raw := cell.read()) is not None]

    first = samples()
    assert first == samples()
    assert abs(fmean(first) - 124_000) < 0.5 * 400
    assert 40 < stdev(first) < 80


def test_a_scene_is_followed_as_it_grows_and_a_half_written_line_waits(tmp_path: Path) -> None:
    path = tmp_path / "scene.jsonl"
    scene = Scene(path)
    scene.follow()
    assert scene.load_g("1") == 0.0
    path.write_text(json.dumps({"slot": "1", "grams": 412.5}) + '\n{"slot": "1", "gra')
    scene.follow()
    assert scene.load_g("1") == 412.5
    with path.open("a") as file:
        file.write('ms": 300}\nnonsense\n{"slot": "2", "grams": 7}\n')
    scene.follow()
    assert (scene.load_g("1"), scene.load_g("2")) == (300.0, 7.0)
    fresh = Scene(path)
    fresh.follow()
    assert fresh.load_g("1") == 300.0


def test_a_trace_is_played_to_its_end_and_then_silent(tmp_path: Path) -> None:
    path = tmp_path / "trace.csv"
    path.write_text("t_s,raw\n0.0,5\n0.1,-7\n")
    cell = TraceCell(path)
    assert [cell.read() for _ in range(4)] == [5, -7, None, None]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("time,raw\n0,1\n", "no column t_s"),
        ("t_s,raw\n0,1\n0.1,x\n", "line 3"),
        ("t_s,raw\nnan,1\n", "line 2"),
        ("", "no column raw and no column t_s"),
    ],
)
def test_a_trace_that_can_not_be_read_says_where(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "trace.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match=said):
        list(read_trace(path))


def test_without_a_pi_a_real_cell_says_what_to_do() -> None:
    with pytest.raises(OSError, match=r"install quietshelf-edge\[pi\]"):
        Hx711Cell(5, 6)
