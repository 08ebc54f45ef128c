"""What a method sees of the clean trajectories: fewer points, and noise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from bench.expression import Expression, compile_expression
from bench.kinds.kind import Conditions
from bench.kinds.noise import noise_seed, root_mean_square
from bench.problems.portable.normal import standard_normal
from bench.problems.systems.data import Array, SystemData, Trajectory
from bench.problems.systems.problem import SystemProblem

_LEAST_POINTS = 3


def observed(
    problem: SystemProblem, data: SystemData, conditions: Conditions
) -> tuple[Trajectory, ...]:
    """The shown trajectories as ``problem.observing`` and ``conditions.noise`` have them.

    Every method sees the same: draws follow from the problem, the seeds and the level alone.
    """
    trajectories = data.shown
    if problem.observing.derivatives:
        trajectories = tuple(_with_rates(problem, one) for one in trajectories)
    kept = _thinned(problem, trajectories, conditions)
    return _noisy(problem, kept, conditions)


def _with_rates(problem: SystemProblem, trajectory: Trajectory) -> Trajectory:
    """``trajectory`` with the true rates at its states."""
    return replace(trajectory, dx=rates_along(problem, problem.laws, trajectory))


def rates_along(
    problem: SystemProblem, laws: Mapping[str, Expression], trajectory: Trajectory
) -> Array:
    """The values of ``laws``, an expression by state, along ``trajectory``: shape (n, states)."""
    names = [variable.name for variable in problem.variables]
    rows = problem.arguments(trajectory)
    return np.column_stack([compile_expression(law, names)(rows) for law in laws.values()])


def _thinned(
    problem: SystemProblem, trajectories: tuple[Trajectory, ...], conditions: Conditions
) -> tuple[Trajectory, ...]:
    """Without floor(share * n) points of each, drawn without replacement; three stay at least."""
    share = problem.observing.dropped
    if not share:
        return trajectories
    generator = np.random.PCG64(noise_seed(problem, conditions, "dropped"))
    thinned = []
    for one in trajectories:
        ranks = generator.random_raw(len(one))
        keep = max(_LEAST_POINTS, len(one) - int(share * len(one)))
        thinned.append(_rows(one, np.sort(np.argsort(ranks, kind="stable")[:keep])))
    return tuple(thinned)


def _rows(one: Trajectory, rows: np.ndarray) -> Trajectory:
    u = None if one.u is None else one.u[rows]
    return Trajectory(one.t[rows], one.x[rows], u, None if one.dx is None else one.dx[rows])


def _noisy(
    problem: SystemProblem, trajectories: tuple[Trajectory, ...], conditions: Conditions
) -> tuple[Trajectory, ...]:
    if not conditions.noise or not trajectories:
        return trajectories
    sizes = [one.x.size for one in trajectories]
    draws = standard_normal(sum(sizes), noise_seed(problem, conditions))
    noisy = []
    for one, begin in zip(trajectories, np.cumsum([0, *sizes[:-1]]), strict=True):
        e = conditions.noise * draws[begin : begin + one.x.size].reshape(one.x.shape)
        if problem.observing.noise == "multiplicative":
            x = one.x * (1.0 + e)
        else:
            x = one.x + e * np.array([root_mean_square(state) for state in one.x.T])
        noisy.append(replace(one, x=x))
    return tuple(noisy)
