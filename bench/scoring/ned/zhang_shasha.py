"""The Zhang-Shasha recurrence, compiled. Importing this module imports numba."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.expression.compiled.compiling import compiled
from bench.expression.compiled.kernel import copy

Integers = NDArray[np.int64]


@compiled
def distance(
    labels_a: Integers,
    first_a: Integers,
    roots_a: Integers,
    labels_b: Integers,
    first_b: Integers,
    roots_b: Integers,
) -> int:
    """The least number of insertions, deletions and relabellings that make tree a tree b.

    Each tree is given in postorder: the label of each node, the index of the leftmost leaf below
    it, and its key roots (the last node of each leftmost leaf) in ascending order.

    K. Zhang, D. Shasha: Simple fast algorithms for the editing distance between trees and
    related problems. SIAM J. Comput. 18 (1989), 1245-1262, section 3.
    """
    between = np.zeros((len(labels_a), len(labels_b)), dtype=np.int32)
    forest = np.zeros((len(labels_a) + 1, len(labels_b) + 1), dtype=np.int32)
    for row in range(len(labels_a) + 1):
        forest[row, 0] = row
    copy(np.arange(len(labels_b) + 1), forest[0])
    for root_a in roots_a:
        start_a = first_a[root_a]
        for root_b in roots_b:
            start_b = first_b[root_b]
            for row in range(1, root_a - start_a + 2):
                a = start_a + row - 1
                row_before = first_a[a] - start_a
                for column in range(1, root_b - start_b + 2):
                    b = start_b + column - 1
                    best = 1 + min(forest[row - 1, column], forest[row, column - 1])
                    if first_a[a] == start_a and first_b[b] == start_b:
                        relabel = 0 if labels_a[a] == labels_b[b] else 1
                        best = min(best, forest[row - 1, column - 1] + relabel)
                        between[a, b] = best
                    else:
                        column_before = first_b[b] - start_b
                        best = min(best, forest[row_before, column_before] + between[a, b])
                    forest[row, column] = best
    return between[-1, -1]  # type: ignore[no-any-return]
