"""Dimension-aware masking: what unit the next node of a prefix must have.

Sums add what has one unit, functions take and give pure numbers, and fitted constants are pure
numbers. In prefix order the first operand is complete when the second begins, so the unit of a
factor is known when the other is asked for: a product that must be an energy, and has a mass,
needs a squared speed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.expression.compiled.compiling import compiled
from bench.expression.compiled.kernel import copy, fill
from bench.expression.compiled.opcodes import DIV, MUL, OPCODES, VARIABLE
from bench.expression.operators import OPERATORS
from methods.mcts.language.tokens import CUBE, INV, SQUARE, Floats, Ints, arity

DIMENSIONS = 5
_TOLERANCE = 1e-6


_POWERS, _ALIKE = np.zeros(VARIABLE), np.zeros(VARIABLE, np.bool_)
for _name, _token in OPCODES.items():
    _row = OPERATORS[_name]
    _ALIKE[_token] = _row.units == "alike"
    _POWERS[_token] = 1.0 / _row.degree if _row.units in ("same", "root") else 0.0
_POWERS[[SQUARE, CUBE, INV]] = 2.0, 3.0, -1.0


@compiled
def _exponent(token: int) -> float:
    """By what the operand's unit is raised; 0 where operand and result are pure numbers."""
    return float(_POWERS[token]) if token < VARIABLE else 0.0


@compiled
def _alike(token: int) -> bool:
    """Whether both operands and the result of a binary operator have one unit."""
    return token < VARIABLE and bool(_ALIKE[token])


@compiled
def required_unit(tokens: Ints, length: int, units: Floats, need: Floats) -> bool:
    """Fill ``need`` with the unit that the next node must have; False where any will do."""
    ops = np.empty(length + 1, np.int64)
    knows = np.empty(length + 1, np.bool_)
    needs = np.empty((length + 1, DIMENSIONS))
    lefts = np.empty((length + 1, DIMENSIONS))
    filled = np.empty(length + 1, np.bool_)
    unit = np.empty(DIMENSIONS)
    top = 0
    for i in range(length):
        known = _asked(top, ops, knows, needs, lefts, filled, units, need)
        token = tokens[i]
        if arity(token) > 0:
            ops[top], knows[top], filled[top] = token, known, False
            copy(need, needs[top])
            top += 1
            continue
        _leaf_unit(token, units, unit)
        while top > 0:
            if arity(ops[top - 1]) == 2 and not filled[top - 1]:
                filled[top - 1] = True
                copy(unit, lefts[top - 1])
                break
            top -= 1
            _result(ops[top], lefts[top], unit)
    return _asked(top, ops, knows, needs, lefts, filled, units, need)


@compiled
def _asked(
    top: int, ops: Ints, knows: NDArray[np.bool_], needs: Floats, lefts: Floats,
    filled: NDArray[np.bool_], units: Floats, need: Floats,
) -> bool:  # fmt: skip
    """The same for the next operand of the innermost open operator, from what is known of it."""
    if top == 0:
        copy(units[len(units) - 1], need)
        return True
    op, known, wanted, left = ops[top - 1], knows[top - 1], needs[top - 1], lefts[top - 1]
    if _alike(op):
        copy(left if filled[top - 1] else wanted, need)
        return bool(known or filled[top - 1])
    if op in (MUL, DIV):
        if not filled[top - 1] or not known:
            return False
        for k in range(DIMENSIONS):
            need[k] = wanted[k] - left[k] if op == MUL else left[k] - wanted[k]
        return True
    exponent = _exponent(op)
    if exponent == 0.0:
        fill(need, 0.0)
        return True
    for k in range(DIMENSIONS):
        need[k] = wanted[k] / exponent
    return bool(known)


@compiled
def _leaf_unit(token: int, units: Floats, unit: Floats) -> None:
    if token >= VARIABLE:
        copy(units[token - VARIABLE], unit)
    else:
        fill(unit, 0.0)


@compiled
def _result(op: int, left: Floats, unit: Floats) -> None:
    """``unit`` of the last operand becomes that of the result."""
    for k in range(DIMENSIONS):
        if op == MUL:
            unit[k] += left[k]
        elif op == DIV:
            unit[k] = left[k] - unit[k]
        elif arity(op) == 2 and not _alike(op):
            unit[k] = 0.0
        elif arity(op) == 1:
            unit[k] *= _exponent(op)


@compiled
def fits_unit(token: int, known: bool, need: Floats, units: Floats) -> bool:
    """Whether a node that must have the unit ``need``, if ``known``, can begin with ``token``."""
    if not known:
        return True
    unit = np.zeros(DIMENSIONS)
    if arity(token) == 0:
        _leaf_unit(token, units, unit)
    elif _alike(token) or token in (MUL, DIV) or (arity(token) == 1 and _exponent(token) != 0.0):
        return True
    off = 0.0
    for k in range(DIMENSIONS):
        off = max(off, abs(unit[k] - need[k]))
    return off <= _TOLERANCE
