"""Products without a sign: where they have one reading, and where two.

``2x0``, ``(x0)(x1)`` and ``2 sin(x0)`` are products. A name before a bracket may be a function;
behind a slash, an unmarked exponent or an argument without brackets, it is unclear how far that
goes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bench.expression.errors import TwoReadings
from bench.expression.reading.lenient.lexer import Lexeme

if TYPE_CHECKING:
    from bench.expression.reading.lenient.layout import Layout

_MAYBE_FUNCTION = frozenset("fghFGH")
_LOOKS_LIKE_SYMBOL = re.compile(r"[A-Za-z]|[A-Za-z]+_?[0-9]+|[A-Za-z]_[A-Za-z0-9]+")
_SUFFIX = re.compile(r"[fFjJlLdD][0-9]*|[eE]")
_POWER_OF_TEN = re.compile(r"[eE][+-][0-9]+")
_SIGN_FIRST = re.compile(r"(?:\A|(?P<bracket>[(\[]))\s*(?P<sign>[-+−])\s+\Z")
_NEAR = 40
_BASED = re.compile(r"[xX][0-9A-Fa-f]+|[oObB][0-9]+")


def check(layout: Layout, before: Lexeme, item: Lexeme) -> None:
    """Raise where the operand that begins with ``item`` may be more than the next factor."""
    _check_divisor(layout, item)
    _check_exponent(layout, item)
    if not layout.naming.latex:
        _check_sign_first(layout)
    if item.kind == "number":
        _check_number(layout, before, item)
    elif item.kind == "name" and before.kind == "number":
        if item.spaced:
            _check_power_of_ten(layout, before, item)
        else:
            _check_suffix(layout, before, item)
    elif item.kind == "open":
        _check_bracket(layout, before, item)
    elif item.kind == "string":
        raise layout.error("an operator is missing before the quotes", item)
    if item.kind == "name" and before.kind == "name":
        _check_words(layout, before, item)


def _check_divisor(layout: Layout, item: Lexeme) -> None:
    """``a/b c`` is ``(a/b)*c`` or ``a/(b*c)``."""
    level = layout.levels[-1]
    if not level.slash:
        return
    start, end = layout.operand
    above = layout.text[max(level.term, 0) : start].rstrip().rstrip("/÷∕.").rstrip()
    below, factor = layout.text[start:end], layout.source(layout.index)
    readings = (f"({above}/{below})*{factor}", f"{above}/({below}*{factor})")
    raise TwoReadings(readings, layout.text, item.start)


def _check_sign_first(layout: Layout) -> None:
    """``(+ a b)`` is a sum as Lisp writes it, or a product with a sign."""
    start, end = layout.operand
    before = layout.text[max(0, start - _NEAR) : start]
    found = _SIGN_FIRST.search(before)
    if found is None or (start > _NEAR and not found["bracket"]):
        return
    if found["sign"] != "+" and not found["bracket"]:
        return
    first, second = layout.text[start:end], layout.source(layout.index)
    sign = found["sign"]
    readings = (f"{first} {sign} {second}", f"{sign}({first}*{second})")
    raise TwoReadings(readings, layout.text, layout.items[layout.index].start)


def check_joined(layout: Layout, item: Lexeme, first: str, second: str) -> None:
    """Names written as one behind a slash or in an exponent: how many of them belong there?"""
    before = layout.out[-2][1] if len(layout.out) > 1 else ""
    if before == "**":
        raise TwoReadings((f"({first})*{second}", f"{first}*{second}"), layout.text, item.start)
    if layout.levels[-1].slash:
        readings = (f".../{first}*{second}", f".../({first}*{second})")
        raise TwoReadings(readings, layout.text, item.start)


def check_power(layout: Layout, item: Lexeme) -> None:
    """``x^{2}^3`` and ``x²^3``: a power of a power, or of its exponent?"""
    index = layout.index - 1
    before = layout.items[index]
    opening = layout.brackets.opening.get(index, 0)
    braces = before.text == "}" and opening > 0 and layout.items[opening - 1].text == "**"
    if not braces and before.kind != "raised":
        return
    power = "{...}" if braces else layout.text[before.start : before.end]
    readings = (f"(...^{power})^...", f"...^({power}^...)")
    raise TwoReadings(readings, layout.text, item.start)


def check_percent(layout: Layout, item: Lexeme) -> None:
    """``50% x`` is a share, ``x % 50`` a remainder."""
    before, following = layout.items[layout.index - 1 : layout.index + 2 : 2]
    if before.kind == "number" and not item.spaced and following.spaced:
        readings = (f"{before.text}/100", f"the remainder of {before.text}")
        raise TwoReadings(readings, layout.text, item.start)


def _check_exponent(layout: Layout, item: Lexeme) -> None:
    """``2^3x`` is ``2^3*x`` or, in Julia, ``2^(3*x)``."""
    if layout.loose_exponent is None:
        return
    exponent, signed = layout.loose_exponent
    if layout.naming.latex and len(exponent.text) == 1 and not exponent.sub and not signed:
        return
    if exponent.kind == "number" and item.spaced and not signed:
        return
    power, factor = exponent.text, layout.source(layout.index)
    minus = "-" if signed else ""
    readings = (f"...^({minus}{power})*{factor}", f"...^({minus}{power}*{factor})")
    raise TwoReadings(readings, layout.text, item.start)


def _check_number(layout: Layout, before: Lexeme, item: Lexeme) -> None:
    if before.kind == "number":
        following = layout.items[layout.index + 1]
        # Pysindy writes the library's constant function as the factor 1.
        if item.text == "1" and item.spaced and _ends_term(following):
            return
        raise layout.error("two numbers side by side", item)
    start, end = layout.operand
    operand = layout.text[start:end]
    readings = (f"{operand}*{item.text}", f"{operand}**{item.text}")
    raise TwoReadings(readings, layout.text, item.start)


def _ends_term(item: Lexeme) -> bool:
    return item.kind in ("end", "close") or item.text in ("+", "-")


def _check_suffix(layout: Layout, before: Lexeme, item: Lexeme) -> None:
    """``2f``, ``3j``, ``0x1F`` and ``1e`` are numbers elsewhere, or were cut short."""
    based = before.text == "0" and _BASED.fullmatch(item.text)
    suffix = _SUFFIX.fullmatch(item.text) and layout.naming.variable(item) is None
    if based or (suffix and not item.sub):
        written = layout.text[before.start : item.end]
        readings = (f"{before.text}*{item.text}", f"the number {written}")
        raise TwoReadings(readings, layout.text, item.start)


def _check_power_of_ten(layout: Layout, before: Lexeme, item: Lexeme) -> None:
    """``1.5 e-3`` with a blank is a product, or a number; ``1. x`` is one, or a list's first."""
    written = _POWER_OF_TEN.match(layout.text, item.start)
    if written is not None:
        readings = (f"{before.text}*{written[0]}", f"the number {before.text}{written[0]}")
        raise TwoReadings(readings, layout.text, item.start)
    if before is layout.items[0] and before.text.endswith("."):
        readings = (f"{before.text}0*{item.text}", f"{item.text}, in a list")
        raise TwoReadings(readings, layout.text, item.start)


def _check_bracket(layout: Layout, before: Lexeme, item: Lexeme) -> None:
    """A name before a bracket is a factor or a function, unless the notation tells."""
    if before.kind != "name" or item.text not in ("(", "["):
        return
    naming = layout.naming
    if naming.square_calls and item.text == "(":
        return
    symbol = not naming.is_bare(before) and (
        naming.known is not None or before.text not in _MAYBE_FUNCTION or before.sub
    )
    if naming.latex and item.text == "(" and symbol:
        return
    start, end = layout.operand
    name, bracket = layout.text[start:end], layout.source(layout.index)
    readings = (f"{name}*{bracket}", f"the function {name} of {bracket}")
    raise TwoReadings(readings, layout.text, item.start)


def _check_words(layout: Layout, before: Lexeme, item: Lexeme) -> None:
    """Two names side by side are a product of variables, or a sentence."""
    naming = layout.naming
    if naming.known is not None or naming.latex:
        return
    names = (before,) if layout.function_at(layout.index) else (before, item)
    for name in names:
        if name.text.isascii() and not (name.sub or _LOOKS_LIKE_SYMBOL.fullmatch(name.text)):
            reason = f"'{name.text}' beside another name: write * for a product"
            raise layout.error(reason, item)
