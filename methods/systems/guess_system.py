"""The guess of a task, its constants fitted: what a method that is told a guess must beat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from bench import Discovery, SystemTask, read


@dataclass(frozen=True)
class GuessSystem:
    """The system that the task guesses, its constants by least squares; no search.

    They are fitted to estimated rates, and from there along the trajectories.

    ``estimate`` is how rates are estimated from the states: differences, smoothed or weak.
    """

    kinds: ClassVar[tuple[str, ...]] = ("system",)

    estimate: Literal["differences", "smoothed", "weak"] = "smoothed"

    def discover(self, task: SystemTask) -> Discovery:
        """The guess with constants. Raises ValueError where the task has none."""
        from bench import fit_constants  # compiled code: only the worker needs it

        if not task.guess:
            raise ValueError("the task has no guess; datasets.prose.guess says what is told")
        rates = {}
        for name, table in zip(task.names, task.tables(self.estimate), strict=True):
            guess = read(task.guess[name], task.variables)
            start = dict.fromkeys(guess.constants, 1.0)
            fit = fit_constants(
                guess.expression, table.names, table.X, table.y, parameters=start,
                restarts=4, seed=task.seed,
            )  # fmt: skip
            rates[name] = str(fit.expression)
        task.report(rates)
        return Discovery.of(task.refined(rates))
