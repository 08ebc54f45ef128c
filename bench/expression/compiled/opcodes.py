"""The numbers by which compiled programs know operators, in the order of the operator table."""

from __future__ import annotations

from collections.abc import Mapping

from bench.expression.operators import OPERATORS

NUMBER = 0
VARIABLE = 64
"""Column j is ``VARIABLE + j``."""

_BINARY = [name for name, row in OPERATORS.items() if row.value and len(row.slopes) == 2]
_UNARY = [name for name, row in OPERATORS.items() if row.value and len(row.slopes) == 1]

CHOICE, BRANCHES = len(_BINARY) + 1, len(_BINARY) + 2
"""``CHOICE a BRANCHES c b`` is a where the condition c is true, else b: a piecewise of one case."""
LAST_BINARY = BRANCHES
UNUSED = LAST_BINARY + len(_UNARY) + 1
"""From here to ``VARIABLE``, numbers are free for those who write programs of their own."""

OPCODES: Mapping[str, int] = {
    **{name: 1 + index for index, name in enumerate(_BINARY)},
    **{name: LAST_BINARY + 1 + index for index, name in enumerate(_UNARY)},
    "piecewise": CHOICE,
}
ADD, SUB, MUL, DIV, POW, NEG = (
    OPCODES[name] for name in ("add", "sub", "mul", "div", "pow", "neg")
)
NAMES = {opcode: name for name, opcode in OPCODES.items()}
