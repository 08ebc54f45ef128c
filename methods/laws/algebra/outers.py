"""Functions that a target is seen through: what is inside is a sum, or a product."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench import Call, Expression, Number
from methods.mcts.language.tokens import Floats

_FINITE = 1e12

Wrap = Callable[[Expression], Expression]


@dataclass(frozen=True)
class Outer:
    """The target is ``wrap(s)`` where s is ``inverse(y)``.

    Of every set in ``needs`` one of the operators must be there.
    """

    needs: tuple[frozenset[str], ...]
    inverse: Callable[[Floats], Floats]
    wrap: Wrap

    def of_size(self) -> Outer:
        """The same for the logarithm of the size of what is inside."""
        return replace(self, inverse=lambda y: np.log(np.abs(self.inverse(y))))


class SeenTarget(NamedTuple):
    """How a target is wrapped, what is inside (n,), and ``weights`` (n,) of its rows under noise.

    Noise is seen through a function as well: a weight is one over what it is inside, and 0 where
    that has no value. They are 1 in the mean square, and None where the target has no noise.
    """

    wrap: Wrap
    inside: Floats
    weights: Floats | None

    def weighted(self, rows: Floats) -> Floats:
        """Columns (k, n), or one, times the weights."""
        return rows if self.weights is None else rows * self.weights


def seen_through(
    outers: Sequence[Outer],
    y: Floats,
    operators: frozenset[str],
    noise: Floats | None = None,
) -> Iterator[SeenTarget]:
    """The target ``y`` through those of ``outers`` that it can be seen through.

    ``noise`` (n,) is the deviation of the target's, if it has any.
    """
    for outer in outers:
        if not all(some & operators for some in outer.needs):
            continue
        with np.errstate(all="ignore"):
            inside = outer.inverse(y)
            usable = np.isfinite(inside) & (np.abs(inside) < _FINITE)
            if noise is None and usable.all():
                yield SeenTarget(outer.wrap, inside, None)
            elif noise is not None:
                reach = [np.abs(outer.inverse(y + moved) - inside) for moved in (noise, -noise)]
                usable &= np.isfinite(reach).all(axis=0)
                if 2 * np.count_nonzero(usable) > len(y):
                    yield _noisy(outer.wrap, inside, np.max(reach, axis=0), usable)


def _noisy(wrap: Wrap, inside: Floats, reach: Floats, usable: NDArray[np.bool_]) -> SeenTarget:
    weights = np.where(usable, 1 / np.maximum(reach, 1e-300), 0.0)
    weights /= np.max(weights)
    weights /= np.sqrt(np.mean(weights**2))
    if np.allclose(weights, 1.0):
        return SeenTarget(wrap, inside, None)
    return SeenTarget(wrap, np.where(usable, inside, 0.0), weights)


def _call(op: str) -> Wrap:
    return lambda inner: Call(op, (inner,))


def _inverse(inner: Expression) -> Expression:
    return Call("div", (Number(1), inner))


def _root(y: Floats) -> Floats:
    """The square of y, if it can be a root."""
    return np.where(y >= 0, y * y, np.nan)


_DIVISION, _ROOT = frozenset({"div", "inv"}), frozenset({"sqrt"})
_EXP = frozenset({"exp"})

PLAIN = Outer((), lambda y: y, lambda inner: inner)
"""Nothing to see through."""

SUMS = (
    PLAIN,
    Outer((_DIVISION,), np.reciprocal, _inverse),
    Outer((_ROOT,), _root, _call("sqrt")),
    Outer((frozenset({"log"}),), np.exp, _call("log")),
    Outer((_EXP,), np.log, _call("exp")),
    Outer((frozenset({"square", "mul"}),), np.sqrt, lambda inner: Call("pow", (inner, Number(2)))),
    Outer((frozenset({"sin"}),), np.arcsin, _call("sin")),
    Outer((frozenset({"tanh"}),), np.arctanh, _call("tanh")),
)


PRODUCTS = (PLAIN, Outer((_EXP,), np.log, _call("exp")))
"""Shifts and powers between product and target are unknowns: see ``links``."""
