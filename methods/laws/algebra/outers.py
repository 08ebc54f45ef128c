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
)


def _shifted(by: int) -> tuple[Outer, ...]:
    """A product, its root or its exponential, less ``by``; and the inverse of each."""

    def less(inner: Expression) -> Expression:
        return Call("sub", (inner, Number(by)))

    def root(inner: Expression) -> Expression:
        return Call("sqrt", (less(inner),))

    def exponential(inner: Expression) -> Expression:
        return less(Call("exp", (inner,)))

    def inverted(wrap: Wrap) -> Wrap:
        return lambda inner: _inverse(wrap(inner))

    return (
        Outer((), lambda y: y + by, less),
        Outer((_DIVISION,), lambda y: 1 / y + by, inverted(less)),
        Outer((_ROOT,), lambda y: _root(y) + by, root),
        Outer((_DIVISION, _ROOT), lambda y: 1 / _root(y) + by, inverted(root)),
        Outer((_EXP,), lambda y: np.log(y + by), exponential),
        Outer((_DIVISION, _EXP), lambda y: np.log(1 / y + by), inverted(exponential)),
    )


PRODUCTS = (PLAIN, Outer((_EXP,), np.log, _call("exp")), *_shifted(1), *_shifted(-1))
"""Of physics: ``1/(exp(p) - 1)`` is Planck's, ``1/sqrt(1 - p)`` is Lorentz's, of a product p."""
