"""Trees as SymPy expressions, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bench.expression.definitions import DEFINITIONS
from bench.expression.errors import ExpressionTooLarge, UnsupportedNode
from bench.expression.operators import OPERATORS
from bench.expression.operators.sympy_forms import of_bounded_size
from bench.expression.reading.grammar import MAX_DIGITS
from bench.expression.tree import (
    Call,
    Constant,
    Expression,
    Leaf,
    Number,
    Symbol,
    fold,
    is_condition,
)

if TYPE_CHECKING:
    import sympy


def to_sympy(expression: Expression, *, real: bool = False) -> sympy.Expr:
    """What ``sympy.sympify(str(expression))`` would give: the same operators in the same order.

    Functions that SymPy lacks become what they stand for: ``log10(x)`` is ``log(x, 10)``,
    ``aq(a, b)`` is ``a/sqrt(1 + b**2)``, ``cbrt(x)`` the real root ``sign(x)*Abs(x)**(1/3)``.
    With ``real`` the symbols are declared real.

    Raises ExpressionTooLarge instead of building a number beyond ``sympy_forms.MAX_BITS`` or
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
        return of_bounded_size(build[node.op](*args))

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

    return {name: row.to_sympy or getattr(sympy, row.sympy) for name, row in OPERATORS.items()}


def from_sympy(expression: sympy.Basic) -> Expression:
    """The tree of a SymPy expression.

    Quotients, differences and square roots come back as such: ``x*y**-1`` is ``x/y``. Floats are
    rounded to float64. Raises UnsupportedNode, naming the part, for what an expression of this
    benchmark cannot have: ``nan``, infinities, ``re``, unknown functions, a condition that is not
    in a ``Piecewise``, or a ``Piecewise`` that says nothing of what is otherwise.
    """
    order: list[tuple[Any, int]] = []
    stack: list[Any] = [expression]
    while stack:
        node = stack.pop()
        below = _cases(node) if _name(node) == "Piecewise" else node.args
        order.append((node, len(below)))
        stack.extend(below)
    trees: list[Expression] = []
    for node, count in reversed(order):
        first = len(trees) - count
        trees[first:] = [_call_of(node, trees[first:]) if count else _leaf_of(node)]
    if is_condition(trees[0]):
        raise UnsupportedNode(f"{_name(expression)} is true or false, and no value")
    return trees[0]


def _cases(node: Any) -> list[Any]:
    """Value, condition, value, condition, ..., value."""
    *cases, last = node.args
    if last.cond != True:  # noqa: E712  # SymPy's true is an object of its own
        raise UnsupportedNode(f"Piecewise has no value where {str(last.cond)[:40]} does not hold")
    return [part for case in cases for part in case.args] + [last.expr]


def _leaf_of(node: Any) -> Expression:
    if node.is_Symbol:
        return Symbol(node.name)
    if node.is_Rational:
        return _rational(int(node.p), int(node.q))
    if node.is_Float and abs(value := float(node)) < float("inf"):
        return Number(value)
    if node in (True, False):  # what SymPy makes of a condition that always or never holds
        return Call("le" if node else "gt", (Number(0), Number(1)))
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


_FUNCTIONS = {row.sympy: name for name, row in OPERATORS.items() if row.sympy}
_DEFINED = {known.sympy: known for known in DEFINITIONS if known.sympy}
_ONE = Number(1)
_HALF = Call("div", (_ONE, Number(2)))


def _call_of(node: Any, args: list[Expression]) -> Expression:
    name = _name(node)
    if name == "Add":
        return _sum(args)
    if name == "Mul":
        return _quotient(args)
    if name == "Pow":
        return _power_of(args[0], args[1])
    if name == "ITE":  # of three conditions, as SymPy folds a piecewise within a condition
        condition, then, otherwise = args
        no = Call("and", (Call("not", (condition,)), otherwise))
        return Call("or", (Call("and", (condition, then)), no))
    if name in _FUNCTIONS:
        return _placed(_FUNCTIONS[name], args)
    if name == "Heaviside" and args[1] == _HALF:
        args = args[:1]
    if name in _DEFINED:
        return _DEFINED[name].build(tuple(args))
    raise UnsupportedNode(f"{name}(...) has no counterpart among the operators of an expression")


def _placed(op: str, args: list[Expression]) -> Expression:
    try:
        return Call(op, tuple(args))
    except ValueError as error:  # conditions where values should be, as in Eq(x > 0, y > 0)
        raise UnsupportedNode(str(error)) from None


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
    if exponent == _HALF:
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
