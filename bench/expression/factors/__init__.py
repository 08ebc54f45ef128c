"""Factors: formulas over a panel of days and assets, such as ``-ts_pct(close, 5)``.

A second grammar beside that of expressions: named operators over fields, over the days behind each
day, and over the assets of a day (Shi et al., arXiv:2505.11122, table of operators). A factor at a
day follows from that day and those before it alone.
"""

from __future__ import annotations

from bench.expression.factors.evaluate import Panel, evaluate_factor
from bench.expression.factors.language import canonical_factor, parse_factor
from bench.expression.factors.operators import FACTOR_OPERATORS, FactorOperator
from bench.expression.factors.tree import (
    Factor,
    FactorError,
    factor_fields,
    factor_parts,
    factor_size,
    factor_text,
)

__all__ = [
    "FACTOR_OPERATORS",
    "Factor",
    "FactorError",
    "FactorOperator",
    "Panel",
    "canonical_factor",
    "evaluate_factor",
    "factor_fields",
    "factor_parts",
    "factor_size",
    "factor_text",
    "parse_factor",
]
