"""Operon's trees as expressions, node by node, with all digits of their constants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench import Call, Expression, Number, Symbol

_BINARY = {
    "Add": "add", "Sub": "sub", "Mul": "mul", "Div": "div", "Aq": "aq", "Pow": "pow",
}  # fmt: skip
_UNARY = {
    "Abs": "abs", "Sqrt": "sqrt", "Cbrt": "cbrt", "Exp": "exp", "Log": "log", "Sin": "sin",
    "Cos": "cos", "Tan": "tan", "Asin": "asin", "Acos": "acos", "Atan": "atan", "Sinh": "sinh",
    "Cosh": "cosh", "Tanh": "tanh",
}  # fmt: skip


def expression_of(tree: Any, names: Mapping[int, str]) -> Expression:
    """The expression of a pyoperon ``Tree`` whose variables are called ``names[hash]``.

    Nodes come in postfix order with the first argument last. A variable carries a weight. A
    ``Sub`` or ``Div`` of one argument negates or inverts; one of more takes all further arguments
    from the first.
    """
    stack: list[Expression] = []
    for node in tree.Nodes:
        kind = str(node.Type).removeprefix("NodeType.")
        if kind == "Constant":
            stack.append(Number(float(node.Value)))
        elif kind == "Variable":
            weight, symbol = float(node.Value), Symbol(names[node.HashValue])
            stack.append(symbol if weight == 1 else Call("mul", (Number(weight), symbol)))
        else:
            args = [stack.pop() for _ in range(node.Arity)]
            stack.append(_call(kind, args))
    (expression,) = stack
    return expression


def _call(kind: str, args: list[Expression]) -> Expression:
    if kind == "Square":
        return Call("pow", (args[0], Number(2)))
    if kind in _UNARY:
        return Call(_UNARY[kind], tuple(args))
    if kind not in _BINARY:
        raise ValueError(f"operon: a node of type '{kind}' is not known")
    if len(args) == 1:
        return _of_one(kind, args[0])
    result = args[0]
    for arg in args[1:]:
        result = Call(_BINARY[kind], (result, arg))
    return result


def _of_one(kind: str, arg: Expression) -> Expression:
    match kind:
        case "Sub":
            return Call("neg", (arg,))
        case "Div":
            return Call("div", (Number(1), arg))
    return arg
