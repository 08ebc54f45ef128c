"""The constants in which a prediction is linear, set to their best at once.

A term's factor may be far off while all constants inside are right, as where a law is multiplied
out. A descent of all constants then leaves those that are right, and ends in a narrow valley; the
factors alone are a linear problem.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.expression import Call, Expression, Number
from bench.expression.compiled.program import compile_program
from bench.scoring.equivalence.forms.variants import Variant
from bench.scoring.equivalence.law import LawOnDomain
from bench.scoring.equivalence.numerics.slopes import values_and_slopes

Array = NDArray[np.float64]

_CUT = 1e-11
_LINEAR = frozenset({"add", "sub", "neg", "mul", "div"})


def factors_of_terms(expression: Expression) -> frozenset[int]:
    """Positions of numbers in which the value is linear, in all of them together.

    They are the terms of the outermost sum and one factor of each of its terms.
    """
    found: set[int] = set()
    position = 0
    stack: list[tuple[Expression, bool]] = [(expression, True)]
    while stack:
        node, linear = stack.pop()
        if isinstance(node, Number):
            if linear:
                found.add(position)
            position += 1
        elif isinstance(node, Call):
            marks = _marks(node) if linear else [False] * len(node.args)
            stack.extend(reversed(list(zip(node.args, marks, strict=True))))
    return frozenset(found)


def _marks(node: Call) -> list[bool]:
    """Which arguments the node is linear in, together."""
    marks = [False] * len(node.args)
    if node.op in ("add", "sub", "neg"):
        return [True] * len(node.args)
    if node.op == "div":
        return [True, False]
    if node.op == "mul":
        numbers = [at for at, arg in enumerate(node.args) if isinstance(arg, Number)]
        calls = [at for at, arg in enumerate(node.args) if _may_hold_one(arg)]
        marks[next(iter(numbers + calls), 0)] = True
    return marks


def _may_hold_one(node: Expression) -> bool:
    return isinstance(node, Call) and node.op in _LINEAR


def with_best_factors(variant: Variant, law: LawOnDomain, usable: NDArray[np.bool_]) -> Array:
    """The free constants with the factors of terms at their least squares, the nearest such."""
    linear = factors_of_terms(variant.expression)
    constants = np.array(variant.constants)[[at in variant.free for at in variant.movable]]
    chosen = np.array([at in linear for at in sorted(variant.free)], dtype=np.bool_)
    if not chosen.any():
        return constants
    positions = [at for at in sorted(variant.free) if at in linear]
    program = compile_program(variant.expression, law.names, positions)
    values, J = values_and_slopes(program, program.constants, law.X[usable])
    scale = law.scale[usable]
    unit = np.abs(constants[chosen])
    effects, misfit = (J * unit[:, None] / scale).T, (law.y[usable] - values) / scale
    rows = np.isfinite(effects).all(axis=1) & np.isfinite(misfit)
    if rows.any():
        moves = np.linalg.lstsq(effects[rows], misfit[rows], rcond=_CUT)[0]
        constants[chosen] += unit * moves
    return constants
