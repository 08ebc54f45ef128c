"""What an opcode does, compiled from the operator table.

The table holds values and slopes as text. Here that text, our own, becomes a few functions: numba
would take ten times as long to compile one for each operator. The commonest operators have a loop
over the rows of the data of their own, the others are told apart row by row.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from bench.expression.compiled import scalars
from bench.expression.compiled.compiling import compiled
from bench.expression.compiled.opcodes import OPCODES
from bench.expression.operators import OPERATORS, Array, Operator

_ONE = [row for row in OPERATORS.values() if row.value and len(row.slopes) == 1]
_TWO = [row for row in OPERATORS.values() if row.value and len(row.slopes) == 2]

_names = {**vars(scalars), "math": math, "np": np, "__name__": __name__}


def _made(head: str, lines: Iterable[str]) -> Any:
    """The compiled function of these lines; later ones may call it."""
    name = head.partition("(")[0]
    text = "\n".join([f"def {head}:", *lines])
    exec(compile(text, __file__, "exec"), _names)
    _names[name] = compiled(_names[name])
    return _names[name]


def _switch(rows: Iterable[Operator], text: Callable[[Operator], str]) -> Iterator[str]:
    """The value of ``text`` for a token that is one of ``rows``."""
    for row in rows:
        yield f"    if token == {OPCODES[row.name]}:"
        yield f"        return {text(row)}"
    yield "    return math.nan"


def _loops(
    rows: Iterable[Operator], read: str, text: Callable[[Operator], str], rare: str
) -> Iterator[str]:
    """A loop for each of ``rows``, and one for all others; ``read`` is done first on every row."""
    for row in rows:
        yield f"    if token == {OPCODES[row.name]}:"
        yield "        for r in range(len(V)):"
        yield f"            {read}"
        yield f"            {text(row)}"
        yield "        return"
    yield "    for r in range(len(V)):"
    yield f"        {read}"
    yield f"        {rare}"


def _common(rows: Iterable[Operator]) -> list[Operator]:
    return [row for row in rows if row.common]


_made("one(token, a)", _switch(_ONE, lambda row: row.value))
_made("two(token, a, b)", _switch(_TWO, lambda row: row.value))
_made("slope_of_one(token, a, v)", _switch(_ONE, lambda row: row.slopes[0]))
_made("slope_by_first(token, a, b, v)", _switch(_TWO, lambda row: row.slopes[0]))
_made("slope_by_second(token, a, b, v)", _switch(_TWO, lambda row: row.slopes[1]))

unary: Callable[[int, Array, Array], None] = _made(
    "unary(token, A, V)",
    _loops(_common(_ONE), "a = A[r]", lambda row: f"V[r] = {row.value}", "V[r] = one(token, a)"),
)
"""``V = token(A)`` at every row."""

binary: Callable[[int, Array, Array, Array], None] = _made(
    "binary(token, A, B, V)",
    _loops(
        _common(_TWO), "a, b = A[r], B[r]",
        lambda row: f"V[r] = {row.value}", "V[r] = two(token, a, b)",
    ),
)  # fmt: skip
"""``V = A token B`` at every row."""

# At the end of a domain, as sqrt has at 0, the point tells nothing of the slope.
unary_adjoint: Callable[[int, Array, Array, Array, Array], None] = _made(
    "unary_adjoint(token, A, V, G, GA)",
    _loops(
        (), "slope = slope_of_one(token, A[r], V[r])",
        lambda row: "", "GA[r] = G[r] * slope if math.isfinite(slope) else 0.0",
    ),
)  # fmt: skip
"""The adjoint ``GA`` of the argument from that of the value, ``G``."""

first_adjoint: Callable[[int, Array, Array, Array, Array, Array], None] = _made(
    "first_adjoint(token, A, B, V, G, GA)",
    _loops(
        _common(_TWO), "a, b, v = A[r], B[r], V[r]",
        lambda row: f"GA[r] = G[r] * ({row.slopes[0]})",
        "GA[r] = G[r] * slope_by_first(token, a, b, v)",
    ),
)  # fmt: skip
"""The same for the first of two arguments."""

second_adjoint: Callable[[int, Array, Array, Array, Array, Array], None] = _made(
    "second_adjoint(token, A, B, V, G, GB)",
    _loops(
        _common(_TWO), "a, b, v = A[r], B[r], V[r]",
        lambda row: f"GB[r] = G[r] * ({row.slopes[1]})",
        "GB[r] = G[r] * slope_by_second(token, a, b, v)",
    ),
)  # fmt: skip
"""The same for the second of two arguments."""
