"""The tokens a skeleton is written in, and how they read as programs of the evaluation kernel.

A skeleton is an expression in prefix order whose numbers are all the one token ``c``. A token is
a small integer: ``PAD``, ``START``, ``C``, the variables, the binary and the unary operators, and
last the values: numbers that a network may write in the place of ``c`` (see ``constants``).
"""

from __future__ import annotations

import numpy as np

from bench.expression.compiled.opcodes import OPCODES as KERNEL

Skeleton = tuple[int, ...]

MAX_VARIABLES = 9
"""Most variables of a skeleton: AI Feynman's and E2E's laws have no more (arXiv:2204.10532)."""
MAX_LENGTH = 30
"""Most tokens of a skeleton: the longest that training sees and decoding writes."""

BINARY = ("add", "sub", "mul", "div")
UNARY = ("sin", "cos", "exp", "log", "sqrt", "square", "cube", "tanh")

EXACT_SIZES = (0.5, 1.0, 2.0, 3.0, 4.0, 5.0)
"""Numbers that laws hold, and that a value says as they are."""
SIZES = (*EXACT_SIZES, *(10.0 ** (power / 6) for power in range(-6, 7)))
"""And sizes by steps of a sixth of a decade, to which others are rounded."""
VALUES = np.array([sign * size for size in SIZES for sign in (1.0, -1.0)])
"""What the tokens from FIRST_VALUE on say."""

TOKENS = (
    "pad", "start", "c", *(f"x{j}" for j in range(MAX_VARIABLES)), *BINARY, *UNARY,
    *(f"{value:+.3g}" for value in VALUES[: 2 * len(EXACT_SIZES)]),
    *(f"{value:+.2f}~" for value in VALUES[2 * len(EXACT_SIZES) :]),
)  # fmt: skip
INDEX = {name: index for index, name in enumerate(TOKENS)}
PAD, START, C = 0, 1, 2
FIRST_VARIABLE = 3
FIRST_BINARY = FIRST_VARIABLE + MAX_VARIABLES
FIRST_UNARY = FIRST_BINARY + len(BINARY)
FIRST_VALUE = FIRST_UNARY + len(UNARY)
SIZE = len(TOKENS)

ARITY = np.array(
    [0] * FIRST_BINARY + [2] * len(BINARY) + [1] * len(UNARY) + [0] * len(VALUES), dtype=np.int64
)

_POWERS = {"square": "pow", "cube": "pow"}
OPCODES = np.array(
    [0] * FIRST_BINARY + [KERNEL[_POWERS.get(name, name)] for name in BINARY + UNARY],
    dtype=np.int64,
)
"""The kernel's opcode of each operator; ``square`` and ``cube`` are powers with a fixed number."""
