"""PowerLaw: a method for Rediscover."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bench import Budget, Discovery, Task


@dataclass(frozen=True)
class PowerLaw:
    """``c * x0**k0 * x1**k1 * ...``, by least squares on logarithms."""

    kinds: ClassVar[tuple[str, ...]] = ("table",)  # the kinds of task that it takes
    requires: ClassVar[tuple[str, ...]] = ("numpy",)  # modules it needs; imported off the clock

    # Settings: typed fields with defaults, set by `method.power_law.round_to=...`.
    round_to: float = 0.5  # exponents this close to a multiple of it (see `discover`) become it

    @classmethod
    def missing(cls) -> str | None:
        """What else is not there and how to get it, in one line; None where nothing is missing."""
        return None

    def warm_up(self, budget: Budget) -> None:
        """What must happen once in a process, such as compiling: off the clock, without data."""

    def discover(self, task: Task) -> Discovery:
        """Called once per run. `task.X` is (n, d), `task.y` is (n,); both are read-only."""
        mean = float(np.mean(task.y))
        task.report(mean)  # what was last reported counts if the budget ends before the return

        same_sign = np.all(task.y > 0) or np.all(task.y < 0)  # else the mean is the answer
        used = [j for j in range(task.X.shape[1]) if np.all(task.X[:, j] != 0)]
        if not same_sign or not used:
            return Discovery.of(repr(mean))

        logs = np.log(np.abs(task.X[:, used]))
        design = np.column_stack([np.ones(len(task.y)), logs])
        solution = np.linalg.lstsq(design, np.log(np.abs(task.y)), rcond=None)[0]
        exponents = [self._rounded(float(k)) for k in solution[1:]]

        # The constant is fitted again, as rounding the exponents moved it.
        constant = float(np.exp(np.mean(np.log(np.abs(task.y)) - logs @ exponents)))
        constant = float(np.copysign(constant, mean))
        factors = [
            _power(task.names[j], task.X[:, j], k)
            for j, k in zip(used, exponents, strict=True)
            if k != 0
        ]
        # An expression is text in the task's own variable names, in raw units, with all digits.
        return Discovery.of(" * ".join([repr(constant), *factors]))

    def _rounded(self, exponent: float) -> float:
        nearest = round(exponent / self.round_to) * self.round_to
        return nearest if abs(exponent - nearest) < 0.05 * self.round_to else exponent


def _power(name: str, values: np.ndarray, exponent: float) -> str:
    base = name if np.all(values > 0) else f"abs({name})"
    return base if exponent == 1 else f"{base}**{exponent!r}"
