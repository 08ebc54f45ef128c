"""The schedule of a network that learns from drawn functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from methods.neural.course import Schedule
from methods.transformer.training.feeding import Lessons


@dataclass(frozen=True)
class LessonSchedule(Schedule):
    """A schedule, and the ``shape`` of its network, which says what the network reads and writes.

    The first ``narrow`` steps see at most three variables and 15 tokens.
    """

    narrow: int = 0
    shape: Any = None

    @property
    def lessons(self) -> Lessons:
        """What is seen."""
        shape = self.shape
        return Lessons(self.seed, self.batch, shape.variables, shape.longest, self.narrow)
