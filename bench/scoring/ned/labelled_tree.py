"""Ordered trees with a label on each node, and the edit distance between two of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class LabelledTree:
    """An ordered tree, flat: each node's label and number of children, children before parents.

    ``f(x, y)`` is ``LabelledTree(("x", "y", "f"), (0, 0, 2))``. Raises ValueError where the two
    sequences do not describe one tree.
    """

    labels: tuple[str, ...]
    arities: tuple[int, ...]

    def __post_init__(self) -> None:
        open_trees = 0
        for arity in self.arities:
            if not 0 <= arity <= open_trees:
                raise ValueError(f"a node with {arity} children where {open_trees} precede it")
            open_trees += 1 - arity
        if open_trees != 1 or len(self.labels) != len(self.arities):
            raise ValueError(
                f"{len(self.labels)} labels and {len(self.arities)} arities make {open_trees} "
                "trees; they must make one"
            )

    def __len__(self) -> int:
        return len(self.labels)


def tree_distance(a: LabelledTree, b: LabelledTree) -> int:
    """The ordered tree edit distance; inserting, deleting and relabelling a node cost 1 each.

    Takes O(|a| |b| min(depth, leaves)^2) time; see ``bench.scoring.ned.zhang_shasha``.
    """
    from bench.scoring.ned.zhang_shasha import distance

    codes: dict[str, int] = {}
    return int(distance(*_indexed(a, codes), *_indexed(b, codes)))


Integers = NDArray[np.int64]


def _indexed(tree: LabelledTree, codes: dict[str, int]) -> tuple[Integers, Integers, Integers]:
    """Labels as numbers, the leftmost leaf below each node, and the key roots."""
    labels = [codes.setdefault(label, len(codes)) for label in tree.labels]
    first: list[int] = []
    open_trees: list[int] = []
    for node, arity in enumerate(tree.arities):
        children = open_trees[len(open_trees) - arity :]
        del open_trees[len(open_trees) - arity :]
        first.append(first[children[0]] if children else node)
        open_trees.append(node)
    last_of = {leaf: node for node, leaf in enumerate(first)}
    roots = sorted(last_of.values())
    return (
        np.array(labels, dtype=np.int64),
        np.array(first, dtype=np.int64),
        np.array(roots, dtype=np.int64),
    )
