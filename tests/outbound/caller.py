"""A caller of the webhook in a process of its own, to be killed: makes the calls that are due at a given time."""

import sys
from datetime import datetime

from quietshelf.outbound.webhook import call_due
from quietshelf.store.engine import open_engine

if __name__ == "__main__":
    database_url, hook_url, at = sys.argv[1:]
    call_due(open_engine(database_url), hook_url, datetime.fromisoformat(at))
