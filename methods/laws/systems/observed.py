"""What is observed of a system: pieces of trajectories, and how noisy each state is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bench import SystemTask, Trajectory
from methods.mcts.language.tokens import Floats, Ints

Bools = NDArray[np.bool_]

_MOST_POINTS = 1500
"""Of longer data so many points, evenly drawn."""
_PARTS, _MOST_PARTS = 2, 16
"""Steps of an interval: of one as long as most are, and of a gap at most."""
_LEAST = 6
"""Points of a piece."""
_FLOOR = 0.03
"""Of a state's size: where it is smaller, noise that is a share of it is no smaller."""
_TINY = 1e-12
_NEIGHBOURS = 8
_ALONE = 2
"""A trajectory of so many points says nothing that its start does not."""
_MEDIAN = 0.6745
"""Of the size of a normal variable of deviation 1."""
_AT_REST = 4.0 * float(np.finfo(np.float64).eps)
_FOLLOWED = 2.0
"""Times what smoothing leaves, the noise is no more: its narrowest window leaves half of it."""


@dataclass(frozen=True)
class Stretch:
    """A stretch of a trajectory: ``x`` (n, states) observed at ``t[at]``, ``at`` (n,).

    ``t`` (steps + 1,) are the times of integration; there ``drive`` (steps + 1, inputs) and
    ``rough`` (steps + 1, states), the smoothed states. ``sigma`` (n, states) is the noise's
    deviation.
    """

    t: Floats
    at: Ints
    x: Floats
    drive: Floats
    rough: Floats
    sigma: Floats

    @property
    def spans(self) -> Floats:
        """The lengths of the steps, (steps,)."""
        return np.diff(self.t)

    def cut(self, most: int) -> Iterator[Stretch]:
        """This in at most so many pieces, of points enough each."""
        count = max(1, min(most, len(self.at) // _LEAST))
        bounds = np.linspace(0, len(self.at), count + 1).astype(int).tolist()
        for first, last in pairwise(bounds):
            at = self.at[first:last]
            steps, rows = slice(at[0], at[-1] + 1), slice(first, last)
            yield Stretch(
                self.t[steps], at - at[0], self.x[rows], self.drive[steps], self.rough[steps],
                self.sigma[rows],
            )  # fmt: skip


def at_rest(task: SystemTask) -> Bools:
    """Which states stay where they are along every trajectory, but for rounding: (states,)."""
    rests = [
        np.ptp(one.x, axis=0) <= _AT_REST * np.abs(one.x).max(axis=0) for one in task.trajectories
    ]
    found: Bools = np.all(rests, axis=0)
    return found


def whole_pieces(task: SystemTask) -> list[Stretch]:
    """The trajectories of ``task`` as pieces, with the noise that smoothing leaves.

    States at rest are among what drives the others: after them, before inputs and time.
    """
    share = max(1, -(-sum(map(len, task.trajectories)) // _MOST_POINTS))
    resting, timed = at_rest(task), bool(task.time)
    pairs = zip(task.trajectories, task.smoothed, strict=True)
    found = [
        _whole(one, smooth, resting, timed, share) for one, smooth in pairs if len(one) > _ALONE
    ]
    return with_noise(found, [_draws(one) for one in found])


def _whole(one: Trajectory, smooth: Trajectory, resting: Bools, timed: bool, share: int) -> Stretch:
    from scipy.interpolate import CubicHermiteSpline

    rows = np.arange(0, len(one), share)
    t, moving = one.t[rows], ~resting
    spans = np.diff(t)
    parts = np.clip(np.ceil(spans / np.median(spans) - 0.5), 1, _MOST_PARTS // _PARTS)
    at = np.concatenate([[0], np.cumsum(_PARTS * parts)]).astype(np.int64)
    fine = np.interp(np.arange(at[-1] + 1), at, t)
    drive = [np.full_like(fine, x[0]) for x in one.x[:, resting].T]
    drive += [] if one.u is None else [np.interp(fine, one.t, u) for u in one.u.T]
    drive += [fine] if timed else []
    assert smooth.dx is not None
    rough = CubicHermiteSpline(one.t, smooth.x[:, moving], smooth.dx[:, moving])(fine)
    columns = np.array(drive).T if drive else np.empty((len(fine), 0))
    x = one.x[rows][:, moving]
    return Stretch(fine, at, x, columns, rough, np.ones_like(x))


def with_noise(pieces: Sequence[Stretch], left: Sequence[Floats]) -> list[Stretch]:
    """The pieces with the noise's deviation at each of their points.

    ``left`` (n, states) are draws of the noise. It is taken to be the same all along a state, or a
    share of the state, whichever makes these likelier.
    """
    smooth, draws = np.concatenate([one.rough[one.at] for one in pieces]), np.concatenate(left)
    size = np.sqrt(np.mean(smooth**2, axis=0))
    size[size == 0.0] = 1.0
    flat = np.ones_like(draws) * size
    shared = np.sqrt(smooth**2 + (_FLOOR * size) ** 2)
    scales = [(np.sqrt(np.mean((draws / one) ** 2, axis=0)), one) for one in (flat, shared)]
    told = [float(np.sum(np.log(np.maximum(level, _TINY) * one))) for level, one in scales]
    level, scale = scales[int(np.argmin(told))]
    sigma = np.maximum(level, _TINY) * scale
    parts = np.split(sigma, np.cumsum([len(one.x) for one in pieces])[:-1])
    return [replace(one, sigma=part) for one, part in zip(pieces, parts, strict=True)]


def noise_level(pieces: Sequence[Stretch]) -> float:
    """The noise of the state that has the least, as a share of its size.

    The median tells it: a state without noise that changes fast now and then is smooth elsewhere.
    """
    x, draws = np.concatenate([one.x for one in pieces]), np.concatenate(list(map(_draws, pieces)))
    level = np.median(np.abs(draws), axis=0) / _MEDIAN
    return float(np.min(level / np.sqrt(np.mean(x**2, axis=0))))


def _draws(piece: Stretch) -> Floats:
    """About what the noise is at each point: what smoothing leaves, as far as that is all.

    Smoothing follows the noise; what four neighbours do not tell of a point does not (Gasser,
    Sroka and Jennen-Steinmetz, Biometrika 73, 1986), but is bent where points are sparse.
    """
    left: Floats = piece.x - piece.rough[piece.at]
    if len(piece.at) < _NEIGHBOURS:
        return left
    apart = _apart(piece.t[piece.at], piece.x)
    with np.errstate(all="ignore"):
        share = np.sqrt(np.mean(apart**2, axis=0) / np.mean(left[2:-2] ** 2, axis=0))
    left *= np.clip(np.nan_to_num(share, nan=1.0), 1.0, _FOLLOWED)
    return left


def _apart(t: Floats, x: Floats) -> Floats:
    """What the cubic through the four next to a point leaves of it, of the noise's deviation."""
    near = np.stack([t[:-4], t[1:-3], t[3:-1], t[4:]])
    here = t[2:-2]
    weights = np.ones_like(near)
    for j in range(4):
        for k in range(4):
            if j != k:
                weights[j] *= (here - near[k]) / (near[j] - near[k])
    left: Floats = x[2:-2].copy()
    left -= np.einsum("wn,wns->ns", weights, np.stack([x[:-4], x[1:-3], x[3:-1], x[4:]]))
    left /= np.sqrt(1.0 + np.sum(weights**2, axis=0))[:, None]
    return left
