"""Grey wolves: a swarm that closes in on its three best (Mirjalili et al. 2014, eq. 3.1 to 3.7)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_LEADERS = 3


class GreyWolves:
    """A swarm of ``positions`` (n, d) that looks for the largest score in ``generations`` steps.

    No wolf leaves the box of the first positions. The three best positions ever lead.
    """

    def __init__(self, positions: Array, generations: int, random: np.random.Generator) -> None:
        self.positions = np.asarray(positions, np.float64)
        self.generations, self.random = generations, random
        self._low, self._high = self.positions.min(axis=0), self.positions.max(axis=0)
        self._leaders = np.empty((0, self.positions.shape[1]))
        self._best = np.empty(0)
        self._step = 0

    def move(self, scores: Array) -> None:
        """Move on from positions that had these ``scores`` (n,), none of them nan."""
        known = np.concatenate([self._best, scores])
        best = np.argsort(-known, kind="stable")[:_LEADERS]
        self._leaders = np.concatenate([self._leaders, self.positions])[best]
        self._best = known[best]
        a = 2.0 - 2.0 * self._step / self.generations
        led = [self._led(leader, a) for leader in self._leaders]
        self.positions = np.clip(np.mean(led, axis=0), self._low, self._high)
        self._step += 1

    def _led(self, leader: Array, a: float) -> Array:
        """Where one leader calls the wolves to."""
        A = a * (2.0 * self.random.random(self.positions.shape) - 1.0)
        C = 2.0 * self.random.random(self.positions.shape)
        called: Array = leader - A * np.abs(C * leader - self.positions)
        return called
