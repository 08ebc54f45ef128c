"""SymPy's expressions for operators, where SymPy has no class that is the operator.

SymPy is imported by what is called, not by this module. Nothing is built that is too large to
write down, as ``9**9**9`` is.
"""

from __future__ import annotations

from typing import Any

from bench.expression.errors import ExpressionTooLarge

MAX_BITS = 20_000
"""Size of the largest exact number that is built."""
MAX_EXPONENT = 1_000_000
"""Largest power of two, either way, that a Float may have: SymPy's know no bounds."""

_LONG = 100
_LARGEST_FACTORIAL = 2_000


def addition(*terms: Any) -> Any:
    # One at a time, as text is read: the last bits of sums of Floats depend on the order. Adding
    # takes time proportional to what is there, so that long sums are added at once, which is the
    # same but where a sum stands within the sum or Floats cancel to nothing on the way.
    if len(terms) > _LONG:
        import sympy

        return sympy.Add(*terms)
    return sum(terms[1:], terms[0])


def product(*factors: Any) -> Any:
    # One at a time: SymPy distributes a number over a sum in a product of two, not in one of more.
    value = factors[0]
    for factor in factors[1:]:
        value = of_bounded_size(value * factor)
    return value


def power(base: Any, exponent: Any) -> Any:
    """``base**exponent``, unless it is a number too large to write down."""
    if base.is_Number and exponent.is_Number and base.is_finite and exponent.is_finite:
        bits = abs(_log2(base) * _as_float(exponent)) if base else 0.0
        exact = base.is_Rational and exponent.is_Rational
        if bits > (MAX_BITS if exact else MAX_EXPONENT):
            raise ExpressionTooLarge(
                f"({_brief(base)})**({_brief(exponent)}) has about {bits:.3g} binary digits"
            )
    return base**exponent


def _log2(number: Any) -> float:
    """The bits a power of ``number`` grows by: of the longer part, for a fraction."""
    if number.is_Rational:
        longest: int = max(abs(int(number.p)), int(number.q))
        return float(longest.bit_length()) if longest > 1 else 0.0
    return abs(float(number._mpf_[2] + number._mpf_[3])) + 1.0


def _as_float(number: Any) -> float:
    try:
        return float(number)
    except OverflowError:
        return float("inf")


def of_bounded_size(value: Any) -> Any:
    if value.is_Rational and _log2(value) > MAX_BITS:
        raise ExpressionTooLarge(f"an exact number of {_log2(value):.3g} bits")
    if value.is_Float and value.is_finite and _log2(value) > MAX_EXPONENT:
        raise ExpressionTooLarge(f"a number of about 2**{_log2(value):.3g}")
    return value


def _brief(number: Any) -> str:
    return f"{_as_float(number):.6g}"


def square_root(a: Any) -> Any:
    import sympy

    return power(a, sympy.S.Half)


def cube_root(a: Any) -> Any:
    """The real root of a real number."""
    import sympy

    return sympy.sign(a) * sympy.Abs(a) ** sympy.Rational(1, 3)


def logarithm_10(a: Any) -> Any:
    import sympy

    return sympy.log(a, 10)


def logarithm_2(a: Any) -> Any:
    import sympy

    return sympy.log(a, 2)


def analytic_quotient(a: Any, b: Any) -> Any:
    import sympy

    return a / sympy.sqrt(1 + power(b, sympy.Integer(2)))


def rectified(a: Any) -> Any:
    import sympy

    return sympy.Max(a, sympy.S.Zero)


def gamma_function(a: Any) -> Any:
    import sympy

    if a.is_Number and a.is_finite and abs(a) > _LARGEST_FACTORIAL:
        raise ExpressionTooLarge(f"gamma({_brief(a)})")
    return sympy.gamma(a)


def piecewise(*arguments: Any) -> Any:
    import sympy

    pairs = zip(arguments[:-1:2], arguments[1::2], strict=True)
    return sympy.Piecewise(*pairs, (arguments[-1], True))
