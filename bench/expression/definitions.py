"""Functions that are no operators of their own: each is short for a tree of operators.

Their derivative, their unit and their form as SymPy has it are those of that tree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bench.expression.tree import Call, Expression, Number

Arguments = tuple[Expression, ...]
Build = Callable[[Arguments], Expression]


@dataclass(frozen=True, slots=True)
class Definition:
    """How functions of one meaning are spelled, their number of arguments, and their tree.

    ``sympy`` is the class of SymPy that is read as it.
    """

    spellings: str
    build: Build
    least: int = 1
    most: int = 1
    sympy: str = ""


def _call(op: str, *args: Expression | int) -> Expression:
    return Call(op, tuple(Number(arg) if isinstance(arg, int) else arg for arg in args))


def _one(build: Callable[[Expression], Expression]) -> Build:
    return lambda args: build(args[0])


def _per(op: str) -> Build:
    return _one(lambda a: _call("div", 1, _call(op, a)))


def _of_inverse(op: str) -> Build:
    return _one(lambda a: _call(op, _call("div", 1, a)))


def _raised(exponent: int) -> Build:
    return _one(lambda a: _call("pow", a, exponent))


def _to_the(base: int) -> Build:
    return _one(lambda a: _call("pow", base, a))


def _logarithm(args: Arguments) -> Expression:
    if len(args) == 1:
        return _call("log", *args)
    return _call("div", _call("log", args[0]), _call("log", args[1]))


def _heaviside(args: Arguments) -> Expression:
    if len(args) == 1:  # 1/2 at 0, as SymPy has it
        return _call("div", _call("add", 1, _call("sign", args[0])), 2)
    below, above = _call("lt", args[0], 0), _call("gt", args[0], 0)
    return _call("piecewise", 0, below, 1, above, args[1])


def _hypotenuse(args: Arguments) -> Expression:
    squares = [_call("pow", arg, 2) for arg in args]
    return _call("sqrt", _call("add", *squares))


def _between(args: Arguments) -> Expression:
    return _call("min", _call("max", args[0], args[1]), args[2])


DEFINITIONS = (
    Definition("log ln", _logarithm, 1, 2),
    Definition("log1p", _one(lambda a: _call("log", _call("add", 1, a)))),
    Definition("expm1", _one(lambda a: _call("sub", _call("exp", a), 1))),
    Definition("exp2", _to_the(2)),
    Definition("exp10", _to_the(10)),
    Definition("square pow2", _raised(2)),
    Definition("cube pow3", _raised(3)),
    Definition("inv reciprocal", _one(lambda a: _call("div", 1, a))),
    Definition("sec", _per("cos"), sympy="sec"),
    Definition("csc", _per("sin"), sympy="csc"),
    Definition("cot", _per("tan"), sympy="cot"),
    Definition("sech", _per("cosh"), sympy="sech"),
    Definition("csch", _per("sinh"), sympy="csch"),
    Definition("coth", _per("tanh"), sympy="coth"),
    Definition("asec arcsec", _of_inverse("acos"), sympy="asec"),
    Definition("acsc arccsc", _of_inverse("asin"), sympy="acsc"),
    Definition("acot arccot", _of_inverse("atan"), sympy="acot"),
    Definition("asech arcsech arsech", _of_inverse("acosh"), sympy="asech"),
    Definition("acsch arccsch arcsch", _of_inverse("asinh"), sympy="acsch"),
    Definition("acoth arccoth arcoth", _of_inverse("atanh"), sympy="acoth"),
    Definition("erfc", _one(lambda a: _call("sub", 1, _call("erf", a))), sympy="erfc"),
    Definition("factorial", _one(lambda a: _call("gamma", _call("add", a, 1))), sympy="factorial"),
    Definition(
        "sigmoid logistic expit",
        _one(lambda a: _call("div", 1, _call("add", 1, _call("exp", _call("neg", a))))),
    ),
    Definition("softplus", _one(lambda a: _call("log", _call("add", 1, _call("exp", a))))),
    Definition("heaviside Heaviside", _heaviside, 1, 2, sympy="Heaviside"),
    Definition("hypot", _hypotenuse, 2, 2),
    Definition("clip clamp", _between, 3, 3),
    Definition("where ifelse", lambda args: _call("piecewise", args[1], args[0], args[2]), 3, 3),
)
