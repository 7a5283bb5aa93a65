"""Mail servers that answer as real ones do on a bad day. No test lives here."""

import asyncio
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.conftest import free_port


class Answers:
    """A mail server's handler that gives these answers in turn, then says yes; what it took it keeps."""

    def __init__(self, *, to_recipient: list[str] | None = None, to_text: list[str] | None = None) -> None:
        self.to_recipient = to_recipient or []
        self.to_text = to_text or []
        self.taken: list[bytes] = []
        self.logins: list[str] = []

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.to_recipient:
            return self.to_recipient.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self.to_text.pop(0) if self.to_text else "250 OK"
        if answer[0] == "2" or answer == HANG_UP:
            self.taken.append(envelope.original_content or b"")
        if answer == HANG_UP:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return answer

    def log_in(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword
    ) -> AuthResult:
        """Let in who knows the password."""
        self.logins.append(data.login.decode())
        return AuthResult(success=data.password == b"open sesame", handled=False)


HANG_UP = "hang up after the text was taken"


@contextmanager
def serving(handler: Answers, host: str = "127.0.0.1", **more: Any) -> Iterator[int]:
    """The port of a mail server with this handler; `more` is the controller's."""
    controller = Controller(handler, hostname=host, port=free_port(), **more)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def certificate(folder: Path) -> ssl.SSLContext:
    """A server's TLS context under a certificate that nobody signed."""
    key, cert = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-keyout", str(key), "-out", str(cert), "-days", "2", "-subj", "/CN=localhost"),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)
    return context
