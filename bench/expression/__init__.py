"""What a formula is: a strict parser, an immutable tree, compiled evaluation, a SymPy bridge.

Nothing that arrives as text is ever executed, and no text takes long: see ``parse`` for the
grammar and its limits.
"""

from __future__ import annotations

from bench.expression.compiled.evaluate import compile_expression, evaluate
from bench.expression.errors import ExpressionTooLarge, ParseError, TwoReadings, UnsupportedNode
from bench.expression.measures import complexity, depth, numbers, size, symbols
from bench.expression.operators import CONDITIONS, FUNCTIONS, OPERATORS, Operator
from bench.expression.reading.parse import parse
from bench.expression.reading.reader import Reading, read
from bench.expression.sympy_bridge import from_sympy, to_sympy
from bench.expression.tree import (
    Call,
    Constant,
    Expression,
    Leaf,
    Number,
    Symbol,
    changed_once,
    fold,
    is_condition,
    postorder,
    replace_numbers,
    substitute,
)

__all__ = [
    "CONDITIONS",
    "FUNCTIONS",
    "OPERATORS",
    "Call",
    "Constant",
    "Expression",
    "ExpressionTooLarge",
    "Leaf",
    "Number",
    "Operator",
    "ParseError",
    "Reading",
    "Symbol",
    "TwoReadings",
    "UnsupportedNode",
    "changed_once",
    "compile_expression",
    "complexity",
    "depth",
    "evaluate",
    "fold",
    "from_sympy",
    "is_condition",
    "numbers",
    "parse",
    "postorder",
    "read",
    "replace_numbers",
    "size",
    "substitute",
    "symbols",
    "to_sympy",
]
