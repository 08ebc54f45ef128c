"""Derivatives of prefix programs by their numbers, in one pass from the root to the leaves.

Reverse-mode differentiation with the adjoints of the rows kept apart: row r of a node's adjoint is
the derivative of the value at row r, so that the adjoints of the numbers are the Jacobian, at two
or three times the cost of the values, however many numbers there are.
"""

from __future__ import annotations

from bench.expression.compiled.compiling import compiled, inlined
from bench.expression.compiled.dispatch import first_adjoint, second_adjoint, unary_adjoint
from bench.expression.compiled.kernel import arity, copy, fill
from bench.expression.compiled.opcodes import BRANCHES, CHOICE, LAST_BINARY, NUMBER
from bench.expression.operators import Array


@compiled
def backward(
    tokens: Array, length: int, right: Array, active: Array, V: Array, G: Array, J: Array
) -> None:
    """Adjoints ``G[i]`` of every active node; row k of ``J`` is the derivative by number k.

    ``V`` are the values from ``kernel.forward``, ``active`` is from ``kernel.mark``; the rows of
    ``J`` that belong to numbers that are not free are left as they are.
    """
    fill(G[0], 1.0)
    number, choices = 0, 0
    for i in range(length):
        token = tokens[i]
        if token == NUMBER:
            if active[i]:
                copy(G[i], J[number])
            number += 1
        elif not active[i] or token == BRANCHES:
            continue
        elif token > LAST_BINARY:
            unary_adjoint(token, V[i + 1], V[i], G[i], G[i + 1])
        elif token == CHOICE:
            choices += 1
            branches = right[i]
            fill(G[branches + 1], 0.0)
            copy(G[i], G[i + 1])
            copy(G[i], G[right[branches]])
        else:
            if active[i + 1]:
                first_adjoint(token, V[i + 1], V[right[i]], V[i], G[i], G[i + 1])
            if active[right[i]]:
                second_adjoint(token, V[i + 1], V[right[i]], V[i], G[i], G[right[i]])
    if choices > 0:
        _unchosen(tokens, length, right, active, V, J)


@inlined
def _unchosen(tokens: Array, length: int, right: Array, active: Array, V: Array, J: Array) -> None:
    """Zeros for derivatives by the numbers of a branch, where another branch is chosen."""
    for i in range(length):
        if tokens[i] == CHOICE and active[i]:
            condition, otherwise = right[i] + 1, right[right[i]]
            holds = V[condition]
            _silence(tokens, i + 1, right[i], active, holds, 1.0, J)
            _silence(tokens, condition, otherwise, active, holds, -1.0, J)
            _silence(tokens, otherwise, _end(tokens, otherwise), active, holds, 0.0, J)


@compiled
def _silence(
    tokens: Array, begin: int, end: int, active: Array, condition: Array, chosen: float, J: Array
) -> None:
    """Zeros for the numbers of ``tokens[begin:end]`` where the condition is not ``chosen``."""
    number = 0
    for i in range(begin):
        if tokens[i] == NUMBER:
            number += 1
    for i in range(begin, end):
        if tokens[i] != NUMBER:
            continue
        if active[i]:
            for r in range(len(condition)):
                if condition[r] != chosen:
                    J[number, r] = 0.0
        number += 1


@inlined
def _end(tokens: Array, begin: int) -> int:
    """One past the last token of the operand that begins at ``begin``."""
    missing, i = 1, begin
    while missing > 0:
        missing += arity(tokens[i]) - 1
        i += 1
    return i
