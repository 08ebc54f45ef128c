"""Data of ordinary differential equations: states along trajectories, and their rates of change.

The law to be discovered is the rate of one state, so the target is exact at whatever state a
trajectory has reached: the scheme decides which states are visited, not whether the law holds at
them. It is the classical Runge-Kutta scheme at a fixed step, in portable arithmetic, so that they
are the same bits on every machine; an adaptive solver's are not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bench.expression import Expression, parse
from bench.problems.portable import evaluate_portably

Array = NDArray[np.float64]
Compile = Callable[[Expression, Sequence[str]], Callable[[Array], Array]]

TIME = "t"


def _portably(law: Expression, columns: Sequence[str]) -> Callable[[Array], Array]:
    return lambda X: evaluate_portably(law, columns, X)


@dataclass(frozen=True)
class System:
    """An initial value problem, started at several points.

    ``rates`` has, for each state in order, its rate of change as text in the names of the states
    and ``t``. Each trajectory runs from t = 0 to ``duration`` and is recorded at ``points`` equally
    spaced times, both ends in, with ``steps`` of the scheme from one to the next. Portable
    functions cost about a millisecond a call, for one trajectory or for a hundred.

    Raises ParseError for rates in other names, ValueError for starts of another length.
    """

    rates: Mapping[str, str]
    starts: tuple[tuple[float, ...], ...]
    duration: float
    points: int
    steps: int = 1

    def __post_init__(self) -> None:
        for text in self.rates.values():
            parse(text, {name: name for name in self.columns})
        for start in self.starts:
            if len(start) != len(self.rates):
                raise ValueError(f"a start has {len(self.rates)} states, not {list(start)}")

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of ``trajectories``: time, then the states."""
        return (TIME, *self.rates)

    def trajectories(self, compile_law: Compile = _portably) -> Array:
        """Times and states, shape (starts, points, 1 + states), nan from where one blows up.

        With ``bench.expression.compile_expression`` it is much faster, and last bits differ between
        machines.
        """
        names = {name: name for name in self.columns}
        laws = [compile_law(parse(text, names), self.columns) for text in self.rates.values()]

        def rate(time: float, state: Array) -> Array:
            X = np.column_stack([np.full(len(state), time), state])
            return np.column_stack([law(X) for law in laws])

        times = np.linspace(0.0, self.duration, self.points)
        state = np.array(self.starts, dtype=np.float64)
        path = [state]
        for begin, end in pairwise(times):
            step = (end - begin) / self.steps
            for k in range(self.steps):
                state = _runge_kutta(rate, begin + k * step, state, step)
            path.append(state)
        states = np.stack(path, axis=1)
        clock = np.broadcast_to(times[None, :, None], (*states.shape[:2], 1))
        return np.concatenate([clock, states], axis=2)


def _runge_kutta(
    rate: Callable[[float, Array], Array], time: float, state: Array, step: float
) -> Array:
    """One step for all trajectories at once: ``state`` has shape (trajectories, states)."""
    with np.errstate(all="ignore"):
        first = rate(time, state)
        second = rate(time + step / 2, state + step / 2 * first)
        third = rate(time + step / 2, state + step / 2 * second)
        fourth = rate(time + step, state + step * third)
        return state + step / 6 * (first + 2 * second + 2 * third + fourth)
