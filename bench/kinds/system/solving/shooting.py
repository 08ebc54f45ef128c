"""Constants fitted along trajectories by multiple shooting (Bock 1983, Recent advances in
parameter identification techniques for O.D.E., doi:10.1007/978-1-4684-7324-7_7).

Rates estimated from sparse or noisy points err, and constants fitted to them err too. Here the
trajectories are cut into pieces, each with a free start, and constants and starts are fitted so
that the integrated pieces follow the points. Short pieces forgive a bad first guess and long ones
say more about constants: they grow until they are whole, or the system is too sensitive.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bench.expression import Expression
from bench.kinds.system.solving.moving import MovingLaws
from bench.kinds.system.solving.pieces import Pieces, cut, lengths
from bench.problems.systems.data import Trajectory

Array = NDArray[np.float64]

_SHORTEST = 4
"""Intervals of the shortest pieces."""
_DESCENTS = 30
_SETTLED = 1e-4
"""A step that lowers the sum of squares by a smaller share of it is the last."""
_EXACT = 1e-8
"""An error at which constants are known as well as anybody asks: longer pieces add nothing."""
_WORSE = 1.5
"""Longer pieces whose error is larger by more than this are too sensitive to be followed."""
_TRUST = 0.3
"""The relative standard deviation of constants beforehand: what the data leave open stays near."""
_PROBE = 1e-6
_ACCURATE, _AS_NOISY = 1e-8, 1e-3
"""How far twice the steps may lead elsewhere: so far, or by this share of what is left anyway."""
_SUBSTEPS = (1, 2, 4, 8, 16, 32)
_DAMPING, _MOST_DAMPING = 1e-3, 1e8


def shot(
    laws: Mapping[str, Expression],
    names: Sequence[str],
    trajectories: Sequence[Trajectory],
    smoothed: Sequence[Trajectory],
    timed: bool,
    go_on: Callable[[], bool],
) -> Mapping[str, Expression]:
    """``laws`` with their floats moved until they lead along ``trajectories``.

    ``names`` are those of states, inputs and, where ``timed``, time; ``smoothed`` are the
    trajectories with smooth states, where pieces may start. It ends early, with what it
    has, where ``go_on`` says so. Laws without floats, and laws that explode from the constants
    they have, come back as they are.
    """
    moving = MovingLaws.of(laws, names)
    constants, error = moving.start, math.inf
    for length in lengths(trajectories, _SHORTEST) if len(constants) else ():
        shooting = _Shooting(moving, cut(trajectories, smoothed, length, timed), go_on)
        tried = [moving.start] if constants is moving.start else [constants, moving.start]
        with np.errstate(all="ignore"):
            fit = shooting.begun(tried)
            found = fit and _descended(fit, go_on)
        if found is None or not found.error < _WORSE * error:
            break
        constants, error = found.constants, found.error
        if error < _EXACT or not go_on():
            break
    return moving.with_constants(constants)


@dataclass(frozen=True)
class _Shooting:
    """Laws to be led along pieces, for as long as ``go_on`` says."""

    moving: MovingLaws
    pieces: Pieces
    go_on: Callable[[], bool]

    @cached_property
    def spread(self) -> Array:
        """Each state's standard deviation, (states,)."""
        x = self.pieces.x
        spread: Array = np.maximum(x.std(axis=(0, 1)), 1e-9 * np.abs(x).max() + 1e-300)
        return spread

    def path(self, starts: Array, constants: Array, substeps: int) -> Array:
        """Of copies of the pieces, each with its own ``constants`` (copies, k)."""
        return self.pieces.along(self.moving.rates, starts, constants, substeps, self.go_on)

    def begun(self, tried: Sequence[Array]) -> _Fit | None:
        """The nearest of all fits that start from constants of ``tried``, from states as they are
        or smoothed; None where all of them explode."""
        begun = [
            self._begun(constants, starts)
            for constants in tried
            for starts in (self.pieces.smooth, self.pieces.x[:, 0])
        ]
        return min((one for one in begun if one), key=lambda one: one.cost, default=None)

    def _begun(self, constants: Array, starts: Array) -> _Fit | None:
        """A fit where it starts, with substeps as short as the laws need."""
        last = None
        for substeps in _SUBSTEPS:
            path = self.path(starts[None], constants[None], substeps)[0]
            residuals = (path - self.pieces.x) / self.spread
            change = math.inf if last is None else float(np.abs((path - last) / self.spread).max())
            enough = max(_ACCURATE, _AS_NOISY * float(np.sqrt(np.mean(residuals**2))))
            if change < enough or (substeps == _SUBSTEPS[-1] and math.isfinite(change)):
                return _Fit(self, substeps, constants, starts, residuals)
            last = path
        return None


@dataclass(frozen=True)
class _Fit:
    """Constants (k,), starts (P, states), and the residuals (P, points, states) they leave.

    Residuals are over each state's standard deviation.
    """

    shooting: _Shooting
    substeps: int
    constants: Array
    starts: Array
    residuals: Array

    @property
    def cost(self) -> float:
        """The sum of squares; inf where the path leaves the finite numbers."""
        cost = float(np.sum(self.residuals**2))
        return cost if math.isfinite(cost) else math.inf

    @property
    def error(self) -> float:
        """The root of the mean square, over as many points as no free number can follow."""
        free = self.residuals.size - self.constants.size - self.starts.size
        return math.sqrt(self.cost / max(free, 1))

    @property
    def departed(self) -> Array:
        """How far each constant is from where it began, (k,)."""
        return self.constants - self.shooting.moving.start

    @property
    def pull(self) -> Array:
        """What a constant's departure from its beginning weighs, (k,): less, the less the error."""
        start = self.shooting.moving.start
        return self.error / (_TRUST * np.maximum(np.abs(start), 1e-300))

    def pulled(self, pull: Array) -> float:
        """The cost, and what departures add to it."""
        return self.cost + float(np.sum((pull * self.departed) ** 2))

    def moved(self, constants: Array, starts: Array) -> _Fit:
        """The fit with other constants and starts."""
        one = self.shooting
        path = one.path(starts[None], constants[None], self.substeps)[0]
        residuals = (path - one.pieces.x) / one.spread
        return replace(self, constants=constants, starts=starts, residuals=residuals)


def _descended(fit: _Fit, go_on: Callable[[], bool]) -> _Fit:
    """Levenberg and Marquardt's descent; starts are eliminated from each step, piece by piece."""
    damping = _DAMPING
    for _ in range(_DESCENTS):
        if fit.error < _EXACT or not go_on():
            break
        slopes, pull = _slopes(fit), fit.pull
        if not all(np.isfinite(one).all() for one in slopes):
            break
        least = fit.pulled(pull)
        better = None
        while better is None and damping < _MOST_DAMPING:
            other = fit.moved(*_stepped(fit, *slopes, pull, damping))
            better = other if other.pulled(pull) < least else None
            damping *= 0.1 if better else 10.0
        if better is None:
            break
        settled = least - better.pulled(pull) < _SETTLED * least
        fit = better
        if settled:
            break
    return fit


def _slopes(fit: _Fit) -> tuple[Array, Array]:
    """What residuals (P, n) gain with each constant (P, n, k) and start (P, n, states)."""
    one, (count, states), k = fit.shooting, fit.starts.shape, len(fit.constants)
    by_constant = _PROBE * np.maximum(np.abs(fit.constants), 1e-3)
    by_start = _PROBE * one.spread
    constants = np.tile(fit.constants, (k + states, 1))
    constants[:k] += np.diag(by_constant)
    starts = np.tile(fit.starts, (k + states, 1, 1))
    starts[k:] += (np.eye(states) * by_start)[:, None, :]
    path = one.path(starts, constants, fit.substeps)
    gained = (path - one.pieces.x) / one.spread - fit.residuals
    gained /= np.concatenate([by_constant, by_start])[:, None, None, None]
    table = gained.reshape(k + states, count, -1).transpose(1, 2, 0)
    return table[..., :k], table[..., k:]


def _stepped(
    fit: _Fit, by_constant: Array, by_start: Array, pull: Array, damping: float
) -> tuple[Array, Array]:
    """Constants and starts after a step: what starts can explain is projected out of the rest."""
    residuals = fit.residuals.reshape(len(fit.starts), -1, 1)
    Q, R = np.linalg.qr(by_start)
    across = Q.transpose(0, 2, 1)
    left = (by_constant - Q @ (across @ by_constant)).reshape(-1, len(fit.constants))
    rest = (residuals - Q @ (across @ residuals)).ravel()
    left = np.vstack([left, np.diag(pull)])
    rest = np.concatenate([rest, pull * fit.departed])
    scale = np.linalg.norm(left, axis=0)
    scale[scale == 0.0] = 1.0
    damped = np.vstack([left / scale, math.sqrt(damping) * np.eye(len(scale))])
    target = np.concatenate([rest, np.zeros(len(scale))])
    step = -np.linalg.lstsq(damped, target, rcond=None)[0] / scale
    explained = across @ (residuals + by_constant @ step[:, None])
    starts = fit.starts - np.linalg.solve(R, explained)[..., 0]
    return fit.constants + step, starts
