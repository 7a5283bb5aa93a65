"""Senders in processes of their own, to be killed: each line on stdin forks one, which says its pid and then sends."""

import os
import sys
import time
from datetime import UTC, datetime

import structlog

from quietshelf.outbound.itself import send_themselves
from quietshelf.outbound.mail import send_due
from quietshelf.outbound.smtp import SmtpSettings
from quietshelf.store.engine import open_engine


def main(database_url: str, smtp_url: str, mail_from: str, site_id: str = "") -> None:
    """Fork a sender for each line that is read. Nothing is opened before the fork, so each has its own.

    With a `site_id` it lets that site's drafts send themselves, too.
    """
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    for _ in sys.stdin:
        if pid := os.fork():
            os.waitpid(pid, 0)
        else:
            send_until_killed(database_url, SmtpSettings.parse(smtp_url, mail_from), int(site_id or 0))
            os._exit(0)


def send_until_killed(database_url: str, smtp: SmtpSettings, site_id: int) -> None:
    """Say the pid, then send what is due, again and again; an orphan ends by itself."""
    parent, engine = os.getppid(), open_engine(database_url)
    with engine.connect():
        print(os.getpid(), flush=True)  # noqa: T201 (its only word, to the test)
    while os.getppid() == parent:
        if site_id:
            send_themselves(engine, site_id, datetime.now(UTC))
        send_due(engine, smtp, datetime.now(UTC))
        time.sleep(0.002)


if __name__ == "__main__":
    main(*sys.argv[1:])
