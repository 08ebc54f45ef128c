"""Polynomial least squares: what a formula must beat to be worth searching for."""

from __future__ import annotations

from dataclasses import dataclass

from bench import Discovery, Task
from methods.least_squares import MOST_CELLS, fit_polynomial, monomials

_MOST_TERMS = 500


@dataclass(frozen=True)
class Polynomial:
    """All monomials up to ``degree``, products of different variables included.

    The degree is lowered where there would be more terms than a third of the rows, or than 500.
    """

    degree: int = 3

    def __post_init__(self) -> None:
        if self.degree < 0:
            raise ValueError(f"degree is {self.degree}; it must be 0 or more")

    def discover(self, task: Task) -> Discovery:
        """The least-squares polynomial; it uses no chance."""
        rows = len(task.y)
        most = max(1, min(_MOST_TERMS, rows // 3, MOST_CELLS // max(rows, 1)))
        terms = monomials(len(task.names), self.degree, most)
        return Discovery.of(fit_polynomial(task, terms))
