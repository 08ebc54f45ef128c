"""Constants and starts fitted along pieces of trajectories (Bock 1983,
doi:10.1007/978-1-4684-7324-7_7): multiple shooting, with the noise as weights."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from methods.laws.systems.observed import Stretch
from methods.laws.systems.terms import RateModel
from methods.mcts.language.tokens import Floats

_PROBE, _SMALL = 1e-6, 1e-4
_SUBSTEPS = (1, 2, 4, 8)
_ACCURATE = 0.1
"""Of the noise: a path that half as long steps would lead so far elsewhere is accurate enough."""
_DESCENTS = 12
_SETTLED = 0.02
"""A step that lowers the sum of squares by less, in units of the noise's variance, is the last."""
_SLOW = 3e-4
"""The same as a share of the sum."""
_LEAST_DAMPING, _DAMPING, _MOST_DAMPING = 1e-10, 1e-4, 1e6


@dataclass(frozen=True)
class PathFit:
    """``constants`` (k,) of a model and ``starts`` (pieces, states), and where they lead.

    ``paths`` has the states of each piece, (steps + 1, states), at all its times.
    """

    model: RateModel
    pieces: Sequence[Stretch]
    constants: Floats
    starts: Floats
    substeps: int
    paths: tuple[Floats, ...]

    @cached_property
    def residuals(self) -> Floats:
        """What was observed less what is found, over the noise's deviation, (N,)."""
        return np.concatenate([
            ((one.x - path[one.at]) / one.sigma).ravel()
            for one, path in zip(self.pieces, self.paths, strict=True)
        ])  # fmt: skip

    @cached_property
    def cost(self) -> float:
        """The sum of the squares of the residuals; inf where it is no number."""
        cost = float(self.residuals @ self.residuals)
        return cost if math.isfinite(cost) else math.inf

    @cached_property
    def slopes(self) -> Floats:
        """What found values gain with constants, then starts, over the deviation, (N, k + P s)."""
        k, states = len(self.constants), self.starts.shape[1]
        blocks = []
        for p, gain in enumerate(map(self._gain, range(len(self.pieces)))):
            block = np.zeros((len(gain), k + len(self.pieces) * states))
            block[:, :k] = gain[:, :k]
            block[:, k + p * states : k + (p + 1) * states] = gain[:, k:]
            blocks.append(block)
        return np.concatenate(blocks)

    def _gain(self, p: int) -> Floats:
        """The same of one piece, with its own start: (n states, k + states)."""
        k, states, piece = len(self.constants), self.starts.shape[1], self.pieces[p]
        probe = _PROBE * np.concatenate([
            np.maximum(np.abs(self.constants), _SMALL), np.abs(self.starts[p]) + piece.sigma[0]
        ])  # fmt: skip
        rows = np.concatenate([self.constants, self.starts[p]])[:, None] + np.diag(probe)
        path = followed(self.model, piece, rows[k:], rows[:k], self.substeps)[piece.at]
        gain = (path - self.paths[p][piece.at][:, :, None]) / piece.sigma[:, :, None] / probe
        found: Floats = gain.reshape(-1, k + states)
        return found

    def moved(self, constants: Floats, starts: Floats) -> PathFit:
        """The fit with other constants and starts."""
        return fit_at(self.model, self.pieces, constants, starts, self.substeps)


def followed(
    model: RateModel, piece: Stretch, starts: Floats, constants: Floats, substeps: int
) -> Floats:
    """The paths, (steps + 1, states, rows), from ``starts`` (states, rows) along a piece."""
    rows = starts.shape[1]
    places = np.arange(len(piece.spans) * substeps + 1) / substeps
    whole = np.arange(len(piece.t))
    drive = np.empty((len(places), piece.drive.shape[1]))
    for k, one in enumerate(piece.drive.T):
        drive[:, k] = np.interp(places, whole, one)
    spans = np.repeat(piece.spans / substeps, substeps)
    path = model.system.path(
        np.ascontiguousarray(starts), np.ascontiguousarray(constants),
        np.repeat(drive[:, :, None], rows, axis=2), np.repeat(spans[:, None], rows, axis=1),
    )  # fmt: skip
    return path[::substeps]


def fit_at(
    model: RateModel, pieces: Sequence[Stretch], constants: Floats, starts: Floats, substeps: int
) -> PathFit:
    """The fit of such constants and starts."""
    paths = tuple(
        followed(model, piece, start[:, None], constants[:, None], substeps)[:, :, 0]
        for piece, start in zip(pieces, starts, strict=True)
    )
    return PathFit(model, pieces, constants, starts, substeps, paths)


def begun(
    model: RateModel, pieces: Sequence[Stretch], constants: Floats, starts: Floats
) -> PathFit | None:
    """A fit to descend from, with steps short enough for finite paths; None where none are."""
    for substeps in _SUBSTEPS:
        fit = fit_at(model, pieces, constants, starts, substeps)
        if math.isfinite(fit.cost):
            return fit
    return None


def accurate(fit: PathFit, go_on: Callable[[], bool]) -> PathFit | None:
    """The same with steps as short as its paths need, and descended again; None where it explodes,
    or no steps are short enough."""
    while math.isfinite(fit.cost) and fit.substeps < _SUBSTEPS[-1]:
        finer = _with_steps(fit, 2 * fit.substeps)
        if float(np.max(np.abs(finer.residuals - fit.residuals))) < _ACCURATE:
            return fit
        fit = descended(finer, go_on)
    return None


def _with_steps(fit: PathFit, substeps: int) -> PathFit:
    """The fit with other steps."""
    return fit_at(fit.model, fit.pieces, fit.constants, fit.starts, substeps)


def descended(fit: PathFit, go_on: Callable[[], bool]) -> PathFit:
    """Levenberg and Marquardt's descent from ``fit``."""
    damping = _DAMPING
    for _ in range(_DESCENTS):
        if not (math.isfinite(fit.cost) and go_on() and np.isfinite(fit.slopes).all()):
            break
        better = None
        while better is None and damping < _MOST_DAMPING:
            other = _stepped(fit, damping)
            better = other if other.cost < fit.cost else None
            damping = max(damping * (0.1 if better else 10.0), _LEAST_DAMPING)
        if better is None:
            break
        settled = fit.cost - better.cost < _SETTLED + _SLOW * fit.cost
        fit = better
        if settled:
            break
    return fit


def _stepped(fit: PathFit, damping: float) -> PathFit:
    k = len(fit.constants)
    scale = np.linalg.norm(fit.slopes, axis=0)
    scale[scale == 0.0] = 1.0
    slopes = fit.slopes / scale
    damped = slopes.T @ slopes + damping * np.eye(len(scale))
    step = np.linalg.solve(damped, slopes.T @ fit.residuals) / scale
    return fit.moved(fit.constants + step[:k], fit.starts + step[k:].reshape(fit.starts.shape))
