"""Mosquitto as a child of the server: its configuration, its users and what each may do, its process.

It never runs as root. Its paths are relative to its folder, so that no folder above it need be open to its user.
"""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from quietshelf.intake.adoption import SERVER_USER, password_hash
from quietshelf.intake.connection import UNACKNOWLEDGED, BrokerUrl
from quietshelf.processes import ends_with_parent

STARTS_WITHIN_S = 10.0
STOPS_WITHIN_S = 5.0

_CONFIGURATION = """\
# Written by Quietshelf at each start: changes are lost.
listener {port} {listen}
allow_anonymous false
password_file passwords
acl_file rights
persistence true
persistence_location ./
autosave_interval 60
max_queued_messages 100000
max_inflight_messages {inflight}
max_packet_size 65536
persistent_client_expiration 60d
log_dest stderr
log_type error
log_type warning
log_type notice
connection_messages false
"""

_RIGHTS = f"""\
# Written by Quietshelf: a node writes and reads under its own name, and nothing else.
user {SERVER_USER}
topic readwrite quietshelf/#

pattern write quietshelf/v1/+/%u/count
pattern write quietshelf/v1/+/%u/state
pattern write quietshelf/v1/+/%u/status
pattern write quietshelf/v1/+/%u/reply
pattern read quietshelf/v1/+/%u/ack
pattern read quietshelf/v1/+/%u/config
pattern read quietshelf/v1/+/%u/command
"""


def mosquitto_program() -> str | None:
    """Where Mosquitto is, on PATH or where Debian puts it; None where it is not installed."""
    return shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


class Mosquitto:
    """One Mosquitto over the files of `folder`."""

    def __init__(self, program: str, folder: Path, listen: str) -> None:
        self._program, self._folder, self._listen = program, folder, listen
        self._owner = _unprivileged()
        self._process: subprocess.Popen[bytes] | None = None
        self._granted: dict[str, str] | None = None
        self._password = self._server_password()
        self._server_hash = password_hash(self._password)
        self.port = 0

    @property
    def url(self) -> BrokerUrl:
        """Where the server connects, as itself."""
        host = "127.0.0.1" if self._listen in ("", "0.0.0.0") else self._listen
        return BrokerUrl(host, self.port, SERVER_USER, self._password)

    def start(self) -> None:
        """Start it, and wait until it accepts connections. RuntimeError where it ends instead."""
        self._write(
            "mosquitto.conf",
            _CONFIGURATION.format(port=self.port, listen=self._listen, inflight=UNACKNOWLEDGED),
        )
        self._write("rights", _RIGHTS)
        self._give_away()
        user, group = self._owner or (None, None)
        with (self._folder / "mosquitto.log").open("ab") as output:
            self._process = subprocess.Popen(
                [self._program, "-c", "mosquitto.conf"],
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # a Ctrl-C at the terminal is the server's: it ends the broker last
                preexec_fn=ends_with_parent(),
                user=user,
                group=group,
                extra_groups=None if self._owner is None else [],
            )
        (self._folder / "pid").write_text(f"{self._process.pid}\n")
        until_s = time.monotonic() + STARTS_WITHIN_S
        while not self._accepts():
            if self._process.poll() is not None or time.monotonic() > until_s:
                self.stop()
                raise RuntimeError(f"Mosquitto did not start: see {self._folder / 'mosquitto.log'}.")
            time.sleep(0.05)

    def stop(self) -> None:
        """End it, so that it writes down what it holds first."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            try:
                process.wait(STOPS_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            (self._folder / "pid").unlink(missing_ok=True)

    def end_orphan(self) -> None:
        """End the Mosquitto of a server that was killed: it holds the port that the nodes know, and this folder."""
        with suppress(OSError, ValueError):
            pid = int((self._folder / "pid").read_text())
            if Path(f"/proc/{pid}/cwd").resolve() != self._folder.resolve():
                return
            os.kill(pid, signal.SIGTERM)
            until_s = time.monotonic() + STOPS_WITHIN_S
            while Path(f"/proc/{pid}").exists() and time.monotonic() < until_s:
                time.sleep(0.05)

    def grant(self, hashes: Mapping[str, str]) -> None:
        """Let in exactly these nodes, by their passwords' hashes, and the server."""
        if self._granted == hashes:
            return
        self._granted = dict(hashes)
        users = {SERVER_USER: self._server_hash, **hashes}
        self._write("passwords", "".join(f"{name}:{hash_}\n" for name, hash_ in sorted(users.items())))
        self._give_away()
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGHUP)

    def _server_password(self) -> str:
        """The server's own, kept over restarts: an intake of its own process may be connected with it."""
        path = self._folder / "server-password"
        if not path.exists():
            self._write(path.name, secrets.token_urlsafe(24))
        return path.read_text().strip()

    def _write(self, name: str, text: str) -> None:
        """Put a file in place whole, readable by its owner alone."""
        new = self._folder / f"{name}.new"
        new.touch(mode=0o600)
        new.write_text(text)
        new.replace(self._folder / name)

    def _give_away(self) -> None:
        """Where we are root: what Mosquitto reads and writes belongs to its user."""
        if self._owner is None:
            return
        os.chown(self._folder, *self._owner)
        for name in ("mosquitto.conf", "rights", "passwords", "mosquitto.db"):
            with suppress(FileNotFoundError):
                os.chown(self._folder / name, *self._owner)

    def _accepts(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex((self.url.host, self.port)) == 0


def _unprivileged() -> tuple[int, int] | None:
    """The user and group that Mosquitto runs as where we are root; None: as ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("mosquitto", "nobody"):
        with suppress(KeyError):
            user = pwd.getpwnam(name)
            return user.pw_uid, user.pw_gid
    raise RuntimeError("Mosquitto must not run as root: make a user mosquitto, or start Quietshelf as another user.")
