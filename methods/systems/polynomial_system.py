"""Polynomial rates by least squares: what a search for systems must beat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from bench import Discovery, SystemTask
from methods.least_squares import MOST_CELLS, fit_polynomial, monomials

_MOST_TERMS = 500


@dataclass(frozen=True)
class PolynomialSystem:
    """All monomials of the states up to ``degree`` in every rate: no sparsity, no search.

    ``estimate`` is how rates are estimated from the states: differences, smoothed or weak.
    """

    kinds: ClassVar[tuple[str, ...]] = ("system",)

    degree: int = 3
    estimate: Literal["differences", "smoothed", "weak"] = "smoothed"

    def __post_init__(self) -> None:
        if self.degree < 0:
            raise ValueError(f"degree is {self.degree}; it must be 0 or more")

    def discover(self, task: SystemTask) -> Discovery:
        """A least-squares polynomial for each state; it uses no chance."""
        rates = {}
        for name, table in zip(task.names, task.tables(self.estimate), strict=True):
            rows = len(table.y)
            most = max(1, min(_MOST_TERMS, rows // 3, MOST_CELLS // max(rows, 1)))
            terms = monomials(len(table.names), self.degree, most)
            rates[name] = fit_polynomial(table, terms)
        return Discovery.of(rates)
