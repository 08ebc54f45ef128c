"""Trees as SymPy expressions, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bench.expression.errors import ExpressionTooLarge, UnsupportedNode
from bench.expression.operators import OPERATORS
from bench.expression.reading.grammar import MAX_DIGITS
from bench.expression.tree import Call, Constant, Expression, Leaf, Number, Symbol, fold

if TYPE_CHECKING:
    import sympy

MAX_BITS = 20_000
"""Size of the largest exact number that is built."""
MAX_EXPONENT = 1_000_000
"""Largest power of two, either way, that a Float may have: SymPy's know no bounds."""

_LONG = 100


def to_sympy(expression: Expression, *, real: bool = False) -> sympy.Expr:
    """What ``sympy.sympify(str(expression))`` would give: the same operators in the same order.

    Functions that SymPy lacks become what they stand for: ``log10(x)`` is ``log(x, 10)``,
    ``aq(a, b)`` is ``a/sqrt(1 + b**2)``, ``cbrt(x)`` the real root ``sign(x)*Abs(x)**(1/3)``.
    With ``real`` the symbols are declared real.

    Raises ExpressionTooLarge instead of building a number beyond ``MAX_BITS`` or
    ``MAX_EXPONENT``, as ``9**9**9`` asks for, and where SymPy would exhaust Python's stack;
    UnsupportedNode for what SymPy refuses, such as ``max(0, log(0))``.
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
    except OverflowError:
        raise ExpressionTooLarge("a number beyond what SymPy can hold") from None
    except (TypeError, ValueError) as error:
        if isinstance(error, ExpressionTooLarge):
            raise
        raise UnsupportedNode(f"SymPy refuses this expression: {error}") from error


def _builders() -> dict[str, Callable[..., Any]]:
    import sympy

    table: dict[str, Callable[..., Any]] = {
        "add": _addition,
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


def _addition(*terms: Any) -> Any:
    # One at a time, as text is read: the last bits of sums of Floats depend on the order. Adding
    # takes time proportional to what is there, so that long sums are added at once, which is the
    # same but where a sum stands within the sum or Floats cancel to nothing on the way.
    if len(terms) > _LONG:
        import sympy

        return sympy.Add(*terms)
    return sum(terms[1:], terms[0])


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


def _of_bounded_size(value: Any) -> Any:
    if value.is_Rational and _log2(value) > MAX_BITS:
        raise ExpressionTooLarge(f"an exact number of {_log2(value):.3g} bits")
    if value.is_Float and value.is_finite and _log2(value) > MAX_EXPONENT:
        raise ExpressionTooLarge(f"a number of about 2**{_log2(value):.3g}")
    return value


def _brief(number: Any) -> str:
    return f"{_as_float(number):.6g}"


def from_sympy(expression: sympy.Basic) -> Expression:
    """The tree of a SymPy expression.

    Quotients, differences and square roots come back as such: ``x*y**-1`` is ``x/y``. Floats are
    rounded to float64. Raises UnsupportedNode, naming the part, for what an expression of this
    benchmark cannot have: ``nan``, infinities, ``Piecewise``, ``re``, unknown functions.
    """
    order: list[Any] = []
    stack: list[Any] = [expression]
    while stack:
        node = stack.pop()
        order.append(node)
        stack.extend(node.args)
    trees: list[Expression] = []
    for node in reversed(order):
        first = len(trees) - len(node.args)
        trees[first:] = [_call_of(node, trees[first:]) if node.args else _leaf_of(node)]
    return trees[0]


def _leaf_of(node: Any) -> Expression:
    if node.is_Symbol:
        return Symbol(node.name)
    if node.is_Rational:
        return _rational(int(node.p), int(node.q))
    if node.is_Float and abs(value := float(node)) < float("inf"):
        return Number(value)
    constant = {"Pi": "pi", "Exp1": "e", "ImaginaryUnit": "I"}.get(type(node).__name__)
    if constant is None:
        raise UnsupportedNode(f"{_name(node)} cannot stand in an expression")
    return Constant(constant)


def _rational(p: int, q: int) -> Expression:
    if max(abs(p), q) < 10**MAX_DIGITS:
        return Number(p) if q == 1 else Call("div", (Number(p), Number(q)))
    try:
        return Number(p / q)
    except OverflowError:
        raise UnsupportedNode("a number beyond the range of float64") from None


_INVERTED = {
    "sec": "cos", "csc": "sin", "cot": "tan", "sech": "cosh", "csch": "sinh", "coth": "tanh",
}  # fmt: skip
_OF_INVERSE = {
    "asec": "acos", "acsc": "asin", "acot": "atan",
    "asech": "acosh", "acsch": "asinh", "acoth": "atanh",
}  # fmt: skip
_FUNCTIONS = {
    operator.sympy: name
    for name, operator in OPERATORS.items()
    if operator.sympy not in ("Add", "Mul", "Pow") and name not in ("log2", "log10")
}
_ONE = Number(1)


def _call_of(node: Any, args: list[Expression]) -> Expression:
    name = _name(node)
    if name == "Add":
        return _sum(args)
    if name == "Mul":
        return _quotient(args)
    if name == "Pow":
        return _power_of(args[0], args[1])
    if name in _FUNCTIONS:
        return Call(_FUNCTIONS[name], tuple(args))
    if name in _INVERTED:
        return Call("div", (_ONE, Call(_INVERTED[name], tuple(args))))
    if name in _OF_INVERSE:
        return Call(_OF_INVERSE[name], (Call("div", (_ONE, args[0])),))
    raise UnsupportedNode(f"{name}(...) has no counterpart among the operators of an expression")


def _sum(terms: list[Expression]) -> Expression:
    """A chain of + and -, begun by a term without a sign where there is one."""
    start = next((i for i, term in enumerate(terms) if _negated(term) is None), 0)
    total = terms[start]
    for term in terms[:start] + terms[start + 1 :]:
        positive = _negated(term)
        total = Call("add", (total, term)) if positive is None else Call("sub", (total, positive))
    return total


def _negated(term: Expression) -> Expression | None:
    """``t`` for the term ``-t``, None for a term without a sign."""
    if isinstance(term, Number) and term.value < 0:
        return Number(-term.value)
    if not isinstance(term, Call):
        return None
    if term.op == "neg":
        return term.args[0]
    if term.op == "div" and isinstance(term.args[0], Number) and term.args[0].value < 0:
        return Call("div", (Number(-term.args[0].value), term.args[1]))
    return None


def _quotient(factors: list[Expression]) -> Expression:
    above: list[Expression] = []
    below: list[Expression] = []
    for factor in factors:
        if isinstance(factor, Call) and factor.op == "div" and isinstance(factor.args[0], Number):
            above.append(factor.args[0])
            below.append(factor.args[1])
        else:
            above.append(factor)
    negative = above.count(Number(-1)) % 2 == 1
    above = [factor for factor in above if factor not in (_ONE, Number(-1))]
    if negative and not above:
        above, negative = [Number(-1)], False
    value = _chain(above)
    if below:
        value = Call("div", (value, _chain(below)))
    return Call("neg", (value,)) if negative else value


def _chain(factors: list[Expression]) -> Expression:
    if len(factors) < 2:
        return factors[0] if factors else _ONE
    return Call("mul", tuple(factors))


def _power_of(base: Expression, exponent: Expression) -> Expression:
    if exponent == Call("div", (_ONE, Number(2))):
        return Call("sqrt", (base,))
    opposite = _opposite(exponent)
    if opposite is None:
        return Call("pow", (base, exponent))
    return Call("div", (_ONE, base if opposite == _ONE else _power_of(base, opposite)))


def _opposite(exponent: Expression) -> Expression | None:
    """``n`` for the exponent ``-n``, a literal or a fraction; None for any other."""
    if isinstance(exponent, Call) and exponent.op == "div":
        above = _opposite(exponent.args[0])
        return None if above is None else Call("div", (above, exponent.args[1]))
    return _negated(exponent) if isinstance(exponent, Number) else None


def _name(node: Any) -> str:
    return type(node).__name__
