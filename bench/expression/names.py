"""What a name in an expression's text stands for: a variable, a constant, or a function."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from bench.expression.definitions import DEFINITIONS
from bench.expression.operators import OPERATORS
from bench.expression.tree import Call, Constant, Expression


class NamedColumn(Protocol):
    """What the parser needs of a ``Variable``: its name, and the symbol it may go by as well."""

    @property
    def name(self) -> str: ...

    @property
    def symbol(self) -> str: ...


Variables = Iterable[NamedColumn] | Mapping[str, str]
"""The variables of a problem, or what each spelling of a variable stands for."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function as it may be spelled in text, and how its tree is built."""

    spelling: str
    least: int
    most: int | None
    build: Callable[[tuple[Expression, ...]], Expression]

    @property
    def arity_words(self) -> str:
        """``1 argument``, ``1 or 2 arguments``, ``2 arguments or more``."""
        if self.most is None:
            return f"{self.least} arguments or more"
        if self.least != self.most:
            return f"{self.least} or {self.most} arguments"
        return f"{self.least} argument" + ("" if self.least == 1 else "s")


_NUMBERED = re.compile(r"([a-z]+)([0-9]+)")


def spellings(variables: Variables | None) -> dict[str, str] | None:
    """Every way to write a variable, and its name; None where any name is a variable.

    A name beats another variable's symbol; a symbol that two variables share stands for neither.
    ``x_0``, as E2E's authors and others print it, is ``x0`` where no variable is called that.
    """
    if variables is None:
        return None
    if isinstance(variables, Mapping):
        return dict(variables)
    columns = list(variables)
    known: dict[str, str] = {}
    shared: set[str] = set()
    for column in columns:
        if column.symbol and known.setdefault(column.symbol, column.name) != column.name:
            shared.add(column.symbol)
    for symbol in shared:
        del known[symbol]
    known.update((column.name, column.name) for column in columns)
    for column in columns:
        numbered = _NUMBERED.fullmatch(column.name)
        if numbered:
            known.setdefault("_".join(numbered.groups()), column.name)
    return known


def _call(op: str) -> Callable[[tuple[Expression, ...]], Expression]:
    return lambda args: Call(op, args)


def _functions() -> dict[str, Function]:
    table: dict[str, Function] = {}
    for name, row in OPERATORS.items():
        for spelling in (name, *row.spellings.split()):
            table[spelling] = Function(spelling, row.least, row.most, _call(name))
    for definition in DEFINITIONS:
        for spelling in definition.spellings.split():
            least, most = definition.least, definition.most
            table[spelling] = Function(spelling, least, most, definition.build)
    return table


FUNCTION_SPELLINGS: Mapping[str, Function] = _functions()
CONSTANT_SPELLINGS: Mapping[str, Constant] = {
    "pi": Constant("pi"),
    "e": Constant("e"),
    "E": Constant("e"),
    "I": Constant("I"),
}
GREEK_FUNCTIONS = frozenset({"gamma", "Gamma"})
"""Functions with the name of a letter: without arguments, it is a variable that has it."""
NOT_NUMBERS = frozenset(
    {"nan", "NaN", "NAN", "inf", "Inf", "INF", "infinity", "Infinity", "oo", "zoo"}
)
