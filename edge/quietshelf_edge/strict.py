"""Reading JSON that a stranger may have sent, field by field. What the fields mean is said in messages.py."""

import json
import math
import re
from datetime import UTC, datetime
from typing import NoReturn

MAX_PAYLOAD_BYTES = 4096
MAX_WHOLE = 2**53 - 1  # what every JSON reader keeps exactly

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


class Unreadable(Exception):  # noqa: N818 - it is the message that is unreadable
    """A payload or topic that breaks the wire: the reason, and whose event it is where that can still be read."""

    def __init__(self, reason: str, stream: str | None = None, seq: int | None = None) -> None:
        super().__init__(reason)
        self.reason, self.stream, self.seq = reason, stream, seq


def is_name(text: str) -> bool:
    """Whether `text` may stand in a topic or be an id: 1 to 64 letters, digits, "-" or "_"."""
    return _NAME.fullmatch(text) is not None


def format_moment(at: datetime) -> str:
    """The wire's spelling of an aware moment: UTC, milliseconds, "Z"."""
    if at.tzinfo is None:
        raise ValueError("a moment on the wire needs a time zone: give an aware datetime")
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise Unreadable("a key stands twice in one object")
    return values


def _no_constant(name: str) -> NoReturn:
    raise Unreadable(f"{name} is not a number in JSON")


class Fields:
    """The keys of one JSON object, each taken with its type and range, or refused with `Unreadable`."""

    def __init__(self, values: object, where: str = "the message") -> None:
        if not isinstance(values, dict):
            raise Unreadable(f"{where} is not a JSON object")
        self._values: dict[str, object] = values
        self._where = where

    @classmethod
    def parse(cls, payload: bytes) -> "Fields":
        """The object in `payload`, which must be UTF-8 JSON of at most 4096 bytes."""
        if len(payload) > MAX_PAYLOAD_BYTES:
            raise Unreadable(f"the message has {len(payload)} bytes, at most {MAX_PAYLOAD_BYTES} are allowed")
        try:
            return cls(json.loads(payload.decode(), object_pairs_hook=_unique, parse_constant=_no_constant))
        except UnicodeDecodeError as error:
            raise Unreadable("the message is not UTF-8") from error
        except (ValueError, RecursionError) as error:
            raise Unreadable("the message is not JSON") from error

    def _refuse(self, key: str, wanted: str) -> NoReturn:
        raise Unreadable(f'"{key}" in {self._where} must be {wanted}')

    def _take(self, key: str) -> object:
        if key not in self._values:
            raise Unreadable(f'"{key}" is missing in {self._where}')
        return self._values[key]

    def has(self, key: str) -> bool:
        """Whether the key is there at all, null included."""
        return key in self._values

    def whole(self, key: str, least: int = 0, most: int = MAX_WHOLE) -> int:
        """An integer from `least` to `most`; true, false and 1.0 are none."""
        value = self._take(key)
        if type(value) is not int or not least <= value <= most:
            self._refuse(key, f"a whole number from {least} to {most}")
        return value

    def number(self, key: str, least: float, most: float) -> float:
        """A finite number from `least` to `most`."""
        value = self._take(key)
        if type(value) not in (int, float) or not least <= value <= most:  # type: ignore[operator]
            self._refuse(key, f"a number from {least:g} to {most:g}")
        number = float(value)  # type: ignore[arg-type]
        if not math.isfinite(number):
            self._refuse(key, "a finite number")
        return number

    def flag(self, key: str) -> bool:
        """true or false."""
        value = self._take(key)
        if not isinstance(value, bool):
            self._refuse(key, "true or false")
        return value

    def name(self, key: str) -> str:
        """A name or id, see `is_name`."""
        value = self._take(key)
        if not isinstance(value, str) or not is_name(value):
            self._refuse(key, 'a name of 1 to 64 letters, digits, "-" or "_"')
        return value

    def text(self, key: str, most: int, least: int = 1) -> str:
        """Printable text of `least` to `most` characters, without space at either end."""
        value = self._take(key)
        if not isinstance(value, str) or not least <= len(value) <= most or not value.isprintable():
            self._refuse(key, f"printable text of {least} to {most} characters")
        if value != value.strip():
            self._refuse(key, "text without space at its ends")
        return value

    def moment(self, key: str) -> datetime:
        """A moment in UTC, spelled like 2026-11-03T09:30:00.250Z."""
        value = self._take(key)
        if not isinstance(value, str) or not _MOMENT.fullmatch(value):
            self._refuse(key, "a moment in UTC like 2026-11-03T09:30:00.250Z")
        try:
            return datetime.fromisoformat(value)
        except ValueError as error:
            raise Unreadable(f'"{key}" in {self._where} is no day and time that exists') from error

    def is_null(self, key: str) -> bool:
        """Whether the key is there and null."""
        return self._take(key) is None

    def items(self, key: str, most: int) -> "list[Fields]":
        """A list of at most `most` objects."""
        value = self._take(key)
        if not isinstance(value, list) or len(value) > most:
            self._refuse(key, f"a list of at most {most} objects")
        return [Fields(item, f'"{key}"') for item in value]

    def pair(self, key: str, least: int, most: int = MAX_WHOLE) -> tuple[int, int]:
        """A list of two integers."""
        value = self._take(key)
        if not isinstance(value, list) or len(value) != 2:
            self._refuse(key, "a list of two whole numbers")
        numbers = Fields(dict(zip(("first", "second"), value, strict=True)), f'"{key}"')
        return numbers.whole("first", least, most), numbers.whole("second", least, most)
