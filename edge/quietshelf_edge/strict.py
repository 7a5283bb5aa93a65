"""Reading JSON that a stranger may have sent into frozen dataclasses, by the rules that their fields carry.

A field's type says everything: `Annotated[int, Whole(0, 9)]`, an enum, `X | None`, `tuple[X, ...]`, another dataclass.
No key may be missing, but one that came later than the wire (`MAY_BE_MISSING`); keys that nobody knows are passed over,
so that an older reader takes a newer message and a newer one an older.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, NoReturn, Protocol, TypeVar, get_args, get_origin, get_type_hints

MAX_PAYLOAD_BYTES = 4096
MAX_LIST = 16
MAX_WHOLE = 2**53 - 1  # what every JSON reader keeps exactly
MAY_BE_MISSING = "may be missing"
"""Stands in the metadata of a field that has a default, and takes it where its key is missing."""

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)

Kind = TypeVar("Kind")


class Unreadable(Exception):  # noqa: N818 - it is the message that is unreadable
    """A payload or topic that breaks the wire: the reason, and whose event it is where that can still be read."""

    def __init__(self, reason: str, stream: str | None = None, seq: int | None = None) -> None:
        super().__init__(reason)
        self.reason, self.stream, self.seq = reason, stream, seq


def _refuse(where: str, wanted: str) -> NoReturn:
    raise Unreadable(f"{where} must be {wanted}")


class Rule(Protocol):
    """What a value must be, beyond its type."""

    def read(self, value: object, where: str) -> object:
        """The value, or Unreadable naming `where` it stood."""


@dataclass(frozen=True)
class Whole:
    """An integer in a range; true, false and 1.0 are none."""

    least: int = 0
    most: int = MAX_WHOLE

    def read(self, value: object, where: str) -> int:
        if type(value) is not int or not self.least <= value <= self.most:
            _refuse(where, f"a whole number from {self.least} to {self.most}")
        return value


@dataclass(frozen=True)
class Number:
    """A finite number in a range."""

    least: float
    most: float

    def read(self, value: object, where: str) -> float:
        if type(value) not in (int, float) or not self.least <= value <= self.most:  # type: ignore[operator]
            _refuse(where, f"a number from {self.least:g} to {self.most:g}")
        return float(value)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Text:
    """Printable text without space at its ends."""

    most: int

    def read(self, value: object, where: str) -> str:
        if not isinstance(value, str) or not 1 <= len(value) <= self.most or not value.isprintable():
            _refuse(where, f"printable text of 1 to {self.most} characters")
        if value != value.strip():
            _refuse(where, "text without space at its ends")
        return value


class NameRule:
    """What may stand in a topic or be an id, see `is_name`."""

    def read(self, value: object, where: str) -> str:
        if not isinstance(value, str) or not is_name(value):
            _refuse(where, 'a name of 1 to 64 letters, digits, "-" or "_"')
        return value


def is_name(text: str) -> bool:
    """Whether `text` is 1 to 64 letters, digits, "-" or "_": never a wildcard, a slash or a space."""
    return _NAME.fullmatch(text) is not None


def format_moment(at: datetime) -> str:
    """The wire's spelling of an aware moment: UTC, milliseconds, "Z"."""
    if at.tzinfo is None:
        raise ValueError("a moment on the wire needs a time zone: give an aware datetime")
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def _read_moment(value: object, where: str) -> datetime:
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        _refuse(where, "a moment in UTC like 2026-11-03T09:30:00.250Z")
    try:
        return datetime.fromisoformat(value)
    except ValueError as error:
        raise Unreadable(f"{where} is no day and time that exists") from error


def _read_list(kind: Any, value: object, where: str) -> tuple[object, ...]:
    if not isinstance(value, list) or len(value) > MAX_LIST:
        _refuse(where, f"a list of at most {MAX_LIST}")
    return tuple(_read(kind, item, where) for item in value)


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind, include_extras=True)


def _read_object(kind: Any, value: object, where: str) -> object:
    if not isinstance(value, dict):
        _refuse(where, "a JSON object")
    hints = _hints(kind)
    missing = hints.keys() - value.keys()
    for field in fields(kind):
        if field.name in missing and MAY_BE_MISSING not in field.metadata:
            raise Unreadable(f'"{field.name}" is missing in {where}')
    told = {name: hint for name, hint in hints.items() if name not in missing}
    try:
        return kind(**{name: _read(hint, value[name], f'"{name}"') for name, hint in told.items()})
    except ValueError as error:  # what the dataclass itself refuses, across its fields
        raise Unreadable(f"{where}: {error}") from error


def _read_fixed(kind: Any, value: object, where: str) -> object:
    """A NamedTuple, which stands on the wire as a list of its fields."""
    hints = _hints(kind)
    if not isinstance(value, list) or len(value) != len(hints):
        _refuse(where, f"a list of {len(hints)}: {', '.join(hints)}")
    return kind(*(_read(hint, part, where) for hint, part in zip(hints.values(), value, strict=True)))


def _read(kind: Any, value: object, where: str) -> object:
    origin, args = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return args[1].read(value, where)
    if type(None) in args:
        return None if value is None else _read(args[0], value, where)
    if origin is tuple:
        return _read_list(args[0], value, where)
    if is_dataclass(kind):
        return _read_object(kind, value, where)
    if kind is datetime:
        return _read_moment(value, where)
    if kind is bool:
        return value if isinstance(value, bool) else _refuse(where, "true or false")
    if issubclass(kind, StrEnum):
        return kind(value) if value in list(kind) else _refuse(where, f"one of {', '.join(kind)}")
    return _read_fixed(kind, value, where)


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise Unreadable("a key stands twice in one object")
    return values


def _no_constant(name: str) -> NoReturn:
    raise Unreadable(f"{name} is not a number in JSON")


def parse(payload: bytes) -> dict[str, object]:
    """The JSON object in `payload`: UTF-8, at most 4096 bytes, no key twice; else Unreadable."""
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise Unreadable(f"the message has {len(payload)} bytes, at most {MAX_PAYLOAD_BYTES} are allowed")
    try:
        value = json.loads(payload.decode(), object_pairs_hook=_unique, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise Unreadable("the message is not UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise Unreadable("the message is not JSON") from error
    if not isinstance(value, dict):
        _refuse("the message", "a JSON object")
    return value


def key_of(values: dict[str, object]) -> tuple[str, int] | tuple[None, None]:
    """The stream and seq in a parsed message, where both can be read."""
    stream, seq = values.get("stream"), values.get("seq")
    if isinstance(stream, str) and is_name(stream) and type(seq) is int and 1 <= seq <= MAX_WHOLE:
        return stream, seq
    return None, None


def read(kind: Callable[..., Kind], values: dict[str, object]) -> Kind:
    """A `kind` (a dataclass) from a parsed message; Unreadable, with its stream and seq where those can be read."""
    try:
        return _read_object(kind, values, "the message")  # type: ignore[return-value]
    except Unreadable as error:
        raise Unreadable(error.reason, *key_of(values)) from error
