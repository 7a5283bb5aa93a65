"""The node's file: the example that is shipped can be read, and a mistake is named with what to write."""

from pathlib import Path

import pytest

from quietshelf_edge.cli import main
from quietshelf_edge.config import ConfigError, read_config
from quietshelf_edge.messages import Config, PlannedItem, Rev, SlotPlan
from quietshelf_edge.slots import fits_the_wire
from tests.edge.bench import write_node

ROOT = Path(__file__).parents[2]


def test_the_example_that_is_shipped_is_a_node() -> None:
    node = read_config(ROOT / "firmware-config" / "node.example.toml")
    assert (node.cell, node.mqtt.protocol, node.clock) == ("hx711", "5", "ntp")
    assert all(slot.pins for slot in node.slots)


def test_paths_count_from_the_files_own_folder(tmp_path: Path) -> None:
    node = read_config(write_node(tmp_path, 1883))
    assert (node.data_dir, node.scene) == (tmp_path / "data", tmp_path / "scene.jsonl")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name = "tea-1"', 'name = "tea/1"', "name in .node. must be a name"),
        ('site = "main"', "", "site in .node. must be text"),
        ("[mqtt]", "[mqqt]", r"\[mqtt\] is missing"),
        ("port = 1883", "port = 0", "port in .mqtt. must be a whole number from 1 to 65535"),
        ("port = 1883", 'port = 1883\nprotocol = "4"', "must be one of 5, 3.1.1"),
        ('kind = "simulated"', 'kind = "magic"', "must be one of hx711, simulated, trace"),
        ('scene = "scene.jsonl"', "", "scene in .cell. must be text"),
        ("counts_per_g = 400", "counts_per_g = 0", "counts_per_g must not be 0"),
        ("capacity_g = 20000", "capacity_g = -1", "capacity_g must be above 0"),
        ("zero_raw = 84000", "zero_raw = nan", "zero_raw in ..slots.. number 1 must be a number"),
        ("[[slots]]", "[[slot]]", r"\[\[slots\]\] is missing"),
        ('name = "2"', 'name = "1"', "same name"),
        ("[node]", "[node", "is not TOML"),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = write_node(tmp_path, 1883)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(ConfigError, match=said):
        read_config(path)


def test_a_node_has_at_most_sixteen_slots(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"17 ..slots..: a node has at most 16"):
        read_config(write_node(tmp_path, 1883, slots=17))


def test_a_plan_whose_messages_would_be_too_long_is_told_from_one_that_fits() -> None:
    def many(skus: int) -> Config:
        items = tuple(PlannedItem(f"{number:02}" + "𠮷" * 62, 250.0, 0.05) for number in range(skus))
        return Config(Rev(1, 1), (SlotPlan("1", items),))

    assert fits_the_wire(many(10), ["1", "2"])
    assert not fits_the_wire(many(16), ["1", "2"])
    assert not fits_the_wire(many(10), [str(slot) for slot in range(16)])


def test_run_says_in_one_sentence_what_is_wrong_with_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "--config", str(tmp_path / "none.toml")]) == 1
    assert "none.toml" in capsys.readouterr().err
