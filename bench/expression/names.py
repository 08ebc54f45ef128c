"""What a name in an expression's text stands for: a variable, a constant, or a function."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from bench.expression.operators import FUNCTIONS, INFIX, OPERATORS
from bench.expression.tree import Call, Constant, Expression, Number


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


def _log(args: tuple[Expression, ...]) -> Expression:
    if len(args) == 1:
        return Call("log", args)
    return Call("div", (Call("log", args[:1]), Call("log", args[1:])))


def _reciprocal(op: str) -> Callable[[tuple[Expression, ...]], Expression]:
    return lambda args: Call("div", (Number(1), Call(op, args)))


def _functions() -> dict[str, Function]:
    table: dict[str, Function] = {}

    def add(
        names: str,
        build: Callable[[tuple[Expression, ...]], Expression],
        least: int = 1,
        most: int | None = 1,
    ) -> None:
        for name in names.split():
            table[name] = Function(name, least, most, build)

    for op in (*FUNCTIONS, *INFIX):
        add(op, _call(op), OPERATORS[op].least, OPERATORS[op].most)
    for op in ("sin", "cos", "tan", "sinh", "cosh", "tanh"):
        add(f"arc{op} {'ar' + op if op.endswith('h') else ''}", _call("a" + op))
    add("Abs absolute fabs", _call("abs"))
    add("sgn signum", _call("sign"))
    add("Max maximum fmax", _call("max"), 2, None)
    add("Min minimum fmin", _call("min"), 2, None)
    add("power Pow", _call("pow"), 2, 2)
    add("plus Add", _call("add"), 2, None)
    add("times multiply Mul", _call("mul"), 2, None)
    add("minus subtract", _call("sub"), 2, 2)
    add("divide", _call("div"), 2, 2)
    add("negative", _call("neg"))
    add("log ln", _log, 1, 2)
    add("log1p", lambda args: Call("log", (Call("add", (Number(1), *args)),)))
    add("expm1", lambda args: Call("sub", (Call("exp", args), Number(1))))
    add("square pow2", lambda args: Call("pow", (*args, Number(2))))
    add("cube pow3", lambda args: Call("pow", (*args, Number(3))))
    add("inv reciprocal", lambda args: Call("div", (Number(1), *args)))
    add("sec", _reciprocal("cos"))
    add("csc", _reciprocal("sin"))
    add("cot", _reciprocal("tan"))
    return table


FUNCTION_SPELLINGS: Mapping[str, Function] = _functions()
CONSTANT_SPELLINGS: Mapping[str, Constant] = {
    "pi": Constant("pi"),
    "e": Constant("e"),
    "E": Constant("e"),
    "I": Constant("I"),
}
PREFIXES = ("np", "numpy", "math", "sp", "sympy")
NOT_NUMBERS = frozenset(
    {"nan", "NaN", "NAN", "inf", "Inf", "INF", "infinity", "Infinity", "oo", "zoo"}
)
