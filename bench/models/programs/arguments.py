"""The arguments of one call."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.models.programs.refusals import refused
from bench.models.programs.values import Meaning, Scope, Value

if TYPE_CHECKING:
    from bench.models.programs.formulas import Formulas

Argument = tuple[Meaning, ast.AST]
"""What it stands for, and where it is written."""

_IDLE = ("dtype", "order", "copy", "casting", "subok", "device")
"""Arguments that change no value."""


@dataclass(slots=True)
class Arguments:
    """What a call of ``node`` is given."""

    formulas: Formulas
    node: ast.Call
    positional: list[Argument]
    keywords: dict[str, Argument]

    @classmethod
    def of(cls, formulas: Formulas, node: ast.Call, scope: Scope) -> Arguments:
        """The arguments of ``node``, read; those that change no value are left out."""
        positional: list[Argument] = [(_meaning(formulas, one, scope), one) for one in node.args]
        keywords: dict[str, Argument] = {}
        for word in node.keywords:
            if word.arg is None:
                raise refused("arguments of '**'; write them out", node)
            if word.arg not in _IDLE:
                keywords[word.arg] = (formulas.meaning(word.value, scope), word.value)
        return cls(formulas, node, positional, keywords)

    def first(self) -> Argument:
        """The first argument."""
        if not self.positional:
            raise refused("a call without arguments", self.node)
        return self.positional[0]

    def take(self, at: int, *names: str) -> Argument | None:
        """The argument at a position or under one of its names, None where it is not given."""
        if at < len(self.positional):
            return self.positional[at]
        for name in names:
            if name in self.keywords:
                return self.keywords.pop(name)
        return None

    def keyword(self, name: str) -> Argument | None:
        """The argument under a name."""
        return self.keywords.pop(name, None)

    def drop(self, *names: str) -> None:
        """Leave arguments out that change nothing here."""
        for name in names:
            self.keywords.pop(name, None)
        self.check_keywords()

    def only(self, at: int, *names: str) -> Meaning:
        """What the one argument that counts stands for."""
        found = self.take(at, *names)
        if found is None:
            raise refused("a call without arguments", self.node)
        return found[0]

    def values(self) -> list[Value]:
        """All arguments, as numbers for each row."""
        self.check_keywords()
        return [self.as_value(one) for one in self.positional]

    def as_value(self, argument: Argument) -> Value:
        """An argument as a number for each row."""
        return self.formulas.as_value(*argument)

    def check_keywords(self) -> None:
        """Raise ProgramError where an argument by name is left that nobody has taken."""
        for name in self.keywords:
            if name == "axis":
                raise refused("'axis=' looks at all rows at once", self.node)
            raise refused(f"the argument '{name}=' is not read", self.node)

    def note(self, words: str) -> None:
        """Keep a sentence on what was left out."""
        self.formulas.given.note(self.node.lineno, words)


def _meaning(formulas: Formulas, node: ast.AST, scope: Scope) -> Meaning:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        raise refused("a text; an expression holds numbers and variables", node)
    return formulas.meaning(node, scope)
