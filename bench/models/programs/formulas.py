"""Formulas of a program: what each of Python's expressions stands for."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import replace

from bench.models.programs import building, libraries, places
from bench.models.programs.calls import called
from bench.models.programs.context import Context
from bench.models.programs.refusals import ProgramError, refused
from bench.models.programs.values import (
    Inputs,
    Items,
    Meaning,
    Parameters,
    Predicate,
    Rows,
    Scope,
    Unbounded,
    Undefined,
    Value,
)

MOST_NESTING = 100

_ARITHMETIC: Mapping[type[ast.operator], str] = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Pow: "pow",
    ast.Mod: "mod",
}  # fmt: skip
_COMPARISONS: Mapping[type[ast.cmpop], str] = {
    ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge", ast.Eq: "eq", ast.NotEq: "ne",
}  # fmt: skip
_WORDS: Mapping[type[ast.AST], str] = {
    ast.Lambda: "a lambda within the program; write its body in the place of the call",
    ast.ListComp: "a comprehension; write its terms out",
    ast.GeneratorExp: "a comprehension; write its terms out",
    ast.SetComp: "a comprehension; write its terms out",
    ast.DictComp: "a comprehension; write its terms out",
    ast.JoinedStr: "a text; an expression holds numbers and variables",
    ast.Dict: "a dictionary; use local variables",
    ast.Set: "a set; use local variables",
    ast.NamedExpr: "an assignment within an expression; write it on a line of its own",
    ast.Starred: "a starred argument; write its items out",
    ast.Slice: "a slice of rows; an expression sees one point",
}


class Formulas:
    """Reads formulas; ``given`` says what the program is read against."""

    def __init__(self, given: Context) -> None:
        self.given = given
        self._open = 0
        self._readers: dict[type[ast.AST], Callable[[ast.AST, Scope], Meaning]] = {
            kind: getattr(self, f"_read_{kind.__name__.lower()}")
            for kind in (
                ast.Constant, ast.Name, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare,
                ast.IfExp, ast.Call, ast.Attribute, ast.Subscript, ast.Tuple, ast.List,
            )
        }  # fmt: skip

    def meaning(self, node: ast.AST, scope: Scope) -> Meaning:
        """What ``node`` stands for. Raises ProgramError where that is nothing here."""
        read = self._readers.get(type(node))
        if read is None:
            raise refused(_WORDS.get(type(node), f"'{type(node).__name__}' is not read"), node)
        if self._open >= MOST_NESTING:
            reason = f"nested more than {MOST_NESTING} deep; use local variables for the parts"
            raise refused(reason, node)
        self._open += 1
        try:
            return read(node, scope)
        except ProgramError as error:
            raise error if error.line else refused(error.reason, node) from None
        finally:
            self._open -= 1

    def value(self, node: ast.AST, scope: Scope) -> Value:
        """What ``node`` stands for, as a number for each row."""
        return self.as_value(self.meaning(node, scope), node)

    def condition(self, node: ast.AST, scope: Scope) -> Predicate | bool:
        """What ``node`` stands for, as true or false for each row."""
        return self.as_condition(self.meaning(node, scope), node)

    def as_value(self, found: Meaning, node: ast.AST) -> Value:
        """``found`` as a number for each row."""
        if isinstance(found, Value):
            return found
        if isinstance(found, bool):
            return building.number(int(found))
        if isinstance(found, Predicate):
            return building.choice(found, building.number(1), building.number(0))
        if isinstance(found, Inputs) and len(self.given.names) == 1:
            return self.given.column(0)
        raise refused(_no_value(found, node, self.given), node)

    def as_condition(self, found: Meaning, node: ast.AST) -> Predicate | bool:
        """``found`` as true or false for each row."""
        if isinstance(found, Predicate | bool):
            return found
        value = self.as_value(found, node)
        return building.compared("ne", value, building.number(0))

    def index(self, node: ast.AST, scope: Scope) -> int:
        """``node`` as a whole number that is known."""
        known = self.value(node, scope).known
        if known is None or not known.is_integer():
            raise refused(f"'{places.text(node)}' is no index that is known; write a number", node)
        return int(known)

    def _read_constant(self, node: ast.Constant, scope: Scope) -> Meaning:
        found = node.value
        if isinstance(found, bool) or found is None:
            return found
        if isinstance(found, int | float):
            return building.number(found)
        if isinstance(found, complex):
            raise refused("a complex number; expressions are real", node)
        raise refused("a text; an expression holds numbers and variables", node)

    def _read_name(self, node: ast.Name, scope: Scope) -> Meaning:
        return self.named(node, scope, vector=False)

    def named(self, node: ast.Name, scope: Scope, *, vector: bool) -> Meaning:
        """What a name stands for; ``vector``: an index follows."""
        if node.id in scope:
            return scope[node.id]
        found = self.given.usual(node.id, vector=vector)
        if found is None:
            found = libraries.by_name(node.id)
        if found is None:
            there = ", ".join(self.given.names)
            raise refused(f"the name '{node.id}' stands for nothing; the variables are {there}")
        return found

    def _read_binop(self, node: ast.BinOp, scope: Scope) -> Meaning:
        # A sum of many terms leans to the left: it is no deeper than one of two.
        spine: list[ast.BinOp] = [node]
        while isinstance(spine[-1].left, ast.BinOp):
            spine.append(spine[-1].left)
        left = self.meaning(spine[-1].left, scope)
        left_node = spine[-1].left
        for one in reversed(spine):
            right = self.meaning(one.right, scope)
            left = self.binary(one, left, right, left_node)
            left_node = one
        return left

    def binary(
        self, node: ast.BinOp | ast.AugAssign, left: Meaning, right: Meaning, left_node: ast.AST
    ) -> Meaning:
        """Two meanings and the operator of ``node`` between them."""
        right_node = node.right if isinstance(node, ast.BinOp) else node.value
        if isinstance(node.op, ast.BitAnd | ast.BitOr):
            if isinstance(left, Predicate | bool) and isinstance(right, Predicate | bool):
                return building.joined(
                    "and" if isinstance(node.op, ast.BitAnd) else "or", [left, right]
                )
            raise refused("& and | join conditions; write (a < b) & (c < d)", node)
        op = _ARITHMETIC.get(type(node.op))
        a, b = self.as_value(left, left_node), self.as_value(right, right_node)
        if op is not None:
            return building.call(op, a, b)
        if isinstance(node.op, ast.FloorDiv):
            return building.call("floor", building.call("div", a, b))
        if isinstance(node.op, ast.BitXor):
            raise refused("^ is exclusive or in Python; write ** for a power", node)
        raise refused(f"the operator {type(node.op).__name__} is not read", node)

    def _read_unaryop(self, node: ast.UnaryOp, scope: Scope) -> Meaning:
        found = self.meaning(node.operand, scope)
        if isinstance(node.op, ast.Not):
            return building.opposite(self.as_condition(found, node.operand))
        if isinstance(node.op, ast.Invert):
            if isinstance(found, Predicate | bool):
                return building.opposite(found)
            raise refused("~ is the opposite of a condition; write -x for a negative", node)
        if isinstance(found, Unbounded):
            return Unbounded(-found.sign if isinstance(node.op, ast.USub) else found.sign)
        value = self.as_value(found, node.operand)
        return building.negative(value) if isinstance(node.op, ast.USub) else replace(value)

    def _read_boolop(self, node: ast.BoolOp, scope: Scope) -> Meaning:
        parts = [self.condition(one, scope) for one in node.values]
        return building.joined("and" if isinstance(node.op, ast.And) else "or", parts)

    def _read_compare(self, node: ast.Compare, scope: Scope) -> Meaning:
        nodes = [node.left, *node.comparators]
        found = [self.meaning(one, scope) for one in nodes]
        parts: list[Predicate | bool] = []
        for at, sign in enumerate(node.ops):
            parts.append(self._compared(sign, found[at], found[at + 1], nodes[at], nodes[at + 1]))
        return parts[0] if len(parts) == 1 else building.joined("and", parts)

    def _compared(
        self, sign: ast.cmpop, left: Meaning, right: Meaning, a: ast.AST, b: ast.AST
    ) -> Predicate | bool:
        if isinstance(sign, ast.Is | ast.IsNot):
            return ((left is None) == (right is None)) == isinstance(sign, ast.Is)
        op = _COMPARISONS.get(type(sign))
        if op is None:
            raise refused("'in' looks into a collection; compare with <, <=, >, >=, ==, !=", a)
        return building.compared(op, self.as_value(left, a), self.as_value(right, b))

    def _read_ifexp(self, node: ast.IfExp, scope: Scope) -> Meaning:
        condition = self.condition(node.test, scope)
        if isinstance(condition, bool):
            return self.meaning(node.body if condition else node.orelse, scope)
        return building.choice(
            condition, self.value(node.body, scope), self.value(node.orelse, scope)
        )

    def _read_call(self, node: ast.Call, scope: Scope) -> Meaning:
        return called(self, node, scope)

    def _read_attribute(self, node: ast.Attribute, scope: Scope) -> Meaning:
        found = self.meaning(node.value, scope)
        return libraries.attribute(found, node, self.given)

    def _read_subscript(self, node: ast.Subscript, scope: Scope) -> Meaning:
        return places.at(self, node, scope)

    def _read_tuple(self, node: ast.Tuple, scope: Scope) -> Meaning:
        return Items(tuple(self.meaning(one, scope) for one in node.elts))

    def _read_list(self, node: ast.List, scope: Scope) -> Meaning:
        return Items(tuple(self.meaning(one, scope) for one in node.elts))


def _no_value(found: Meaning, node: ast.AST, given: Context) -> str:
    """Why ``found`` is no number for each row, in words."""
    words = places.text(node)
    if isinstance(found, Parameters):
        return f"'{words}' is a vector of parameters; write one of them, as {words}[0]"
    if isinstance(found, Inputs):
        return f"'{words}' holds all variables ({', '.join(given.names)}); write {words}[:, 0]"
    if isinstance(found, Items):
        return f"'{words}' is a tuple or list, where one number should be"
    if isinstance(found, Rows):
        return f"'{words}' is the number of rows; an expression sees one point"
    if isinstance(found, Unbounded):
        return "an infinite number; write a finite one"
    if isinstance(found, Undefined):
        return "nan is no number; leave the guard out"
    if found is None:
        return f"'{words}' is None, where a number should be"
    return f"'{words}' is a function or module, where a number should be"
