"""A mail server for one machine that keeps what it gets in a folder: for demo and tests. It passes nothing on."""

import asyncio
import email
import os
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Mailbox:
    """The mail server and its folder. What it said yes to is on the disk; files are numbered in order of arrival.

    `answer_after_s` makes it slow: it waits this long after the mail is on the disk before it says yes.
    """

    def __init__(self, folder: Path, port: int, answer_after_s: float = 0.0) -> None:
        self.folder = folder
        self.port = port
        self._answer_after_s = answer_after_s
        self._controller: Controller | None = None

    @property
    def url(self) -> str:
        """Where it listens, as QUIETSHELF_SMTP_URL has it."""
        return f"smtp://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Listen on 127.0.0.1, in a thread of its own. OSError where the port is taken."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._controller = Controller(_Keeper(self.folder, self._answer_after_s), hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        """Stop listening; what came is kept."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def messages(self) -> list[EmailMessage]:
        """Everything that ever came, in order of arrival."""
        return [read_message(path) for path in sorted(self.folder.glob("*.eml"))]


def read_message(path: Path) -> EmailMessage:
    """One kept mail."""
    return email.message_from_bytes(path.read_bytes(), EmailMessage, policy=default)


class _Keeper:
    """Writes each mail to its own file and makes it last, before the answer goes out."""

    def __init__(self, folder: Path, answer_after_s: float) -> None:
        self.folder = folder
        self.answer_after_s = answer_after_s
        self._next = 1 + max((int(path.stem) for path in folder.glob("*.eml") if path.stem.isdigit()), default=0)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd's)
        number, self._next = self._next, self._next + 1
        content = envelope.content
        _keep(self.folder, f"{number:06}.eml", content if isinstance(content, bytes) else str(content).encode())
        await asyncio.sleep(self.answer_after_s)
        return f"250 kept as {number:06}.eml"


def _keep(folder: Path, name: str, content: bytes) -> None:
    draft = folder / f".{name}"
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(folder / name)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
