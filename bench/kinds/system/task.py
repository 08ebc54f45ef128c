"""SystemTask: all that a method may see of a problem of the kind ``system``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.clock import Clock, Remaining
from bench.kinds.system.differences import with_rates
from bench.kinds.table.task import Task
from bench.method import Answer, Budget, Discovery, as_answer
from bench.problems.systems.data import Estimate, Trajectory
from bench.problems.variable import Variable

_TOO_LARGE = 1e3
_KEPT = 0.02
"""The share of the budget that refining leaves."""


def _ignore(answer: Answer, loss: float | None) -> None:
    return None


@dataclass(frozen=True)
class Rates:
    """What rates may be made of, ``X`` (rows, variables), and their ``values`` (rows, states).

    ``sure`` (rows, states) says which are well known, and ``errors`` (states,) by about how much
    those are off: 0 where nobody knows.
    """

    X: NDArray[np.float64]
    values: NDArray[np.float64]
    sure: NDArray[np.bool_]
    errors: NDArray[np.float64]


@dataclass(frozen=True)
class SystemTask:
    """All that a method may see of a system whose rates are to be found.

    ``trajectories`` have times ``t`` (n,), not always even, and ``x`` (n, states), whose column j
    is ``states[j]``; ``u`` (n, inputs) where there are ``inputs``, ``dx`` where rates are
    disclosed. ``time`` is what time is called where the rates may depend on it, else empty.
    ``estimate`` is how rates are estimated for methods that take tables. ``guess`` is what is told
    of the law, a text for each state, right or not: ``C0``, ``C1`` stand for constants.

    An answer has an expression for each state: ``Discovery.of({"x0": "x1", "x1": "-x0"})``. Seed,
    budget, clock and ``model`` are as in ``bench.Task``. Raises ValueError where shapes and names
    do not match.
    """

    trajectories: tuple[Trajectory, ...]
    states: tuple[Variable, ...]
    inputs: tuple[Variable, ...] = ()
    time: str = ""
    estimate: Estimate = "smoothed"
    guess: Mapping[str, str] = field(default_factory=dict)
    seed: int = 0
    budget: Budget = field(default_factory=Budget)
    description: str = ""
    on_report: Callable[[Answer, float | None], None] = field(default=_ignore, repr=False)
    clock: Clock = field(default_factory=Clock, repr=False, compare=False)
    model: Any = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        names = [variable.name for variable in self.variables]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two columns are called '{twice[0]}'; give each a name of its own")
        for k, one in enumerate(self.trajectories):
            inputs = 0 if one.u is None else one.u.shape[1]
            if (one.x.shape[1], inputs) != (len(self.states), len(self.inputs)):
                raise ValueError(
                    f"trajectory {k} has {one.x.shape[1]} states and {inputs} inputs; named are "
                    f"{len(self.states)} and {len(self.inputs)}"
                )

    @property
    def names(self) -> tuple[str, ...]:
        """The states' names, in the order of the columns of ``x``."""
        return tuple(variable.name for variable in self.states)

    @property
    def variables(self) -> tuple[Variable, ...]:
        """What a rate may be made of: states, inputs, and time where it has a name."""
        time = (Variable(self.time),) if self.time else ()
        return (*self.states, *self.inputs, *time)

    def tables(self, how: Estimate = "smoothed") -> tuple[Task, ...]:
        """For each state the table of its rate: rows of states, inputs and time, and the rate.

        Rates are estimated as ``how`` says (``bench.kinds.system.differences``), unless they are
        disclosed, and rows whose rate is not well known are left out. Budget and clock are those
        of this task; nothing is reported.
        """
        found = self.rates(how)
        columns = zip(self.names, found.values.T, found.sure.T, found.errors.tolist(), strict=True)
        return tuple(
            Task(found.X[sure], values[sure], self.variables, self.seed, self.budget,
                 Variable(f"d{name}"), clock=self.clock, y_error=error)
            for name, values, sure, error in columns
        )  # fmt: skip

    def by_tables(self, method: Any) -> Discovery:
        """What ``method``, one for tables, answers rate by rate: see the kind's reduction."""
        from bench.kinds.system.reduction import reduced

        return reduced(method, self)

    def rates(self, how: Estimate = "smoothed") -> Rates:
        """The rates at all points of all trajectories, as in ``tables``."""
        estimated = [with_rates(one, how) for one in self.trajectories]
        return Rates(
            np.concatenate([self.arguments(one.trajectory) for one in estimated]),
            np.concatenate([one.rates for one in estimated]),
            np.concatenate([one.sure for one in estimated]),
            np.max([one.errors for one in estimated], axis=0),
        )

    @cached_property
    def smoothed(self) -> tuple[Trajectory, ...]:
        """The trajectories with states as smooth, and rates, as ``estimate`` takes them to be."""
        hidden = (replace(one, dx=None) for one in self.trajectories)
        return tuple(with_rates(one, self.estimate).trajectory for one in hidden)

    def arguments(self, trajectory: Trajectory) -> NDArray[np.float64]:
        """What rates may be made of along ``trajectory``: shape (n, variables)."""
        columns = trajectory.columns
        return np.column_stack([columns[:, 1:], columns[:, :1]]) if self.time else columns[:, 1:]

    def integrated(
        self, expressions: Mapping[str, object], along: Trajectory, seconds: float = 1.0
    ) -> NDArray[np.float64]:
        """The states that ``expressions`` lead to from the first of ``along``, at its times.

        Shape (n, states); nan from where it explodes, is no number, or takes more than
        ``seconds`` of processor time. Raises ValueError for what is no expression.
        """
        from bench.expression import read
        from bench.kinds.system.solving.integration import IntegrationLimits, integrate
        from bench.problems.systems.rates import driven

        laws = {name: read(str(expressions[name]), self.variables).filled for name in self.names}
        names = [variable.name for variable in self.variables]
        limits = IntegrationLimits(seconds, size=_TOO_LARGE * float(np.abs(along.x).max() or 1.0))
        rates = driven(laws, names, bool(self.inputs), bool(self.time), along)
        return integrate(rates, along.x[0].tolist(), along.t, limits).x

    def refined(self, expressions: Mapping[str, object]) -> dict[str, str]:
        """``expressions`` with their floats (``2.0`` but not ``2``) moved until, integrated, they
        lead along the trajectories (``bench.kinds.system.solving.shooting``).

        What is left of the budget limits it. Raises ValueError for what is no expression.
        """
        from bench.expression import read
        from bench.kinds.system.solving.shooting import shot

        laws = {name: read(str(expressions[name]), self.variables).filled for name in self.names}
        names = [variable.name for variable in self.variables]
        found = shot(
            laws, names, self.trajectories, self.smoothed, bool(self.time),
            lambda: self.remaining().share > _KEPT,
        )  # fmt: skip
        return {name: str(law) for name, law in found.items()}

    def report(self, expressions: Mapping[str, object], loss: float | None = None) -> None:
        """Tell the harness the best rates so far, one for each state: see ``bench.Task.report``."""
        self.on_report(as_answer(expressions), loss)

    def remaining(self) -> Remaining:
        """What is left of the budget: see ``bench.Task.remaining``."""
        return self.clock.remaining(self.budget)
