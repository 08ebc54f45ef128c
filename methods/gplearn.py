"""Genetic programming with gplearn, with true functions and a clock.

gplearn's own ``div``, ``log``, ``sqrt`` and ``inv`` are *protected*: near zero they return
something else, which no formula says. Here it is given the true functions, and a program that is
not finite on every row is the worst there is; what is exported is exactly what was computed.

Fitness is the error of ``a + b*f(x)`` with the best ``a`` and ``b``, in units of the target's
standard deviation (linear scaling: Keijzer, EuroGP 2003, section 3), which makes the parsimony
coefficient mean the same for every problem.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from bench import Call, Candidate, Discovery, Expression, Number, Symbol, Task
from methods.answering import Answering
from methods.refine import line

_FUNCTIONS = {
    "add": (np.add, 2), "sub": (np.subtract, 2), "mul": (np.multiply, 2), "div": (np.divide, 2),
    "min": (np.minimum, 2), "max": (np.maximum, 2), "neg": (np.negative, 1), "abs": (np.abs, 1),
    "sqrt": (np.sqrt, 1), "log": (np.log, 1), "exp": (np.exp, 1), "sin": (np.sin, 1),
    "cos": (np.cos, 1), "tan": (np.tan, 1), "tanh": (np.tanh, 1),
}  # fmt: skip

_SEARCH_SHARE = 0.95
_SOLVED = 1e-10
"""An error below this share of the target's spread ends the search."""

Error = float


class _OutOfTime(Exception):
    """The budget is spent in the middle of a generation."""


@dataclass(frozen=True)
class GPLearn:
    """gplearn's SymbolicRegressor, generation after generation until the budget is spent.

    It runs in one thread. ``evaluations`` of the budget counts programs. The seed fixes the
    course of the search; how far it gets in a given time, the machine decides.
    """

    requires: ClassVar[tuple[str, ...]] = ("gplearn.genetic",)

    population: int = 1000
    tournament: int = 20
    functions: tuple[str, ...] = ("add", "sub", "mul", "div", "sqrt", "log", "exp", "sin", "cos")
    parsimony: float = 0.001
    rows: int = 1000
    scale: bool = True

    def __post_init__(self) -> None:
        unknown = sorted(set(self.functions) - set(_FUNCTIONS))
        if unknown:
            known = ", ".join(_FUNCTIONS)
            raise ValueError(f"there is no function '{unknown[0]}'; choose from {known}")

    def discover(self, task: Task) -> Discovery:
        """Evolve programs until the budget is spent or one fits to rounding error."""
        return _GPLearnRun(self, task).discovery()


class _GPLearnRun:
    """One run: what has been found so far, by length."""

    def __init__(self, settings: GPLearn, task: Task) -> None:
        self.settings, self.task = settings, task
        self.answer = Answering(task, settings.rows, scale=settings.scale)
        self.shortest: dict[int, tuple[Error, Expression]] = {1: (1.0, Number(0.0))}

    def discovery(self) -> Discovery:
        if not self.answer.constant:
            self._evolve()
        front = self._front()
        solved = [candidate for candidate in front if (candidate.loss or 0.0) < _SOLVED]
        return Discovery(solved[0] if solved else front[-1], tuple(front))

    def _evolve(self) -> None:
        few = self.answer.on_few
        limit = self.task.budget.evaluations or math.inf
        with np.errstate(all="ignore"), suppress(_OutOfTime):
            regressor = _regressor(self.settings, self.task.seed, self._over)
            while regressor.generations * self.settings.population < limit:
                regressor.generations += 1
                regressor.fit(few.X, few.y)
                if self._take(regressor._programs[-1]) < _SOLVED:
                    return

    def _over(self) -> bool:
        return self.answer.spent(_SEARCH_SHARE)

    def _take(self, programs: list[Any]) -> Error:
        """Keep the best of each length; report what is the best yet. Returns its error."""
        best = min(error for error, _ in self.shortest.values())
        for program in sorted(programs, key=lambda one: (one.raw_fitness_, one.length_)):
            error = float(program.raw_fitness_)
            if program.length_ not in self.shortest or error < self.shortest[program.length_][0]:
                tree = _tree(program.program, self.task.names)
                self.shortest[program.length_] = error, tree
                if error < best:
                    best = error
                    self.task.report(self._formula(tree), error)
        return best

    def _front(self) -> list[Candidate]:
        """Candidates by length, each better than all that are shorter."""
        front: list[Candidate] = []
        least = math.inf
        for length, (error, tree) in sorted(self.shortest.items()):
            if error < least * (1 - 1e-9):
                least = error
                front.append(Candidate(str(self._formula(tree)), length, error))
        return front

    def _formula(self, tree: Expression) -> Expression:
        """``a + b*tree`` fitted to the rows, in raw units."""
        return self.answer.raw(self.answer.on_all.scaled(tree).expression)


def _regressor(settings: GPLearn, seed: int, over: Callable[[], bool]) -> Any:
    from gplearn.fitness import make_fitness
    from gplearn.functions import _Function
    from gplearn.genetic import SymbolicRegressor

    def error(y: NDArray[Any], f: NDArray[Any], w: NDArray[Any]) -> Error:
        if over():
            raise _OutOfTime
        return _scaled_error(y, f)

    return SymbolicRegressor(
        population_size=settings.population,
        generations=0,
        tournament_size=min(settings.tournament, settings.population),
        function_set=[
            _Function(function=_FUNCTIONS[name][0], name=name, arity=_FUNCTIONS[name][1])
            for name in settings.functions
        ],
        metric=make_fitness(function=error, greater_is_better=False, wrap=False),
        parsimony_coefficient=settings.parsimony,
        stopping_criteria=-1.0,
        warm_start=True,
        low_memory=True,
        random_state=seed % 2**32,
    )


def _scaled_error(y: NDArray[Any], f: NDArray[Any]) -> Error:
    """Root mean square of ``y - (a + b*f)`` with the best a and b, over the spread of ``y``."""
    if not np.isfinite(f).all():
        return math.inf
    a, b = line(f, y)
    spread = float(np.std(y))
    error = float(np.sqrt(np.mean((y - (a + b * f)) ** 2)))
    return error / spread if math.isfinite(error) and spread > 0 else math.inf


def _tree(program: list[Any], names: tuple[str, ...]) -> Expression:
    """gplearn's prefix list (functions, column numbers as int, constants as float) as a tree."""
    stack: list[Expression] = []
    for node in reversed(program):
        if isinstance(node, int):
            stack.append(Symbol(names[node]))
        elif isinstance(node, float):
            stack.append(Number(float(node)))
        else:
            stack.append(_call(node.name, *(stack.pop() for _ in range(node.arity))))
    return stack[0]


def _call(op: str, *args: Expression) -> Expression:
    return Call(op, args)
