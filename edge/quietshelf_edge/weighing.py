"""From raw samples to levels at rest: spikes left out, noise learnt, movement waited for. Pure; knows no grams."""

from collections import deque
from dataclasses import dataclass
from statistics import fmean, median

SPREAD_SIGMAS = 4.5
"""Still: the samples of a window, one outlier left out, lie within so many times the noise of one sample (in 2 windows
of 1,000, noise alone reaches further; the next sample decides then)."""
OUTLIER_SIGMAS = 4.0
NOISE_FLOOR_RAW = 4.0
NOISE_MEMORY = 64
NOISE_RISE = 1.002
"""Noise may seem to rise so much a sample, twofold in 35 s: hands that rummage must not pass for a noisy cell."""
MEDIAN_STEP_SIGMAS = 0.954
"""Median distance of two successive samples of Gaussian noise, in sigmas: 0.6745 x sqrt(2)."""
SILENCE_S = 2.0


@dataclass(frozen=True)
class Rest:
    """A level at rest: the mean of the window that ends at `t_s`, and since when it has been still."""

    t_s: float
    since_s: float
    raw: float
    noise_raw: float
    samples: int


class Settling:
    """Finds rests in the samples of one cell, which come `sps` times a second."""

    def __init__(self, sps: float = 10.0) -> None:
        self._size = max(6, round(0.6 * sps))
        self._window: deque[int] = deque(maxlen=self._size)
        self._steps: deque[int] = deque(maxlen=NOISE_MEMORY)
        self._noise_raw: float | None = None
        self._since_s: float | None = None
        self._last_s: float | None = None

    def feed(self, t_s: float, raw: int) -> Rest | None:
        """The rest that this sample ends, or None while the slot moves (or its noise is not known yet)."""
        if self._last_s is not None and t_s - self._last_s > SILENCE_S:
            self._window.clear()
            self._since_s = None
        self._last_s = t_s
        if self._window:
            self._steps.append(abs(raw - self._window[-1]))
        self._window.append(raw)
        self._learn_noise()
        if self._noise_raw is None or len(self._window) < self._size:
            return None
        kept = self._without_outlier(self._noise_raw)
        if max(kept) - min(kept) > SPREAD_SIGMAS * self._noise_raw:
            self._since_s = None
            return None
        if self._since_s is None:
            self._since_s = t_s
        return Rest(t_s, self._since_s, fmean(kept), self._noise_raw, len(kept))

    def _learn_noise(self) -> None:
        if len(self._steps) < NOISE_MEMORY // 4:
            return
        seen = max(median(self._steps) / MEDIAN_STEP_SIGMAS, NOISE_FLOOR_RAW)
        self._noise_raw = seen if self._noise_raw is None else min(seen, self._noise_raw * NOISE_RISE)

    def _without_outlier(self, noise_raw: float) -> list[int]:
        """The window without its farthest sample, where that stands apart: a spike, or the end of a movement."""
        middle = median(self._window)
        farthest = max(self._window, key=lambda raw: abs(raw - middle))
        kept = list(self._window)
        if abs(farthest - middle) > OUTLIER_SIGMAS * noise_raw:
            kept.remove(farthest)
        return kept
