"""The values of a program, on columns that the caller has laid out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.expression.compiled.kernel import forward
from bench.expression.compiled.program import Program

Array = NDArray[np.float64]


def values_of(program: Program, columns: Array) -> Array:
    """The values (rows,) of ``program`` at ``columns`` (columns, rows)."""
    work = np.empty((len(program.tokens), columns.shape[1]))
    forward(program.tokens, len(program.tokens), program.right, columns, program.numbers, work)
    values: Array = work[0]
    return values
