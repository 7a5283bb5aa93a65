"""An intake as a process of its own, which a test may kill: `python an_intake.py DATABASE SITE_ID BROKER_URL KIND`."""

import signal
import sys
import threading
from datetime import UTC, datetime

from quietshelf.intake.mqtt import Intake
from quietshelf.store.engine import open_engine


def main(database: str, site_id: str, url: str, kind: str) -> None:
    """Take in until SIGTERM."""
    end = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: end.set())
    intake = Intake(open_engine(database), int(site_id), url, lambda: datetime.now(UTC), kind)
    intake.start()
    end.wait()
    intake.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
