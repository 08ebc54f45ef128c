"""What can go wrong with an expression."""

from __future__ import annotations

import unicodedata

_REACH = 24
_LONGEST_REASON = 400


class ParseError(ValueError):
    """Text that is no expression.

    ``position`` is the index of the character where it goes wrong; ``reason`` is the message
    without the place.
    """

    def __init__(self, reason: str, text: str, position: int) -> None:
        self.reason = reason = shown(reason, _LONGEST_REASON)
        self.text = text
        self.position = position
        super().__init__(f"{reason} (at character {position}{_around(text, position)})")

    def __reduce__(self) -> tuple[type[ParseError], tuple[str, str, int]]:
        return type(self), (self.reason, self.text, self.position)


class TwoReadings(ParseError):
    """Text that says two things; ``readings`` are both."""

    def __init__(self, readings: tuple[str, str], text: str, position: int) -> None:
        self.readings = readings
        first, second = (shown(reading, 60) for reading in readings)
        super().__init__(f"two readings, {first} or {second}: write one of them", text, position)

    def __reduce__(self) -> tuple[type[TwoReadings], tuple[tuple[str, str], str, int]]:  # type: ignore[override]
        return type(self), (self.readings, self.text, self.position)


class ExpressionTooLarge(ValueError):
    """An expression that SymPy could only turn into a number of millions of digits."""


class UnsupportedNode(ValueError):
    """An expression with a part that has no counterpart in SymPy, or here."""


def _around(text: str, position: int) -> str:
    if not text:
        return ""
    start, end = max(0, position - _REACH), position + _REACH
    before = ("..." if start else "") + shown(text[start:position], 6 * _REACH)
    after = shown(text[position:end], 6 * _REACH) + ("..." if end < len(text) else "")
    return f": {before}<here>{after}"


def shown(text: str, most: int = 40) -> str:
    """Text fit for a terminal: short, and escaped but for plain ASCII and mathematical signs.

    Letters of other alphabets than the Latin and the Greek are escaped: some look like Latin ones.
    """
    escaped = "".join(c if _is_plain(c) else ascii(c)[1:-1] for c in text[: most + 1])
    return escaped if len(escaped) <= most else escaped[:most] + "..."


def _is_plain(character: str) -> bool:
    if " " <= character <= "~":
        return True
    if character in "·¬":
        return True
    # Signs such as the radical, and digits set high or low.
    if unicodedata.category(character) in ("Sm", "No"):
        return True
    return ("α" <= character <= "ω" and character != "ο") or character in "ΓΔΘΛΞΣΦΨΩϵϕϑ"
