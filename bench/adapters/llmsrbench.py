"""LLM-SRBench's contract: a ``BaseSearcher`` with ``discover(task)`` that returns results.

Its files import ``bench.searchers.base`` and ``bench.dataclasses``, of a package that is called as
this one is. These two modules, with the names that a searcher needs, are made in its worker alone
(github.com/deep-symbolic-mathematics/llm-srbench, ``bench/searchers/base.py``).
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from bench.adapters import estimators, formulas
from bench.adapters.estimators import Predict, Values
from bench.adapters.folder_package import load_in_package
from bench.adapters.imports import imported_packages
from bench.adapters.srbench import NoModel
from bench.expression import Expression, ParseError, compile_expression
from bench.kinds.table.task import Task
from bench.method import Budget, Candidate, Discovery
from bench.scoring.numeric import nmse, same_values

_PARAMETERS = 10
"""Free numbers of a program, as LLM-SR and those after it have."""


class BaseSearcher:
    """What searchers are made from."""

    def __init__(self, name: str) -> None:
        self._name = name

    def discover(self, task: SEDTask) -> list[SearchResult]:
        """The equations found for ``task``."""
        raise NotImplementedError

    def __str__(self) -> str:
        return self._name


@dataclass
class Equation:
    """An equation that was found: as text, as a function of inputs (n, d), as a program."""

    symbols: list[str]
    symbol_descs: list[str]
    symbol_properties: list[str]
    expression: str | None = None
    desc: str | None = None
    sympy_format: Any = None
    lambda_format: Any = None
    program_format: str | None = None


@dataclass
class SearchResult:
    """An equation, and whatever a searcher has to say of it."""

    equation: Equation
    aux: Any = None


@dataclass
class SEDTask:
    """What a searcher is given: ``samples`` (n, 1 + d) have the target in their first column."""

    name: str
    symbols: list[str]
    symbol_descs: list[str]
    symbol_properties: list[str]
    samples: Any
    desc: str | None = None


@dataclass(frozen=True)
class LLMSRBench:
    """A method of LLM-SRBench: the class ``searcher`` in ``file``, made with ``params``."""

    file: str
    searcher: str
    params: dict[str, Any] | None = None

    @property
    def requires(self) -> tuple[str, ...]:
        """The modules that the file imports whatever happens, but for those beside it."""
        path = Path(self.file)
        found = imported_packages(path)
        return tuple(one for one in found if one.partition(".")[0] != path.parent.name)

    def warm_up(self, budget: Budget) -> None:
        """Import the file, with the names it imports from its own benchmark."""
        self._class()
        formulas.fitting()

    def _class(self) -> type[Any]:
        _provide()
        found = getattr(load_in_package(Path(self.file)), self.searcher, None)
        if not isinstance(found, type):
            raise NoModel(f"'{self.file}' has no class '{self.searcher}'")
        return found

    def discover(self, task: Task) -> Discovery:
        """Let the searcher search; the best of its results on the training data is the answer."""
        cls = self._class()
        named = {"name": "searcher"} if "name" in inspect.signature(cls).parameters else {}
        searcher = cls(**{**named, **(self.params or {})})
        estimators.set_seed(searcher, task.seed)
        estimators.set_time_limit(searcher, estimators.SHARE * task.budget.likely_seconds)
        return _chosen(list(searcher.discover(_posed(task))), task)


def _provide() -> None:
    """Make the modules that searchers import; this process is a worker."""
    names = {one.__name__: one for one in (BaseSearcher, Equation, SearchResult, SEDTask)}
    for place in ("bench.searchers", "bench.searchers.base", "bench.dataclasses"):
        if place not in sys.modules:
            module = ModuleType(place)
            module.__dict__.update(names)
            module.__path__ = []
            sys.modules[place] = module


def _posed(task: Task) -> SEDTask:
    """The task as LLM-SRBench words it; its name says nothing of the problem's."""
    columns = (task.target, *task.variables)
    return SEDTask(
        name="problem",
        symbols=[one.symbol or one.name for one in columns],
        symbol_descs=[one.meaning or one.symbol or one.name for one in columns],
        symbol_properties=["O", *("V" for _ in task.variables)],
        samples=np.column_stack([task.y, task.X]),
        desc=task.description or None,
    )


def _chosen(results: Sequence[Any], task: Task) -> Discovery:
    """The best of the results, and the others as its front."""
    found = [one for one in (_candidate(result, task) for result in results) if one is not None]
    if not found:
        count = len(results)
        raise NoModel(f"the searcher gave {count} results, and no formula or function in them")
    loss, text, predict = min(found, key=lambda one: one[0])
    front = [Candidate(text, None, loss) for loss, text, _ in found if text]
    best = Candidate(text, None, loss if np.isfinite(loss) else None)
    return Discovery(best, tuple(front), predict)


def _candidate(result: Any, task: Task) -> tuple[float, str, Predict | None] | None:
    """NMSE on the training data, formula and function of a result."""
    equation = getattr(result, "equation", None)
    function = getattr(equation, "lambda_format", None)
    predict = _predictor(function) if callable(function) else None
    values = _values(predict, task)
    formula = _formula(list(_formulas(equation, task, values)), values, task)
    if formula is None and values is None:
        return None
    if values is None and formula is not None:
        with np.errstate(all="ignore"):
            values = compile_expression(formula, task.names)(task.X)
    assert values is not None
    text = "" if formula is None else str(formula)
    return nmse(task.y, values), text, predict if _values(predict, task) is not None else None


def _predictor(function: Any) -> Predict:
    def predict(X: Values) -> Values:
        return np.asarray(function(np.array(X)), dtype=np.float64).reshape(-1)

    return predict


def _values(predict: Predict | None, task: Task) -> Values | None:
    """The function's values on the training data; None where it has none to give."""
    try:
        values = None if predict is None else predict(task.X)
    except Exception as error:
        print(f"lambda_format: {type(error).__name__}: {error}")
        return None
    return values if values is not None and values.shape == task.y.shape else None


def _formula(found: Sequence[Expression], values: Values | None, task: Task) -> Expression | None:
    """Of what the equation may say, what its function computes; else what was said first."""
    if values is not None:
        for one in found:
            if same_values(compile_expression(one, task.names)(task.X), values):
                return one
    return found[0] if found else None


def _formulas(equation: Any, task: Task, values: Values | None) -> Iterator[Expression]:
    """What an equation's texts and program may say."""
    columns = [one.symbol or one.name for one in task.variables]
    for text in _texts(equation):
        yield from formulas.readings(text, columns, task.variables)
    program = getattr(equation, "program_format", None)
    if program:
        yield from _of_program(str(program), task, task.y if values is None else values)


def _texts(equation: Any) -> Iterable[str]:
    found = (getattr(equation, name, None) for name in ("expression", "sympy_format"))
    return [str(one) for one in found if one is not None]


def _of_program(source: str, task: Task, wanted: Values) -> Iterator[Expression]:
    """The formula of a program, by its syntax tree, its free numbers fitted to ``wanted``.

    A program that cannot be translated is told in the log; its function is all there is of it.
    """
    from bench.expression.compiled.fit import fit_constants
    from bench.models.programs import ProgramError, from_program

    try:
        translation = from_program(source, task.names, parameters=_PARAMETERS)
        start = translation.filled([1.0] * (_PARAMETERS + len(translation.indices)))
    except (ProgramError, ParseError, ValueError) as error:
        print(f"the program has no formula: {error}")
        return
    if not translation.indices:
        yield start
        return
    yield fit_constants(start, task.names, task.X, wanted, restarts=5, seed=task.seed).expression
