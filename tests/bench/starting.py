"""How soon the demo is ready, and what an idle shop takes."""

import time
from pathlib import Path
from statistics import median

from tests.bench.rows import Row
from tests.conftest import free_port
from tests.running import started

STARTS = 3
IDLE_S = 20


def starting(folder: Path) -> list[Row]:
    """Seconds from `quietshelf demo` to `ready:`; resident memory of `quietshelf run` and its broker, left alone."""
    took: list[float] = []
    for number in range(STARTS):
        began = time.perf_counter()
        with started("demo", "--port", str(free_port()), home=folder / f"demo-{number}") as demo:
            demo.said("ready: ")
            took.append(time.perf_counter() - began)
    told = {"QUIETSHELF_HTTP": f"127.0.0.1:{free_port()}"}
    with started("run", home=folder / "run", told=told) as shop:
        shop.said("ready: ")
        time.sleep(IDLE_S)
        resident_mb = sum(_resident_mb(pid) for pid in (shop.process.pid, *shop.children()))
    return [
        Row("demo_to_ready", median(took), "s", "<= 10"),
        Row("idle_resident_memory", resident_mb, "MB"),
    ]


def _resident_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"process {pid} has no resident memory: it has ended")
