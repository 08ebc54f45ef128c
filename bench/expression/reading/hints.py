"""The longer error messages of the parser: what a character or a name was probably meant to be."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping

from bench.expression.errors import ParseError, shown
from bench.expression.names import CONSTANT_SPELLINGS, FUNCTION_SPELLINGS

_LONGEST_NAME = 40
_MOST_LISTED = 12

_MEANT = {
    "−": "-", "–": "-", "×": "*", "·": "*", "⋅": "*", "∙": "*", "÷": "/", "²": "**2",
    "³": "**3", "√": "sqrt(...)", "π": "pi", "|": "abs(...)",
    "[": "(", "]": ")", "{": "(", "}": ")",
}  # fmt: skip


def unexpected_character(text: str, position: int) -> ParseError:
    """The error for text in which no token begins at ``position``."""
    while text[position] in " \t\r\n":
        position += 1
    character = text[position]
    if character == "=":
        return ParseError(
            "an expression has no '=': leave out what stands before it", text, position
        )
    return ParseError(f"unexpected {_named(character)}{_instead(character)}", text, position)


def unknown_name(
    text: str, name: str, position: int, variables: Mapping[str, str] | None, *, called: bool
) -> ParseError:
    """The error for a name that stands for nothing, with the nearest that do."""
    foreign = next((character for character in name if not character.isascii()), None)
    if called:
        known: Iterable[str] = FUNCTION_SPELLINGS
        reason = f"unknown function '{shown(name)}'"
    else:
        known = [*(variables or ()), *CONSTANT_SPELLINGS]
        reason = f"unknown name '{shown(name)}'"
    if foreign is not None:
        reason += f", which contains {_named(foreign)}{_instead(foreign)}"
    elif len(name) <= _LONGEST_NAME:
        reason += _nearest(name, list(known))
    if variables and not called:
        reason += f"; the variables are {_listed(variables)}"
    return ParseError(reason, text, position)


def _named(character: str) -> str:
    if " " < character <= "~":
        return f"character '{character}'"
    return f"character {unicodedata.name(character, 'without a name')} (U+{ord(character):04X})"


def _instead(character: str) -> str:
    return f"; write {_MEANT[character]}" if character in _MEANT else ""


def _nearest(name: str, known: list[str]) -> str:
    import difflib  # only errors need it

    near = difflib.get_close_matches(name, known, n=1)
    if not near:
        lowered = {spelling.lower(): spelling for spelling in known}
        near = [lowered[name.lower()]] if name.lower() in lowered else []
    return f"; did you mean '{near[0]}'?" if near else ""


def _listed(variables: Mapping[str, str]) -> str:
    names = list(dict.fromkeys(variables.values()))
    more = ", ..." if len(names) > _MOST_LISTED else ""
    return ", ".join(names[:_MOST_LISTED]) + more
