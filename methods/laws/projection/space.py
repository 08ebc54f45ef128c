"""TermLists and target as a beam has them: rows of length 1."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from methods.laws.projection.beam import BeamItems
from methods.laws.projection.columns import LARGEST, TermColumn
from methods.laws.projection.curves import Curve
from methods.mcts.language.tokens import Floats

_RANK = 1e-11
"""Directions of all terms together that are smaller are rounding error."""
_PRICE = 2
"""Nodes of a term beside its own: its factor, and the sum."""


class Space:
    """``columns`` and the usable ``curves`` as items of a beam, and the target ``y`` (n,)."""

    def __init__(self, columns: Sequence[TermColumn], curves: Sequence[Curve], y: Floats) -> None:
        self.columns = columns
        self.curves, pairs = _usable(curves, len(y))
        singles = np.array([one.values for one in columns])
        singles /= np.linalg.norm(singles, axis=1, keepdims=True)
        nodes = [one.nodes for one in columns] + [one.nodes for one in self.curves]
        self.items = BeamItems(singles, pairs, _PRICE + np.array(nodes, dtype=np.float64))
        self.target = y / np.linalg.norm(y)


def alone(columns: Sequence[TermColumn], y: Floats) -> float:
    """What is left of ``y`` beside all of ``columns`` together, as a share of it."""
    rows = np.array([np.ones(len(y)), *(one.values for one in columns)])
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    _, size, space = np.linalg.svd(rows, full_matrices=False)
    space = space[size > _RANK * size[0]][: len(y) // 3]  # the rest tells it from chance
    return float(np.linalg.norm(y - (space @ y) @ space) / np.linalg.norm(y))


def _orthonormal(pairs: Floats) -> Floats:
    """Each pair (2, n) spanned by rows of length 1 at right angles; nan where they are parallel."""
    if not len(pairs):
        return pairs
    first = pairs[:, 0] / np.linalg.norm(pairs[:, 0], axis=1, keepdims=True)
    second = pairs[:, 1] - np.sum(pairs[:, 1] * first, axis=1, keepdims=True) * first
    length = np.linalg.norm(second, axis=1, keepdims=True)
    size = np.linalg.norm(pairs[:, 1], axis=1, keepdims=True)
    second = np.where(length > 1e-6 * size, second / np.maximum(length, 1e-300), np.nan)
    return np.stack([first, second], axis=1)


def _usable(curves: Sequence[Curve], rows: int) -> tuple[list[Curve], Floats]:
    """Those whose pairs are finite, of a usable size and not parallel; and these as rows."""
    if not curves:
        return [], np.zeros((0, 2, rows))
    with np.errstate(all="ignore"):
        pairs = np.array([one.pair() for one in curves])
        sizes = np.max(np.abs(pairs), axis=2)
        good = np.all((sizes > 1 / LARGEST) & (sizes < LARGEST), axis=1)  # nor is nan
        pairs = _orthonormal(np.where(good[:, None, None], pairs, 1.0))
    good &= np.isfinite(pairs).all(axis=(1, 2))
    return [one for one, usable in zip(curves, good, strict=True) if usable], pairs[good]
