"""What is open in a text that is being laid out."""

from __future__ import annotations

from dataclasses import dataclass

Written = tuple[str, str]
"""A token without its place: kind and text."""


WITHOUT_BRACKETS = frozenset({"pair", "list"})
"""Kinds of levels that are no brackets of the grammar: of the pairs in a piecewise."""
UNMARKED = frozenset({"argument", "radical", "single"})
"""Kinds of levels that end with the first operand in them."""


@dataclass(slots=True)
class Level:
    """A bracket, a call, or the argument of a function without brackets.

    ``began`` is where its operand begins in the text, ``opened`` the index of its bracket among
    the lexemes, ``after`` what follows its closing bracket. ``argument`` is the number of tokens
    before the current argument, ``term`` where the current term begins in the text (-1 before
    it does), ``slash`` whether the last factor is a divisor.

    ``choice`` and ``choices`` are the sign and number of conditional values in the current
    argument, ``awaits_else`` whether one of them has no second value yet. ``last`` says that the
    value for all other cases has been read, ``doubled`` that braces stand round its brackets.
    """

    kind: str
    began: int
    opened: int = -1
    after: tuple[Written, ...] = ()
    name: str = ""
    argument: int = 0
    term: int = -1
    slash: bool = False
    choice: str = ""
    choices: int = 0
    awaits_else: bool = False
    last: bool = False
    doubled: bool = False

    def next_argument(self, tokens: int) -> None:
        """Begin another argument, behind so many tokens."""
        self.argument, self.term, self.slash = tokens, -1, False
        self.choice, self.choices, self.awaits_else = "", 0, False
