"""Functions that a target is seen through: what is inside is a sum, or a product."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

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


def seen_through(
    outers: Sequence[Outer], y: Floats, operators: frozenset[str], most: float = _FINITE
) -> Iterator[tuple[Wrap, Floats]]:
    """How the target is wrapped, and what is inside, for those of ``outers`` that can be.

    What is inside is finite and nowhere above ``most``.
    """
    for outer in outers:
        if not all(some & operators for some in outer.needs):
            continue
        with np.errstate(all="ignore"):
            inside = outer.inverse(y)
        if np.isfinite(inside).all() and np.max(np.abs(inside)) < most:
            yield outer.wrap, inside


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
