"""What the terms of a formula contribute to its value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from bench.expression import Call, Expression, evaluate


def signal_shares(
    expression: Expression, names: Sequence[str], X: NDArray[np.float64]
) -> list[float]:
    """How much of the signal hangs on each term of each sum, anywhere in ``expression``.

    The share of a term is the root mean square of the change in value on the rows of ``X`` when
    the term is left out, over the standard deviation of the value, 1 at most: near 0, the term
    cannot be told from noise; a term without which the value is not finite somewhere has share 1.
    Rows where the value itself is not finite do not count. A formula without a sum has one share,
    1; a constant value has none to give, and all shares are 0.
    """
    reduced = list(without_each_term(expression))
    if not reduced:
        return [1.0]
    with np.errstate(all="ignore"):
        value = evaluate(expression, names, X)
        rows = np.isfinite(value)
        return [_share(value[rows], evaluate(tree, names, X)[rows]) for tree in reduced]


def _share(value: NDArray[np.float64], without: NDArray[np.float64]) -> float:
    whole = spread(value)
    if whole == 0.0:
        return 0.0
    change = (without - value) / whole
    if not np.isfinite(change).all():
        return 1.0
    return min(1.0, float(np.sqrt(np.mean(change**2))))


def spread(values: NDArray[np.float64]) -> float:
    """The standard deviation of finite values, of any size: no square overflows."""
    largest = float(np.max(np.abs(values), initial=0.0))
    return largest * float(np.std(values / largest)) if largest else 0.0


def without_each_term(expression: Expression) -> Iterator[Expression]:
    """``expression`` with one term of one of its sums left out, for every such term in turn."""
    if not isinstance(expression, Call):
        return
    if expression.op in ("add", "sub"):
        yield from _shorter(expression)
    for index, argument in enumerate(expression.args):
        for changed in without_each_term(argument):
            args = (*expression.args[:index], changed, *expression.args[index + 1 :])
            yield Call(expression.op, args)


def _shorter(node: Call) -> Iterator[Expression]:
    """A sum or difference without each of its terms, sums inside it left to themselves."""
    for index, term in enumerate(node.args):
        if isinstance(term, Call) and term.op in ("add", "sub"):
            continue
        rest = node.args[:index] + node.args[index + 1 :]
        if len(rest) > 1:
            yield Call(node.op, rest)
        elif node.op == "sub" and index == 0:
            yield Call("neg", rest)
        else:
            yield rest[0]
