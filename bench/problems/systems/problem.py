"""SystemProblem: the rates of a system's states, and the trajectories to find them by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from bench.expression import Expression, parse
from bench.problems.cache import cached_arrays
from bench.problems.problem import Domain
from bench.problems.sources.observed import observed_sampling
from bench.problems.systems.data import Estimate, NoiseKind, SystemData, Trajectory
from bench.problems.systems.rates import System, driven
from bench.problems.variable import Variable


class SystemSource(Protocol):
    """Where the trajectories of a problem come from; compare ``bench.problems.problem.Source``."""

    def data(self, problem: SystemProblem, seed: int) -> SystemData:
        """All trajectories for data seed ``seed``: the same bits at every call."""
        ...


@dataclass(frozen=True, slots=True)
class Observing:
    """How the shown trajectories are seen.

    Noise is ``multiplicative``, x (1 + level * e), as ODEFormer has it (d'Ascoli et al. 2023,
    arXiv:2310.05573), or ``additive``, x + level * RMS(x) * e for each state. ``dropped`` is the
    share of points left out at random; ``derivatives`` shows the exact rates beside the states.
    ``estimate`` is how rates are estimated for methods that take tables.
    """

    noise: NoiseKind = "multiplicative"
    dropped: float = 0.0
    derivatives: bool = False
    estimate: Estimate = "smoothed"


@dataclass(frozen=True)
class SystemProblem:
    """x' = f(x, t, u): one rate to be discovered for each of ``states``.

    ``truth`` has the rates by the states' names, in these names and those of ``inputs`` and
    ``time`` (empty: the law does not ask for it); None where the law is not known. ``lyapunov`` is
    the largest exponent of a chaotic system, per unit of time: its prediction is scored over few
    Lyapunov times. ``law`` names the systems that are one law with other constants.
    ``guess`` is what methods are told of the law, right or not; empty: nothing.
    """

    kind: ClassVar[str] = "system"

    dataset: str
    version: str
    name: str
    states: tuple[Variable, ...]
    truth: Mapping[str, str] | None
    source: SystemSource = field(repr=False, compare=False)
    inputs: tuple[Variable, ...] = ()
    time: str = ""
    meaning: str = ""
    tier: str = ""
    flaws: Mapping[str, str] = field(default_factory=dict)
    lyapunov: float | None = None
    law: str = ""
    guess: Mapping[str, str] = field(default_factory=dict)
    observing: Observing = Observing()

    @property
    def id(self) -> str:
        """``dataset/name``, unique among all problems."""
        return f"{self.dataset}/{self.name}"

    @property
    def names(self) -> tuple[str, ...]:
        """The states' names, in the order of the columns of ``x``."""
        return tuple(variable.name for variable in self.states)

    @property
    def variables(self) -> tuple[Variable, ...]:
        """What a rate may be made of: states, inputs, and time where the law may have it."""
        time = (Variable(self.time, meaning="time"),) if self.time else ()
        return (*self.states, *self.inputs, *time)

    @cached_property
    def laws(self) -> Mapping[str, Expression]:
        """The true rates; raises ValueError where they are not known."""
        if self.truth is None:
            raise ValueError(f"problem '{self.id}' has no known law")
        return {name: parse(text, self.variables) for name, text in self.truth.items()}

    def rates(
        self, laws: Mapping[str, Expression] | None = None, along: Trajectory | None = None
    ) -> System:
        """``laws`` (None: the true ones) as a function of time and states.

        Inputs are those of ``along``, linear between its times, and the nearest beyond them.
        """
        names = [variable.name for variable in self.variables]
        laws = self.laws if laws is None else laws
        return driven(laws, names, bool(self.inputs), bool(self.time), along)

    def check(self) -> None:
        """Look through the data, where they lie in files. Raises ValueError or OSError."""
        check = getattr(self.source, "check", None)
        if check is not None:
            check(self)

    def data(self, seed: int = 0) -> SystemData:
        """All trajectories for data seed ``seed``: the same bits on every machine."""
        if not hasattr(self.source, "depends_on"):
            return self.source.data(self, seed)
        # How it is seen changes nothing of what there is to see.
        parts = (repr(replace(self, observing=Observing(), guess={})), repr(self.source), str(seed))
        arrays = cached_arrays(parts, lambda: self.source.data(self, seed).arrays)
        return SystemData.from_arrays(arrays)

    def domain_of(self, data: SystemData) -> Domain:
        """The box around the states, inputs and times that ``data`` visit."""
        rows = np.concatenate([self.arguments(one) for one in (*data.shown, *data.held_back)])
        return Domain(
            tuple(
                replace(variable, sampling=observed_sampling(_spread(values)))
                for variable, values in zip(self.variables, rows.T, strict=True)
            )
        )

    def arguments(self, trajectory: Trajectory) -> NDArray[np.float64]:
        """The values of ``variables`` along ``trajectory``: shape (n, variables)."""
        columns = trajectory.columns
        return np.column_stack([columns[:, 1:], columns[:, :1]]) if self.time else columns[:, 1:]


def _spread(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """``values``; where they are one, that and a tenth to both sides: a box must have a width."""
    low, high = float(values.min()), float(values.max())
    if high - low > 1e-9 * max(abs(low), abs(high)):
        return values
    width = 0.1 * abs(low) or 0.1
    return np.array([low - width, high + width])
