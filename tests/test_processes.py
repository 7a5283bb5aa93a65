"""A shop runs once, ends when it is told to, and leaves no process behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from quietshelf.processes import AlreadyRunningError, only_one
from tests.running import alive, eventually

PARENT = """
import sys, time
from pathlib import Path
from quietshelf.processes import start_child, stop_children, until_stopped
with until_stopped():
    child = start_child([sys.executable, "-c", {child!r}], Path({log!r}))
    try:
        print(child.pid, flush=True)
        time.sleep(60)
    finally:
        stop_children([child])
        print("closed", flush=True)
"""
SLEEPS = "import time; time.sleep(60)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"


def start_parent(child: str, log: Path) -> tuple[subprocess.Popen[str], int]:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT.format(child=child, log=str(log))], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout
    return parent, int(parent.stdout.readline())


@pytest.mark.parametrize("said", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_parent_closes_what_it_opened(tmp_path: Path, said: signal.Signals) -> None:
    parent, child = start_parent(SLEEPS, tmp_path / "log")
    parent.send_signal(said)
    out, _ = parent.communicate(timeout=20)
    assert out == "closed\n"
    assert parent.returncode == 0
    assert not alive(child)


def test_a_child_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    parent, child = start_parent(DEAF, tmp_path / "log")
    parent.terminate()
    assert parent.communicate(timeout=20)[0] == "closed\n"
    assert not alive(child)


def test_a_killed_parent_leaves_no_child(tmp_path: Path) -> None:
    parent, child = start_parent(SLEEPS, tmp_path / "log")
    parent.kill()
    parent.communicate()
    assert eventually(lambda: not alive(child))


def test_a_role_runs_once_and_the_second_is_told_by_whom(tmp_path: Path) -> None:
    with only_one("web", tmp_path), pytest.raises(AlreadyRunningError, match=rf"process {os.getpid()}\."):  # noqa: SIM117
        with only_one("web", tmp_path):
            pass
    with only_one("web", tmp_path), only_one("intake", tmp_path):
        pass
