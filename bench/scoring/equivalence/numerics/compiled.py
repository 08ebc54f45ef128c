"""Expressions compiled once, however many steps ask for their values."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from bench.expression import Expression, compile_expression
from bench.expression.compiled.evaluate import Tape


def compiled(expression: Expression, names: Sequence[str]) -> Tape:
    """``expression`` as a function of points, kept for as long as it is likely to be asked for."""
    return _compiled(expression, tuple(names))


_compiled = lru_cache(maxsize=512)(compile_expression)
