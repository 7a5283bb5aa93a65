"""How the product logs: structlog to stderr, for people in a terminal and as JSON otherwise. Secrets never."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

SECRET_NAME = re.compile(r"password|secret|token|authorization|cookie", re.IGNORECASE)
PASSWORD_IN_URL = re.compile(r"(\w+://[^/\s:@]*):[^/\s@]+@")
TALKATIVE = ("apscheduler", "alembic", "fontTools", "mail.log", "waitress")
"""Libraries whose word counts only when something is wrong."""


def configure(*, debug: bool = False) -> None:
    """Log from here on, this product's own words and its libraries' alike."""
    console = sys.stderr.isatty()
    shared: list[structlog.types.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if console else "iso", utc=not console),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    written: structlog.types.Processor = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if console
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                hide_secrets,
                written,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.DEBUG if debug else logging.INFO)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


def quieter() -> None:
    """Only what is wrong from here on, unless all was asked for: somebody looks at something else on this terminal."""
    root = logging.getLogger()
    if root.level != logging.DEBUG:
        root.setLevel(logging.WARNING)


def hide_secrets(_: object, __: str, said: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Black out what is named like a secret, and passwords within URLs.

    >>> hide_secrets(None, "info", {"event": "at smtp://shop:hunter2@mail.example", "token": "abc"})
    {'event': 'at smtp://shop:***@mail.example', 'token': '***'}
    """
    for name, value in said.items():
        if SECRET_NAME.search(name):
            said[name] = "***"
        elif isinstance(value, str):
            said[name] = PASSWORD_IN_URL.sub(r"\1:***@", value)
    return said
