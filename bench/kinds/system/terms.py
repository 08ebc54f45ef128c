"""Terms: what a right-hand side is a sum of, whatever the numbers in it are.

Both sides are expanded; each additive term loses its coefficient, and within a term that is no
monomial numbers are alike. Precision and recall are as for the non-zero coefficients of a library
(sindy-exp), without a library.
"""

from __future__ import annotations

from typing import Any

from bench.expression import Expression, to_sympy


def term_f1(prediction: Expression, truth: Expression) -> float:
    """The harmonic mean of the shares of right terms in ``prediction`` and in ``truth``."""
    found, true = terms(prediction), terms(truth)
    if not found and not true:
        return 1.0
    return 2.0 * len(found & true) / (len(found) + len(true))


def terms(expression: Expression) -> frozenset[str]:
    """The terms as texts without numbers: ``{"x0", "x0^2*x1", "sin(x0)", "1"}``."""
    import sympy

    expanded = sympy.expand(to_sympy(expression))
    parts = sympy.Add.make_args(expanded)
    return frozenset(_shape(_bare(part)) for part in parts if not _vanishes(part))


def _vanishes(part: Any) -> bool:
    return bool(part.is_zero)


def _bare(part: Any) -> Any:
    """``part`` without its numeric factors."""
    import sympy

    factors = [one for one in sympy.Mul.make_args(part) if one.free_symbols]
    return sympy.Mul(*factors)


def _shape(node: Any) -> str:
    import sympy

    if not node.free_symbols:
        return "1" if node == 1 else "c"
    if node.is_Symbol:
        return str(node)
    if isinstance(node, sympy.Add):
        parts = {"c" if not one.free_symbols else _shape(_bare(one)) for one in node.args}
        return f"({'+'.join(sorted(parts))})"
    if isinstance(node, sympy.Mul):
        return "*".join(sorted(_shape(one) for one in node.args if one.free_symbols))
    if isinstance(node, sympy.Pow):
        return f"{_shape(node.base)}^{_exponent(node.exp)}"
    return f"{type(node).__name__}({','.join(_shape(one) for one in node.args)})"


def _exponent(exponent: Any) -> str:
    """An exponent that is whole or a simple fraction is structure, another is a number."""
    if exponent.is_Rational:
        return str(exponent)
    if exponent.is_Float and exponent == int(exponent):
        return str(int(exponent))
    return _shape(exponent)
