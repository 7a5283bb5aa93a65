"""One mail, one conversation with a mail server, and what its answer means. The outbox and its states are not here."""

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
AUTH_CODES = frozenset({530, 534, 535, 538})
"""Refusals of who sends, not of the mail: right again once the settings are."""


class Refused(Exception):  # noqa: N818 (an answer, not a fault)
    """The mail server will never take this mail. The text is its answer."""


class NotNow(Exception):  # noqa: N818
    """The mail did not go out; later it may. `perhaps_taken`: the line broke after the text had been offered."""

    def __init__(self, why: str, *, perhaps_taken: bool = False) -> None:
        super().__init__(why)
        self.perhaps_taken = perhaps_taken


@dataclass(frozen=True)
class SmtpSettings:
    """Where mail goes out, and from whom."""

    host: str
    port: int
    mail_from: str
    """The address alone; the shop's name is put before it."""
    tls: bool = False
    """Encrypted from the first byte (smtps). Without it, STARTTLS is used wherever it is offered."""
    user: str | None = None
    password: str = field(default="", repr=False)
    timeout_s: float = 30.0
    """The longest wait for one answer."""

    @classmethod
    def parse(cls, url: str, mail_from: str) -> "SmtpSettings":
        """Settings of smtp://HOST:PORT or smtps://USER:PASSWORD@HOST:PORT; the ports are 25 and 465 where not given.

        >>> SmtpSettings.parse("smtps://till%40shop:secret@mail.example", "Shop <orders@shop.example>")
        SmtpSettings(host='mail.example', port=465, mail_from='orders@shop.example', tls=True, user='till@shop', timeout_s=30.0)
        """  # noqa: E501
        parts = urlsplit(url)
        tls = parts.scheme == "smtps"
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("a mail server's address is smtp://HOST:PORT or smtps://USER:PASSWORD@HOST:PORT")
        return cls(
            host=parts.hostname,
            port=parts.port or (465 if tls else 25),
            mail_from=parseaddr(mail_from)[1],
            tls=tls,
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password or ""),
        )


def hand_over(smtp: SmtpSettings, recipient: str, message: bytes, offering: Callable[[], bool]) -> None:
    """Give one message to the mail server; returns when it has said yes.

    Args:
        offering: called when only the text is missing, and until its return nothing was sent twice that is sent now.
            It notes that the text is offered, and answers False where the mail is no longer this sender's.

    Raises:
        Refused: the server said no for good (5xx).
        NotNow: it said not now (4xx), wants other credentials, or can't be reached.
    """
    with _connection(smtp) as server:
        _accepted(server.mail(smtp.mail_from))
        _accepted(server.rcpt(recipient))
        if not offering():
            raise NotNow("another sender has taken this mail over")
        try:
            answer = server.data(message)
        except smtplib.SMTPDataError as no:
            answer = (no.smtp_code, no.smtp_error if isinstance(no.smtp_error, bytes) else no.smtp_error.encode())
        except (smtplib.SMTPException, OSError) as broken:
            raise NotNow(f"The line broke while the mail was handed over: {broken}", perhaps_taken=True) from None
        _accepted(answer)


@contextmanager
def _connection(smtp: SmtpSettings) -> Iterator[smtplib.SMTP]:
    """A mail server that has let us in. Whatever goes wrong on the way there is NotNow."""
    try:
        server = _connect(smtp)
    except (smtplib.SMTPException, OSError) as error:
        raise NotNow(f"The mail server {smtp.host}:{smtp.port} can't be used: {_said(error)}") from None
    try:
        yield server
    except smtplib.SMTPServerDisconnected as broken:
        raise NotNow(f"The mail server hung up: {broken}") from None
    except OSError as broken:
        raise NotNow(f"The line to the mail server broke: {broken}") from None
    finally:
        with suppress(smtplib.SMTPException, OSError):
            server.quit()
        server.close()


def _connect(smtp: SmtpSettings) -> smtplib.SMTP:
    secure = _tls(smtp.host)
    server = (
        smtplib.SMTP_SSL(smtp.host, smtp.port, timeout=smtp.timeout_s, context=secure)
        if smtp.tls
        else smtplib.SMTP(smtp.host, smtp.port, timeout=smtp.timeout_s)
    )
    try:
        server.ehlo_or_helo_if_needed()
        encrypted = smtp.tls
        if not encrypted and server.has_extn("starttls"):
            server.starttls(context=secure)
            encrypted = True
        if smtp.user is not None:
            if not (encrypted or smtp.host in LOOPBACK):
                raise smtplib.SMTPException(
                    "it offers no encryption, and the password is not sent without; use smtps://"
                )
            server.login(smtp.user, smtp.password)
    except BaseException:
        server.close()
        raise
    return server


def _tls(host: str) -> ssl.SSLContext:
    """Certificates are checked, but on this very machine: a relay there has none that anybody signed."""
    context = ssl.create_default_context()
    if host in LOOPBACK:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _accepted(answer: tuple[int, bytes]) -> None:
    code, text = answer
    if 200 <= code < 300:
        return
    said = f"{code} {' '.join(text.decode(errors='replace').split())}"
    if code >= 500 and code not in AUTH_CODES:
        raise Refused(f"The mail server refused it: {said}")
    raise NotNow(f"The mail server took it not yet: {said}")


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        return f"{error.smtp_code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"
    return str(error) or type(error).__name__
