"""A look at thousands of SKUs on all cores: processes that each decide chunks of them. What is decided is the same.

Each chunk is loaded, decided and saved in its own process just as in one, under each SKU's version, so whoever is
killed on the way leaves every SKU decided or due.
"""

import os
import signal
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import connection, get_context, parent_process
from threading import Thread

from sqlalchemy import Engine

from quietshelf.cycle.deciding import SKUS_AT_ONCE, Done, decide_some
from quietshelf.cycle.moments import Moment
from quietshelf.store.engine import open_engine, reading
from quietshelf.store.supply import SupplyRecord, records
from quietshelf.store.upsert import in_chunks

MANY = 5_000
"""From so many SKUs on processes are started: to start them takes as long as to decide some thousand."""
PROCESSES = 4
"""At most: they save one after the other, and each takes some 100 MB."""


def processes() -> int:
    """How many decide at once where SKUs are many: one a core."""
    return min(os.cpu_count() or 1, PROCESSES)


def decide_many(engine: Engine, moment: Moment, product_ids: Sequence[int]) -> list[Done]:
    """Decide about SKUs: in this process, or on all cores where they are many. An error of one process is raised."""
    chunks = list(in_chunks(product_ids, SKUS_AT_ONCE))
    if not chunks:
        return []
    if processes() == 1 or len(product_ids) < MANY:
        desk = _Desk.at(engine, moment)
        return [desk.decide(chunk) for chunk in chunks]
    url = engine.url.render_as_string(hide_password=False)
    with ProcessPoolExecutor(processes(), get_context("spawn"), _begin, (url, moment)) as pool:
        return list(pool.map(_decide, chunks))


@dataclass(frozen=True)
class _Desk:
    """Where the chunks of one look are decided."""

    engine: Engine
    moment: Moment
    suppliers: dict[int, SupplyRecord]

    @classmethod
    def at(cls, engine: Engine, moment: Moment) -> "_Desk":
        with reading(engine) as session:
            return cls(engine, moment, records(session, moment.zone))

    def decide(self, chunk: Sequence[int]) -> Done:
        return decide_some(self.engine, self.moment, chunk, self.suppliers)


_desks: list[_Desk] = []
"""In a process that was started to decide: its one."""


def _begin(url: str, moment: Moment) -> None:
    """What a process does once, before its first chunk."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started it is told, and ends it
    Thread(target=_end_with_parent, daemon=True).start()
    _desks.append(_Desk.at(open_engine(url), moment))


def _decide(chunk: Sequence[int]) -> Done:
    return _desks[0].decide(chunk)


def _end_with_parent() -> None:
    """Nobody asks any more of a process whose parent was killed; what it has not saved stays due."""
    if (parent := parent_process()) is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
