"""The node's TOML: who it is, its broker, its cells. What its slots hold is the server's to say, over the wire."""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from quietshelf_edge.counting import Scale
from quietshelf_edge.strict import MAX_LIST, is_name

CELL_KINDS = ("hx711", "simulated", "trace")


class ConfigError(ValueError):
    """The TOML can't be used; the sentence names the key and what to write."""


@dataclass(frozen=True)
class MqttConfig:
    """The broker. `protocol` "5" falls back to 3.1.1 where the broker refuses it."""

    host: str
    port: int
    username: str | None
    password: str | None
    protocol: Literal["5", "3.1.1"]


@dataclass(frozen=True)
class SlotConfig:
    """One slot: its name, how its cell weighs, and where its samples come from (pins of an HX711, or a trace)."""

    name: str
    scale: Scale
    pins: tuple[int, int] | None = None
    trace: Path | None = None


@dataclass(frozen=True)
class NodeConfig:
    """Everything in the file. `scene` is where loads come from when the cells are simulated."""

    name: str
    site: str
    data_dir: Path
    mqtt: MqttConfig
    cell: Literal["hx711", "simulated", "trace"]
    slots: tuple[SlotConfig, ...]
    scene: Path | None = None
    seed: int = 1
    clock: Literal["ntp", "system"] = "ntp"
    led_pin: int | None = None
    button_pin: int | None = None


class _Table:
    """One table of the file; a key that is missing or of another type is named in the error."""

    def __init__(self, values: Mapping[str, Any], where: str) -> None:
        self._values, self._where = values, where

    def table(self, key: str, optional: bool = False) -> "_Table":
        value = self._values.get(key, {} if optional else None)
        if not isinstance(value, dict):
            raise ConfigError(f"[{key}] is missing: see node.example.toml")
        return _Table(value, f"[{key}]")

    def tables(self, key: str) -> list["_Table"]:
        value = self._values.get(key)
        if not isinstance(value, list) or not value or not all(isinstance(entry, dict) for entry in value):
            raise ConfigError(f"[[{key}]] is missing: write one for each cell")
        return [_Table(entry, f"[[{key}]] number {number}") for number, entry in enumerate(value, start=1)]

    def _bad(self, key: str, wanted: str) -> ConfigError:
        return ConfigError(f"{key} in {self._where} must be {wanted}")

    def whole(self, key: str, least: int, most: int, default: int | None = None) -> int:
        value = self._values.get(key, default)
        if type(value) is not int or not least <= value <= most:
            raise self._bad(key, f"a whole number from {least} to {most}")
        return value

    def maybe_pin(self, key: str) -> int | None:
        return None if key not in self._values else self.whole(key, 0, 27)

    def number(self, key: str) -> float:
        value = self._values.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise self._bad(key, "a number")
        return float(value)

    def text(self, key: str, default: str | None = None) -> str:
        value = self._values.get(key, default)
        if not isinstance(value, str) or not value:
            raise self._bad(key, "text in quotes")
        return value

    def maybe_text(self, key: str) -> str | None:
        return None if key not in self._values else self.text(key)

    def name(self, key: str) -> str:
        value = self.text(key)
        if not is_name(value):
            raise self._bad(key, 'a name of 1 to 64 letters, digits, "-" or "_"')
        return value

    def one_of(self, key: str, choices: tuple[str, ...], default: str | None = None) -> Any:
        value = self._values.get(key, default)
        if value not in choices:
            raise self._bad(key, f"one of {', '.join(choices)}")
        return value


def read_config(path: Path) -> NodeConfig:
    """The node's file; paths in it count from its own folder. Raises ConfigError, or OSError where it can't be read."""
    try:
        top = _Table(tomllib.loads(path.read_text(encoding="utf-8")), str(path))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not TOML: {error}") from error
    node, cell = top.table("node"), top.table("cell")
    panel = top.table("panel", optional=True)
    kind = cell.one_of("kind", CELL_KINDS)
    slots = tuple(_slot(entry, kind, path.parent) for entry in top.tables("slots"))
    if len(slots) > MAX_LIST:
        raise ConfigError(f"there are {len(slots)} [[slots]]: a node has at most {MAX_LIST}")
    if len({slot.name for slot in slots}) != len(slots):
        raise ConfigError("two [[slots]] have the same name: each needs its own")
    return NodeConfig(
        name=node.name("name"),
        site=node.name("site"),
        data_dir=path.parent / node.text("data_dir"),
        mqtt=_mqtt(top.table("mqtt")),
        cell=kind,
        slots=slots,
        scene=path.parent / cell.text("scene") if kind == "simulated" else None,
        seed=cell.whole("seed", 0, 2**31, default=1),
        clock=top.table("clock", optional=True).one_of("trust", ("ntp", "system"), default="ntp"),
        led_pin=panel.maybe_pin("led_pin"),
        button_pin=panel.maybe_pin("button_pin"),
    )


def _mqtt(table: _Table) -> MqttConfig:
    return MqttConfig(
        host=table.text("host"),
        port=table.whole("port", 1, 65_535, default=1883),
        username=table.maybe_text("username"),
        password=table.maybe_text("password"),
        protocol=table.one_of("protocol", ("5", "3.1.1"), default="5"),
    )


def _slot(table: _Table, kind: str, folder: Path) -> SlotConfig:
    counts_per_g, capacity_g = table.number("counts_per_g"), table.number("capacity_g")
    if counts_per_g == 0:
        raise ConfigError(
            "counts_per_g must not be 0: calibrate the cell (it may be below 0 for a cell mounted upside down)"
        )
    if capacity_g <= 0:
        raise ConfigError("capacity_g must be above 0: what the cell is made for, in grams")
    return SlotConfig(
        name=table.name("name"),
        scale=Scale(table.number("zero_raw"), counts_per_g, capacity_g),
        pins=(table.whole("data_pin", 0, 27), table.whole("clock_pin", 0, 27)) if kind == "hx711" else None,
        trace=folder / table.text("trace") if kind == "trace" else None,
    )
