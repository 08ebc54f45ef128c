"""Statements of a program, in order: what its names stand for, and what it returns."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from bench.expression import symbols
from bench.models.programs import building, places
from bench.models.programs.formulas import Formulas
from bench.models.programs.libraries import imported
from bench.models.programs.refusals import ProgramError, refused
from bench.models.programs.source import MOST_STATEMENTS
from bench.models.programs.values import (
    Inputs,
    Items,
    Meaning,
    Parameters,
    Predicate,
    Scope,
    Value,
)

_MOST_BRANCHES = 40
_WORDS = {
    ast.For: "a loop; write its terms out",
    ast.While: "a loop; write its terms out",
    ast.FunctionDef: "a function within the function; write its body in the place of the call",
    ast.ClassDef: "a class; write one function",
    ast.Try: "try; leave it out",
    ast.Raise: "raise; leave it out",
    ast.Assert: "assert; leave it out",
    ast.Delete: "del; leave it out",
    ast.Global: "global; use local variables",
    ast.Nonlocal: "nonlocal; use local variables",
}


class Nothing:
    """What a block that ends without a return returns."""


NOTHING = Nothing()


class Statements:
    """Reads blocks of statements; ``last`` is what the last assignment or formula stood for."""

    def __init__(self, formulas: Formulas) -> None:
        self.formulas = formulas
        self.last: Meaning | Nothing = NOTHING
        self._count = 0
        self._branches = 0

    def returned(self, body: Sequence[ast.stmt], scope: Scope) -> Meaning | Nothing:
        """What ``body`` returns; ``scope`` is changed by its assignments."""
        for at, statement in enumerate(body):
            self._count += 1
            if self._count > MOST_STATEMENTS:
                raise refused(f"more than {MOST_STATEMENTS} statements are gone through", statement)
            try:
                result = self._step(statement, body[at + 1 :], scope)
            except ProgramError as error:
                raise error if error.line else refused(error.reason, statement) from None
            if result is not NOTHING:
                return result
        return NOTHING

    def _step(
        self, statement: ast.stmt, rest: Sequence[ast.stmt], scope: Scope
    ) -> Meaning | Nothing:
        """What one statement, with those behind it, returns."""
        if isinstance(statement, ast.Return):
            if statement.value is None:
                raise refused("a return without a value", statement)
            return self.formulas.meaning(statement.value, scope)
        if isinstance(statement, ast.If):
            return self._branched(statement, rest, scope)
        if isinstance(statement, ast.With):
            return self._within(statement, scope)
        self._done(statement, scope)
        return NOTHING

    def _done(self, statement: ast.stmt, scope: Scope) -> None:
        """Take in a statement that returns nothing and has no block."""
        if isinstance(statement, ast.Assign):
            self.last = self.formulas.meaning(statement.value, scope)
            for target in statement.targets:
                self._assign(target, self.last, scope)
        elif isinstance(statement, ast.AnnAssign):
            if statement.value is not None:
                self.last = self.formulas.meaning(statement.value, scope)
                self._assign(statement.target, self.last, scope)
        elif isinstance(statement, ast.AugAssign):
            self._augment(statement, scope)
        elif isinstance(statement, ast.Import | ast.ImportFrom):
            scope.update(imported(statement))
        elif isinstance(statement, ast.Expr):
            if not _says_nothing(statement.value):
                self.last = self.formulas.meaning(statement.value, scope)
        elif not isinstance(statement, ast.Pass):
            words = _WORDS.get(type(statement), type(statement).__name__.lower())
            raise refused(f"{words} (a program is read that assigns and returns)", statement)

    def _assign(self, target: ast.expr, found: Meaning, scope: Scope) -> None:
        if isinstance(target, ast.Name):
            scope[target.id] = found
        elif isinstance(target, ast.Tuple | ast.List):
            self._unpack(target, found, scope)
        else:
            reason = (
                f"'{places.text(target)} = ...' changes a part; write np.where(condition, a, b)"
            )
            raise refused(reason, target)

    def _unpack(self, target: ast.Tuple | ast.List, found: Meaning, scope: Scope) -> None:
        items = self._items(found, target)
        starred = [at for at, one in enumerate(target.elts) if isinstance(one, ast.Starred)]
        names: list[ast.expr] = list(target.elts)
        if len(starred) == 1 and isinstance(found, Parameters) and starred[0] == len(names) - 1:
            rest = names.pop()
            assert isinstance(rest, ast.Starred)
            first = found.first + len(names)
            self._assign(rest.value, Parameters(min(first, found.stop), found.stop), scope)
            items = items[: len(names)]
        elif starred:
            raise refused("a starred name; write the names out", target)
        if len(items) != len(names):
            raise refused(f"{len(names)} names for {len(items)} values", target)
        for name, item in zip(names, items, strict=True):
            self._assign(name, item, scope)

    def _items(self, found: Meaning, node: ast.AST) -> list[Meaning]:
        given = self.formulas.given
        if isinstance(found, Items):
            return list(found.items)
        if isinstance(found, Parameters):
            return [given.parameter(index) for index in range(found.first, found.stop)]
        if isinstance(found, Inputs) and found.transposed:
            return [given.column(index) for index in range(len(given.names))]
        raise refused("what is no tuple is given several names", node)

    def _augment(self, statement: ast.AugAssign, scope: Scope) -> None:
        target = statement.target
        if not isinstance(target, ast.Name):
            reason = f"'{places.text(target)}' changes a part; write np.where(condition, a, b)"
            raise refused(reason, statement)
        held = self.formulas.meaning(ast.copy_location(ast.Name(target.id), target), scope)
        added = self.formulas.meaning(statement.value, scope)
        self.last = self.formulas.binary(statement, held, added, target)
        changed = [target.id]
        if isinstance(held, Value) and not symbols(held.tree).isdisjoint(self.formulas.given.names):
            # An array is changed in its place, and with it what other names stand for.
            changed += [name for name, other in scope.items() if other is held]
        scope.update(dict.fromkeys(changed, self.last))

    def _within(self, statement: ast.With, scope: Scope) -> Meaning | Nothing:
        """The block of ``with np.errstate(...)``, which changes no value."""
        for item in statement.items:
            called = item.context_expr
            if not (isinstance(called, ast.Call) and places.text(called.func).endswith("errstate")):
                raise refused("'with'; leave it out", statement)
        return self.returned(statement.body, scope)

    def _branched(
        self, statement: ast.If, rest: Sequence[ast.stmt], scope: Scope
    ) -> Meaning | Nothing:
        holds = self.formulas.condition(statement.test, scope)
        if isinstance(holds, bool):
            return self.returned(statement.body if holds else statement.orelse, scope)
        self._branches += 1
        if self._branches > _MOST_BRANCHES:
            raise refused(f"more than {_MOST_BRANCHES} branches", statement)
        one, other = dict(scope), dict(scope)
        if not any(isinstance(node, ast.Return) for node in ast.walk(statement)):
            self.returned(statement.body, one)
            self.returned(statement.orelse, other)
            scope.clear()
            scope.update(self._merged(holds, one, other))
            return NOTHING
        results = [
            self.returned([*body, *rest], branch)
            for body, branch in ((statement.body, one), (statement.orelse, other))
        ]
        values = []
        for result in results:
            if isinstance(result, Nothing):
                raise refused("one of the branches returns nothing", statement)
            values.append(self.formulas.as_value(result, statement.test))
        return building.choice(holds, *values)

    def _merged(self, holds: Predicate, one: Scope, other: Scope) -> Scope:
        """What names stand for behind two branches; names of one branch alone are dropped."""
        merged: Scope = {}
        for name in one.keys() & other.keys():
            a, b = one[name], other[name]
            if a is b or a == b:
                merged[name] = a
            elif isinstance(a, Value) and isinstance(b, Value):
                merged[name] = building.choice(holds, a, b)
        return merged


def _says_nothing(node: ast.expr) -> bool:
    """Whether a line of its own changes nothing: a docstring, ``...``, ``np.seterr()``."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) or node.value is ...
    return isinstance(node, ast.Call) and places.text(node.func) in ("np.seterr", "print")
