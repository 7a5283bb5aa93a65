"""A PostgreSQL server for one test session: own folder, a Unix socket, no port, no durability. No test lives here."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

START_SECONDS = 30


def programs() -> Path | None:
    """The folder of Debian's newest PostgreSQL server programs, or None where there are none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    return found[-1].parent if found else None


@contextmanager
def postgres() -> Iterator[str]:
    """A running server, as the URL of its maintenance database; stopped and removed at the end.

    PostgreSQL refuses to run as root: there it runs as the user postgres, else as whoever runs the tests.
    """
    bin_dir = programs()
    if bin_dir is None:
        raise RuntimeError("no PostgreSQL server is installed: run `make test`, which installs it")
    home = Path(tempfile.mkdtemp(prefix="quietshelf-pg-"))
    data = home / "data"
    user: str | None = None
    if os.geteuid() == 0:
        user = "postgres"
        account = pwd.getpwnam(user)
        os.chown(home, account.pw_uid, account.pw_gid)
    name = user or pwd.getpwuid(os.geteuid()).pw_name
    try:
        subprocess.run(
            [bin_dir / "initdb", "-D", data, "-U", name, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
            user=user,
            cwd=home,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        quick = "-F -c listen_addresses= -c synchronous_commit=off -c full_page_writes=off -c shared_buffers=32MB"
        with (home / "log").open("wb") as log:
            server = subprocess.Popen(
                [bin_dir / "postgres", "-D", data, "-k", home, *quick.split()],
                user=user,
                cwd=home,
                stdout=log,
                stderr=log,
            )
        try:
            _wait(f"host={home} user={name} dbname=postgres", server, home / "log")
            yield f"postgresql+psycopg://{name}@/postgres?host={home}"
        finally:
            server.send_signal(2)  # SIGINT: a fast shutdown, whoever is still connected
            server.wait(START_SECONDS)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _wait(dsn: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(dsn).close()
            return
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start: {log.read_text()[-2000:]}") from None
            time.sleep(0.05)
