"""The reduction of systems to tables: one table for the rate of each state.

Rates are estimated on the first part of each trajectory, and the method is asked for one state
after the other within a shared budget. What it proposes is ranked by integrating it again: over
what was held back, and from the start. The constants of the best are then fitted along the
trajectories, and parts that no trajectory tells are left out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np

from bench.expression import evaluate, read
from bench.kinds.system.simplifying import shorter
from bench.kinds.system.task import SystemTask
from bench.kinds.table.task import Task
from bench.method import Answer, Budget, Candidate, Discovery
from bench.problems.systems.data import Array, Trajectory

_FITTED = 0.75
"""The share of each trajectory's points that tables are made of; of few points, all."""
_LEAST_FITTED = 20
_SEARCH = 0.75
"""The share of the budget for the method's search."""
_SPARE = 0.02
"""The share of the budget at which nothing else is begun."""
_SLIGHT = 0.05
"""A change of a rate, as a share of its size, that other constants may make up for."""
_FRONT = 6
_BETTER, _ALIKE = 0.95, 1.05
_WORST = 2.0
_NOTHING = 1e-12
_PIECES = 8
_SECONDS = 0.5


def reduced(method: Any, task: SystemTask) -> Discovery:
    """The system that ``method``, one for tables, finds rate by rate."""
    fitted = replace(task, trajectories=tuple(_begun(one) for one in task.trajectories))
    tables = fitted.tables(task.estimate)
    found: dict[str, str] = {
        name: _linear(table) for name, table in zip(task.names, tables, strict=True)
    }
    task.report(found)
    candidates: dict[str, list[str]] = {}
    for k, (name, table) in enumerate(zip(task.names, tables, strict=True)):

        def on_report(answer: Answer, loss: float | None, name: str = name) -> None:
            task.report({**found, name: answer})

        budget = _share_of(task, len(tables) - k)
        one = replace(
            table, budget=budget, clock=task.clock.part(), on_report=on_report, model=task.model
        )
        candidates[name] = _expressions(method.discover(one), found[name])
        found[name] = candidates[name][0]
        task.report(found)
    ranking = _Ranking(task)
    best = ranking.best(found, candidates)
    task.report(best)
    best = ranking.refined(best)
    task.report(best)
    return Discovery.of(ranking.simplified(best))


def _begun(trajectory: Trajectory) -> Trajectory:
    count = max(round(_FITTED * len(trajectory)), min(_LEAST_FITTED, len(trajectory)))
    return _cut(trajectory, slice(0, count))


def _cut(one: Trajectory, rows: slice) -> Trajectory:
    u, dx = (None if part is None else part[rows] for part in (one.u, one.dx))
    return Trajectory(one.t[rows], one.x[rows], u, dx)


def _linear(table: Task) -> str:
    """The least-squares linear rate: what stands where the method has not answered yet."""
    design = np.column_stack([np.ones(len(table.y)), table.X])
    constant, *slopes = np.linalg.lstsq(design, table.y, rcond=None)[0].tolist()
    terms = [f"({slope!r})*{name}" for slope, name in zip(slopes, table.names, strict=True)]
    return " + ".join([repr(constant), *terms])


def _share_of(task: SystemTask, states: int) -> Budget:
    """The budget of one of the ``states`` that are left."""
    left, whole = task.remaining(), task.budget
    share = _SEARCH / states
    evaluations = whole.evaluations and max(1, whole.evaluations // len(task.states))
    cpu = None if left.cpu_seconds is None else share * left.cpu_seconds
    return replace(whole, seconds=share * left.seconds, cpu_seconds=cpu, evaluations=evaluations)


def _expressions(discovery: Discovery, otherwise: str) -> list[str]:
    """The expressions of a discovery, the one it stands by first."""
    front = sorted(discovery.front, key=_loss)[:_FRONT]
    texts = [one.expression for one in (discovery.best, *front)]
    return list(dict.fromkeys(one for one in texts if isinstance(one, str) and one)) or [otherwise]


def _loss(candidate: Candidate) -> float:
    return np.inf if candidate.loss is None else candidate.loss


@dataclass(frozen=True)
class _Ranking:
    """Answers to ``task`` by how far they are from its trajectories when integrated again."""

    task: SystemTask

    def best(
        self, found: Mapping[str, str], candidates: Mapping[str, Sequence[str]]
    ) -> dict[str, str]:
        """The best answer that differs from ``found`` by one expression after another.

        Of answers that are alike the shorter is the better one.
        """
        best, least = dict(found), self.error(found)
        for name, texts in candidates.items():
            for text in texts[1:]:
                if self.task.remaining().share <= _SPARE:
                    return best
                other = {**best, name: text}
                error = self.error(other)
                shorter = len(text) < len(best[name]) and error <= _ALIKE * least
                if error < _BETTER * least or shorter:
                    best, least = other, error
        return best

    def refined(self, answer: dict[str, str]) -> dict[str, str]:
        """``answer`` with its constants fitted along the trajectories, where that is nearer."""
        try:
            other = self.task.refined(answer)
        except ValueError:
            return answer
        return other if self.error(other) < self.error(answer) else answer

    def simplified(self, answer: dict[str, str]) -> dict[str, str]:
        """``answer`` without what other constants make up for: the error stays alike."""
        least = self.error(answer)
        if not math.isfinite(least):
            return answer
        tried = iter(self._slightly_changed(answer))
        while (other := next(tried, None)) is not None and self.task.remaining().share > _SPARE:
            error = self.error(other)
            if error > _ALIKE * least:
                other = self.refined(other)
                error = self.error(other)
            if error <= _ALIKE * least:
                answer, least = other, min(error, least)
                tried = iter(self._slightly_changed(answer))
        return answer

    def _slightly_changed(self, answer: Mapping[str, str]) -> list[dict[str, str]]:
        """Answers that say less, and have nearly the same rates: the nearest first."""
        names = [variable.name for variable in self.task.variables]
        found: list[tuple[float, str, str]] = []
        for name, text in answer.items():
            law = read(text, self.task.variables).filled
            rate = evaluate(law, names, self._points)
            for other in shorter(law):
                with np.errstate(all="ignore"):
                    change = np.linalg.norm(evaluate(other, names, self._points) - rate)
                if change <= _SLIGHT * np.linalg.norm(rate):
                    found.append((float(change), name, str(other)))
        return [{**answer, name: text} for _, name, text in sorted(found)]

    @cached_property
    def _points(self) -> Array:
        return np.concatenate([self.task.arguments(one) for one in self.task.smoothed])

    def error(self, answer: Mapping[str, str]) -> float:
        """The mean of the squared errors over the variances, each at most ``_WORST``.

        Over all of a trajectory, what was held back of it, and short pieces, which are near the
        truth for one right rate among wrong ones. inf where an expression is none.
        """
        errors = []
        for part, spread in self._parts:
            try:
                found = self.task.integrated(answer, part, _SECONDS)
            except ValueError:
                return math.inf
            errors.append(_misfit(part.x, found, spread))
        return float(np.mean(errors)) + _NOTHING

    @cached_property
    def _parts(self) -> list[tuple[Trajectory, Array]]:
        """What is integrated again, each part with the variances of its whole trajectory."""
        parts = []
        for one, smooth in zip(self.task.trajectories, self.task.smoothed, strict=True):
            held_back = slice(len(_begun(one)) - 1, len(one))
            bounds = np.linspace(0, len(one) - 1, _PIECES + 1).astype(int)
            pieces = [slice(a, b + 1) for a, b in pairwise(bounds.tolist())]
            spread = np.maximum(smooth.x.var(axis=0), 1e-12 * np.abs(smooth.x).max() ** 2)
            cuts = (_cut(smooth, rows) for rows in (slice(0, len(one)), held_back, *pieces))
            parts += [(cut, spread + 1e-300) for cut in cuts if len(cut) > 1]
        return parts


def _misfit(true: Array, found: Array, spread: Array) -> float:
    with np.errstate(all="ignore"):
        errors = np.mean((found - true) ** 2, axis=0) / spread
    return float(np.mean(np.where(errors < _WORST, errors, _WORST)))
