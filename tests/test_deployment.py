"""What stands beside the packages for those who run the roles apart: its shape is right, and it agrees with the code.

There is no Docker here, so nothing of it is started.
"""

import re
import subprocess
import sys
from pathlib import Path

import yaml

from quietshelf.intake import mosquitto
from quietshelf.settings import NAMES, Settings

SCHEMA = "vendor.compose-spec"
TOP = Path(__file__).parent.parent


def rules(text: str) -> list[str]:
    """Lines that are no comment."""
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_the_compose_file_fits_the_compose_schema() -> None:
    checked = subprocess.run(
        [
            sys.executable,
            "-m",
            "check_jsonschema",
            "--builtin-schema",
            SCHEMA,
            TOP / "docker-compose.yml",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_composed_roles_are_told_only_what_is_a_setting() -> None:
    services = yaml.safe_load((TOP / "docker-compose.yml").read_text())["services"]
    for role in ("web", "intake", "schedule"):
        assert services[role]["command"] == [role]
        told = services[role]["environment"]
        assert told.keys() <= NAMES.keys()
        filled = {name: re.sub(r"\$\{.*?}", "x", value) for name, value in told.items() if "@" in value}
        assert Settings.load(filled).mqtt_url
        assert not Settings.load(filled).on_sqlite


def test_files_that_the_compose_file_mounts_are_there() -> None:
    services = yaml.safe_load((TOP / "docker-compose.yml").read_text())["services"]
    mounted = [volume.split(":")[0] for service in services.values() for volume in service.get("volumes", [])]
    kept = [path for path in mounted if path.startswith("./firmware-config/")]
    assert kept
    assert all((TOP / path).is_file() for path in kept)
    assert all((TOP / service["build"]["dockerfile"]).is_file() for service in services.values() if "build" in service)


def test_nodes_have_the_same_rights_at_either_mosquitto() -> None:
    composed = (TOP / "firmware-config/mosquitto/rights").read_text()
    assert rules(composed) == rules(mosquitto._RIGHTS)
