"""OracleProblem: a function to be found by asking it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar

import numpy as np

from bench.expression import Expression, parse
from bench.problems.cache import Arrays, arrays_digest
from bench.problems.oracles.served import (
    VARIANTS,
    Array,
    Corrupted,
    Serving,
    law_values,
    served_values,
)
from bench.problems.problem import Domain
from bench.problems.variable import Sampling, Variable

ASKED = (-128.0, 128.0)
"""Where FIND's functions may be asked."""
SCORED = np.arange(-128.0, 128.0) + 0.5
"""Where answers are held against what is served: FIND's points."""


@dataclass(frozen=True)
class OracleData:
    """``x`` (n,), where answers are scored; ``served``, what the oracle serves there but for what
    is random; ``law``, its law's values, nan where it has none; ``clean``, where it serves that
    or what stands in for it, and is finite."""

    x: Array
    served: Array
    law: Array
    clean: np.ndarray

    @property
    def arrays(self) -> Arrays:
        """All of it by name."""
        return {name: np.asarray(one, dtype=np.float64) for name, one in vars(self).items()}

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the arrays."""
        return arrays_digest({"x": self.x, "served": self.served, "law": self.law})


@dataclass(frozen=True)
class OracleProblem:
    """A function of ``x0`` that may be asked ``questions`` times, at most ``batch`` at once.

    ``truth`` is its law, of ``family``, and lives on ``limits``; ``serving`` is what it answers
    with. Its tier is the variant: clean, corrupted, noise or network.
    """

    kind: ClassVar[str] = "oracle"

    dataset: str
    version: str
    name: str
    truth: str
    family: str
    limits: tuple[float, float]
    serving: Serving
    questions: int = 256
    batch: int = 256
    flaws: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """``dataset/name``, unique among all problems."""
        return f"{self.dataset}/{self.name}"

    @property
    def tier(self) -> str:
        """The variant."""
        return VARIANTS[type(self.serving)]

    @property
    def variables(self) -> tuple[Variable, ...]:
        """The one argument, on the law's range."""
        return (Variable("x0", sampling=Sampling("uniform", *self.limits)),)

    @property
    def domain(self) -> Domain:
        """Where the judge draws points."""
        return Domain(self.variables)

    @cached_property
    def law(self) -> Expression:
        """The true expression."""
        return parse(self.truth, self.variables)

    def check(self) -> None:
        """There are no files to look through."""

    def served(self, x: Array) -> Array:
        """What is served at ``x`` (n,), but for what is random."""
        return served_values(self.serving, self.law, self.limits, x)

    def data(self, seed: int = 0) -> OracleData:
        """What answers are scored by: the same for every seed, and the same bits everywhere."""
        served = self.served(SCORED)
        low, high = self.limits
        clean = np.isfinite(served) & (low <= SCORED) & (high >= SCORED)
        if isinstance(self.serving, Corrupted):
            clean &= ~self.serving.inside(SCORED)
        return OracleData(SCORED, served, law_values(self.law, SCORED), clean)
