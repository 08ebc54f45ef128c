"""Trajectories cut into pieces of one length, and these integrated side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.problems.systems.data import Trajectory

Array = NDArray[np.float64]
Rates = Callable[[Array], Array]

_LOOKS = 16
"""Intervals from one look at the budget to the next."""
_MOST_POINTS = 1500
"""Of longer data as many pieces as have so many points, evenly drawn: constants need no more."""


@dataclass(frozen=True)
class Pieces:
    """Pieces of trajectories: P of them, each of L intervals.

    ``t`` (P, L + 1) are times, ``x`` (P, L + 1, states) what was observed, ``drive``
    (P, L + 1, inputs) the inputs, with time itself behind them where the rates depend on it.
    ``smooth`` (P, states) are the first states, smoothed.
    """

    t: Array
    x: Array
    drive: Array
    smooth: Array

    def along(
        self,
        rates: Rates,
        starts: Array,
        constants: Array,
        substeps: int,
        go_on: Callable[[], bool],
    ) -> Array:
        """The states that ``rates`` lead to by Runge and Kutta's fourth-order steps.

        ``starts`` (copies, P, states) and ``constants`` (copies, k) are of as many copies of the
        pieces as are wanted at once. Shape (copies, P, L + 1, states); nan from where ``go_on``
        says no.
        """
        copies, count, states = starts.shape
        steps = _Steps(rates, states, self.drive.shape[2], np.repeat(constants, count, axis=0).T)
        state = starts.reshape(copies * count, states).T
        path = [state]
        intervals = self.t.shape[1] - 1
        for k in range(intervals):
            if k % _LOOKS == 0 and not go_on():
                path += [np.full_like(state, np.nan)] * (intervals - k)
                break
            span = np.tile(self.t[:, k + 1] - self.t[:, k], copies) / substeps
            before, after = (np.tile(self.drive[:, j].T, copies) for j in (k, k + 1))
            for j in range(substeps):
                ends = (before + (after - before) * (part / substeps) for part in (j, j + 1))
                state = steps.after(state, span, *ends)
            path.append(state)
        return np.stack(path).transpose(2, 0, 1).reshape(copies, count, -1, states)


class _Steps:
    """Steps of many rows at once; the columns that rates are asked of are kept between them."""

    def __init__(self, rates: Rates, states: int, inputs: int, constants: Array) -> None:
        self._rates, self._states, self._drive = rates, states, slice(states, states + inputs)
        self._columns = np.vstack([np.empty((states + inputs, constants.shape[1])), constants])

    def after(self, x: Array, span: Array, before: Array, after: Array) -> Array:
        """The states (states, rows) a ``span`` (rows,) later; inputs are linear in between."""
        middle = (before + after) / 2
        a = self._at(x, before)
        b = self._at(x + span / 2 * a, middle)
        c = self._at(x + span / 2 * b, middle)
        d = self._at(x + span * c, after)
        return x + span / 6 * (a + 2 * b + 2 * c + d)

    def _at(self, x: Array, drive: Array) -> Array:
        self._columns[: self._states] = x
        self._columns[self._drive] = drive
        return self._rates(self._columns)


def cut(
    trajectories: Sequence[Trajectory], smoothed: Sequence[Trajectory], length: int, timed: bool
) -> Pieces:
    """All pieces of ``length`` intervals that fit, one beginning where another ends.

    ``smoothed`` are the same trajectories with smooth states.
    """
    pairs = zip(trajectories, smoothed, strict=True)
    pieces = [part for one, smooth in pairs for part in _cut(one, smooth.x, length, timed)]
    most = max(1, _MOST_POINTS // (length + 1))
    if len(pieces) > most:
        pieces = [pieces[k] for k in np.linspace(0, len(pieces) - 1, most).astype(int)]
    return Pieces(*(np.stack(part) for part in zip(*pieces, strict=True)))


def _cut(one: Trajectory, smooth: Array, length: int, timed: bool) -> Iterator[tuple[Array, ...]]:
    u = np.empty((len(one), 0)) if one.u is None else one.u
    drive = np.column_stack([u, one.t]) if timed else u
    for first in range(0, len(one) - length, length):
        rows = slice(first, first + length + 1)
        yield one.t[rows], one.x[rows], drive[rows], smooth[first]


def lengths(trajectories: Sequence[Trajectory], shortest: int) -> list[int]:
    """``shortest``, twice that, and so on, up to the longest trajectory whole, or what is
    looked at of it."""
    whole = min(max(len(one) for one in trajectories), _MOST_POINTS) - 1
    found, length = [], min(shortest, whole)
    while 0 < length < whole:
        found.append(length)
        length *= 2
    return [*found, whole] if whole > 0 else []
