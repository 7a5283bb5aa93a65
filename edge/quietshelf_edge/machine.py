"""What the machine itself tells: which start this is, which machine, and the time once its clock can be trusted."""

import ctypes
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_PI_SERIAL = Path("/proc/device-tree/serial-number")
_TIME_ERROR = 5  # adjtimex(2): the kernel's clock is not synchronised

Clock = Callable[[], datetime | None]
"""The time in UTC, or None while the clock is not set."""


def boot_id() -> str:
    """The same for as long as the machine runs; where it can't be read, each start of the agent is one of its own."""
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return str(uuid.uuid4())


def serial() -> str | None:
    """The Raspberry Pi's serial number; None on other machines."""
    try:
        return _PI_SERIAL.read_text(encoding="ascii").strip("\0\n ") or None
    except OSError:
        return None


def system_clock() -> datetime:
    """The machine's clock, taken as it is: for machines that keep time over a power cut."""
    return datetime.now(UTC)


def ntp_clock() -> datetime | None:
    """The machine's clock once the kernel says that it is synchronised: a Pi wakes up with an old time."""
    timex = ctypes.create_string_buffer(512)  # modes 0: asks, sets nothing
    unset = ctypes.CDLL(None, use_errno=True).adjtimex(timex) in (-1, _TIME_ERROR)
    return None if unset else datetime.now(UTC)
