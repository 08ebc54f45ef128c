"""Linear least squares: the floor that every method must beat."""

from __future__ import annotations

from dataclasses import dataclass

from bench import Discovery, Task
from methods.least_squares import fit_polynomial, monomials


@dataclass(frozen=True)
class Linear:
    """``c0 + c1*x0 + c2*x1 + ...`` by least squares."""

    def discover(self, task: Task) -> Discovery:
        """The least-squares hyperplane; it takes milliseconds, as a rule, and uses no chance."""
        terms = monomials(len(task.names), 1, most=len(task.names) + 1)
        return Discovery.of(fit_polynomial(task, terms))
