"""What can go wrong with an expression."""

from __future__ import annotations

_REACH = 24


class ParseError(ValueError):
    """Text that is no expression.

    ``position`` is the index of the character where it goes wrong; ``reason`` is the message
    without the place.
    """

    def __init__(self, reason: str, text: str, position: int) -> None:
        self.reason = reason
        self.text = text
        self.position = position
        super().__init__(f"{reason} (at character {position}{_around(text, position)})")

    def __reduce__(self) -> tuple[type[ParseError], tuple[str, str, int]]:
        return type(self), (self.reason, self.text, self.position)


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
    """Text fit for a terminal: short, and all that is not plain ASCII escaped."""
    escaped = "".join(c if " " <= c <= "~" else ascii(c)[1:-1] for c in text[: most + 1])
    return escaped if len(escaped) <= most else escaped[:most] + "..."
