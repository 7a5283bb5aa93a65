"""What is put on a card: the unit starts a command that exists, and the card's file installs that very unit."""

import configparser
from pathlib import Path

import yaml

from quietshelf_edge.cli import parser

FOLDER = Path(__file__).parents[2] / "firmware-config"


def test_the_unit_starts_the_agent_on_the_file_that_the_card_gets() -> None:
    unit = configparser.ConfigParser(interpolation=None)
    unit.read(FOLDER / "quietshelf-edge.service")
    program, *args = unit["Service"]["ExecStart"].split()
    assert Path(program).name == "quietshelf-edge"
    started = parser().parse_args(args)
    card = yaml.safe_load((FOLDER / "user-data").read_text(encoding="utf-8"))
    files = {entry["path"]: entry["content"] for entry in card["write_files"]}
    assert (started.command, str(started.config)) == ("run", "/etc/quietshelf/node.toml")
    assert str(started.config) in files
    kept = files["/etc/systemd/system/quietshelf-edge.service"]
    assert kept == (FOLDER / "quietshelf-edge.service").read_text(encoding="utf-8")


def test_the_state_folder_of_the_unit_is_where_the_example_keeps_its_outbox() -> None:
    unit = configparser.ConfigParser(interpolation=None)
    unit.read(FOLDER / "quietshelf-edge.service")
    example = (FOLDER / "node.example.toml").read_text(encoding="utf-8")
    assert f'data_dir = "/var/lib/{unit["Service"]["StateDirectory"]}"' in example
