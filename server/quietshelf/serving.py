"""The web server: pages on a port, in a thread, until they are closed. What the pages are is in web/."""

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from time import monotonic, sleep
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import structlog
from waitress.server import create_server

from quietshelf.settings import SettingsError

log = structlog.get_logger()

THREADS = 32
CONNECTIONS = 500
ANSWERS_WITHIN_S = 20.0
CLOSES_WITHIN_S = 2.0


@contextmanager
def serving(app: Any, host: str, port: int) -> Iterator[str]:
    """Serve a WSGI app while the block runs; its URL, once a page has really answered.

    Where the port is taken a free one is used, and said. Raises SettingsError where the address can't be had at all.
    """
    listening = _listen(host, port)
    server = create_server(app, sockets=[listening], threads=THREADS, connection_limit=CONNECTIONS, ident="quietshelf")
    Thread(target=server.run, name="web", daemon=True).start()
    try:
        url = f"http://{_in_url(host)}:{listening.getsockname()[1]}/"
        _wait_for_answer(url)
        yield url
    finally:
        server.task_dispatcher.shutdown(cancel_pending=True, timeout=CLOSES_WITHIN_S)
        server.trigger.pull_trigger(server.close)  # in the server's own thread, which waits for nothing else


def _listen(host: str, port: int) -> socket.socket:
    try:
        return _bound(host, port)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise SettingsError(
                f"QUIETSHELF_HTTP: {host}:{port} can't be listened on: {error.strerror}. Write another host:port."
            ) from None
    listening = _bound(host, 0)
    log.warning(f"port {port} is taken, so the pages are at port {listening.getsockname()[1]}")
    return listening


def _bound(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listening = socket.socket(family, kind, protocol)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen()  # now, so that a taken port is known before anything is said
    except OSError:
        listening.close()
        raise
    return listening


def _in_url(host: str) -> str:
    """Where a browser on this machine finds what listens at `host`."""
    if host in ("0.0.0.0", "::"):
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _wait_for_answer(url: str) -> None:
    ends = monotonic() + ANSWERS_WITHIN_S
    while True:
        try:
            with urlopen(url, timeout=ANSWERS_WITHIN_S):
                return
        except HTTPError as error:
            if error.code < 500:
                return
            why = f"it answers {error.code}"
        except URLError as error:
            why = str(error.reason)
        if monotonic() > ends:
            raise RuntimeError(f"The page at {url} does not come up: {why}. The log says more.")
        sleep(0.05)
