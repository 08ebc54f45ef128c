"""The label of ``srbench``: SRBench's own arithmetic, SymPy's and mpmath's, none of the judge's.

SymPy builds and rounds prediction, difference and ratio as the published code does
(``srbench_rule``). Whether what is left is constant is then a matter of its values, at points of
the domain, to 100 digits: what varies in the sixth digit has the label no, what is constant to the
13 digits of SymPy's Floats yes, and what lies between, or has no value, none.
"""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np

from bench.expression import evaluate, numbers, parse, to_sympy
from bench.problems import Domain, sample_domain
from benchmarks.srbench_rule import rounded

_POINTS = 12
_LEAST, _LARGEST = 1e-3, 1e3
_FLOATS = 1e-13
"""SymPy's Floats have 15 digits: what is left of 0 by them."""


def published_label(prediction: str, truth: str, domain: Domain) -> str:
    """``yes``, ``no``, ``not_applicable``, or nothing."""
    scope = scope_label(truth)
    if scope:
        return scope if scope == "not_applicable" else ""
    least, most = r2_range(prediction, truth, domain)
    if most < 0.3:
        return "no"
    try:
        constant = _is_constant(prediction, truth, domain)
    except Exception:  # whatever SymPy raises: no label
        return ""
    if constant is None or (constant and least < 0.7):
        return ""
    return "yes" if constant else "no"


def scope_label(truth: str) -> str:
    """``not_applicable`` for a law with a literal under 1e-3, ``unclear`` where it may need one."""
    sizes = [abs(value) for value in numbers(parse(truth)) if value != 0]
    if any(size < _LEAST for size in sizes):
        return "not_applicable"
    product = float(np.prod([max(size, 1.0) for size in sizes], initial=1.0))
    small = float(np.prod([min(size, 1.0) for size in sizes], initial=1.0))
    return "unclear" if product > _LARGEST or small < _LEAST else ""


def r2_range(prediction: str, truth: str, domain: Domain) -> tuple[float, float]:
    """The least and the greatest R2 of five samples of the domain."""
    names = [variable.name for variable in domain.variables]
    sides = [parse(text, domain.variables) for text in (truth, prediction)]
    found = []
    for seed in range(11, 16):
        X = sample_domain(domain, 250, seed)
        with np.errstate(all="ignore"):
            t, p = (evaluate(side, names, X) for side in sides)
            usable = np.isfinite(t) & np.isfinite(p)
            unit = np.max(np.abs(t[usable]), initial=0.0) or 1.0
            t, p = t[usable] / unit, p[usable] / unit
            spread = np.sum((t - np.mean(t)) ** 2) if len(t) else 0.0
        found.append(float(1 - np.sum((t - p) ** 2) / spread) if spread > 0 else 0.0)
    return min(found), max(found)


def _is_constant(prediction: str, truth: str, domain: Domain) -> bool | None:
    model = rounded(to_sympy(parse(prediction, domain.variables)))
    true = to_sympy(parse(truth, domain.variables))
    difference, ratio = rounded(true - model), rounded(model / true)
    if ratio == 0:
        ratio = None
    values = _values(true, domain)
    typical = sorted(map(abs, values))[len(values) // 2] if values else mpmath.mpf(1)
    answers = [_constant(difference, domain, typical)]
    if ratio is not None:
        answers.append(_constant(ratio, domain, mpmath.mpf(0)))
    if True in answers:
        return True
    return None if None in answers else False


def _constant(expression: Any, domain: Domain, typical: Any) -> bool | None:
    """Whether it is constant by its values, beside ``typical``; None where they do not say."""
    if not expression.free_symbols:
        return True
    values = _values(expression, domain)
    if len(values) < _POINTS // 2:
        return None
    size = max(typical, *map(abs, values))
    spread = max(abs(value - values[0]) for value in values)
    if spread <= size * _FLOATS:
        return True
    return False if spread > max(map(abs, values)) * 1e-6 else None


def _values(expression: Any, domain: Domain) -> list[Any]:
    """The finite real values at a few points of the domain, to 100 digits."""
    import sympy

    names = [variable.name for variable in domain.variables]
    values = []
    with mpmath.workdps(100):
        function = sympy.lambdify(list(map(sympy.Symbol, names)), expression, "mpmath")
        for row in sample_domain(domain, _POINTS, 31).tolist():
            try:
                value = function(*map(mpmath.mpf, row))
            except (ArithmeticError, ValueError):
                continue
            if mpmath.isfinite(value):
                values.append(value)
    return values
