"""The best ``c * a**p * b**q`` of any two columns, found by trying all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from bench import Discovery, Task


@dataclass(frozen=True)
class Monomial:
    """One monomial in at most two variables, with exponents from a short list."""

    exponents: tuple[float, ...] = (-2, -1, -0.5, 0, 0.5, 1, 2)
    within: float = 1e-9  # squared error, in units of the target's mean square, that is none

    def discover(self, task: Task) -> Discovery:
        """Report every monomial that is better than those before; the best is the answer."""
        size = float(np.mean(task.y**2))
        best = repr(float(np.mean(task.y)))
        least = float(np.var(task.y))
        task.report(best, least)
        for text, values in self._monomials(task):
            if not np.all(np.isfinite(values)) or not np.any(values):
                continue
            factor = float(values @ task.y / (values @ values))
            loss = float(np.mean((task.y - factor * values) ** 2))
            if loss < least:
                best, least = f"{factor!r} * {text}", loss
                task.report(best, least)
            if least <= self.within * size:
                break
        return Discovery.of(best)

    def _monomials(self, task: Task) -> Iterator[tuple[str, NDArray[np.float64]]]:
        columns = list(zip(task.names, task.X.T, strict=True))
        with np.errstate(all="ignore"):  # a power that has no value at a row is left out above
            for name, values in columns:
                for p in self.exponents:
                    yield f"{name}**{p}", values**p
            for (a, u), (b, v) in combinations(columns, 2):
                for p, q in product(self.exponents, repeat=2):
                    yield f"{a}**{p} * {b}**{q}", u**p * v**q
