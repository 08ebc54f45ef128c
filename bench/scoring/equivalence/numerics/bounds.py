"""Values in float64 with a bound on their rounding error, point by point.

The bound follows the error of every step through the rest of the expression: of a sum the errors
of its terms, of a function the change of its value when its argument moves by its own error. So a
difference that cancels, a power that underflows and a step at a jump (``sign`` of what may be 0)
are seen for what they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from bench.expression import Expression, Operator
from bench.scoring.equivalence.numerics.compiled import compiled

Array = NDArray[np.float64]
_Bounded = tuple[Array, Array]

_EXACT = np.asarray(0.0)
_UNIT = 2.0**-52
"""Each operation is right to this part of its value, functions of the C library included."""
_MOST_LOST = 400
_TINY = 2.0**-1070
"""And to this, below the normal numbers."""


@dataclass(frozen=True, eq=False)
class Bounded:
    """Values, shape (n,), and what is known of their errors.

    ``bounds`` are infinite where float64 has no value. ``overflowed`` says where something on the
    way was infinite: that there is no value then is no fault of the expression.
    """

    values: Array
    bounds: Array
    overflowed: NDArray[np.bool_]


def with_bound(expression: Expression, names: Sequence[str], X: Array) -> Bounded:
    """Values on the rows of ``X``, shape (n, d), with bounds on their errors."""
    tape = compiled(expression, names)
    columns = tape.columns(X)
    shape = (len(X),)
    registers: list[_Bounded] = []
    with np.errstate(all="ignore"):
        for leaf in tape.leaves:
            registers.append((columns[leaf], _EXACT) if type(leaf) is int else _literal(leaf))
        for instruction in tape.instructions:
            args = [registers[index] for index in instruction.args]
            registers.append(_step(instruction.operator, args))
    value, error = registers[tape.result]
    values = np.array(np.broadcast_to(value, shape), dtype=np.float64)
    errors = np.array(np.broadcast_to(error, shape), dtype=np.float64)
    finite = np.isfinite(values)
    overflowed = np.zeros(shape, dtype=np.bool_)
    if not finite.all():
        for value, _ in registers[len(tape.leaves) :]:
            overflowed |= np.isinf(value)
    known = finite & np.isfinite(errors)
    return Bounded(values, np.where(known, errors, np.inf), overflowed)


def lost_digits(bounds: Array, size: Array) -> int:
    """The most digits that cancel where values of ``size`` have errors up to ``bounds``."""
    with np.errstate(all="ignore"):
        lost = np.log10(bounds / (_UNIT * np.abs(size)))
    return int(np.clip(np.max(lost[np.isfinite(lost)], initial=0.0), 0, _MOST_LOST))


def _literal(leaf: int | np.float64 | complex) -> _Bounded:
    """A number as float64 has it; whole ones are exact."""
    value = np.float64(np.nan if isinstance(leaf, complex) else leaf)
    whole = abs(value) < 2.0**53 and float(value).is_integer()
    return np.asarray(value), _EXACT if whole else np.asarray(_UNIT * abs(value))


def _step(operator: Operator, args: list[_Bounded]) -> _Bounded:
    values = [arg[0] for arg in args]
    value = operator.real(*values)
    carried = _CARRIED.get(operator.name, _by_corners)(operator, args, value)
    return value, carried + _UNIT * np.abs(value) + _TINY


def _sum(operator: Operator, args: list[_Bounded], value: Array) -> Array:
    return args[0][1] + args[1][1]


def _product(operator: Operator, args: list[_Bounded], value: Array) -> Array:
    (a, ea), (b, eb) = args
    return np.abs(a) * eb + np.abs(b) * ea + ea * eb


def _quotient(operator: Operator, args: list[_Bounded], value: Array) -> Array:
    (_, ea), (b, eb) = args
    room = np.abs(b) - eb
    return np.where(room > 0.0, (ea + np.abs(value) * eb) / room, np.inf)


def _same(operator: Operator, args: list[_Bounded], value: Array) -> Array:
    return args[0][1]


def _by_corners(operator: Operator, args: list[_Bounded], value: Array) -> Array:
    """How far the value goes when every argument goes to the ends of what it may be.

    An end at which there is no value tells nothing of it: the bound is infinite there.
    """
    moved = [(a,) if not np.any(error) else (a - error, a + error) for a, error in args]
    worst: Array = np.zeros_like(value)
    for corner in product(*moved):
        there = operator.real(*corner)
        worst = np.where(np.isnan(there), np.inf, np.fmax(worst, np.abs(there - value)))
    return worst


def _power(operator: Operator, args: list[_Bounded], value: Array) -> Array:
    """Of a power: nothing is known where the base may be 0 and the exponent below 0."""
    (base, eb), (exponent, ee) = args
    pole = (np.abs(base) <= eb) & (exponent - ee < 0.0) & (eb > 0.0)
    return np.where(pole, np.inf, _by_corners(operator, args, value))


def _gamma(operator: Operator, args: list[_Bounded], value: Array) -> Array:
    """Of the gamma function: nothing is known where a pole may lie within the argument's error."""
    argument, error = args[0]
    pole = (argument - error <= 0.0) & (np.floor(argument + error) >= np.ceil(argument - error))
    return np.where(pole, np.inf, _by_corners(operator, args, value))


def _wave(operator: Operator, args: list[_Bounded], value: Array) -> Array:
    """Of a sine or cosine: no more than the error of the angle, and nothing known of a whole turn.

    The ends of what a large angle may be say nothing of what lies between.
    """
    error = args[0][1]
    return np.where(error < 1.0, error, np.inf)


def _tangent(operator: Operator, args: list[_Bounded], value: Array) -> Array:
    """Of a tangent: nothing is known where a pole, at about 1/|value|, may be within the error."""
    error = args[0][1]
    known = error * (1.0 + 2.0 * np.abs(value)) < 1.0
    return np.where(known, _by_corners(operator, args, value), np.inf)


_CARRIED = {
    "sin": _wave,
    "cos": _wave,
    "tan": _tangent,
    "add": _sum,
    "sub": _sum,
    "mul": _product,
    "div": _quotient,
    "pow": _power,
    "gamma": _gamma,
    "neg": _same,
    "abs": _same,
}
