"""The tokens a skeleton is written in, and how they read as programs of the evaluation kernel.

A skeleton is an expression in prefix order whose numbers are all the one token ``c``. A token is
a small integer: ``PAD``, ``START``, ``C``, the variables, the binary and the unary operators.
"""

from __future__ import annotations

import numpy as np

from bench.expression.compiled.opcodes import OPCODES as KERNEL

Skeleton = tuple[int, ...]

MAX_VARIABLES = 3
MAX_LENGTH = 20
"""Most tokens of a skeleton: the longest that training sees and decoding writes."""

BINARY = ("add", "sub", "mul", "div")
UNARY = ("sin", "cos", "exp", "log", "sqrt", "square", "cube", "tanh")

TOKENS = ("pad", "start", "c", *(f"x{j}" for j in range(MAX_VARIABLES)), *BINARY, *UNARY)
INDEX = {name: index for index, name in enumerate(TOKENS)}
PAD, START, C = 0, 1, 2
FIRST_VARIABLE = 3
FIRST_BINARY = FIRST_VARIABLE + MAX_VARIABLES
FIRST_UNARY = FIRST_BINARY + len(BINARY)
SIZE = len(TOKENS)

ARITY = np.array([0] * FIRST_BINARY + [2] * len(BINARY) + [1] * len(UNARY), dtype=np.int64)

_POWERS = {"square": "pow", "cube": "pow"}
OPCODES = np.array(
    [0] * FIRST_BINARY + [KERNEL[_POWERS.get(name, name)] for name in BINARY + UNARY],
    dtype=np.int64,
)
"""The kernel's opcode of each operator; ``square`` and ``cube`` are powers with a fixed number."""
