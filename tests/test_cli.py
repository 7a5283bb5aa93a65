"""The command line: it parses, does one thing, and says in a sentence what went wrong."""

import signal
import socket
import sqlite3
import tomllib
from contextlib import closing
from pathlib import Path
from urllib.request import urlopen

import pytest

from quietshelf.intake.mosquitto import mosquitto_program
from tests.conftest import free_port, require
from tests.running import alive, eventually, ran, started


def local(port: int) -> dict[str, str]:
    return {"QUIETSHELF_HTTP": f"127.0.0.1:{port}"}


def test_help_names_every_command(tmp_path: Path) -> None:
    shown = ran("--help", home=tmp_path)
    assert shown.returncode == 0
    for command in ("demo", "run", "web", "intake", "schedule", "cycle", "import", "user", "node"):
        assert f"\n  {command} " in shown.stdout


@pytest.mark.parametrize(
    ("arguments", "told", "says"),
    [
        (["run"], {"QUIETSHELF_HTTP": "everywhere"}, "QUIETSHELF_HTTP: 'everywhere' is not host:port. Write"),
        (["--config", "none.toml", "run"], {}, "There is no settings file none.toml"),
        (["cycle"], {}, "There is no shop here yet"),
        (["node", "adopt", "shelf-1"], {}, "There is no node shelf-1"),
        (["user", "add", "x", "--name", "X", "--password", "correct horse"], {}, "'x' is no e-mail address"),
        (["intake"], {}, "QUIETSHELF_MQTT_URL: intake alone starts no broker. Write"),
        (["cycle"], {"QUIETSHELF_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}, "--debug"),
    ],
)
def test_what_goes_wrong_is_one_sentence(tmp_path: Path, arguments: list[str], told: dict[str, str], says: str) -> None:
    failed = ran(*arguments, home=tmp_path / "home", told=told)
    assert failed.returncode == 1
    assert failed.stdout == ""
    assert says in failed.stderr
    assert len(failed.stderr.strip().splitlines()) == 1
    assert "Traceback" not in failed.stderr


def test_debug_shows_where_it_went_wrong(tmp_path: Path) -> None:
    failed = ran(
        "--debug", "cycle", home=tmp_path, told={"QUIETSHELF_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    )
    assert failed.returncode == 1
    assert "Traceback" in failed.stderr


def test_a_day_that_has_not_come_is_no_day_to_look_back_from(tmp_path: Path) -> None:
    failed = ran("cycle", "--as-of", "2999-12-31", home=tmp_path)
    assert failed.returncode == 2
    assert "2999-12-31 has not come yet" in failed.stderr


def test_an_account_is_made_once(tmp_path: Path) -> None:
    add = ("user", "add", "Ann@shop.example", "--role", "manager", "--password", "a long password")
    assert ran(*add, home=tmp_path).stdout == "Ann@shop.example can sign in as manager.\n"
    again = ran(*add, home=tmp_path)
    assert again.returncode == 1
    assert "has an account already" in again.stderr


def test_a_first_run_is_ready_when_its_page_answers_and_invites_to_the_first_account(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with started("run", home=home, told=local(free_port())) as shop:
        url = shop.said("ready: ")
        with urlopen(url) as page:
            assert page.status == 200
        assert shop.said("sign in: ").startswith(f"{url}sign-in/")
        second = ran("run", home=home, told=local(free_port()))
        assert second.returncode == 1
        assert f"runs already, as process {shop.process.pid}" in second.stderr
        assert shop.stop(signal.SIGINT) == 0
        assert shop.children() == []
    assert (home / "secret.key").stat().st_mode & 0o777 == 0o600


def test_a_shop_of_a_past_day_is_decided_for_that_day_and_its_page_says_so(tmp_path: Path) -> None:
    home, sales = tmp_path / "home", tmp_path / "sales.csv"
    days = "".join(f"TEA-1,2011-12-{day:02} 10:00,1,4.50\n" for day in range(1, 10))
    sales.write_text(f"sku,sold_at,quantity,unit_price\n{days}")
    brought = ran("import", "sales", str(sales), "--create-products", "--time-zone", "Europe/London", home=home)
    assert brought.returncode == 0, brought.stderr
    with started("run", "--as-of", "2011-12-09", home=home, told=local(free_port())) as shop:
        with urlopen(shop.said("ready: ")) as page:
            assert "9 December 2011" in page.read().decode()
        assert shop.children() == []
        with closing(sqlite3.connect(home / "quietshelf.db")) as database:
            assert database.execute("SELECT decided_for, sold_60 FROM sku_states").fetchall() == [("2011-12-09", 9)]
        assert shop.stop() == 0


def test_a_node_is_made_with_its_file_and_then_adopted(tmp_path: Path) -> None:
    products = tmp_path / "products.csv"
    products.write_text("sku,name,price,cost\nTEA-1,Assam,4.50,2.10\n")
    assert ran("import", "products", str(products), home=tmp_path / "home").returncode == 0
    made = ran("node", "new", "shelf-1", "--broker", "shop.local:1884", home=tmp_path / "home")
    mqtt = tomllib.loads(made.stdout)["mqtt"]
    assert (mqtt["host"], mqtt["port"], mqtt["username"]) == ("shop.local", 1884, "shelf-1")
    (tmp_path / "home" / "broker").mkdir()
    (tmp_path / "home" / "broker" / "port").write_text("41883\n")  # the broker has found 1883 taken
    assert tomllib.loads(ran("node", "new", "shelf-2", home=tmp_path / "home").stdout)["mqtt"]["port"] == 41883
    assert ran("node", "adopt", "shelf-1", home=tmp_path / "home").stdout == "shelf-1 is adopted.\n"


def test_a_killed_shop_leaves_no_broker_behind(tmp_path: Path) -> None:
    require(mosquitto_program(), "mosquitto")
    with started("run", home=tmp_path / "home", told=local(free_port())) as shop:
        shop.said("ready: ")
        children = shop.children()
        assert len(children) == 1
        shop.process.kill()
        shop.process.wait()
    assert eventually(lambda: not any(alive(child) for child in children))


def test_where_the_port_is_taken_a_free_one_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with started("web", home=tmp_path / "home", told=local(port)) as web, urlopen(web.said("ready: ")) as page:
            assert page.status == 200
            assert web.said("ready: ") != f"http://127.0.0.1:{port}/"
    assert f"port {port} is taken" in (tmp_path / "home.log").read_text()


def test_the_roles_run_apart_on_one_machine(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with started("web", home=home, told=local(free_port())) as web, started("schedule", home=home) as schedule:
        web.said("ready: ")
        assert eventually(lambda: (home / "schedule.lock").exists())
        assert schedule.stop() == 0
        assert web.stop() == 0
