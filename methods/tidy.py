"""Gather the constants and powers of a formula, so that none does another's work.

Engines that weigh every variable and scale every tree return ``0.5*(2.0*x0*(3.0*x0)) + 0.0``.
Here each subtree is folded to a term, ``c * base**k * ...``: products add exponents, sums hand the
constant of their first term upwards, and what has no variable becomes one number. Where the
formula has a finite value, that value stays the same to rounding.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from bench import Call, Expression, Number, Symbol, complexity, evaluate, fold
from bench.expression.operators import OPERATORS

_ULPS = 1e-15
"""A factor as near to 1 as that is 1 and rounding error."""

_CANCELLED = 1e-14
"""What is left of constants that cancel, in units of the largest, is rounding error."""

Powers = dict[Expression, float]
Term = tuple[float, Powers]
"""A constant, and the exponent of each base it is multiplied by."""


def gather(expression: Expression, weight: Callable[[str], float] | None = None) -> Expression:
    """``expression`` with its constants and powers gathered.

    With ``weight``, every symbol ``s`` is read as ``weight(s)*s``.
    """

    def leaf(node: Expression) -> Term:
        if weight is not None and isinstance(node, Symbol):
            return weight(node.name), {node: 1}
        return _leaf(node)

    term = fold(expression, leaf, _call)
    return min((total(_terms(term)), _build(term)), key=complexity)


def total(terms: Sequence[Term]) -> Expression:
    """The sum of one or more terms, with ``-`` where a constant is negative."""
    result = _build(terms[0])
    for c, powers in terms[1:]:
        result = Call("sub" if c < 0 else "add", (result, _build((abs(c), powers))))
    return result


def _leaf(node: Expression) -> Term:
    return (float(node.value), {}) if isinstance(node, Number) else (1.0, {node: 1})


def _call(node: Call, args: list[Term]) -> Term:
    """The term of a call; where gathering would leave the floats' range, the call as it is."""
    if not any(powers for _, powers in args) and OPERATORS[node.op].gives == "value":
        value = _number(node.op, [c for c, _ in args])
        if value is not None:
            return value, {}
    with np.errstate(all="ignore"):
        c, powers = _gathered(node.op, args)
    return (c, powers) if _normal(c) or (c == 0 and not powers) else _opaque(node.op, args)


def _gathered(op: str, args: list[Term]) -> Term:
    match op, args:
        case "add", _:
            return _sum([part for arg in args for part in _terms(arg)])
        case "sub", [left, (c, powers)]:
            return _sum([*_terms(left), *_terms((-c, powers))])
        case "mul", _:
            return _product_of([(c, powers, 1) for c, powers in args])
        case "div", [above, below] if below[0] != 0:
            return _product_of([(*above, 1), (*below, -1)])
        case "neg", [(c, powers)]:
            return -c, powers
        case "pow", [base, (exponent, {})] if base[1]:
            return _power(base, exponent)
        case "sqrt", [base]:
            return _power(base, 0.5)
        case "abs", [(c, powers)]:
            return abs(c), {Call("abs", (_build((1.0, powers)),)): 1}
        case _, [(c, powers)] if c < 0 and OPERATORS[op].parity:
            odd = OPERATORS[op].parity == "odd"
            return -1.0 if odd else 1.0, {Call(op, (_build((-c, powers)),)): 1}
    return _opaque(op, args)


def _opaque(op: str, args: list[Term]) -> Term:
    return 1.0, {Call(op, tuple(map(_build, args))): 1}


def _product_of(factors: list[tuple[float, Powers, int]]) -> Term:
    """The product of terms, each to the exponent 1 or -1."""
    c = math.prod(b if sign > 0 else 1 / b for b, _, sign in factors)
    merged: Powers = {}
    for _, powers, sign in factors:
        for base, k in powers.items():
            merged[base] = merged.get(base, 0) + sign * k
    return _taken_apart(c, {base: k for base, k in merged.items() if k})


def _taken_apart(c: float, powers: Powers) -> Term:
    """A term whose bases are no products, where their exponents are integers."""
    parts = [(base, k) for base, k in powers.items() if _is_product(base) and k == int(k)]
    if not parts:
        return c, powers
    flat = {base: k for base, k in powers.items() if (base, k) not in parts}
    for base, k in parts:
        b, inner = fold(base, _leaf, _call)
        c *= float(np.float64(b) ** k)
        for one, exponent in inner.items():
            flat[one] = flat.get(one, 0) + exponent * k
    return c, {base: k for base, k in flat.items() if k}


def _is_product(base: Expression) -> bool:
    return isinstance(base, Call) and base.op in ("mul", "div", "neg")


def _power(base: Term, exponent: float) -> Term:
    """``base**exponent``: of several factors taken apart only for an integer exponent."""
    c, powers = base
    if exponent.is_integer():
        raised = {one: k * exponent for one, k in powers.items()}
        return _taken_apart(float(np.float64(c) ** exponent), raised)
    if c <= 0:
        return 1.0, {_build(base): exponent}
    return float(np.float64(c) ** exponent), {_build((1.0, powers)): exponent}


def _sum(terms: list[Term]) -> Term:
    """A sum with the constant of its first term that has variables handed upwards."""
    merged: dict[frozenset[tuple[Expression, float]], list[Term]] = {}
    for c, powers in terms:
        merged.setdefault(frozenset(powers.items()), []).append((c, powers))
    parts = [(_added([c for c, _ in same]), same[0][1]) for same in merged.values()]
    parts = [(c, powers) for c, powers in parts if c]
    parts.sort(key=lambda part: not part[1])  # the number, if there is one, comes last
    if len(parts) < 2:
        return parts[0] if parts else (0.0, {})
    leading = parts[0][0]
    scaled = [(c / leading, powers) for c, powers in parts]
    if all(_normal(c) for c, _ in scaled):
        return leading, {total(scaled): 1}
    return 1.0, {total(parts): 1}


def _added(constants: list[float]) -> float:
    """The sum of ``constants``; 0 where they cancel to rounding error."""
    result = math.fsum(constants)
    return 0.0 if abs(result) < _CANCELLED * max(map(abs, constants)) else result


def _terms(term: Term) -> list[Term]:
    """``term`` as a list of terms to be added: several where it is a constant times a sum."""
    c, powers = term
    match list(powers.items()):
        case [(Call(op="add" | "sub") as whole, 1)]:
            inner = [(sign, fold(one, _leaf, _call)) for sign, one in _summands(whole)]
            parts = [(c * sign * k, p) for sign, (k, p) in inner]
            nested = [part for one in parts for part in _terms(one)]
            return nested if all(_normal(k) for k, _ in nested) else [term]
    return [term]


def _summands(expression: Expression) -> Iterator[tuple[float, Expression]]:
    """What a chain of ``+`` and ``-`` adds, from left to right, with its sign.

    The whole chain at once: link by link, every link would be gathered anew for each above it.
    """
    left = [(1.0, expression)]
    while left:
        sign, one = left.pop()
        match one:
            case Call(op="add" | "sub" as op, args=(first, *others)):
                rest = sign if op == "add" else -sign
                left += [(rest, other) for other in reversed(others)]
                left.append((sign, first))
            case _:
                yield sign, one


def _build(term: Term) -> Expression:
    """A term as an expression."""
    c, powers = term
    ordered = sorted(powers.items(), key=lambda item: _place(item[0]))
    above = [_raised(base, k) for base, k in ordered if k > 0]
    below = [_raised(base, -k) for base, k in ordered if k < 0]
    unit = abs(abs(c) - 1) < _ULPS
    if not unit or not above:
        above = [Number(math.copysign(1.0, c) if unit else c), *above]
        unit = False
    result = _product(above)
    if below:
        result = Call("div", (result, _product(below)))
    return Call("neg", (result,)) if unit and c < 0 else result


def _place(base: Expression) -> tuple[bool, int, str]:
    """Variables come first, x2 before x10; the rest stays in its order."""
    name = base.name if isinstance(base, Symbol) else ""
    return not name, len(name), name


def _raised(base: Expression, exponent: float) -> Expression:
    if exponent == 1:
        return base
    if exponent == 0.5:
        return Call("sqrt", (base,))
    return Call("pow", (base, Number(int(exponent) if exponent == int(exponent) else exponent)))


def _product(factors: list[Expression]) -> Expression:
    return factors[0] if len(factors) == 1 else Call("mul", tuple(factors))


def _number(op: str, values: list[float]) -> float | None:
    call = Call(op, tuple(Number(value) for value in values))
    value = float(evaluate(call, (), np.zeros((1, 0)))[0])
    return value if math.isfinite(value) else None


def _normal(c: float) -> bool:
    """Whether ``c`` is far from where doubles overflow or lose digits."""
    return math.isfinite(c) and 1e-290 < abs(c) < 1e290
