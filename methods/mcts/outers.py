"""Functions that a target is seen through: what is inside is a sum, or a product."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bench import Call, Expression, Number
from methods.mcts.tokens import Floats

_FINITE = 1e12

Wrap = Callable[[Expression], Expression]


@dataclass(frozen=True)
class Outer:
    """The target is ``wrap(s)`` where s is ``inverse(y)``; one of the operators must be there."""

    needs: frozenset[str]
    inverse: Callable[[Floats], Floats]
    wrap: Wrap


def seen_through(
    outers: Sequence[Outer], y: Floats, operators: frozenset[str], most: float = _FINITE
) -> Iterator[tuple[Wrap, Floats]]:
    """How the target is wrapped, and what is inside, for those of ``outers`` that can be.

    What is inside is finite and nowhere above ``most``.
    """
    for outer in outers:
        if outer.needs and not outer.needs & operators:
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


_DIVISION = frozenset({"div", "inv"})

SUMS = (
    Outer(frozenset(), lambda y: y, lambda inner: inner),
    Outer(_DIVISION, np.reciprocal, _inverse),
    Outer(frozenset({"sqrt"}), _root, _call("sqrt")),
    Outer(frozenset({"log"}), np.exp, _call("log")),
    Outer(frozenset({"exp"}), np.log, _call("exp")),
    Outer(frozenset({"square", "mul"}), np.sqrt, lambda inner: Call("pow", (inner, Number(2)))),
    Outer(frozenset({"sin"}), np.arcsin, _call("sin")),
)


def _shifted(by: int) -> tuple[Outer, ...]:
    """A product less ``by``, and what is made of that: its inverse, root, and inverse root."""

    def less(inner: Expression) -> Expression:
        return Call("sub", (inner, Number(by)))

    def root(inner: Expression) -> Expression:
        return Call("sqrt", (less(inner),))

    def inverse_root(inner: Expression) -> Expression:
        return _inverse(root(inner))

    return (
        Outer(frozenset(), lambda y: y + by, less),
        Outer(_DIVISION, lambda y: 1 / y + by, lambda inner: _inverse(less(inner))),
        Outer(frozenset({"sqrt"}), lambda y: _root(y) + by, root),
        Outer(
            frozenset({"sqrt"}), lambda y: 1 / _root(y) + by, lambda inner: _inverse(root(inner))
        ),
    )


PRODUCTS = (SUMS[0], *_shifted(1), *_shifted(-1))
"""Of physics: ``1/(exp(p) - 1)`` is Planck's, ``1/sqrt(1 - p)`` is Lorentz's, of a product p."""
