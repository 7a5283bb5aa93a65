"""The wire: every message between node and server, how it is spelled, and strict readers for both sides.

Nothing here talks to a broker, keeps state or reads a clock; docs/wire.md says what the messages mean.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, TypeVar

from quietshelf_edge.strict import MAX_PAYLOAD_BYTES, Fields, Unreadable, format_moment, is_name

VERSION = 1
ROOT = f"quietshelf/v{VERSION}"
MAX_PIECES = 1_000_000
MAX_GRAMS = 1_000_000.0
MAX_ITEMS = 16
MAX_SLOTS = 16

__all__ = [
    "MAX_PAYLOAD_BYTES",
    "ROOT",
    "VERSION",
    "Ack",
    "Address",
    "Command",
    "CommandKind",
    "Config",
    "Count",
    "Doubt",
    "Item",
    "PlannedItem",
    "Reply",
    "Rev",
    "SlotPlan",
    "SlotState",
    "State",
    "StateItem",
    "Status",
    "Unreadable",
    "Void",
    "What",
    "decode_ack",
    "decode_command",
    "decode_config",
    "decode_count",
    "decode_reply",
    "decode_state",
    "decode_status",
    "is_name",
    "parse_topic",
    "topic",
]


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

    PART_PIECE = "part_piece"  # the weight changed by no whole number of pieces
    FOREIGN_ITEM = "foreign_item"  # something was laid down that is none of the slot's items
    TOO_MANY = "too_many"  # so many pieces at once that their tolerances add up to a piece
    BELOW_ZERO = "below_zero"  # lighter than the empty slot: the shelf was lifted, or its zero is wrong
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

    epoch: int
    number: int


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
    try:
        return Address(levels[2], levels[3], What(levels[4]))
    except ValueError as error:
        raise Unreadable(f"the topic ends in no known kind of message: {levels[4]}") from error


def _encode(values: dict[str, object]) -> bytes:
    payload = json.dumps({"v": VERSION, **values}, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise ValueError(f"the message has {len(payload)} bytes, at most {MAX_PAYLOAD_BYTES} are allowed")
    return payload


def _at(at: datetime | None) -> str | None:
    return None if at is None else format_moment(at)


def _rev(rev: Rev | None) -> list[int] | None:
    return None if rev is None else list(rev)


@dataclass(frozen=True)
class Item:
    """Pieces of one SKU in a slot: how many lie there now, and by how many this change moved them."""

    sku: str
    count: int
    delta: int


@dataclass(frozen=True)
class Count:
    """One settled change of one slot. (site, node, stream, seq) makes it count once.

    `at` is null until the node knew the time; `items` is empty while nobody has said what lies in the slot;
    `grams` is null when the cell gives no weight.
    """

    slot: str
    stream: str
    seq: int
    boot: int
    at: datetime | None
    clock_ok: bool
    config_rev: Rev | None
    items: tuple[Item, ...]
    grams: float | None
    confidence: float
    doubt: Doubt | None

    def encode(self) -> bytes:
        return _encode(
            {
                "slot": self.slot,
                "stream": self.stream,
                "seq": self.seq,
                "boot": self.boot,
                "at": _at(self.at),
                "clock_ok": self.clock_ok,
                "config_rev": _rev(self.config_rev),
                "items": [{"sku": item.sku, "count": item.count, "delta": item.delta} for item in self.items],
                "grams": self.grams,
                "confidence": self.confidence,
                "doubt": self.doubt,
            }
        )


@dataclass(frozen=True)
class Void:
    """Takes the place of an event that could not be brought across: its `seq` is used, its content is given up."""

    stream: str
    seq: int
    boot: int
    at: datetime | None
    clock_ok: bool

    def encode(self) -> bytes:
        return _encode(
            {
                "void": True,
                "stream": self.stream,
                "seq": self.seq,
                "boot": self.boot,
                "at": _at(self.at),
                "clock_ok": self.clock_ok,
            }
        )


@dataclass(frozen=True)
class StateItem:
    """Pieces of one SKU that lie in a slot."""

    sku: str
    count: int


@dataclass(frozen=True)
class SlotState:
    """What one slot holds, and how it is: `cell_ok` is false while its cell gives no sound sample."""

    slot: str
    items: tuple[StateItem, ...]
    grams: float | None
    confidence: float
    doubt: Doubt | None
    cell_ok: bool


@dataclass(frozen=True)
class State:
    """Every slot of a node after event `seq`. `first` is the oldest seq still on the node (with none: the next one).

    `epoch` and `acked` are the server's mark as the node knows it.
    """

    stream: str
    seq: int
    first: int
    epoch: int
    acked: int
    config_rev: Rev | None
    at: datetime | None
    slots: tuple[SlotState, ...]

    def encode(self) -> bytes:
        return _encode(
            {
                "stream": self.stream,
                "seq": self.seq,
                "first": self.first,
                "epoch": self.epoch,
                "acked": self.acked,
                "config_rev": _rev(self.config_rev),
                "at": _at(self.at),
                "slots": [
                    {
                        "slot": slot.slot,
                        "items": [{"sku": item.sku, "count": item.count} for item in slot.items],
                        "grams": slot.grams,
                        "confidence": slot.confidence,
                        "doubt": slot.doubt,
                        "cell_ok": slot.cell_ok,
                    }
                    for slot in self.slots
                ],
            }
        )


@dataclass(frozen=True)
class Ack:
    """The server's mark: every event of `stream` up to `seq` is committed.

    `missing` names one that is not, though later ones are.
    """

    epoch: int
    stream: str
    seq: int
    missing: int | None

    def encode(self) -> bytes:
        return _encode({"epoch": self.epoch, "stream": self.stream, "seq": self.seq, "missing": self.missing})


@dataclass(frozen=True)
class Status:
    """Whether the node is connected, and what it is; the offline form is its last will."""

    online: bool
    version: str
    boot: int
    serial: str | None
    stream: str

    def encode(self) -> bytes:
        return _encode(
            {
                "online": self.online,
                "version": self.version,
                "boot": self.boot,
                "serial": self.serial,
                "stream": self.stream,
            }
        )


@dataclass(frozen=True)
class PlannedItem:
    """An item that a slot is to hold. `tolerance_g`: how far one piece may be from `piece_weight_g`.

    `count` is what lies there at the start of a slot that never counted; null: take it from the weight.
    """

    sku: str
    piece_weight_g: float
    tolerance_g: float
    count: int | None = None


@dataclass(frozen=True)
class SlotPlan:
    """What one slot is to hold."""

    slot: str
    items: tuple[PlannedItem, ...]


@dataclass(frozen=True)
class Config:
    """What each slot of a node holds; a slot that is not named holds nothing."""

    rev: Rev
    slots: tuple[SlotPlan, ...]

    def encode(self) -> bytes:
        return _encode(
            {
                "rev": _rev(self.rev),
                "slots": [
                    {
                        "slot": slot.slot,
                        "items": [
                            {
                                "sku": item.sku,
                                "piece_weight_g": item.piece_weight_g,
                                "tolerance_g": item.tolerance_g,
                                "count": item.count,
                            }
                            for item in slot.items
                        ],
                    }
                    for slot in self.slots
                ],
            }
        )


@dataclass(frozen=True)
class Command:
    """Asks a node to do something within `expires_in_s` of its arrival. `slot` is null for the whole node (blink)."""

    id: str
    kind: CommandKind
    expires_in_s: int
    slot: str | None = None
    pieces: int | None = None

    def encode(self) -> bytes:
        return _encode(
            {
                "id": self.id,
                "kind": self.kind,
                "expires_in_s": self.expires_in_s,
                "slot": self.slot,
                "pieces": self.pieces,
            }
        )


@dataclass(frozen=True)
class Reply:
    """The answer to the command `id`: done or not, in a sentence; `piece_weight_g` where one was learnt."""

    id: str
    done: bool
    message: str
    piece_weight_g: float | None = None

    def encode(self) -> bytes:
        return _encode(
            {"id": self.id, "done": self.done, "message": self.message, "piece_weight_g": self.piece_weight_g}
        )


_Decoded = TypeVar("_Decoded")


def _decode(payload: bytes, read: Callable[[Fields], _Decoded]) -> _Decoded:
    """What `read` makes of the payload; an Unreadable carries the stream and seq where both can be read."""
    fields = Fields.parse(payload)
    try:
        if fields.whole("v") != VERSION:
            raise Unreadable(f"the message is not of version {VERSION}")
        return read(fields)
    except Unreadable as error:
        try:
            stream, seq = fields.name("stream"), fields.whole("seq", 1)
        except Unreadable:
            raise error from None
        raise Unreadable(error.reason, stream, seq) from error


def _read_rev(fields: Fields, key: str) -> Rev:
    return Rev(*fields.pair(key, 0))


def _read_doubt(fields: Fields) -> Doubt | None:
    if fields.is_null("doubt"):
        return None
    try:
        return Doubt(fields.name("doubt"))
    except ValueError as error:
        raise Unreadable(f'"doubt" must be null or one of: {", ".join(Doubt)}') from error


def _read_grams(fields: Fields) -> float | None:
    return None if fields.is_null("grams") else fields.number("grams", -MAX_GRAMS, MAX_GRAMS)


def _no_twice(names: list[str], what: str) -> None:
    if len(set(names)) != len(names):
        raise Unreadable(f"a {what} stands twice in one list")


def _read_item(fields: Fields) -> Item:
    return Item(
        fields.text("sku", 64), fields.whole("count", 0, MAX_PIECES), fields.whole("delta", -MAX_PIECES, MAX_PIECES)
    )


def _read_count(fields: Fields) -> Count | Void:
    stream, seq, boot = fields.name("stream"), fields.whole("seq", 1), fields.whole("boot", 1)
    at = None if fields.is_null("at") else fields.moment("at")
    clock_ok = fields.flag("clock_ok")
    if fields.has("void"):
        if not fields.flag("void"):
            raise Unreadable('"void" in the message must be true where it stands')
        return Void(stream, seq, boot, at, clock_ok)
    items = tuple(map(_read_item, fields.items("items", MAX_ITEMS)))
    _no_twice([item.sku for item in items], "SKU")
    return Count(
        slot=fields.name("slot"),
        stream=stream,
        seq=seq,
        boot=boot,
        at=at,
        clock_ok=clock_ok,
        config_rev=None if fields.is_null("config_rev") else _read_rev(fields, "config_rev"),
        items=items,
        grams=_read_grams(fields),
        confidence=fields.number("confidence", 0, 1),
        doubt=_read_doubt(fields),
    )


def _read_slot_state(fields: Fields) -> SlotState:
    items = tuple(
        StateItem(item.text("sku", 64), item.whole("count", 0, MAX_PIECES)) for item in fields.items("items", MAX_ITEMS)
    )
    _no_twice([item.sku for item in items], "SKU")
    return SlotState(
        slot=fields.name("slot"),
        items=items,
        grams=_read_grams(fields),
        confidence=fields.number("confidence", 0, 1),
        doubt=_read_doubt(fields),
        cell_ok=fields.flag("cell_ok"),
    )


def _read_state(fields: Fields) -> State:
    slots = tuple(map(_read_slot_state, fields.items("slots", MAX_SLOTS)))
    _no_twice([slot.slot for slot in slots], "slot")
    return State(
        stream=fields.name("stream"),
        seq=fields.whole("seq"),
        first=fields.whole("first", 1),
        epoch=fields.whole("epoch"),
        acked=fields.whole("acked"),
        config_rev=None if fields.is_null("config_rev") else _read_rev(fields, "config_rev"),
        at=None if fields.is_null("at") else fields.moment("at"),
        slots=slots,
    )


def _read_ack(fields: Fields) -> Ack:
    missing = None if fields.is_null("missing") else fields.whole("missing", 1)
    return Ack(fields.whole("epoch"), fields.name("stream"), fields.whole("seq"), missing)


def _read_status(fields: Fields) -> Status:
    return Status(
        online=fields.flag("online"),
        version=fields.text("version", 32),
        boot=fields.whole("boot", 1),
        serial=None if fields.is_null("serial") else fields.text("serial", 64),
        stream=fields.name("stream"),
    )


def _read_plan(fields: Fields) -> SlotPlan:
    items = tuple(
        PlannedItem(
            sku=item.text("sku", 64),
            piece_weight_g=item.number("piece_weight_g", 0.01, MAX_GRAMS),
            tolerance_g=item.number("tolerance_g", 0, MAX_GRAMS),
            count=None if item.is_null("count") else item.whole("count", 0, MAX_PIECES),
        )
        for item in fields.items("items", MAX_ITEMS)
    )
    _no_twice([item.sku for item in items], "SKU")
    return SlotPlan(fields.name("slot"), items)


def _read_config(fields: Fields) -> Config:
    slots = tuple(map(_read_plan, fields.items("slots", MAX_SLOTS)))
    _no_twice([slot.slot for slot in slots], "slot")
    return Config(_read_rev(fields, "rev"), slots)


def _read_command(fields: Fields) -> Command:
    try:
        kind = CommandKind(fields.name("kind"))
    except ValueError as error:
        raise Unreadable(f'"kind" must be one of: {", ".join(CommandKind)}') from error
    command = Command(
        id=fields.name("id"),
        kind=kind,
        expires_in_s=fields.whole("expires_in_s", 1, 3600),
        slot=None if fields.is_null("slot") else fields.name("slot"),
        pieces=None if fields.is_null("pieces") else fields.whole("pieces", 1, MAX_PIECES),
    )
    if kind is not CommandKind.BLINK and command.slot is None:
        raise Unreadable(f'"slot" is needed to {kind}')
    if kind is CommandKind.LEARN and command.pieces is None:
        raise Unreadable('"pieces" is needed to learn a weight')
    return command


def _read_reply(fields: Fields) -> Reply:
    weight_g = None if fields.is_null("piece_weight_g") else fields.number("piece_weight_g", 0.01, MAX_GRAMS)
    return Reply(fields.name("id"), fields.flag("done"), fields.text("message", 300), weight_g)


def decode_count(payload: bytes) -> Count | Void:
    """The event in a `count` payload; Unreadable, with stream and seq where they can be read."""
    return _decode(payload, _read_count)


def decode_state(payload: bytes) -> State:
    """The state in a `state` payload, or Unreadable."""
    return _decode(payload, _read_state)


def decode_ack(payload: bytes) -> Ack:
    """The mark in an `ack` payload, or Unreadable."""
    return _decode(payload, _read_ack)


def decode_status(payload: bytes) -> Status:
    """The status in a `status` payload, or Unreadable."""
    return _decode(payload, _read_status)


def decode_config(payload: bytes) -> Config:
    """The plan in a `config` payload, or Unreadable."""
    return _decode(payload, _read_config)


def decode_command(payload: bytes) -> Command:
    """The command in a `command` payload, or Unreadable."""
    return _decode(payload, _read_command)


def decode_reply(payload: bytes) -> Reply:
    """The reply in a `reply` payload, or Unreadable."""
    return _decode(payload, _read_reply)
