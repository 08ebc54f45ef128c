"""The oracle of one run: it holds the function, counts questions, and disturbs what it answers."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.kinds.kind import Conditions, QuestionRefused
from bench.kinds.noise import noise_seed, root_mean_square
from bench.problems.oracles.problem import ASKED, OracleData, OracleProblem
from bench.problems.oracles.served import disturbance
from bench.problems.portable.normal import standard_normal

Array = NDArray[np.float64]


class Oracle:
    """Answers for ``problem`` under ``conditions``, in the harness.

    What is random in an answer follows from the problem, the seeds, and which question it is:
    however questions are put together, every method hears the same. ``conditions.noise`` adds
    normal noise to every answer, in units of the root mean square of what is served.
    """

    def __init__(self, problem: OracleProblem, data: OracleData, conditions: Conditions) -> None:
        self._problem = problem
        count = problem.questions
        draws = standard_normal(2 * count, noise_seed(problem, conditions, "answers"))
        generator = np.random.PCG64(noise_seed(problem, conditions, "uniform"))
        self._normal, self._noise = draws[:count], draws[count:]
        raw = generator.random_raw(count).astype(np.uint64)
        self._uniform = (raw >> np.uint64(11)).astype(np.float64) * 2.0**-53
        served = data.served[np.isfinite(data.served)]
        size = root_mean_square(served) if len(served) else 0.0
        self._noise = conditions.noise * size * self._noise
        self._points: list[float] = []
        self._values: list[float] = []
        self._batches = 0
        self._refused = 0
        self._lock = threading.Lock()

    def ask(self, points: Array) -> Array:
        """The values (n,) at ``points`` (n, 1); see ``OracleTask.ask``."""
        with self._lock:
            try:
                self._check(points)
            except QuestionRefused:
                self._refused += 1
                raise
            x = np.ascontiguousarray(points[:, 0])
            these = slice(len(self._points), len(self._points) + len(x))
            values = self._problem.served(x)
            normal, uniform = self._normal[these], self._uniform[these]
            values = values + disturbance(self._problem.serving, x, normal, uniform)
            values = values + self._noise[these]
            self._points += x.tolist()
            self._values += values.tolist()
            self._batches += 1
            return values

    def told(self) -> Mapping[str, Any]:
        """What was asked: counts, and points and answers to the last bit (nan as None)."""
        values = [value if np.isfinite(value) else None for value in self._values]
        return {
            "questions": len(self._points),
            "of": self._problem.questions,
            "batches": self._batches,
            "refused": self._refused,
            "points": self._points,
            "values": values,
        }

    def _check(self, points: Array) -> None:
        """Raise QuestionRefused, in words, for what is not answered."""
        if points.ndim != 2 or points.shape[1] != 1:
            raise QuestionRefused(
                f"points have shape {points.shape}; they must be (n, 1), or (n,): a row for each"
            )
        count, left = len(points), self._problem.questions - len(self._points)
        if not 0 < count <= self._problem.batch:
            raise QuestionRefused(
                f"{count} points at once; 1 to {self._problem.batch} are answered"
            )
        if count > left:
            raise QuestionRefused(
                f"{count} points are asked, and {left} of {self._problem.questions} questions "
                "are left"
            )
        low, high = ASKED
        outside = points[~((low <= points) & (points <= high))]  # nan is nowhere
        if len(outside):
            raise QuestionRefused(f"x0 = {outside[0]:g} is outside of [{low:g}, {high:g}]")
