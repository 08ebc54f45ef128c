"""The label of ``srbench``: SRBench's own arithmetic, SymPy's and mpmath's, none of the judge's.

SymPy builds prediction, difference and ratio, and their numbers are rounded: one after the other,
as the published code does it, and all at once, as the rule says it. Where the two differ, as where
a number is drawn together with another after it was to be rounded, there is no label.

Whether what is left is constant is then a matter of its values to 100 digits: what varies in the
sixth digit has the label no, what is constant to forty digits yes, and what lies between, or has
no value, none. SymPy's Floats have sixty digits here instead of fifteen. It must be constant where
the variables have other sizes as well, since the rule knows no domain; what is so on the domain
alone has no label.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import mpmath
import numpy as np
from numpy.typing import NDArray

from bench.expression import evaluate, numbers, parse, to_sympy
from bench.problems import Domain, sample_domain

_POINTS = 12
_LEAST, _LARGEST = 1e-3, 1e3
_DIGITS = 60
"""Of SymPy's Floats, so that what is left of 0 by them is not taken for what varies, nor what
varies little for that."""
_NOISE = 1e-40
_NOTHING = 1e-50
"""Values of the law that are so small a part of its largest are zeros."""
_ROWS = (1000, 4000)
_STEADY = 30.0
"""By how much 1 - R2 may differ between samples that all say no."""


def published_label(prediction: str, truth: str, domain: Domain) -> str:
    """``yes``, ``no``, ``not_applicable``, or nothing."""
    scope = scope_label(truth)
    if scope:
        return scope if scope == "not_applicable" else ""
    least, second, *_, most = r2_of_samples(prediction, truth, domain)
    if most < 0.3:  # next to a pole R2 is another in every sample
        return "no" if 1.0 - least < _STEADY * (1.0 - most) else ""
    try:
        found = {
            _is_constant(prediction, truth, domain, rounded) for rounded in (_in_turn, _at_once)
        }
    except Exception:  # whatever SymPy raises: no label
        return ""
    if len(found) > 1 or None in found or (True in found and second < 0.7):
        return ""
    return "yes" if True in found else "no"


def scope_label(truth: str) -> str:
    """``not_applicable`` for a law with a literal under 1e-3, ``unclear`` where it may need one."""
    sizes = [abs(float(value)) for value in numbers(parse(truth)) if value != 0]
    if any(size < _LEAST for size in sizes):
        return "not_applicable"
    product = float(np.prod([max(size, 1.0) for size in sizes], initial=1.0))
    small = float(np.prod([min(size, 1.0) for size in sizes], initial=1.0))
    return "unclear" if product > _LARGEST or small / product < _LEAST else ""


def r2_of_samples(prediction: str, truth: str, domain: Domain) -> list[float]:
    """R2 of ten samples of the domain, five of them large, the least first.

    One that met a pole of the domain, where R2 is anything, does not keep a law from its yes.
    """
    names = [variable.name for variable in domain.variables]
    sides = [parse(text, domain.variables) for text in (truth, prediction)]
    found = []
    for seed in range(11, 21):
        X = sample_domain(domain, _ROWS[seed % 2], seed)
        with np.errstate(all="ignore"):
            t, p = (evaluate(side, names, X) for side in sides)
            usable = np.isfinite(t) & np.isfinite(p)
            unit = np.max(np.abs(t[usable]), initial=0.0) or 1.0
            t, p = t[usable] / unit, p[usable] / unit
            spread = np.sum((t - np.mean(t)) ** 2) if len(t) else 0.0
        # A pole so near that squares underflow: R2 is anything.
        found += [float(1 - np.sum((t - p) ** 2) / spread)] if spread > 0 else [-np.inf, 1.0]
    return sorted(found)


def _is_constant(
    prediction: str, truth: str, domain: Domain, rounded: Callable[[Any], Any]
) -> bool | None:
    model = rounded(_with_digits(prediction, domain))
    true = _with_digits(truth, domain)
    difference, ratio = rounded(true - model), rounded(model / true)
    on_domain = sample_domain(domain, _POINTS, 31)
    beyond = on_domain * 10.0 ** np.random.default_rng(31).uniform(-3.0, 12.0, on_domain.shape)
    answers = [_either_constant(difference, ratio, true, domain, X) for X in (on_domain, beyond)]
    return None if answers[0] and not answers[1] else answers[0]


def _with_digits(text: str, domain: Domain) -> Any:
    """``text`` for SymPy, its decimals as Floats of ``_DIGITS`` digits."""
    import sympy

    exact = sympy.Float
    with patch.object(sympy, "Float", lambda number: exact(number, _DIGITS)):
        return to_sympy(parse(text, domain.variables))


def _either_constant(
    difference: Any, ratio: Any, true: Any, domain: Domain, X: NDArray[np.float64]
) -> bool | None:
    """Whether difference or ratio is constant at points; None where their values do not say."""
    sizes = sorted(map(abs, _values(true, domain, X)))
    sizes = [size for size in sizes if size > sizes[-1] * _NOTHING]
    typical = sizes[len(sizes) // 2] if sizes else mpmath.mpf(1)
    answers = [_constant(_values(difference, domain, X), typical)]
    if ratio != 0:
        answers.append(_constant(_values(ratio, domain, X), mpmath.mpf(0)))
    if True in answers:
        return True
    return None if None in answers else False


def _in_turn(expression: Any) -> Any:
    """Every float of ``expression`` rounded, one after the other, wherever it then occurs."""
    found = expression
    for number in _floats(expression):
        found = found.subs(number, _rounded(number))
    return found


def _at_once(expression: Any) -> Any:
    return expression.xreplace({number: _rounded(number) for number in _floats(expression)})


def _floats(expression: Any) -> list[Any]:
    import sympy

    return [part for part in sympy.preorder_traversal(expression) if isinstance(part, sympy.Float)]


def _rounded(number: Any) -> Any:
    """A Float of many digits: SymPy's ``round`` gives as few as are left."""
    import sympy

    if abs(number) < 1e-4:
        return sympy.Integer(0)
    return sympy.Float(repr(round(float(number), 3)), _DIGITS)


def _constant(values: list[Any], typical: Any) -> bool | None:
    """Whether the values are one, beside ``typical``; None where they do not say."""
    if len(values) < _POINTS // 2:
        return None
    size = max(typical, *map(abs, values))
    spread = max(abs(value - values[0]) for value in values)
    if spread <= size * _NOISE:
        return True
    return False if spread > max(map(abs, values)) * 1e-6 else None


def _values(expression: Any, domain: Domain, X: NDArray[np.float64]) -> list[Any]:
    """The finite real values at points, to 100 digits."""
    import sympy

    names = [variable.name for variable in domain.variables]
    values = []
    with mpmath.workdps(100):
        function = sympy.lambdify(list(map(sympy.Symbol, names)), expression, "mpmath")
        for row in X.tolist():
            try:
                value = function(*map(mpmath.mpf, row))
            except (ArithmeticError, ValueError):
                continue
            if mpmath.isfinite(value):
                values.append(value)
    return values
