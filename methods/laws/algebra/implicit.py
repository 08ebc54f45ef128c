"""Laws that are quadratic in the target: ``P + y*Q + y**2*R = 0``, by a null vector.

A law that was solved for another of its variables is often of this kind: the root of a sum, and
perhaps something beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import numpy as np

from bench import Call, Expression, Number
from methods.laws.algebra.monomials import Monomials, Terms, weighted
from methods.laws.algebra.ratios import expands, null_vector
from methods.mcts.language.tokens import Floats

Choice = tuple[Expression, ...]


def quadratics(of: Monomials, target: Floats, most: int, noise: float) -> Iterator[Choice]:
    """Both solutions of each equation, of low degree first; nothing, where only time passed.

    The degree of an equation, y counted, rises as far as there are at most ``most`` columns.
    ``noise`` is the error of the data, as a share of them.
    """
    for degree in count(2):
        parts = [of(degree - k, most) for k in range(3)]
        P, Q, R = parts
        if P is None or Q is None or R is None or sum(map(_size, (P, Q, R))) > most:
            return
        columns = np.vstack([P.values, target * Q.values, target**2 * R.values])
        weights = null_vector(columns, noise, only=True)
        if weights is None:
            yield ()
            continue
        over, linear, square = np.split(weights, np.cumsum([_size(P), _size(Q)]))
        if expands(columns, weights, noise):
            return
        if square.any() and (over.any() or linear.any()):
            yield _solved(_sum(over, P), _sum(linear, Q), _sum(square, R), linear, square)
            return  # higher degrees hold this one many times
        yield ()


def _size(terms: Terms) -> int:
    return len(terms.values)


def _sum(weights: Floats, terms: Terms) -> Expression | None:
    kept = np.flatnonzero(weights)
    return weighted(weights[kept], [terms.expressions[k] for k in kept]) if len(kept) else None


def _solved(
    P: Expression | None,
    Q: Expression | None,
    R: Expression | None,
    linear: Floats,
    square: Floats,
) -> Choice:
    """``-Q/2R + sqrt((Q/2R)**2 - P/R)``, and the same with ``-``."""
    if R is None:
        return ()
    middle = _half_ratio(Q, R, linear, square)
    inside: list[Expression] = [Call("pow", (middle, Number(2)))] if middle is not None else []
    if P is not None:
        inside.append(Call("neg", (Call("div", (P, R)),)))
    root = Call("sqrt", (inside[0] if len(inside) == 1 else Call("add", tuple(inside)),))
    if middle is None:
        return root, Call("neg", (root,))
    return Call("add", (middle, root)), Call("sub", (middle, root))


def _half_ratio(
    Q: Expression | None, R: Expression, linear: Floats, square: Floats
) -> Expression | None:
    """``-Q/2R``: a number, where Q is R times one."""
    if Q is None:
        return None
    shared = linear[: len(square)]
    first = int(np.flatnonzero(square)[0])
    times = shared[first] / square[first]
    if not linear[len(square) :].any() and np.allclose(shared, times * square, rtol=1e-6):
        return Number(float(-times / 2))
    return Call("div", (Q, Call("mul", (Number(-2.0), R))))
