"""What every test may need: a component or a reason, a free port, databases of its own."""

import os
import socket

import pytest


def require(present: object, what: str) -> None:
    """Skip, saying why, where a component is missing; with QUIETSHELF_REQUIRE_ALL=1 fail instead."""
    if present:
        return
    if os.environ.get("QUIETSHELF_REQUIRE_ALL") == "1":
        pytest.fail(f"{what} is missing, and QUIETSHELF_REQUIRE_ALL=1 wants every component")
    pytest.skip(f"{what} is missing: run `make test`, which installs it")


def free_port() -> int:
    """A TCP port on 127.0.0.1 that nothing listens on now."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port: int = s.getsockname()[1]
        return port
