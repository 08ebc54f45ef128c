"""PanelProblem: factors to be discovered over a market."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar, Protocol

from bench.expression.factors import Factor, parse_factor
from bench.problems.cache import cached_arrays
from bench.problems.panels.data import PanelData


class PanelSource(Protocol):
    """Where a panel's data come from; compare ``bench.problems.problem.Source``."""

    def data(self, problem: PanelProblem, seed: int) -> PanelData:
        """The data for data seed ``seed``: the same bits at every call."""
        ...


@dataclass(frozen=True)
class PanelProblem:
    """A pool of at most ``most`` factors that foretell returns over ``horizon`` days.

    ``fields`` are the names that factors may read. ``planted`` are the factors of which the
    returns were made, where that is known.
    """

    kind: ClassVar[str] = "panel"

    dataset: str
    version: str
    name: str
    fields: tuple[str, ...]
    source: PanelSource = field(repr=False, compare=False)
    planted: tuple[str, ...] = ()
    horizon: int = 1
    most: int = 10
    meaning: str = ""
    tier: str = ""
    flaws: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """``dataset/name``, unique among all problems."""
        return f"{self.dataset}/{self.name}"

    @cached_property
    def laws(self) -> tuple[Factor, ...]:
        """The planted factors."""
        return tuple(parse_factor(text, self.fields) for text in self.planted)

    def check(self) -> None:
        """Look through the data, where they lie in files. Raises ValueError or OSError."""
        check = getattr(self.source, "check", None)
        if check is not None:
            check(self)

    def data(self, seed: int = 0) -> PanelData:
        """The data for data seed ``seed``: the same bits on every machine."""
        if not hasattr(self.source, "depends_on"):
            return self.source.data(self, seed)
        parts = (repr(self), repr(self.source), str(seed))
        return PanelData.from_arrays(
            cached_arrays(parts, lambda: self.source.data(self, seed).arrays)
        )
