"""The strict grammar's text: what the harness itself prints, and errors that say what to write.

Nothing here is lenient. What people and engines write is for ``reader.py``.
"""

from __future__ import annotations

import re

from bench.expression.errors import ParseError
from bench.expression.names import (
    CONSTANT_SPELLINGS,
    FUNCTION_SPELLINGS,
    GREEK_FUNCTIONS,
    NOT_NUMBERS,
    Function,
    Variables,
    spellings,
)
from bench.expression.reading.grammar import MAX_TOKENS, Token, TokenParser
from bench.expression.reading.hints import unexpected_character, unknown_name
from bench.expression.tree import Expression, Symbol

MAX_CHARACTERS = 100_000

_TOKEN = re.compile(
    r"[ \t\r\n]*(?:"
    r"(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>(?:(?:np|numpy|math|sp|sympy)\.)?[^\W\d]\w*)"
    r"|(?P<mark>\*\*|[-+*/^(),])"
    r"|(?P<end>\Z))"
)


def parse(text: str, variables: Variables | None = None) -> Expression:
    """The tree of ``text``.

    ``variables`` are the names that may occur: ``Variable``s, each known by its name and its
    symbol, or a mapping from spelling to name. They win over constants and functions of the same
    name. None: every name that is no constant and no function is a variable.

    Raises ParseError where the text is no expression or goes beyond a limit of this package.
    """
    check_length(text)
    return TokenParser(text, _StrictNames(text, spellings(variables))).tree(_tokens(text))


def check_length(text: str) -> None:
    """Raise for what is no text (TypeError) or too much of it (ParseError)."""
    if not isinstance(text, str):
        raise TypeError(f"an expression to parse is text, not {type(text).__name__}")
    if len(text) > MAX_CHARACTERS:
        raise ParseError(
            f"the text has {len(text)} characters; at most {MAX_CHARACTERS} are read",
            text, MAX_CHARACTERS,
        )  # fmt: skip


def _tokens(text: str) -> list[Token]:
    tokens: list[Token] = []
    position, match = 0, _TOKEN.match
    while True:
        found = match(text, position)
        if found is None:
            raise unexpected_character(text, position)
        kind = found.lastgroup or ""
        start, position = found.span(kind)
        tokens.append((kind, text[start:position], start))
        if kind == "end":
            return tokens
        if len(tokens) > MAX_TOKENS:
            raise ParseError(f"more than {MAX_TOKENS} numbers, names and signs", text, start)


class _StrictNames:
    """Variables first, then constants and functions by their spellings."""

    def __init__(self, text: str, variables: dict[str, str] | None) -> None:
        self.text = text
        self.variables = variables

    def leaf(self, name: str, position: int) -> Expression:
        variables = self.variables
        if variables is not None and name in variables:
            return Symbol(variables[name])
        bare = name.rpartition(".")[2]
        if bare in CONSTANT_SPELLINGS:
            return CONSTANT_SPELLINGS[bare]
        if bare in NOT_NUMBERS:
            raise self._error(f"'{name}' is not a number", position)
        letter = variables is None and name in GREEK_FUNCTIONS
        if bare in FUNCTION_SPELLINGS and not letter:
            raise self._error(f"the function {bare} needs its arguments: {bare}(...)", position)
        if variables is not None or bare != name or not name.isascii():
            raise unknown_name(self.text, name, position, variables, called=False)
        return Symbol(name)

    def function(self, name: str, position: int) -> Function:
        if self.variables is not None and name in self.variables:
            raise self._error(
                f"'{name}' is a variable, not a function: write {name}*(...)", position
            )
        function = FUNCTION_SPELLINGS.get(name.rpartition(".")[2])
        if function is None:
            raise unknown_name(self.text, name, position, self.variables, called=True)
        return function

    def _error(self, reason: str, position: int) -> ParseError:
        return ParseError(reason, self.text, position)
