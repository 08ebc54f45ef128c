"""From a task to an answer: by rates where states have no noise, else along trajectories."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from bench import Candidate, Discovery, SystemTask, complexity
from methods.laws.systems.judging import JudgedSystem
from methods.laws.systems.observed import at_rest, noise_level, whole_pieces
from methods.laws.systems.search import Search

_NOISE = 1e-4
"""Of a state's size: rates of states with less are right to more digits than a search needs."""
_POINTS = 12
"""Fewer tell no noise."""
_END = 0.05
"""The share of the budget at which nothing else is begun."""


def discovered(task: SystemTask, by_rates: Callable[[], Discovery]) -> Discovery:
    """The laws of a system; ``by_rates`` finds them rate by rate."""
    known = any(one.dx is not None for one in task.trajectories)
    resting = at_rest(task)
    longest = max(map(len, task.trajectories), default=0)
    if known or longest < _POINTS or resting.all():
        return by_rates()
    whole = whole_pieces(task)
    if noise_level(whole) < _NOISE:
        return by_rates()
    states = [name for name, rests in zip(task.names, resting, strict=True) if not rests]
    names = [*states, *(one.name for one in task.variables if one.name not in states)]

    def expressions(one: JudgedSystem) -> dict[str, str]:
        found = map(str, one.fit.model.expressions(one.fit.constants))
        return dict.fromkeys(task.names, "0") | dict(zip(states, found, strict=True))

    steps, most = count(1), task.budget.evaluations

    def go_on() -> bool:
        """Asked before each step of a fit, which counts as an evaluation."""
        within = most is None or next(steps) <= most
        return within and task.remaining().share > _END

    search = Search(
        whole,
        tuple(names),
        go_on,
        lambda one: task.report(expressions(one), one.cost),
    )
    found = search.run()
    if not found:
        return by_rates()
    front = [Candidate(expressions(one), _nodes(one), one.cost) for one in found]
    return Discovery.of(expressions(found[0]), front)


def _nodes(one: JudgedSystem) -> int:
    return sum(map(complexity, one.fit.model.expressions(one.fit.constants)))
