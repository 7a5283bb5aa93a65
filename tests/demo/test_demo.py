"""The whole demo by its processes: it opens by itself, lives, ends without a trace, and opens anew."""

import signal
import sqlite3
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from quietshelf.demo.hand import Hand
from tests.conftest import free_port
from tests.running import Started, alive, eventually, started


def database(home: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{home / 'demo' / 'quietshelf.db'}?mode=ro", uri=True)


def ask(home: Path, question: str) -> list[tuple[Any, ...]]:
    with database(home) as connection:
        return connection.execute(question).fetchall()


def is_red(home: Path, sku: str) -> bool:
    return bool(ask(home, f"SELECT 1 FROM exceptions WHERE key = 'red:{sku}' AND closed_at IS NULL"))


def opens(demo: Started, port: int) -> None:
    url = demo.said("ready: ")
    assert url == f"http://127.0.0.1:{port}/"
    assert demo.said("sign in: ").startswith(f"{url}sign-in/")
    with urlopen(url) as page:
        assert page.status == 200


def test_the_demo_opens_with_a_shops_history_and_turns_red_by_shoppers_alone(tmp_path: Path) -> None:
    home, port = tmp_path / "home", free_port()
    with started("demo", "--port", str(port), home=home) as demo:
        opens(demo, port)
        assert ask(home, "SELECT count(*) FROM facts WHERE kind = 'sale'")[0][0] > 2500
        assert ask(home, "SELECT count(*) FROM slots WHERE count > 0 AND doubt IS NULL")[0][0] == 12
        assert ask(home, "SELECT count(*) FROM nodes WHERE adopted_at IS NOT NULL AND online")[0][0] == 3
        kinds = {kind for (kind,) in ask(home, "SELECT kind FROM exceptions WHERE closed_at IS NULL")}
        assert {"red", "yellow", "supplier_delay"} <= kinds
        assert ask(home, "SELECT count(*) FROM orders WHERE state = 'draft'")[0][0] > 0
        assert not is_red(home, "TEA-0110")
        assert eventually(lambda: is_red(home, "TEA-0110"))
        assert ask(home, "SELECT count(*) FROM quarantine")[0][0] == 0
        children = demo.children()
        assert len(children) == 4
        assert demo.stop(signal.SIGINT) == 0
    assert not any(alive(child) for child in children)


def test_a_second_start_is_clean_and_a_test_is_alone_in_a_shop_without_shoppers(tmp_path: Path) -> None:
    home, port = tmp_path / "home", free_port()
    (home / "demo").mkdir(parents=True)
    (home / "demo" / "quietshelf.db").write_text("what the last demo left")
    with started("demo", "--port", str(port), "--no-shoppers", home=home) as demo:
        opens(demo, port)
        ((before,),) = ask(home, "SELECT count(*) FROM facts")
        Hand(home / "demo").empty("counter", "1")
        assert eventually(lambda: ask(home, "SELECT count(*) FROM facts") == [(before + 1,)])
        assert ask(home, "SELECT count FROM slots JOIN nodes ON nodes.id = node_id "
                         "WHERE nodes.name = 'counter' AND slots.name = '1'") == [(0,)]  # fmt: skip
        children = demo.children()
        demo.process.kill()
        demo.process.wait()
    assert eventually(lambda: not any(alive(child) for child in children))
