"""Elementary functions whose values are the same bits on every machine.

NumPy's and libm's exp, log, sin and pow differ in the last bit between processors and versions.
Here each is computed in double-double arithmetic, whose IEEE operations every machine rounds
alike, and rounded once at the end: the result is the correctly rounded one but for about one
argument in 1e14. Reductions and series are the textbook ones (Muller, Elementary Functions,
chapters 9 to 11).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import factorial

import numpy as np
from numpy.typing import NDArray

from bench.expression import Constant, Expression, Number, Symbol, fold
from bench.problems import double_double as dd
from bench.problems.double_double import Array, Pair, pair_of

_DIGITS = 1300
"""Binary digits of pi: enough to reduce the largest double."""


def _arctan_inverse(n: int, bits: int) -> int:
    """arctan(1/n) * 2**bits, truncated."""
    total, term, k = 0, (1 << bits) // n, 0
    while term:
        total += term // (2 * k + 1) * (-1 if k % 2 else 1)
        term //= n * n
        k += 1
    return total


_PI = 4 * (4 * _arctan_inverse(5, _DIGITS + 40) - _arctan_inverse(239, _DIGITS + 40)) >> 40
_HALF_PI = Fraction(_PI, 1 << (_DIGITS + 1))


def _log_of(numerator: int, denominator: int = 1) -> Fraction:
    """log(numerator/denominator) to 200 binary digits, by the series of artanh."""
    s = Fraction(numerator - denominator, numerator + denominator)
    scaled, square = (s.numerator << 240) // s.denominator, s * s
    total, k = 0, 0
    while scaled:
        total += scaled // (2 * k + 1)
        scaled = scaled * square.numerator // square.denominator
        k += 1
    return Fraction(2 * total, 1 << 240)


_LN2_EXACT = _log_of(2)
_LN10_EXACT = 3 * _LN2_EXACT + _log_of(10, 8)
_LN2, _LN10 = pair_of(_LN2_EXACT), pair_of(_LN10_EXACT)
_HALF_PI_PAIR = pair_of(_HALF_PI)
_PI_PAIR = pair_of(2 * _HALF_PI)
_HALF_PI_PARTS = [float(_HALF_PI)]
for _ in range(2):
    _HALF_PI_PARTS.append(float(_HALF_PI - sum(Fraction(part) for part in _HALF_PI_PARTS)))

_EXPM1_SERIES = [pair_of(Fraction(1, factorial(k))) for k in range(1, 11)]
_SIN_SERIES = [pair_of(Fraction((-1) ** k, factorial(2 * k + 1))) for k in range(15)]
_COS_SERIES = [pair_of(Fraction((-1) ** k, factorial(2 * k))) for k in range(16)]
_ARTANH_SERIES = [pair_of(Fraction(1, 2 * k + 1)) for k in range(23)]
_ARCTAN_SERIES = [pair_of(Fraction((-1) ** k, 2 * k + 1)) for k in range(17)]

_ONE: Pair = pair_of(Fraction(1))
_HALVINGS = 8
_NEAR = float(2**26)
"""Arguments below this are reduced by three parts of pi/2, others in exact integers."""


def _single(a: Array) -> Pair:
    return a, np.zeros_like(a)


# -- exponentials ---------------------------------------------------------------------------------


def _expm1_pair(x: Pair) -> Pair:
    """exp(x) - 1 for |x| <= 0.4, by the series for x/256 and eight doublings."""
    small = dd.scale(x, -_HALVINGS)
    value = dd.multiply(dd.polynomial(small, _EXPM1_SERIES), small)
    for _ in range(_HALVINGS):
        value = dd.add(dd.scale(value, 1), dd.multiply(value, value))
    return value


def _exp_pair(x: Pair) -> tuple[Pair, NDArray[np.int64]]:
    """exp(x) as a pair near 1 and a power of two."""
    power = np.rint(x[0] / _LN2[0])
    rest = dd.subtract(x, dd.multiply(_single(power), _LN2))
    return dd.add(_expm1_pair(rest), _ONE), power.astype(np.int64)


def _exp_of(x: Pair) -> Array:
    bounded = np.clip(x[0], -800.0, 800.0)
    low = np.where(bounded == x[0], x[1], 0.0)
    value, power = _exp_pair((bounded, low))
    # In two steps, so that what is subnormal is rounded once, at the end.
    half = power // 2
    result = np.ldexp(np.ldexp(value[0] + value[1], half), power - half)
    return np.where(np.isnan(x[0]), np.nan, result)


def exp(x: Array) -> Array:
    return _exp_of(_single(x))


def exp10(x: Array) -> Array:
    """10**x."""
    bounded = np.clip(x, -400.0, 400.0)
    return _exp_of(dd.multiply(_single(bounded), _LN10))


def _sinh_cosh(x: Array) -> tuple[Pair, Pair, Array]:
    """sinh and cosh of |x| as pairs, and which arguments are small; large ones saturate."""
    size = np.minimum(np.abs(x), 300.0)
    small = size < 0.3
    expm1 = _expm1_pair(_single(np.where(small, size, 0.0)))
    inverse = dd.divide(expm1, dd.add(expm1, _ONE))
    sinh_small = dd.scale(dd.add(expm1, inverse), -1)
    value, power = _exp_pair(_single(size))
    grown = dd.scale(value, power)
    shrunk = dd.divide(_broadcast(_ONE, size), grown)
    sinh_large = dd.scale(dd.subtract(grown, shrunk), -1)
    cosh = dd.scale(dd.add(grown, shrunk), -1)
    sinh = tuple(np.where(small, s, g) for s, g in zip(sinh_small, sinh_large, strict=True))
    return (sinh[0], sinh[1]), cosh, small


def sinh(x: Array) -> Array:
    value, _, _ = _sinh_cosh(x)
    large = 0.5 * _scaled_exp(np.abs(x))
    return np.copysign(np.where(np.abs(x) > 40.0, large, value[0] + value[1]), x)


def cosh(x: Array) -> Array:
    _, value, _ = _sinh_cosh(x)
    return np.where(np.abs(x) > 40.0, 0.5 * _scaled_exp(np.abs(x)), value[0] + value[1])


def _scaled_exp(x: Array) -> Array:
    """exp(x) for a positive x, infinite only where half of it is."""
    return 2.0 * _exp_of(dd.subtract(_single(x), _LN2))


def tanh(x: Array) -> Array:
    sinh_pair, cosh_pair, _ = _sinh_cosh(x)
    value = dd.divide(sinh_pair, cosh_pair)
    result = np.where(np.abs(x) > 40.0, 1.0, value[0] + value[1])
    return np.copysign(np.where(np.isnan(x), np.nan, result), x)


# -- logarithms and powers ------------------------------------------------------------------------


def _log_pair(x: Array) -> Pair:
    """log(x) of positive finite x."""
    mantissa, power = np.frexp(x)
    low = mantissa < 0.7071067811865476
    mantissa = np.where(low, 2.0 * mantissa, mantissa)
    power = (power - low).astype(np.float64)
    s = dd.divide(
        dd.two_sum(mantissa, -np.ones_like(mantissa)), dd.two_sum(mantissa, np.ones_like(mantissa))
    )
    series = dd.polynomial(dd.multiply(s, s), _ARTANH_SERIES)
    return dd.add(dd.multiply(_single(power), _LN2), dd.scale(dd.multiply(s, series), 1))


def _logarithm(x: Array, divisor: Pair | None) -> Array:
    inside = np.where((x > 0) & np.isfinite(x), x, 1.0)
    value = _log_pair(inside)
    if divisor is not None:
        value = dd.divide(value, divisor)
    result = value[0] + value[1]
    result = np.where(x == 0, -np.inf, result)
    result = np.where((x < 0) | np.isnan(x), np.nan, result)
    return np.where(x == np.inf, np.inf, result)


def log(x: Array) -> Array:
    return _logarithm(x, None)


def log2(x: Array) -> Array:
    return _logarithm(x, _LN2)


def log10(x: Array) -> Array:
    return _logarithm(x, _LN10)


def power(a: Array, b: Array) -> Array:
    """a**b, nan for a negative base and an exponent that is not whole."""
    exponents = np.unique(b)
    if len(exponents) == 1 and exponents[0] == np.rint(exponents[0]) and abs(exponents[0]) <= 64:
        return _whole_power(a, int(exponents[0]))
    whole = b == np.rint(b)
    size = np.abs(a)
    inside = np.where((size > 0) & np.isfinite(size), size, 1.0)
    result = _exp_of(dd.multiply(_log_pair(inside), _single(b)))
    sign = np.where((a < 0) & whole & (np.abs(np.fmod(b, 2.0)) == 1.0), -1.0, 1.0)
    result = np.where(a == 0, np.where(b > 0, 0.0, np.where(b == 0, 1.0, np.inf)), sign * result)
    return np.where((a < 0) & ~whole, np.nan, np.where(np.isnan(a), np.nan, result))


def _whole_power(a: Array, n: int) -> Array:
    """a**n by squaring, rounded once where nothing over- or underflows on the way."""
    mantissa, exponent = np.frexp(a)
    result, factor, left = _broadcast(_ONE, a), _single(mantissa), abs(n)
    while left:
        if left & 1:
            result = dd.multiply(result, factor)
        factor = dd.multiply(factor, factor)
        left >>= 1
    if n < 0:
        result = dd.divide(_broadcast(_ONE, a), result)
    value = np.ldexp(result[0] + result[1], exponent.astype(np.int64) * n)
    special = ~np.isfinite(a) | (a == 0)
    if special.any():
        plain = np.ones_like(a)
        for _ in range(abs(n)):
            plain = plain * a
        value = np.where(special, plain if n >= 0 else 1.0 / plain, value)
    return value


def cbrt(x: Array) -> Array:
    size = np.where((x != 0) & np.isfinite(x), np.abs(x), 1.0)
    third = dd.divide(_log_pair(size), pair_of(Fraction(3)))
    root = np.copysign(_exp_of(third), x)
    return np.where((x == 0) | ~np.isfinite(x), x, root)


# -- trigonometry ---------------------------------------------------------------------------------


def _reduce(x: Array) -> tuple[Pair, NDArray[np.int64]]:
    """x less the nearest multiple of pi/2, and that multiple modulo 4."""
    near = np.abs(x) < _NEAR
    quarter = np.rint(np.where(near, x, 0.0) / _HALF_PI_PARTS[0])
    rest = _single(np.where(near, x, 0.0))
    for part in _HALF_PI_PARTS[:2]:
        rest = dd.subtract(rest, dd.two_product(quarter, np.full_like(x, part)))
    rest = dd.subtract(rest, _single(quarter * _HALF_PI_PARTS[2]))
    quarters = quarter.astype(np.int64) % 4
    high, low = np.array(rest[0]), np.array(rest[1])
    for index in np.flatnonzero(~near & np.isfinite(x)):
        exact = Fraction(float(x.flat[index]))
        multiple = round(exact / _HALF_PI)
        pair = pair_of(exact - multiple * _HALF_PI)
        high.flat[index], low.flat[index] = pair
        quarters.flat[index] = multiple % 4
    return (high, low), quarters


def _sin_cos(x: Array) -> tuple[Pair, Pair]:
    rest, quarters = _reduce(np.where(np.isfinite(x), x, 0.0))
    square = dd.multiply(rest, rest)
    s = dd.multiply(rest, dd.polynomial(square, _SIN_SERIES))
    c = dd.polynomial(square, _COS_SERIES)
    odd = quarters % 2 == 1
    sine_sign = np.where(quarters >= 2, -1.0, 1.0)
    cosine_sign = np.where((quarters == 1) | (quarters == 2), -1.0, 1.0)
    bad = np.where(np.isfinite(x), 1.0, np.nan)
    sine = tuple(np.where(odd, b, a) * sine_sign * bad for a, b in zip(s, c, strict=True))
    cosine = tuple(np.where(odd, a, b) * cosine_sign * bad for a, b in zip(s, c, strict=True))
    return (sine[0], sine[1]), (cosine[0], cosine[1])


def sin(x: Array) -> Array:
    value, _ = _sin_cos(x)
    return value[0] + value[1]


def cos(x: Array) -> Array:
    _, value = _sin_cos(x)
    return value[0] + value[1]


def tan(x: Array) -> Array:
    value = dd.divide(*_sin_cos(x))
    return value[0] + value[1]


def _arctan_pair(x: Pair) -> Pair:
    """arctan of |x| <= 1, halved three times: arctan x = 2 arctan(x/(1 + sqrt(1 + x*x)))."""
    for _ in range(3):
        root = dd.sqrt(dd.add(dd.multiply(x, x), _ONE))
        x = dd.divide(x, dd.add(root, _ONE))
    series = dd.polynomial(dd.multiply(x, x), _ARCTAN_SERIES)
    return dd.scale(dd.multiply(x, series), 3)


def _arctan_of(x: Pair) -> Pair:
    """arctan of any finite pair that is not negative."""
    large = x[0] > 1.0
    safe = (np.where(large, x[0], 1.0), np.where(large, x[1], 0.0))
    inverse = dd.divide(_broadcast(_ONE, x[0]), safe)
    inner = (np.where(large, inverse[0], x[0]), np.where(large, inverse[1], x[1]))
    angle = _arctan_pair(inner)
    other = dd.subtract(_broadcast(_HALF_PI_PAIR, x[0]), angle)
    return np.where(large, other[0], angle[0]), np.where(large, other[1], angle[1])


def atan(x: Array) -> Array:
    size = np.minimum(np.abs(x), 1e290)
    angle = _arctan_of(_single(size))
    return np.copysign(angle[0] + angle[1], x)


def asin(x: Array) -> Array:
    size = np.where(np.abs(x) < 1.0, np.abs(x), 0.0)
    below = dd.sqrt(
        dd.multiply(dd.two_sum(np.ones_like(x), -size), dd.two_sum(np.ones_like(x), size))
    )
    angle = _arctan_of(dd.divide(_single(size), below))
    value = np.where(np.abs(x) == 1.0, _HALF_PI_PAIR[0], angle[0] + angle[1])
    return np.copysign(np.where(np.abs(x) <= 1.0, value, np.nan), x)


def acos(x: Array) -> Array:
    inside = np.where(np.abs(x) < 1.0, x, 0.0)
    ratio = dd.divide(dd.two_sum(np.ones_like(x), -inside), dd.two_sum(np.ones_like(x), inside))
    angle = dd.scale(_arctan_of(dd.sqrt(ratio)), 1)
    value = np.where(x == 1.0, 0.0, np.where(x == -1.0, _PI_PAIR[0], angle[0] + angle[1]))
    return np.where(np.abs(x) <= 1.0, value, np.nan)


def _broadcast(a: Pair, like: Array) -> Pair:
    return np.full_like(like, a[0]), np.full_like(like, a[1])


# -- expressions ----------------------------------------------------------------------------------


def _asinh(x: Array) -> Array:
    size = np.abs(x)
    return np.copysign(log(size + np.sqrt(size * size + 1.0)), x)


_FUNCTIONS: dict[str, Callable[..., Array]] = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide, "pow": power,
    "neg": np.negative, "sin": sin, "cos": cos, "tan": tan, "asin": asin, "acos": acos,
    "atan": atan, "sinh": sinh, "cosh": cosh, "tanh": tanh, "exp": exp, "log": log, "log2": log2,
    "log10": log10, "sqrt": np.sqrt, "cbrt": cbrt, "abs": np.abs, "sign": np.sign,
    "min": np.minimum, "max": np.maximum, "asinh": _asinh,
    "acosh": lambda x: log(x + np.sqrt(x * x - 1.0)),
    "atanh": lambda x: 0.5 * log((1.0 + x) / (1.0 - x)),
    "aq": lambda a, b: a / np.sqrt(1.0 + b * b),
}  # fmt: skip
_CONSTANTS = {"pi": float(np.pi), "e": float(np.e), "I": float("nan")}


def evaluate_portably(expression: Expression, names: Sequence[str], X: Array) -> Array:
    """The values, shape (n,), of ``expression`` on the rows of ``X`` (n, d); nan where not real.

    Each operation is rounded to float64; the result is the same bits on every machine.
    """
    columns = {name: np.ascontiguousarray(X[:, j]) for j, name in enumerate(names)}

    def leaf(node: Number | Constant | Symbol) -> Array:
        if isinstance(node, Symbol):
            return columns[node.name]
        value = node.value if isinstance(node, Number) else _CONSTANTS[node.name]
        return np.full(len(X), float(value))

    def call(node: object, args: list[Array]) -> Array:
        function = _FUNCTIONS[node.op]  # type: ignore[attr-defined]
        value = args[0] if len(args) > 1 else function(args[0])
        for arg in args[1:]:
            value = function(value, arg)
        return value

    with np.errstate(all="ignore"):
        return fold(expression, leaf, call)
