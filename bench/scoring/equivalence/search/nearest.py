"""The constants nearest to those that are written that make a prediction the law, in float64.

Gauss-Newton steps, each the shortest that serves, relative to the constants' sizes; those that may
move within the tolerance only are more reluctant than those that are free, and the truth's more
reluctant than the prediction's. From constants that are right to three digits such steps reach
rounding error in a few, and stay near: a redundant constant is not carried away.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bench.expression.compiled.program import Program, compile_program
from bench.scoring.equivalence.forms.variants import Variant
from bench.scoring.equivalence.law import LawOnDomain
from bench.scoring.equivalence.numerics.quantiles import median
from bench.scoring.equivalence.numerics.slopes import values_and_slopes
from bench.scoring.equivalence.thresholds import NEAR

Array = NDArray[np.float64]

HELD = 1e-3
"""How readily a constant moves that may do so within the tolerance only, beside a free one."""
TRUTHS = 1e-6
"""How readily the truth's constants move."""
_MOST_STEPS = 12
_HALVINGS = 5
_CUT = 1e-11
_DONE = 1e-14
_SERVES = 1e-12
_MOST_ROWS = 192


@dataclass(frozen=True, eq=False)
class Nearest:
    """Where the constants ended: of the variant, its movable ones in order, and of the truth.

    ``residual`` is the median of |p - t| / scale.
    """

    constants: Array
    truths: Array
    residual: float


def willingness(variant: Variant) -> Array:
    """How readily each movable constant of a variant moves, shape (k,)."""
    return np.array([1.0 if at in variant.free else HELD for at in variant.movable])


def nearest(
    variant: Variant,
    law: LawOnDomain,
    usable: NDArray[np.bool_],
    start: Array,
    *,
    truth_moves: bool,
) -> Nearest:
    """The constants nearest to ``start`` at which the two agree, or where the steps end.

    The truth's move only where the prediction's alone do not serve: to first order both would meet
    halfway, wherever a slope changes on the way.
    """
    rows = np.flatnonzero(usable)[:_MOST_ROWS]
    state = _State(
        compile_program(variant.expression, law.names, variant.movable),
        law.program,
        law.X[rows], law.y[rows], law.scale[rows], truth_moves=False,
    )  # fmt: skip
    willing = willingness(variant)
    if not truth_moves or not len(state.truth.constants):
        return _descended(state, start, willing, 0.0)
    found = _descended(replace(state, truth_moves=True), start, willing, TRUTHS)
    if found.residual >= NEAR or np.array_equal(found.truths, state.truth.constants):
        return found
    alone = _descended(state, start, willing, 0.0)
    return alone if alone.residual < _SERVES else found


def _descended(state: _State, start: Array, willing: Array, truths: float) -> Nearest:
    """Where steps from ``start`` end; ``truths``: how readily the truth's constants move."""
    count = len(start)
    at = np.concatenate([start, state.truth.constants])
    units = np.where(at == 0.0, 1.0, np.abs(at))
    units[:count] *= willing
    units[count:] *= truths
    misfit, J = state.look(at[:count], at[count:])
    for _ in range(_MOST_STEPS):
        residual = typical(misfit)
        if residual < _DONE:
            break
        move = _shortest(J, misfit, units)
        for halving in range(_HALVINGS):
            new = at + move * 0.5**halving
            there = state.look(new[:count], new[count:])
            if typical(there[0]) < residual:
                break
        else:
            break
        at, (misfit, J) = new, there
        if typical(misfit) > 0.5 * residual:
            break
    return Nearest(at[:count], at[count:], typical(misfit))


def typical(misfit: Array) -> float:
    """The median size of the misfits: float64 may cancel at some points, but not at most."""
    size = median(np.abs(misfit)) if len(misfit) else np.inf
    return size if np.isfinite(size) else np.inf


@dataclass(frozen=True, eq=False)
class _State:
    prediction: Program
    truth: Program
    X: Array
    y: Array
    scale: Array
    truth_moves: bool

    def look(self, constants: Array, truths: Array) -> tuple[Array, Array]:
        """(p - t) / scale and its derivatives by all constants, shapes (n,) and (k, n)."""
        p, Jp = values_and_slopes(self.prediction, constants, self.X)
        if self.truth_moves and len(truths):
            t, Jt = values_and_slopes(self.truth, truths, self.X)
        else:
            t, Jt = self.y, np.zeros((len(truths), len(self.y)))
        return (p - t) / self.scale, np.concatenate([Jp, -Jt]) / self.scale


def _shortest(J: Array, misfit: Array, units: Array) -> Array:
    """The shortest step, in ``units``, that undoes ``misfit`` to first order."""
    effects = J * units[:, None]
    # Near a pole a row is huge, and would drown the others: a consistent system may be weighed.
    size = np.max(np.abs(effects), axis=0, initial=0.0)
    rows = np.isfinite(effects).all(axis=0) & np.isfinite(misfit) & (size > 0.0)
    if not rows.any():
        return np.zeros(len(units))
    weighed = (effects[:, rows] / size[rows]).T
    found = np.linalg.lstsq(weighed, -misfit[rows] / size[rows], rcond=_CUT)[0]
    return np.asarray(found * units, dtype=np.float64)
