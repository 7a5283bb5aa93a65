"""Load cells: where raw samples come from. What a sample weighs is decided elsewhere (weighing.py, counting.py)."""

import csv
import math
import random
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Protocol

ADC_LEAST, ADC_MOST = -0x800000, 0x7FFFFF
"""The HX711's 24 bits. Both ends mean "out of range", never a weight."""


class LoadCell(Protocol):
    """One channel of one load cell."""

    def read(self) -> int | None:
        """The newest raw sample since the last call, or None when there is none. Returns at once."""

    def close(self) -> None:
        """Let go of the hardware."""


def sound(raw: int | None) -> int | None:
    """`raw` where it is a sample at all, None where the converter was out of range or silent."""
    return raw if raw is not None and ADC_LEAST < raw < ADC_MOST else None


class Hx711Cell:
    """A real cell on two pins of a Raspberry Pi (BCM numbers), read by the hx711 package in a thread of its own.

    The package's `_read()` is called once a sample: its `get_raw_data` repeats for ever on a silent chip. A thread
    that hangs all the same holds up nobody; `read` then has no sample to give, and the slot turns faulty.
    """

    def __init__(self, data_pin: int, clock_pin: int) -> None:
        try:
            from hx711 import HX711  # needs RPi.GPIO, which only a Pi has
        except (ImportError, RuntimeError) as error:
            raise OSError(
                f"the pins can't be used ({error}): install quietshelf-edge[pi] on a Raspberry Pi, or set [cell] kind"
            ) from error
        self._new_chip = partial(HX711, data_pin, clock_pin)
        self._newest: int | None = None
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._worker = threading.Thread(target=self._work, name=f"hx711-{data_pin}", daemon=True)
        self._worker.start()

    def _work(self) -> None:
        chip = self._new_chip()
        chip._read()  # the first word after power-up is not to be trusted
        while not self._closing.is_set():
            raw = chip._read()
            # False: not ready, torn or out of range; 0 is a weight. After a whole word the data line is high: a chip
            # that is "ready" again at once was read across the end of its conversion.
            if raw is not False and not chip._ready():
                with self._lock:
                    self._newest = raw

    def read(self) -> int | None:
        with self._lock:
            raw, self._newest = self._newest, None
        return raw

    def close(self) -> None:
        """Ask the thread to end; a hung one ends with the process."""
        self._closing.set()
        self._worker.join(timeout=1)


class SimulatedCell:
    """Raw samples of a cell under a load that is set by hand: noise, a slow drift, and a hand's half-way sample.

    `load_g` gives the true load in grams at each sample. The same seed gives the same noise.
    """

    NOISE_RAW = 60.0
    DRIFT_G = 0.4
    DRIFT_SAMPLES = 10 * 3600 * 6  # one swing in six hours at 10 samples a second

    def __init__(self, load_g: Callable[[], float], counts_per_g: float, zero_raw: float, seed: int) -> None:
        self._load_g, self._counts_per_g, self._zero_raw = load_g, counts_per_g, zero_raw
        self._random = random.Random(seed)
        self._phase = self._random.random()
        self._samples = 0
        self._before_g = load_g()

    def read(self) -> int | None:
        load_g = self._load_g()
        felt_g = load_g if load_g == self._before_g else self._between(self._before_g, load_g)
        self._before_g = load_g
        self._samples += 1
        drift_g = self.DRIFT_G * math.sin(math.tau * (self._phase + self._samples / self.DRIFT_SAMPLES))
        raw = self._zero_raw + (felt_g + drift_g) * self._counts_per_g + self._random.gauss(0, self.NOISE_RAW)
        return min(max(round(raw), ADC_LEAST), ADC_MOST)

    def _between(self, before_g: float, after_g: float) -> float:
        return before_g + (after_g - before_g) * self._random.random()

    def close(self) -> None:
        """Nothing to let go of."""


class TraceCell:
    """Plays a recorded trace, one row a call; silent after its last row."""

    def __init__(self, path: Path) -> None:
        self._samples = read_trace(path)

    def read(self) -> int | None:
        return next(self._samples, (0.0, None))[1]

    def close(self) -> None:
        """Nothing to let go of."""


def read_trace(path: Path) -> Iterator[tuple[float, int]]:
    """The (t_s, raw) rows of a trace: CSV with a header naming both columns, times that never go back.

    Raises ValueError that names the file, and the line at fault.
    """
    with path.open(newline="", encoding="utf-8-sig", errors="replace") as file:
        rows = csv.DictReader(file)
        if missing := {"t_s", "raw"} - set(rows.fieldnames or ()):
            raise ValueError(f"{path} has no column {' and no column '.join(sorted(missing))}: a trace has t_s,raw")
        last_s = -math.inf
        for row in rows:
            try:
                t_s, raw = float(row["t_s"]), round(float(row["raw"]))
                if not math.isfinite(t_s):
                    raise ValueError
            except (TypeError, ValueError, OverflowError):
                raise ValueError(f"{path}, line {rows.line_num}: t_s must be seconds and raw a number") from None
            if t_s < last_s:
                raise ValueError(f"{path}, line {rows.line_num}: {t_s:g} s comes after {last_s:g} s: sort the trace")
            last_s = t_s
            yield t_s, raw
        if last_s == -math.inf:
            raise ValueError(f"{path} has a header and no sample: record one first")
