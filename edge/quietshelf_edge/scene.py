"""The file by which a simulated shop moves goods on simulated cells: JSON lines, each the load now on one slot."""

import json
import logging
from pathlib import Path

log = logging.getLogger(__name__)


class Scene:
    """Follows a growing file of lines like {"slot": "1", "grams": 412.5}; what was read before is not read again.

    A load is absolute, so the file read from its start always ends in the loads that lie there now.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self._loads_g: dict[str, float] = {}

    def follow(self) -> None:
        """Take what was appended since the last call; a line without its end waits for the next."""
        try:
            size = self._path.stat().st_size
        except FileNotFoundError:
            return
        if size < self._offset:  # begun anew
            self._offset = 0
        if size == self._offset:
            return
        with self._path.open("rb") as file:
            file.seek(self._offset)
            whole, _, _ = file.read().rpartition(b"\n")
        if whole:
            self._offset += len(whole) + 1
            for line in whole.splitlines():
                self._take(line)

    def _take(self, line: bytes) -> None:
        try:
            move = json.loads(line)
            self._loads_g[str(move["slot"])] = float(move["grams"])
        except (ValueError, KeyError, TypeError):
            log.warning('%s: passed over %r, which is no line like {"slot": "1", "grams": 412.5}', self._path, line)

    def load_g(self, slot: str) -> float:
        """Grams that lie on `slot` now; 0 for one that was never named."""
        return self._loads_g.get(slot, 0.0)
