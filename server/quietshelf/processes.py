"""How processes of the product begin and end: one of a role, an orderly stop, and children that never outlive it."""

import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

STOPS_WITHIN_S = 5.0
"""However stuck something is, the process is gone this long after it was told to stop."""
CHILD_STOPS_WITHIN_S = 2.0
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class AlreadyRunningError(Exception):
    """Another process holds this role. Its text says which one, and what to do."""


@contextmanager
def only_one(role: str, home: Path) -> Iterator[None]:
    """Hold the lock of a role in `home` while the block runs. Raises AlreadyRunningError where another holds it.

    The system lets go of it with the process, however that ends.
    """
    home.mkdir(parents=True, exist_ok=True)
    with (home / f"{role}.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "another"
            raise AlreadyRunningError(
                f"The {role} of the shop in {home} runs already, as process {holder}. "
                "Stop it first, or name another folder in QUIETSHELF_HOME."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


@contextmanager
def until_stopped() -> Iterator[None]:
    """Ctrl-C or SIGTERM ends the block from wherever it is, and what it had open is closed on the way.

    A second signal changes nothing; what has not ended after STOPS_WITHIN_S ends with the process.
    """

    def stop(_signal: int, _frame: FrameType | None) -> None:
        for each in before:
            signal.signal(each, signal.SIG_IGN)
        patience = threading.Timer(STOPS_WITHIN_S, os._exit, (1,))
        patience.daemon = True
        patience.start()
        raise KeyboardInterrupt

    before = {each: signal.signal(each, stop) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    except KeyboardInterrupt:
        return
    finally:
        for each, handler in before.items():
            if signal.getsignal(each) is stop:
                signal.signal(each, handler)


def ends_with_parent() -> Callable[[], None]:
    """What a child is to do before it becomes its program (`preexec_fn`), so that it ends even when this one is killed.

    On Linux it ends with the *thread* that started it; elsewhere nothing is done.
    """
    parent = os.getpid()

    def ask_for_it() -> None:
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != parent:
                os._exit(1)

    return ask_for_it


def start_child(arguments: Sequence[str | Path], output: Path) -> subprocess.Popen[bytes]:
    """Start a process that ends with this one, in the main thread; what it prints is added to `output`."""
    with output.open("ab") as file:
        return subprocess.Popen(  # a session of its own: Ctrl-C in the terminal reaches the parent alone
            [str(argument) for argument in arguments],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=ends_with_parent(),
        )


def stop_children(children: Sequence[subprocess.Popen[bytes]]) -> None:
    """Ask all to end, wait a little, and kill what is left."""
    for child in children:
        child.terminate()
    patience_ends = time.monotonic() + CHILD_STOPS_WITHIN_S
    for child in children:
        try:
            child.wait(max(0.0, patience_ends - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
