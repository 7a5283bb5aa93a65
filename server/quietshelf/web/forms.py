"""What was typed into a form, and what is wrong with it: kept together, so that a form comes back as it was sent."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

LARGEST = 1_000_000
"""No field for a number of pieces takes more."""
LARGEST_MINOR = 2_000_000_000
"""Nor any for money, in minor units."""


@dataclass
class Form:
    """The fields of one form as they were typed, and a sentence for each that can't be taken."""

    typed: Mapping[str, str] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)

    def text(self, name: str, missing: str = "", longest: int = 200) -> str:
        """The field without surrounding blanks. `missing` is the sentence for an empty one; without it, it may be."""
        value = self.typed.get(name, "").strip()
        if missing and not value:
            self.wrong[name] = missing
        elif len(value) > longest:
            self.wrong[name] = f"This has {len(value)} characters. Type {longest} or fewer."
        return value

    def whole(self, name: str, least: int = 0, most: int = LARGEST) -> int:
        """The field as a whole number from `least` to `most`.

        >>> form = Form({"a": " 1,200 ", "b": "twelve", "c": "-1"})
        >>> form.whole("a"), form.whole("b"), form.whole("c", least=1)
        (1200, 0, 0)
        >>> form.wrong["b"], form.wrong["c"]
        ('“twelve” is no whole number. Type digits only.', 'Type 1 or more.')
        """
        value = self.typed.get(name, "").strip().replace(",", "").replace(" ", "")
        number = int(value) if value.lstrip("-").isdecimal() and value.isascii() and len(value) < 12 else None
        if number is None:
            self.wrong[name] = f"“{self.typed.get(name, '')}” is no whole number. Type digits only."
            return 0
        if number < least:
            self.wrong[name] = f"Type {least} or more."
            return 0
        if number > most:
            self.wrong[name] = f"Type {most:,} or less."
            return 0
        return number

    def day(self, name: str, missing: str = "") -> date | None:
        """The field as a day, as a date field sends it; None where it is empty. `missing` as in `text`.

        >>> form = Form({"on": "2026-12-03", "off": "3/12"})
        >>> form.day("on"), form.day("off"), form.wrong["off"]
        (datetime.date(2026, 12, 3), None, 'Type a day like 2026-12-03.')
        """
        value = self.text(name, missing)
        try:
            return date.fromisoformat(value) if value else None
        except ValueError:
            self.wrong[name] = "Type a day like 2026-12-03."
            return None

    def hundredths(self, name: str) -> int:
        """A percentage with up to two decimals, in hundredths of a percent; empty is 0.

        >>> Form({"tax": "17.5"}).hundredths("tax"), Form({"tax": "20"}).hundredths("tax"), Form().hundredths("tax")
        (1750, 2000, 0)
        """
        value = self.typed.get(name, "").strip().removesuffix("%").strip().replace(",", ".")
        whole, _, part = value.partition(".")
        digits = (whole or "0") + part
        if not value:
            return 0
        if not (digits.isdecimal() and digits.isascii() and len(part) <= 2 and int(whole or 0) < 100):
            self.wrong[name] = "Type a percentage below 100, like 20 or 17.5."
            return 0
        return int(whole or 0) * 100 + int(part.ljust(2, "0"))

    def minor(self, name: str, digits: int) -> int | None:
        """An amount of money above 0 in minor units, of a currency with so many decimal digits; None where empty.

        >>> form = Form({"a": "1,250.50", "b": "£250", "c": "much", "d": " ", "e": "1.005", "f": "0"})
        >>> [form.minor(name, 2) for name in "abcdef"], form.wrong["c"], form.wrong["e"]
        ([125050, 25000, None, None, None, None], 'Type an amount, like 250 or 250.50.', 'Type at most 2 decimals.')
        """
        value = self.typed.get(name, "").strip().lstrip("£€$").replace(",", "").replace(" ", "")
        whole, _, part = value.partition(".")
        if not value:
            return None
        if not (whole + part).isdecimal() or not (whole + part).isascii():
            self.wrong[name] = "Type an amount, like 250 or 250.50."
        elif len(part) > digits:
            self.wrong[name] = f"Type at most {digits} decimals."
        elif not 0 < (minor := int((whole or "0") + part.ljust(digits, "0"))) <= LARGEST_MINOR:
            self.wrong[name] = "Type more than 0, or nothing." if not minor else "This is too much. Type less."
        else:
            return minor
        return None

    def grams(self, name: str) -> float | None:
        """A weight in grams; None where nothing is typed.

        >>> Form({"weight": "312.5"}).grams("weight"), Form({"weight": " "}).grams("weight")
        (312.5, None)
        """
        value = self.typed.get(name, "").strip().removesuffix("g").strip()
        if not value:
            return None
        if not value.replace(".", "", 1).isdecimal() or float(value) <= 0:
            self.wrong[name] = "Type the weight of one piece in grams, like 312 or 62.5."
            return None
        return float(value)

    def email(self, name: str, missing: str) -> str:
        """The field as an e-mail address, in lower case; without `missing` it may be empty."""
        value = self.text(name, missing).lower()
        local, at, host = value.partition("@")
        if value and not (local and at and "." in host and " " not in value and "@" not in host):
            self.wrong[name] = "An e-mail address looks like ines@shop.example."
        return value


def new_press() -> str:
    """A mark that a form carries, so that its second press is known."""
    return secrets.token_hex(8)
