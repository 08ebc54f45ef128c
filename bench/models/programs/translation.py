"""``from_program``: one expression from the source of a program, or a refusal in words."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from bench.expression import Expression, Number, depth, substitute, symbols
from bench.models.programs.context import Context, bound
from bench.models.programs.formulas import Formulas
from bench.models.programs.guards import without_guards
from bench.models.programs.refusals import ProgramError, refused
from bench.models.programs.source import answer_function, parsed
from bench.models.programs.statements import NOTHING, Nothing, Statements
from bench.models.programs.values import Meaning, Scope

MOST_LEVELS = 400


@dataclass(frozen=True, slots=True)
class Translation:
    """What a program computes.

    ``expression`` holds the variables by their names and free numbers as the symbols that
    ``parameters`` lists, in the order of their ``indices`` in the program's vector; constants that
    have a name of their own are counted behind its end. ``unguarded`` is the same without what
    only guards against undefined values: equal to ``expression`` where there is none. ``notes``
    say what was left out of both.
    """

    expression: Expression
    unguarded: Expression
    parameters: tuple[str, ...]
    indices: tuple[int, ...]
    notes: tuple[str, ...] = ()

    def filled(self, values: Sequence[float], *, guarded: bool = True) -> Expression:
        """The expression with numbers for parameters; ``values`` is the program's vector.

        Raises ValueError where it is too short, or a number is not finite.
        """
        if self.indices and self.indices[-1] >= len(values):
            raise ValueError(
                f"the program uses parameter {self.indices[-1]}, and there are {len(values)} values"
            )
        pairs = zip(self.parameters, self.indices, strict=True)
        numbers: dict[str, Expression] = {name: Number(float(values[at])) for name, at in pairs}
        return substitute(self.expression if guarded else self.unguarded, numbers)


def from_program(
    source: str, names: Sequence[str], *, parameters: int = 10, function: str = ""
) -> Translation:
    """The expression that a program computes from variables called ``names``.

    ``source`` is Python: a function that assigns and returns (``function`` says which, else the
    last one), or assignments, or one formula. Its arguments are the variables, by name or in
    order, or one array of all as columns; then, if there is one more, the vector of free numbers,
    of length ``parameters``. Local variables are put in, and nothing is executed.

    Raises ProgramError, in words, for anything that is no formula of one point.
    """
    try:
        return _translated(parsed(source), source, names, parameters, function)
    except RecursionError:
        raise ProgramError("nested too deep; use local variables for the parts") from None


def _translated(
    tree: ast.Module, source: str, names: Sequence[str], parameters: int, function: str
) -> Translation:
    definition = answer_function(tree, function)
    given = Context(tuple(names), parameters, function=definition is not None)
    statements = Statements(Formulas(given))
    if definition is None:
        found = _of_lines(tree, statements, given)
    else:
        scope = _surroundings(tree, statements)
        scope.update(bound(definition.args, given, definition))
        found = statements.returned(definition.body, scope)
    node = tree.body[-1] if tree.body else tree
    if isinstance(found, Nothing):
        raise refused("the program returns nothing; end it with 'return ...'", definition or node)
    return _finished(statements.formulas.as_value(found, node).tree, given)


def _of_lines(tree: ast.Module, statements: Statements, given: Context) -> Meaning | Nothing:
    """What assignments and formulas without a function come to: what the last one stands for."""
    scope: Scope = {name: given.column(at) for at, name in enumerate(given.names)}
    last = tree.body[-1] if tree.body else None
    value = getattr(last, "value", None)
    if isinstance(value, ast.Lambda) and last is not None:
        given.function = True
        scope = bound(value.args, given, value)
        statements.returned(tree.body[:-1], scope)
        return statements.formulas.meaning(value.body, scope)
    found = statements.returned(tree.body, scope)
    return statements.last if found is NOTHING else found


def _surroundings(tree: ast.Module, statements: Statements) -> Scope:
    """Modules and constants that are defined round the function; what cannot be read is unknown."""
    scope: Scope = {}
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom | ast.Assign | ast.AnnAssign):
            try:
                statements.returned([node], scope)
            except ProgramError:
                continue
    return scope


def _finished(tree: Expression, given: Context) -> Translation:
    if depth(tree) > MOST_LEVELS:
        raise ProgramError(f"the expression is nested more than {MOST_LEVELS} deep")
    first = len(given.prefix)
    used = sorted(int(name[first:]) for name in symbols(tree) if name not in given.names)
    return Translation(
        tree,
        without_guards(tree),
        tuple(f"{given.prefix}{index}" for index in used),
        tuple(used),
        tuple(given.notes),
    )
