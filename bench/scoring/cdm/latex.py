"""An expression as LaTeX for comparing looks: one printing for both sides."""

from __future__ import annotations

from bench.expression import Expression, to_sympy

DIGITS = 4
"""Significant digits of decimals, as tables print them: fitted ones would fill the formula."""


def latex_of(expression: Expression) -> str:
    """``expression`` in SymPy's order and LaTeX, decimals to ``DIGITS`` digits."""
    import sympy

    form = to_sympy(expression)
    short = {one: sympy.Float(one, DIGITS) for one in form.atoms(sympy.Float)}
    return str(sympy.latex(form.xreplace(short)))
