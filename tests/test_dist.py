"""Both wheels, installed where nothing else is: the demo starts from them, away from the checkout."""

import re
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen
from zipfile import ZipFile

import pytest

from tests.conftest import free_port
from tests.running import started

TOP = Path(__file__).parent.parent
PIP: list[str | Path] = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with both wheels, built as `make dist` does."""
    folder = tmp_path_factory.mktemp("dist")
    build = [*PIP, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder]
    subprocess.run([*build, TOP / "edge", TOP / "server"], check=True)
    return folder


def locked_versions() -> str:
    """The versions of requirements.lock as constraints: what is installed comes from the wheels' own wants."""
    lock = (TOP / "requirements.lock").read_text()
    return "".join(f"{line}\n" for line in re.findall(r"^([a-z0-9._-]+==[^\\\n]*?) *\\?$", lock, re.MULTILINE))


def test_the_wheels_bring_all_that_is_no_python(wheels: Path) -> None:
    names = {wheel.name.split("-")[0]: ZipFile(wheel).namelist() for wheel in wheels.glob("*.whl")}
    assert names.keys() == {"quietshelf", "quietshelf_edge"}
    for wanted in (
        r"quietshelf/web/templates/.*\.html",
        r"quietshelf/web/static/.*\.css",
        r"quietshelf/web/static/htmx-.*\.js",
        r"quietshelf/outbound/fonts/.*\.ttf",
        r"quietshelf/store/migrations/versions/v0001.*\.py",
    ):
        assert any(re.fullmatch(wanted, name) for name in names["quietshelf"]), wanted
    assert not any("tests" in name or "__pycache__" in name for each in names.values() for name in each)


def test_the_demo_starts_from_the_wheels_alone(wheels: Path, tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    (tmp_path / "versions.txt").write_text(locked_versions())
    install = [*PIP, "--python", venv / "bin/python", "install", "--constraint", tmp_path / "versions.txt"]
    subprocess.run([*install, *wheels.glob("*.whl")], check=True)
    away = tmp_path / "away"
    away.mkdir()
    with started(
        "demo", "--port", str(free_port()), home=away / "home", program=venv / "bin/quietshelf", cwd=away
    ) as demo:
        url = demo.said("ready: ")
        demo.said("sign in: ")
        with urlopen(f"{url}static/quietshelf.css") as styles:
            assert styles.status == 200
        assert demo.stop() == 0
