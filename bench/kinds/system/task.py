"""SystemTask: all that a method may see of a problem of the kind ``system``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.clock import Clock, Remaining
from bench.kinds.system.differences import with_rates
from bench.kinds.table.task import Task
from bench.method import Answer, Budget, as_answer
from bench.problems.systems.data import Estimate, Trajectory
from bench.problems.variable import Variable

_TOO_LARGE = 1e3


def _ignore(answer: Answer, loss: float | None) -> None:
    return None


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
        disclosed. Budget and clock are those of this task; nothing is reported.
        """
        estimated = [with_rates(one, how) for one in self.trajectories]
        X = np.concatenate([self._arguments(one) for one in estimated])
        dx = np.concatenate([one.dx for one in estimated if one.dx is not None])
        return tuple(
            Task(X, np.ascontiguousarray(rate), self.variables, self.seed, self.budget,
                 Variable(f"d{name}"), clock=self.clock)
            for name, rate in zip(self.names, dx.T, strict=True)
        )  # fmt: skip

    def _arguments(self, trajectory: Trajectory) -> NDArray[np.float64]:
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
        from bench.kinds.system.integration import IntegrationLimits, integrate
        from bench.problems.systems.rates import driven

        laws = {name: read(str(expressions[name]), self.variables).filled for name in self.names}
        names = [variable.name for variable in self.variables]
        limits = IntegrationLimits(seconds, size=_TOO_LARGE * float(np.abs(along.x).max() or 1.0))
        rates = driven(laws, names, bool(self.inputs), bool(self.time), along)
        return integrate(rates, along.x[0].tolist(), along.t, limits).x

    def report(self, expressions: Mapping[str, object], loss: float | None = None) -> None:
        """Tell the harness the best rates so far, one for each state: see ``bench.Task.report``."""
        self.on_report(as_answer(expressions), loss)

    def remaining(self) -> Remaining:
        """What is left of the budget: see ``bench.Task.remaining``."""
        return self.clock.remaining(self.budget)
