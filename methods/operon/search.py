"""One search with pyoperon's own parts: NSGA-II over error and length, ended to the second.

pyoperon's scikit-learn class can neither be stopped nor asked before it is done. Its parts can:
after each generation they call back, and an evaluator whose budget is set to zero ends the search.
What an object of pyoperon is given, it holds by pointer: ``Parts`` keeps all of them alive.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench import Expression
from methods.operon.trees import expression_of

SYMBOLS = {
    "add": "Add", "sub": "Sub", "mul": "Mul", "div": "Div", "aq": "Aq", "pow": "Pow",
    "abs": "Abs", "sqrt": "Sqrt", "cbrt": "Cbrt",
    "square": "Square", "exp": "Exp", "log": "Log", "sin": "Sin", "cos": "Cos", "tan": "Tan",
    "asin": "Asin", "acos": "Acos", "atan": "Atan", "sinh": "Sinh", "cosh": "Cosh",
    "tanh": "Tanh",
}  # fmt: skip
"""Our names of the operators that a search may use, and pyoperon's.

Not among them: ``Fmin`` and ``Fmax``, of which pyoperon 0.6.2 computes the one where it says the
other.
"""

_FRACTION_INTERNAL = 0.9
_INITIAL_LENGTH = 10
_UNLIMITED = 1_000_000_000
_SAME = 1e-5
"""Objectives nearer than that count as one (Operon's own default)."""


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """What steers a search, beside its data."""

    operators: tuple[str, ...]
    population: int
    max_length: int
    max_depth: int
    tournament: int
    local_iterations: int
    mutation_probability: float
    seed: int
    threads: int
    max_seconds: int


@dataclass(frozen=True, slots=True)
class FrontTree:
    """A tree on the front: its nodes, before any scale or offset, and 1 - R2 as Operon saw it."""

    expression: Expression
    length: int
    error: float


@dataclass(frozen=True, slots=True)
class Generation:
    """Where a search stands after a generation."""

    number: int
    evaluations: int
    front: Callable[[], list[FrontTree]]


def search(
    X: NDArray[np.float64],
    y: NDArray[np.float64],
    names: Sequence[str],
    settings: SearchSettings,
    go_on: Callable[[Generation], bool],
) -> list[FrontTree]:
    """The front after the generation at which ``go_on`` says False.

    ``X`` has shape (n, d). ``go_on`` is called after every generation; what it raises ends the
    search and is raised again.
    """
    import pyoperon as op

    parts = _Parts(op, X, y, settings)
    spelled = dict(zip(parts.inputs, names, strict=True))
    raised: list[BaseException] = []

    def front() -> list[FrontTree]:
        return [
            FrontTree(expression_of(one.Genotype, spelled), one.Genotype.Length, 1.0 + one[0])
            for one in parts.algorithm.BestFront
        ]

    def after_generation() -> None:
        # pyoperon swallows what a callback raises.
        try:
            generation = Generation(parts.algorithm.Generation, parts.error.CallCount, front)
            if not go_on(generation):
                parts.evaluator.Budget = 0
        except BaseException as error:
            raised.append(error)
            parts.evaluator.Budget = 0

    random = op.RandomGenerator(np.uint64(settings.seed))
    parts.algorithm.Run(random, after_generation, settings.threads, False)
    if raised:
        raise raised[0]
    return front()


class _Parts:
    """Everything a search is put together from."""

    def __init__(
        self, op: Any, X: NDArray[np.float64], y: NDArray[np.float64], settings: SearchSettings
    ) -> None:
        self.op, self.settings = op, settings
        self._data(X, y)
        self._variation()
        self._objectives()
        self._algorithm()

    def _data(self, X: NDArray[np.float64], y: NDArray[np.float64]) -> None:
        op = self.op
        self.dataset = op.Dataset(np.asfortranarray(np.column_stack((X, y))))
        *inputs, target = sorted(self.dataset.Variables, key=lambda variable: variable.Index)
        self.inputs = [variable.Hash for variable in inputs]
        self.problem = op.Problem(self.dataset)
        self.problem.TrainingRange = op.Range(0, self.dataset.Rows)
        self.problem.TestRange = op.Range(self.dataset.Rows - 1, self.dataset.Rows)
        self.problem.Target = target
        self.problem.InputHashes = self.inputs
        used = int(op.NodeType.Constant) | int(op.NodeType.Variable)
        for name in self.settings.operators:
            used |= int(getattr(op.NodeType, SYMBOLS[name]))
        self.problem.ConfigurePrimitiveSet(used)
        self.primitives = self.problem.PrimitiveSet

    def _variation(self) -> None:
        op, limits = self.op, (self.settings.max_depth, self.settings.max_length)
        self.creator = op.BalancedTreeCreator(self.primitives, self.inputs, 0.0)
        self.coefficients = op.NormalCoefficientInitializer()
        self.coefficients.ParameterizeDistribution(0, 1)
        self.crossover = op.SubtreeCrossover(_FRACTION_INTERNAL, *limits)
        points = [op.NormalOnePointMutation(), op.NormalMultiPointMutation()]
        for point in points:
            point.ParameterizeDistribution(0, 1)
        self.mutations = [
            *points,
            op.ChangeVariableMutation(self.inputs),
            op.ChangeFunctionMutation(self.primitives),
            op.InsertSubtreeMutation(self.creator, self.coefficients, *limits),
            op.ReplaceSubtreeMutation(self.creator, self.coefficients, *limits),
            op.RemoveSubtreeMutation(self.primitives),
        ]
        self.mutation = op.MultiMutation()
        for mutation in self.mutations:
            self.mutation.Add(mutation, 1.0)

    def _objectives(self) -> None:
        op = self.op
        self.dispatch = op.DispatchTable()
        self.optimizer = op.LMOptimizer(
            self.dispatch, self.problem, self.settings.local_iterations, 0
        )
        self.error = op.Evaluator(self.problem, self.dispatch, op.R2(), True)
        self.length = op.LengthEvaluator(self.problem)
        self.evaluator = op.MultiEvaluator(self.problem)
        for objective in (self.error, self.length):
            objective.Budget = _UNLIMITED
            self.evaluator.Add(objective)
        self.evaluator.Budget = _UNLIMITED

    def _algorithm(self) -> None:
        op, settings = self.op, self.settings
        self.comparison = op.CrowdedComparison()
        self.selector = op.TournamentSelector(self.comparison)
        self.selector.TournamentSize = settings.tournament
        self.reinserter = op.KeepBestReinserter(self.comparison)
        self.local_search = op.CoefficientOptimizer(self.optimizer)
        self.generator = op.BasicOffspringGenerator(
            self.evaluator, self.crossover, self.mutation,
            self.selector, self.selector, self.local_search,
        )  # fmt: skip
        least_arity, _ = self.primitives.FunctionArityLimits()
        self.initializer = op.UniformLengthTreeInitializer(self.creator)
        self.initializer.ParameterizeDistribution(
            least_arity + 1, min(_INITIAL_LENGTH, settings.max_length)
        )
        self.initializer.MinDepth, self.initializer.MaxDepth = 1, 1000
        config = op.GeneticAlgorithmConfig(
            generations=_UNLIMITED,
            max_evaluations=_UNLIMITED,
            local_iterations=settings.local_iterations,
            population_size=settings.population,
            pool_size=settings.population,
            p_crossover=1.0,
            p_mutation=settings.mutation_probability,
            epsilon=_SAME,
            seed=settings.seed,
            max_time=settings.max_seconds,
        )
        self.sorter = op.RankSorter()
        self.algorithm = op.NSGA2Algorithm(
            config, self.problem, self.initializer, self.coefficients,
            self.generator, self.reinserter, self.sorter,
        )  # fmt: skip
