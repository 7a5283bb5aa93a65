"""The wire: every message between node and server, how it is spelled, and strict readers for both sides.

Nothing here talks to a broker, keeps state or reads a clock; docs/wire.md says what the messages mean.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, NamedTuple

from quietshelf_edge.strict import MAX_PAYLOAD_BYTES as MAX_PAYLOAD_BYTES
from quietshelf_edge.strict import (
    MAY_BE_MISSING,
    Kind,
    NameRule,
    Number,
    Text,
    Whole,
    format_moment,
    key_of,
    parse,
    read,
)
from quietshelf_edge.strict import Unreadable as Unreadable
from quietshelf_edge.strict import is_name as is_name

VERSION = 1
ROOT = f"quietshelf/v{VERSION}"
MAX_PIECES = 1_000_000
MAX_GRAMS = 1_000_000

Name = Annotated[str, NameRule()]
Sku = Annotated[str, Text(64)]
Seq = Annotated[int, Whole(1)]
Mark = Annotated[int, Whole()]
Pieces = Annotated[int, Whole(0, MAX_PIECES)]
Change = Annotated[int, Whole(-MAX_PIECES, MAX_PIECES)]
Grams = Annotated[float, Number(-MAX_GRAMS, MAX_GRAMS)]
PieceWeight = Annotated[float, Number(0.01, MAX_GRAMS)]
Confidence = Annotated[float, Number(0, 1)]


class What(StrEnum):
    """The last level of a topic: which kind of message it carries."""

    COUNT = "count"
    STATE = "state"
    ACK = "ack"
    STATUS = "status"
    CONFIG = "config"
    COMMAND = "command"
    REPLY = "reply"


class Doubt(StrEnum):
    """Why a count is not to be trusted; the slot keeps its last sure count meanwhile."""

    PART_PIECE = "part_piece"  # the weight fell by no whole number of pieces
    FOREIGN_ITEM = "foreign_item"  # something was laid down that is no whole number of pieces
    AMBIGUOUS = "ambiguous"  # more than one number of pieces fits the weight
    BELOW_ZERO = "below_zero"  # lighter than the empty slot, or more taken than lay there
    OVER_CAPACITY = "over_capacity"  # heavier than the cell can weigh
    UNSETTLED = "unsettled"  # has not come to rest for a minute
    CELL_FAULTY = "cell_faulty"  # the cell gives no sound sample


class CommandKind(StrEnum):
    """What a server can ask of a node."""

    TARE = "tare"  # the slot is empty now: take this weight as zero
    LEARN = "learn"  # `pieces` pieces of the slot's one item lie on it now: what does one weigh?
    BLINK = "blink"  # show which node this is


class Address(NamedTuple):
    """Where a topic belongs: the site, the node's name (its user name at the broker), and the kind of message."""

    site: str
    node: str
    what: What


class Rev(NamedTuple):
    """The revision of a config: the server's epoch, then its number. Compares in that order."""

    epoch: Mark
    number: Mark


def topic(site: str, node: str, what: str) -> str:
    """The topic of one kind of message of one node; ValueError for a name that can't stand in a topic.

    >>> topic("main", "tea-1", "count")
    'quietshelf/v1/main/tea-1/count'
    """
    for name in (site, node):
        if not is_name(name):
            raise ValueError(f'{name!r} can\'t stand in a topic: use 1 to 64 letters, digits, "-" or "_"')
    return f"{ROOT}/{site}/{node}/{What(what)}"


def parse_topic(text: str) -> Address:
    """The address in a topic; Unreadable when it is none of ours.

    >>> parse_topic("quietshelf/v1/main/tea-1/ack").node
    'tea-1'
    """
    levels = text.split("/")
    if len(levels) != 5 or "/".join(levels[:2]) != ROOT or not all(map(is_name, levels[2:])):
        raise Unreadable(f"the topic is not {ROOT}/SITE/NODE/KIND")
    if levels[4] not in list(What):
        raise Unreadable(f"the topic ends in no known kind of message: {levels[4]}")
    return Address(levels[2], levels[3], What(levels[4]))


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return format_moment(value)
    raise TypeError(f"{value!r} has no spelling on the wire")


@dataclass(frozen=True)
class Message:
    """What every message can do: become bytes. Its JSON keys are its field names, beside the version `v`."""

    def encode(self) -> bytes:
        """The payload; ValueError when it is over 4096 bytes or holds a number that JSON has not."""
        values = {"v": VERSION, **asdict(self)}
        payload = json.dumps(
            values, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain
        ).encode()
        if len(payload) > MAX_PAYLOAD_BYTES:
            raise ValueError(f"the message has {len(payload)} bytes, at most {MAX_PAYLOAD_BYTES} are allowed")
        return payload


def _each_once(names: Iterable[str], what: str) -> None:
    names = list(names)
    if len(set(names)) != len(names):
        raise ValueError(f"a {what} stands twice in one list")


@dataclass(frozen=True)
class Item:
    """Pieces of one SKU in a slot: how many lie there now, and by how many this change moved them."""

    sku: Sku
    count: Pieces
    delta: Change


@dataclass(frozen=True)
class Missed:
    """A change that nobody watched. `since`: when the slot was watched last; null where the node can't tell."""

    since: datetime | None


@dataclass(frozen=True)
class Count(Message):
    """One settled change of one slot. (site, node, stream, seq) makes it count once.

    `at` is null until the node knew the time; `items` is empty while nobody has said what lies in the slot;
    `grams` is null when the cell gives no weight; `delta` is 0 in a slot's first count. `missed` is null where the
    node saw the change; else it was off, or its cell was silent, for some time in which the change happened.
    """

    slot: Name
    stream: Name
    seq: Seq
    boot: Seq
    at: datetime | None
    clock_ok: bool
    config_rev: Rev | None
    items: tuple[Item, ...]
    grams: Grams | None
    confidence: Confidence
    doubt: Doubt | None
    missed: Missed | None = field(default=None, metadata={MAY_BE_MISSING: True})

    def __post_init__(self) -> None:
        _each_once((item.sku for item in self.items), "SKU")


@dataclass(frozen=True)
class Void(Message):
    """Takes the place of an event that could not be brought across: its `seq` is used, its content is given up."""

    stream: Name
    seq: Seq
    boot: Seq
    at: datetime | None
    clock_ok: bool
    void: bool = True

    def __post_init__(self) -> None:
        if not self.void:
            raise ValueError('"void" must be true where it stands')


@dataclass(frozen=True)
class StateItem:
    """Pieces of one SKU that lie in a slot."""

    sku: Sku
    count: Pieces


@dataclass(frozen=True)
class SlotState:
    """What one slot holds, and how it is: `cell_ok` is false while its cell gives no sound sample."""

    slot: Name
    items: tuple[StateItem, ...]
    grams: Grams | None
    confidence: Confidence
    doubt: Doubt | None
    cell_ok: bool

    def __post_init__(self) -> None:
        _each_once((item.sku for item in self.items), "SKU")


@dataclass(frozen=True)
class State(Message):
    """Every slot of a node after event `seq`. `first` is the oldest seq still on the node (with none: the next one).

    `epoch` and `acked` are the server's mark as the node knows it.
    """

    stream: Name
    seq: Mark
    first: Seq
    epoch: Mark
    acked: Mark
    config_rev: Rev | None
    at: datetime | None
    slots: tuple[SlotState, ...]

    def __post_init__(self) -> None:
        _each_once((slot.slot for slot in self.slots), "slot")


@dataclass(frozen=True)
class Ack(Message):
    """The server's mark: every event of `stream` up to `seq` is committed.

    `missing` names the first one that is not, when later ones are.
    """

    epoch: Mark
    stream: Name
    seq: Mark
    missing: Seq | None


@dataclass(frozen=True)
class Status(Message):
    """Whether the node is connected, and what it is; the offline form is its last will."""

    online: bool
    version: Annotated[str, Text(32)]
    boot: Seq
    serial: Annotated[str, Text(64)] | None
    stream: Name


@dataclass(frozen=True)
class PlannedItem:
    """An item that a slot is to hold. `tolerance`: the share by which one piece may differ from `piece_weight_g`.

    `count` is what lies there at the start of a slot that never counted; null: take it from the weight.
    """

    sku: Sku
    piece_weight_g: PieceWeight
    tolerance: Annotated[float, Number(0, 0.5)]
    count: Pieces | None = None


@dataclass(frozen=True)
class SlotPlan:
    """What one slot is to hold."""

    slot: Name
    items: tuple[PlannedItem, ...]

    def __post_init__(self) -> None:
        _each_once((item.sku for item in self.items), "SKU")


@dataclass(frozen=True)
class Config(Message):
    """What each slot of a node holds; a slot that is not named holds nothing."""

    rev: Rev
    slots: tuple[SlotPlan, ...]

    def __post_init__(self) -> None:
        _each_once((slot.slot for slot in self.slots), "slot")


@dataclass(frozen=True)
class Command(Message):
    """Asks a node to do something within `expires_in_s` of its arrival. `slot` is null for the whole node (blink)."""

    id: Name
    kind: CommandKind
    expires_in_s: Annotated[int, Whole(1, 3600)]
    slot: Name | None = None
    pieces: Annotated[int, Whole(1, MAX_PIECES)] | None = None

    def __post_init__(self) -> None:
        if self.kind is not CommandKind.BLINK and self.slot is None:
            raise ValueError(f'"slot" is needed to {self.kind}')
        if self.kind is CommandKind.LEARN and self.pieces is None:
            raise ValueError('"pieces" is needed to learn a weight')


@dataclass(frozen=True)
class Reply(Message):
    """The answer to the command `id`: done or not, in a sentence; `piece_weight_g` where one was learnt."""

    id: Name
    done: bool
    message: Annotated[str, Text(300)]
    piece_weight_g: PieceWeight | None = None


def _decode(values: dict[str, object], kind: Callable[..., Kind]) -> Kind:
    if type(values.get("v")) is not int or values["v"] != VERSION:
        raise Unreadable(f'"v" must be {VERSION}: this message is of another version', *key_of(values))
    return read(kind, values)


def decode_count(payload: bytes) -> Count | Void:
    """The event in a `count` payload; Unreadable, with stream and seq where they can be read."""
    values = parse(payload)
    return _decode(values, Void) if "void" in values else _decode(values, Count)


def decode_state(payload: bytes) -> State:
    """The state in a `state` payload, or Unreadable."""
    return _decode(parse(payload), State)


def decode_ack(payload: bytes) -> Ack:
    """The mark in an `ack` payload, or Unreadable."""
    return _decode(parse(payload), Ack)


def decode_status(payload: bytes) -> Status:
    """The status in a `status` payload, or Unreadable."""
    return _decode(parse(payload), Status)


def decode_config(payload: bytes) -> Config:
    """The plan in a `config` payload, or Unreadable."""
    return _decode(parse(payload), Config)


def decode_command(payload: bytes) -> Command:
    """The command in a `command` payload, or Unreadable."""
    return _decode(parse(payload), Command)


def decode_reply(payload: bytes) -> Reply:
    """The reply in a `reply` payload, or Unreadable."""
    return _decode(parse(payload), Reply)
