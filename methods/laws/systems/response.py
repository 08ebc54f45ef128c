"""How paths answer to terms: columns whose multiples a path gains when terms are added to rates.

To first order, what a term adds to the rate of a state is carried along by the system's own
slopes. So the columns are integrals along a path, nothing that is noisy is differentiated, and the
noise of one point is independent of the others'. Along a smoothed path, where no system is known
yet, slopes are taken to be zero: the columns are then the integrals of the terms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.expression.compiled.program import Program
from bench.expression.compiled.values import values_of
from methods.laws.systems.fitting import PathFit
from methods.laws.systems.observed import Stretch
from methods.mcts.language.tokens import Floats

_PROBE = 1e-6


@dataclass(frozen=True)
class Along:
    """Paths (steps + 1, states), and matrices (steps, states, states) that carry deviations."""

    pieces: Sequence[Stretch]
    paths: Sequence[Floats]
    carried: Sequence[Floats]

    @classmethod
    def rough(cls, pieces: Sequence[Stretch]) -> Along:
        """Along smoothed states."""
        flat = [np.tile(np.eye(one.x.shape[1]), (len(one.spans), 1, 1)) for one in pieces]
        return cls(pieces, [one.rough for one in pieces], flat)

    @classmethod
    def of(cls, fit: PathFit) -> Along:
        """Along the paths of a fit."""
        carried = [
            _carried(fit, piece, path) for piece, path in zip(fit.pieces, fit.paths, strict=True)
        ]
        return cls(fit.pieces, fit.paths, carried)

    @property
    def columns(self) -> Floats:
        """States and what drives them at all times, (columns, rows)."""
        parts = [np.hstack([x, one.drive]) for x, one in zip(self.paths, self.pieces, strict=True)]
        return np.concatenate(parts).T

    def values(self, programs: Sequence[Program]) -> Floats:
        """The values of terms at all times, (terms, rows)."""
        columns = np.ascontiguousarray(self.columns)
        values = np.empty((len(programs), columns.shape[1]))
        for k, one in enumerate(programs):
            values[k] = values_of(one, columns)
        return values

    def gained(self, values: Floats) -> Floats:
        """What observed states gain, over the deviation, with a term of such ``values``
        (terms, rows) in each rate: (states, N, terms)."""
        blocks, begin = [], 0
        for piece, carried in zip(self.pieces, self.carried, strict=True):
            rows = slice(begin, begin + len(piece.t))
            begin += len(piece.t)
            blocks.append(_gained(piece, carried, values[:, rows]))
        return np.concatenate(blocks, axis=1)

    def starts(self) -> Floats:
        """The same with the start of each piece, (N, P states)."""
        states = self.paths[0].shape[1]
        blocks = []
        for p, (piece, carried) in enumerate(zip(self.pieces, self.carried, strict=True)):
            now = np.eye(states)
            kept = [now]
            for step in carried:
                now = step @ now
                kept.append(now)
            gain = np.array(kept)[piece.at] / piece.sigma[:, :, None]
            block = np.zeros((gain.shape[0] * states, len(self.pieces) * states))
            block[:, p * states : (p + 1) * states] = gain.reshape(-1, states)
            blocks.append(block)
        return np.concatenate(blocks)


def _carried(fit: PathFit, piece: Stretch, path: Floats) -> Floats:
    """Each step's matrix, by steps from states a little off: (steps, states, states)."""
    steps, states = len(piece.spans), path.shape[1]
    probe = _PROBE * (np.abs(path[:-1]).max(axis=0) + 1e-12)
    starts = np.repeat(path[:-1].T[:, None, :], 2 * states, axis=1)
    for j in range(states):
        starts[j, 2 * j] += probe[j]
        starts[j, 2 * j + 1] -= probe[j]
    drive = np.stack([piece.drive[:-1].T, piece.drive[1:].T])
    rows = 2 * states * steps
    ends = fit.model.system.path(
        starts.reshape(states, rows),
        np.repeat(fit.constants[:, None], rows, axis=1),
        np.tile(drive, (1, 1, 2 * states)),
        np.tile(piece.spans, 2 * states)[None],
    )[1].reshape(states, states, 2, steps)
    apart: Floats = (ends[:, :, 0] - ends[:, :, 1]) / (2.0 * probe[None, :, None])
    return apart.transpose(2, 0, 1)


def _gained(piece: Stretch, carried: Floats, values: Floats) -> Floats:
    """Simpson's rule over two steps at a time; shape (states, n states, terms)."""
    states, terms = carried.shape[1], len(values)
    now = np.zeros((states, states * terms))
    kept = np.zeros((len(piece.spans) // 2 + 1, states, states * terms))
    for k in range(0, len(piece.spans), 2):
        first, second = carried[k], carried[k + 1]
        third = (piece.t[k + 2] - piece.t[k]) / 6.0
        both = second @ first
        pushed = third * (
            both[:, :, None] * values[:, k]
            + 4.0 * second[:, :, None] * values[:, k + 1]
            + np.eye(states)[:, :, None] * values[:, k + 2]
        )
        now = both @ now + pushed.reshape(states, -1)
        kept[k // 2 + 1] = now
    seen = kept[piece.at // 2].reshape(len(piece.at), states, states, terms)
    seen = seen / piece.sigma[:, :, None, None]
    return seen.transpose(2, 0, 1, 3).reshape(states, len(piece.at) * states, terms)
