"""What a program is read against: the variables, the free numbers, its function's arguments."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from bench.expression.reading.lenient.naming import FREE_NAME, FREE_VECTORS
from bench.models.programs.building import variable
from bench.models.programs.refusals import refused
from bench.models.programs.values import Inputs, Meaning, Parameters, Scope, Value

PARAMETER_NAMES = FREE_VECTORS
"""Names that people give to the vector of free numbers."""


@dataclass(slots=True)
class Context:
    """The variables' names and the length of the vector of free numbers.

    ``function``: a function is read, in which every name is defined; else assignments or an
    expression, in which columns and free numbers may go by their usual names.
    """

    names: tuple[str, ...]
    parameters: int
    function: bool = True
    notes: list[str] = field(default_factory=list)
    _named: dict[str, int] = field(default_factory=dict)

    @property
    def prefix(self) -> str:
        """What the symbols of free numbers begin with: no variable's name does."""
        prefix = "params_"
        while any(name.startswith(prefix) for name in self.names):
            prefix = f"_{prefix}"
        return prefix

    def parameter(self, index: int) -> Value:
        """A free number by its index."""
        return variable(f"{self.prefix}{index}")

    def column(self, index: int) -> Value:
        """A variable by its index."""
        return variable(self.names[index])

    def usual(self, name: str, *, vector: bool) -> Meaning:
        """What a name that nothing defined stands for; None where that is nothing."""
        if self.function:
            return None
        if vector and name in ("x", "X"):
            return Inputs()
        if name in PARAMETER_NAMES and (vector or name.startswith("param")):
            return Parameters(0, self.parameters)
        if FREE_NAME.fullmatch(name):
            index = self._named.setdefault(name, self.parameters + len(self._named))
            return self.parameter(index)
        return None

    def note(self, line: int, words: str) -> None:
        """Keep a sentence on what was left out."""
        self.notes.append(f"line {line}: {words}")


def bound(arguments: ast.arguments, given: Context, function: ast.AST) -> Scope:
    """What the arguments of ``function`` stand for, by name where they are called as the variables
    are, else in order.
    """
    if arguments.vararg or arguments.kwarg or arguments.kwonlyargs:
        raise refused("arguments of * or by name only; name each variable", function)
    names = [one.arg for one in (*arguments.posonlyargs, *arguments.args)]
    known = given.names
    others = [name for name in names if name not in known]
    vector = _vector(names, given, function)
    if vector is not None:
        return {name: Inputs() if name == vector else _parameters(given) for name in names}
    if len(others) < len(names) and (not others or _are_parameters(names, others, known)):
        return {name: _argument(name, given) for name in names}
    if len(names) in (len(known), len(known) + 1):
        meanings = [_argument(name, given) for name in known] + [_parameters(given)]
        return dict(zip(names, meanings, strict=False))
    reason = f"the function takes {', '.join(names) or 'nothing'}; it must take {', '.join(known)}"
    raise refused(f"{reason} and params", function)


def _are_parameters(names: list[str], others: list[str], known: tuple[str, ...]) -> bool:
    """Whether the one argument that is no variable is the vector of free numbers."""
    if len(others) != 1:
        return False
    return others[0] in PARAMETER_NAMES or set(known) < set(names)


def _argument(name: str, given: Context) -> Meaning:
    if name not in given.names:
        return _parameters(given)
    # The one variable may come as a column, or as the one column of an array.
    return Inputs() if len(given.names) == 1 else given.column(given.names.index(name))


def _parameters(given: Context) -> Parameters:
    return Parameters(0, given.parameters)


def _vector(names: list[str], given: Context, function: ast.AST) -> str | None:
    """The argument that holds all variables as columns, None where each has one of its own."""
    free = [name for name in names if name not in PARAMETER_NAMES or name in given.names]
    if len(names) == 1:
        free = names
    if len(names) > 2 or len(free) != 1 or len(given.names) == 1 or names[0] != free[0]:
        return None
    name = free[0]
    return name if name not in given.names or _is_indexed(name, function) else None


def _is_indexed(name: str, function: ast.AST) -> bool:
    return any(
        isinstance(node, ast.Subscript | ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == name
        for node in ast.walk(function)
    )
