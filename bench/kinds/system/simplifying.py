"""What an answer says too much: parts of a rate whose absence no trajectory tells."""

from __future__ import annotations

from collections.abc import Iterator

from bench.expression import Call, Expression, Number, changed_once, is_condition

_NEXT_TO = 1e-2
"""An exponent that is no further from a whole number may be meant to be it."""


def shorter(law: Expression) -> list[Expression]:
    """``law`` with one of its calls made less: one argument of several left out, or only one kept,
    or an exponent made whole."""
    return changed_once(law, _less)


def _less(node: Expression) -> Iterator[Expression]:
    match node:
        case Call() if is_condition(node):
            return
        case Call(op="add" | "mul" as op, args=args) if len(args) > 2:
            for k in range(len(args)):
                yield Call(op, (*args[:k], *args[k + 1 :]))
        case Call(op="sub", args=(first, second)):
            yield first
            yield Call("neg", (second,))
        case Call(op=op, args=args):
            yield from (one for one in args if not is_condition(one))
            if op == "pow" and (whole := _whole(args[1])) is not None:
                yield Call("pow", (args[0], whole))


def _whole(exponent: Expression) -> Number | None:
    if not isinstance(exponent, Number) or isinstance(exponent.value, int):
        return None
    near = round(exponent.value)
    return Number(near) if near and abs(exponent.value - near) <= _NEXT_TO else None
