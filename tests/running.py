"""The product's own processes, started as a person starts them. No test lives here."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Queue

QUIETSHELF = Path(sys.executable).with_name("quietshelf")
SAYS_WITHIN_S = 90.0
ENDS_WITHIN_S = 30.0


def environment(home: Path, told: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's surroundings, with no setting but these."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("QUIETSHELF_")}
    return kept | {"QUIETSHELF_HOME": str(home)} | dict(told or {})


def ran(
    *arguments: str, home: Path, told: Mapping[str, str] | None = None, program: Path = QUIETSHELF
) -> subprocess.CompletedProcess[str]:
    """A command, run to its end."""
    return subprocess.run(
        [program, *arguments],
        env=environment(home, told),
        capture_output=True,
        text=True,
        timeout=SAYS_WITHIN_S,
        check=False,
    )


@dataclass
class Started:
    """A command that runs. What it has printed is kept."""

    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)
    _coming: "Queue[str | None]" = field(default_factory=Queue)

    def said(self, start: str) -> str:
        """What follows `start` on the first line of stdout that begins so; waited for."""
        while not (found := [line for line in self.lines if line.startswith(start)]):
            try:
                line = self._coming.get(timeout=SAYS_WITHIN_S)
            except Empty:
                raise AssertionError(f"it has not said {start!r} within {SAYS_WITHIN_S:.0f} s") from None
            if line is None:
                raise AssertionError(f"it ended, with status {self.process.wait()}, and has not said {start!r}")
            self.lines.append(line)
        return found[0].removeprefix(start).strip()

    def children(self) -> list[int]:
        """The ids of the processes that it has started."""
        return _children(self.process.pid)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Tell it to end; its exit status."""
        self.process.send_signal(how)
        return self.process.wait(ENDS_WITHIN_S)


@contextmanager
def started(
    *arguments: str,
    home: Path,
    told: Mapping[str, str] | None = None,
    program: Path = QUIETSHELF,
    cwd: Path | None = None,
) -> Iterator[Started]:
    """A command that runs while the block does; its log is added to `home`.log."""
    with home.with_suffix(".log").open("a") as log:
        process = subprocess.Popen(
            [program, *arguments], env=environment(home, told), stdout=subprocess.PIPE, stderr=log, text=True, cwd=cwd
        )
    running = Started(process)

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            running._coming.put(line)
        running._coming.put(None)

    threading.Thread(target=read, daemon=True).start()
    try:
        yield running
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(ENDS_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def alive(pid: int) -> bool:
    """Whether a process runs; a dead one that nobody has waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def eventually(true: Callable[[], bool], within_s: float = 60.0) -> bool:
    """Whether something becomes true, looked at ten times a second."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.1)
    return False


def _children(pid: int) -> list[int]:
    """By the parent that each process names, since a child may have been started by any thread."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        if parent == pid:
            found.append(int(stat.parent.name))
    return found
