"""What a method is told of a system beside its trajectories, and what an answer to it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bench.kinds.disclosing import disclosed, variable_told
from bench.kinds.kind import Disclosure
from bench.method import Answer
from bench.problems.systems.data import Trajectory
from bench.problems.variable import Variable

if TYPE_CHECKING:
    from bench.problems.systems.problem import SystemProblem

Array = NDArray[np.float64]
_PARTS = 4  # t, x, u, dx


def told(problem: SystemProblem, disclosure: Disclosure) -> dict[str, Any]:
    """The names of states, inputs and time, and what is disclosed of them."""
    return {
        "states": [disclosed(variable, disclosure) for variable in problem.states],
        "inputs": [disclosed(variable, disclosure) for variable in problem.inputs],
        "time": problem.time,
        "estimate": problem.observing.estimate,
        "guess": dict(problem.guess),
        "description": problem.meaning if disclosure == "full" else "",
    }


def listed(told: Mapping[str, Any], what: str) -> tuple[Variable, ...]:
    """The ``states`` or ``inputs`` that were told."""
    return tuple(map(variable_told, told[what]))


def flat(trajectories: Sequence[Trajectory]) -> tuple[Array, ...]:
    """The arrays of ``trajectories``, four for each; what one lacks has no columns."""
    return tuple(
        np.empty((len(one), 0)) if part is None else part
        for one in trajectories
        for part in (one.t, one.x, one.u, one.dx)
    )


def trajectories(arrays: Sequence[Array]) -> tuple[Trajectory, ...]:
    """Inverse of ``flat``."""
    groups = [arrays[k : k + _PARTS] for k in range(0, len(arrays), _PARTS)]
    return tuple(
        Trajectory(t, x, u if u.shape[1] else None, dx if dx.shape[1] else None)
        for t, x, u, dx in groups
    )


def refusal(answer: Answer, told: Mapping[str, Any]) -> str | None:
    """Why ``answer`` has not one rate for each state that was told; None where it has."""
    from bench.expression import read

    states, inputs = listed(told, "states"), listed(told, "inputs")
    time = (Variable(told["time"]),) if told["time"] else ()
    fault = misfit(answer, [variable.name for variable in states])
    if fault is not None or isinstance(answer, str):
        return fault
    for name, text in answer.items():
        try:
            reading = read(text, (*states, *inputs, *time))
        except ValueError as error:
            return f"{name}: {error}".partition("\n")[0]
        if reading.constants:
            return f"{name}: {', '.join(reading.constants)} has no value; a rate must have all"
    return None


def misfit(answer: Answer, names: Sequence[str]) -> str | None:
    """Why ``answer`` is not one text for each of ``names``."""
    asked = f"an expression is asked for each of {', '.join(names)}"
    if isinstance(answer, str):
        return f"{asked}, not one alone"
    for name in names:
        if name not in answer:
            return f"{asked}; there is none for {name}"
    for name in answer:
        if name not in names:
            return f"{asked}; there is no state called {name!r:.60}"
    return None
