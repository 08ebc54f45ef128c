"""A method of a package that Rediscover knows nothing of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bench import Discovery, Task


@dataclass(frozen=True)
class Toy:
    """The target's mean, or its first value."""

    take: Literal["mean", "first"] = "mean"
    times: float = 1.0

    def discover(self, task: Task) -> Discovery:
        value = task.y.mean() if self.take == "mean" else task.y[0]
        return Discovery.of(self.times * float(value))
