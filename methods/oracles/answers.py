"""What an oracle has answered so far, in order, and where it jumps."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bench import OracleTask
from methods.oracles.floor import asked_in_batches

Array = NDArray[np.float64]

_SHARP, _STEEP = 0.3, 6.0
"""A jump keeps this share of its height between neighbours ever nearer, and is so many times as
high as half of the function bends between the first questions."""


@dataclass
class Answers:
    """Questions of one argument and what was answered, by rising ``x``; numbers only."""

    task: OracleTask
    x: Array = field(default_factory=lambda: np.empty(0))
    y: Array = field(default_factory=lambda: np.empty(0))

    def ask(self, points: Array) -> None:
        """Ask as many of ``points`` (n,) as there are questions left."""
        low, high = self.task.domain[0]
        points = np.clip(points[: self.task.left], low, high)
        if not len(points):
            return
        values = asked_in_batches(self.task, points[:, None])
        finite = np.isfinite(values)
        x, y = np.append(self.x, points[finite]), np.append(self.y, values[finite])
        order = np.argsort(x, kind="stable")
        self.x, self.y = x[order], y[order]

    def between(self, low: float, high: float) -> tuple[Array, Array]:
        """The answers from ``low`` to ``high``."""
        inside = (low <= self.x) & (self.x <= high)
        return self.x[inside], self.y[inside]


def first_questions(task: OracleTask, count: int) -> Array:
    """Half of ``count`` spread evenly, half ever nearer to one place: shape (count,).

    What is even shows the whole; what is near shows what turns faster than that.
    """
    rng = np.random.default_rng(task.seed)
    low, high = task.domain[0]
    near = count // 2
    middle = low + (high - low) * rng.uniform(0.45, 0.75)
    away = 0.3 * (high - low) * rng.random(near) ** 3 * rng.choice((-1.0, 1.0), near)
    even = np.linspace(low, high, count - near)
    return np.concatenate([even, middle + away])


def jumps(answers: Answers, most: int, steps: int) -> list[float]:
    """Where the function jumps, by rising x: the highest ``most``, by bisection in ``steps``."""
    x, y = answers.x, answers.y
    if len(x) < 4:
        return []
    bends = float(np.median(np.abs(np.diff(y, 2))))
    heights = np.abs(np.diff(y))
    highest = np.argsort(-heights, kind="stable")[:most]
    at = highest[heights[highest] > _STEEP * bends]
    edges = [(float(x[k]), float(x[k + 1]), float(heights[k])) for k in at]
    for _ in range(steps):
        answers.ask(np.array([(left + right) / 2 for left, right, _ in edges]))
        edges = [_half(answers, *edge) for edge in edges]
    found = []
    for left, right, height in edges:
        _, there = answers.between(left, right)
        last = float(np.abs(np.diff(there)).max(initial=0.0))
        if last > max(_SHARP * height, _STEEP * bends):
            found.append((left + right) / 2)
    return sorted(found)


def _half(answers: Answers, left: float, right: float, height: float) -> tuple[float, float, float]:
    """The half of an interval that has the higher jump; ``height`` is the first one's."""
    x, y = answers.between(left, right)
    if len(x) < 3:
        return left, right, height
    k = int(np.argmax(np.abs(np.diff(y))))
    return float(x[k]), float(x[k + 1]), height
