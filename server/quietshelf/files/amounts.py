"""Numbers and money as people's files write them: the decimal sign is recognised over a whole file, then they are read.

Money becomes integer minor units, quantities integers; nothing passes through floating point.
"""

import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import NamedTuple

from quietshelf.files.reports import Refused, Unreadable, quoted

LARGEST = 2_000_000_000
"""Units of a quantity and minor units of a price: what every database keeps as an integer."""

_MOST_DIGITS = 20
_LONGEST = 60
"""Characters of a cell that can be a number: longer ones are neither matched nor remembered."""
_CURRENCY = "(?:[$£¥\u20a0-\u20cf]|[A-Z]{3}|kr)"
_WRITTEN = re.compile(
    rf"(?P<sign>[-+\u2212]?)\s*(?:{_CURRENCY}\s*)?(?P<inner>[-+\u2212]?)(?P<body>[\d.,' ]*)(?:\s*{_CURRENCY})?",
    re.ASCII,
)
_GROUPED = re.compile(r"[1-9]\d{0,2}(?P<sign>[.,' ])\d{3}(?:(?P=sign)\d{3})*", re.ASCII)
_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2019": "'"})


class Money(NamedTuple):
    """An amount in minor units, and whether a part below the smallest coin was rounded (half up)."""

    minor: int
    rounded: bool


class Amounts:
    """The numbers of one file. First `observe` all of them, then `settle`, then read."""

    def __init__(self, minor_digits: int) -> None:
        """`minor_digits` is how many decimals the currency has: 2 for GBP, 0 for JPY."""
        self.minor_digits = minor_digits
        self.decimal_sign = "."
        self._seen: dict[str, tuple[int, str]] = {}
        self._two_ways: tuple[int, str] | None = None
        self._sign_of = lru_cache(maxsize=4096)(_decimal_sign)
        self.money = lru_cache(maxsize=4096)(self._money)
        self.whole = lru_cache(maxsize=4096)(self._whole)

    def observe(self, line: int, text: str) -> None:
        """Learn from one number how this file writes them. What is no number is not said here, but by reading it."""
        sign = self._sign_of(text) if len(text) <= _LONGEST else None
        if sign is None:
            return
        if sign == "either":
            self._two_ways = self._two_ways or (line, text)
        elif sign not in self._seen:
            self._seen[sign] = (line, text)

    def settle(self) -> None:
        """Decide the file's decimal sign. Raises Refused where it can be read two ways, or is both."""
        point, comma = self._seen.get("."), self._seen.get(",")
        if point and comma:
            raise Refused.at(
                max(point, comma)[0],
                f"{point[1]} on line {point[0]} has a decimal point, {comma[1]} on line {comma[0]} a decimal comma: "
                "write all numbers one way",
            )
        if self._two_ways and not (point or comma):
            line, text = self._two_ways
            if self.minor_digits != 3:
                raise Refused.at(line, f"{text} can be read two ways: write it without a sign between the thousands")
            comma = (line, text) if "," in text else None  # 1,250 is what a price in dinars looks like
        self.decimal_sign = "," if comma else "."

    def number(self, text: str) -> Decimal:
        """The exact number. Raises Unreadable."""
        written = _written(text)
        if not written or (written["sign"] and written["inner"]):
            raise Unreadable(f"{quoted(text)} is no number")
        digits = _digits(written["body"], self.decimal_sign)
        if digits is None:
            raise Unreadable(f"{quoted(text)} is no number")
        minus = "-" if (written["sign"] or written["inner"]) in ("-", "\u2212") else ""
        return Decimal(f"{minus}{digits}")

    def _money(self, text: str) -> Money:
        """An amount; also as `money`, which remembers the last thousands. Raises Unreadable."""
        exact = self.number(text).scaleb(self.minor_digits)
        minor = int(exact.to_integral_value(ROUND_HALF_UP))
        return Money(_kept(minor, text), minor != exact)

    def _whole(self, text: str) -> int:
        """A whole number; also as `whole`, which remembers the last thousands. Raises Unreadable."""
        exact = self.number(text)
        if exact != exact.to_integral_value():
            raise Unreadable(f"{text} is no whole number of pieces")
        return _kept(int(exact), text)


def _written(text: str) -> re.Match[str] | None:
    return _WRITTEN.fullmatch(text.strip().translate(_SPACES)) if len(text) <= _LONGEST else None


def _decimal_sign(text: str) -> str | None:
    """The decimal sign that a number shows, "either" where "1,234" could be one or a thousand, None where it has none.

    >>> [_decimal_sign(text) for text in ("2.55", "2,55", "1.234,5", "1,234,567", "0.001", "1,234", "12")]
    ['.', ',', ',', '.', '.', 'either', None]
    """
    written = _written(text)
    if not written or not ("." in text or "," in text):
        return None
    fitting = [sign for sign in ".," if _digits(written["body"], sign) is not None]
    return "either" if len(fitting) == 2 else next(iter(fitting), None)


def _digits(body: str, decimal_sign: str) -> str | None:
    """The digits with a point before the decimals, None where this is no number with that decimal sign."""
    whole, _, part = body.strip().partition(decimal_sign)
    if _GROUPED.fullmatch(whole):
        whole = re.sub(r"\D", "", whole)
    digits = whole + part
    if not (digits.isascii() and digits.isdigit()) or len(digits) > _MOST_DIGITS:
        return None
    return f"{whole or 0}.{part or 0}"


def _kept(number: int, text: str) -> int:
    if abs(number) > LARGEST:
        raise Unreadable(f"{text} is too large")
    return number
