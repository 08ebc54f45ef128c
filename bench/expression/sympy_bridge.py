"""To SymPy and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bench.expression.errors import ExpressionTooLarge, UnsupportedNode
from bench.expression.operators import OPERATORS
from bench.expression.parse import MAX_DIGITS
from bench.expression.tree import Call, Constant, Expression, Leaf, Number, Symbol, fold

if TYPE_CHECKING:
    import sympy

MAX_BITS = 20_000
"""Size of the largest exact number, and of the exponent of the largest Float, that is built."""


def to_sympy(expression: Expression, *, real: bool = False) -> sympy.Expr:
    """What ``sympy.sympify(str(expression))`` would give: the same operators in the same order.

    Functions that SymPy lacks become what they stand for: ``log10(x)`` is ``log(x, 10)``,
    ``aq(a, b)`` is ``a/sqrt(1 + b**2)``, ``cbrt(x)`` the real root ``sign(x)*Abs(x)**(1/3)``.
    With ``real`` the symbols are declared real.

    Raises ExpressionTooLarge instead of building a number of more than ``MAX_BITS`` bits, as
    ``9**9**9`` asks for, and where SymPy would exhaust Python's stack.
    """
    import sympy

    build = _builders()

    def leaf(node: Leaf) -> Any:
        if isinstance(node, Number):
            # The text, not the value: SymPy takes the precision of a Float from its digits.
            text = repr(node.value)
            return sympy.Integer(node.value) if type(node.value) is int else sympy.Float(text)
        if isinstance(node, Symbol):
            return sympy.Symbol(node.name, real=True) if real else sympy.Symbol(node.name)
        return {"pi": sympy.pi, "e": sympy.E, "I": sympy.I}[node.name]

    def call(node: Call, args: list[Any]) -> Any:
        return _of_bounded_size(build[node.op](*args))

    try:
        return fold(expression, leaf, call)
    except RecursionError:
        raise ExpressionTooLarge("nested too deeply for SymPy") from None


def _builders() -> dict[str, Callable[..., Any]]:
    import sympy

    table: dict[str, Callable[..., Any]] = {
        "add": lambda *terms: sum(terms[1:], terms[0]),
        "mul": _product,
        "sub": lambda a, b: a - b,
        "div": lambda a, b: a / b,
        "neg": lambda a: -a,
        "pow": _power,
        "sqrt": lambda a: _power(a, sympy.S.Half),
        "cbrt": lambda a: sympy.sign(a) * sympy.Abs(a) ** sympy.Rational(1, 3),
        "log10": lambda a: sympy.log(a, 10),
        "log2": lambda a: sympy.log(a, 2),
        "aq": lambda a, b: a / sympy.sqrt(1 + _power(b, sympy.Integer(2))),
    }
    for name, operator in OPERATORS.items():
        if name not in table:
            table[name] = getattr(sympy, operator.sympy)
    return table


def _product(*factors: Any) -> Any:
    # One at a time: SymPy distributes a number over a sum in a product of two, not in one of more.
    value = factors[0]
    for factor in factors[1:]:
        value = _of_bounded_size(value * factor)
    return value


def _power(base: Any, exponent: Any) -> Any:
    """``base**exponent``, unless it is a number too large to write down."""
    if base.is_Number and exponent.is_Number and base.is_finite and exponent.is_finite:
        bits = abs(_log2(base) * _as_float(exponent)) if base else 0.0
        if bits > MAX_BITS:
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


def _of_bounded_size(value: Any) -> Any:
    if value.is_Rational and _log2(value) > MAX_BITS:
        raise ExpressionTooLarge(f"an exact number of {_log2(value):.0f} bits")
    if value.is_Float and value.is_finite and _log2(value) > MAX_BITS:
        raise ExpressionTooLarge(f"a number with an exponent of {_log2(value):.0f} bits")
    return value


def _brief(number: Any) -> str:
    return f"{_as_float(number):.6g}"


def from_sympy(expression: sympy.Basic) -> Expression:
    """The tree of a SymPy expression.

    Quotients, differences and square roots come back as such: ``x*y**-1`` is ``x/y``. Floats are
    rounded to float64. Raises UnsupportedNode, naming the part, for what an expression of this
    benchmark cannot have: ``nan``, infinities, ``Piecewise``, unknown functions, ....
    """
    raise NotImplementedError
