"""SystemTask: all that a method may see of a problem of the kind ``system``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bench.clock import Clock, Remaining
from bench.method import Answer, Budget, as_answer
from bench.problems.systems.data import Trajectory
from bench.problems.variable import Variable


def _ignore(answer: Answer, loss: float | None) -> None:
    return None


@dataclass(frozen=True)
class SystemTask:
    """All that a method may see of a system whose rates are to be found.

    ``trajectories`` have times ``t`` (n,), not always even, and ``x`` (n, states), whose column j
    is ``states[j]``; ``u`` (n, inputs) where there are ``inputs``, ``dx`` where rates are
    disclosed. ``time`` is what time is called where the rates may depend on it, else empty. An
    answer has an expression for each state: ``Discovery.of({"x0": "x1", "x1": "-x0"})``. Seed,
    budget, clock and ``model`` are as in ``bench.Task``. Raises ValueError where shapes and names
    do not match.
    """

    trajectories: tuple[Trajectory, ...]
    states: tuple[Variable, ...]
    inputs: tuple[Variable, ...] = ()
    time: str = ""
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

    def report(self, expressions: Mapping[str, object], loss: float | None = None) -> None:
        """Tell the harness the best rates so far, one for each state: see ``bench.Task.report``."""
        self.on_report(as_answer(expressions), loss)

    def remaining(self) -> Remaining:
        """What is left of the budget: see ``bench.Task.remaining``."""
        return self.clock.remaining(self.budget)
