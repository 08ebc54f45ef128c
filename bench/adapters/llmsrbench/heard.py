"""What a searcher says, as formulas and functions, and the best of it so far."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.adapters import formulas
from bench.adapters.estimators import Alarm, Predict, Values
from bench.adapters.llmsrbench.contract import Equation
from bench.adapters.llmsrbench.execution import executed
from bench.basics.words import counted
from bench.expression import Expression, ParseError, compile_expression
from bench.kinds.table.task import Task
from bench.method import Candidate, Discovery
from bench.scoring.numeric import nmse, same_values

_SAYING = ("expression", "sympy_format", "lambda_format", "program_format")
PARAMETERS = 10
"""Free numbers of a program, as LLM-SR and those after it have."""


@dataclass(frozen=True)
class HeardEquation:
    """An equation's NMSE on the training data, its formula (it may have none) and its function."""

    loss: float
    text: str
    predict: Predict | None

    @property
    def candidate(self) -> Candidate:
        return Candidate(self.text, None, self.loss if np.isfinite(self.loss) else None)


class Faults:
    """Why something said is no formula or function; each is printed, and ``first`` is kept."""

    def __init__(self) -> None:
        self.first = ""

    def add(self, text: str) -> None:
        print(text)
        self.first = self.first or text


class Heard:
    """All that a searcher has said; each formula that is the best so far is reported.

    ``alarm`` is what ends the search, and does not while something is reported.
    """

    def __init__(self, task: Task, alarm: Alarm) -> None:
        self._task = task
        self._alarm = alarm
        self._known: dict[int, Equation] = {}  # by id: a list may be an equation's field
        self._programs: set[str] = set()
        self._reported = np.inf
        self.found: list[HeardEquation] = []
        self.faults = Faults()

    def take_result(self, result: Any) -> None:
        """What ``discover`` returned one of."""
        if not hasattr(result, "equation"):
            self.faults.add(f"a result is {result!r:.80}, no SearchResult")
        else:
            self.take(result.equation)

    def take(self, equation: Any) -> None:
        """An equation, of a result that was made or returned."""
        if id(equation) not in self._known:
            self._known[id(equation)] = equation
            self._keep(equation)

    def take_text(self, text: str) -> None:
        """A text of the searcher's log, which may be a program."""
        if "def " in text and text not in self._programs:
            self._programs.add(text)
            self._keep(Equation([], [], [], program_format=text))

    def _keep(self, equation: Any) -> None:
        try:
            found = _found(equation, self._task, self.faults)
        except Exception as error:  # what a searcher says may be anything
            self.faults.add(f"an equation cannot be read: {type(error).__name__}: {error}")
            return
        if found is None:
            return
        self.found.append(found)
        if found.text and found.loss < self._reported:
            self._reported = found.loss
            with self._alarm.held():
                self._task.report(found.text, found.loss)

    def discovery(self) -> Discovery | None:
        """The best of all, and the others as its front; None where there is nothing."""
        if not self.found:
            return None
        best = min(self.found, key=lambda one: one.loss)
        front = tuple(one.candidate for one in self.found if one.text)
        return Discovery(best.candidate, front, best.predict)


def _found(equation: Any, task: Task, faults: Faults) -> HeardEquation | None:
    if not any(getattr(equation, name, None) is not None for name in _SAYING):
        faults.add(f"a result's equation is {equation!r:.80}, with none of {', '.join(_SAYING)}")
        return None
    program = str(getattr(equation, "program_format", None) or "")
    function = getattr(equation, "lambda_format", None)
    predict = _predictor(function) if callable(function) else None
    values = _values(predict, task, faults, "lambda_format")
    formula = _formula(list(_formulas(equation, program, task, values, faults)), values, task)
    if formula is None and values is None and program:
        predict = executed(program, task.X, task.y, PARAMETERS, faults.add)
        values = _values(predict, task, faults, "the program")
    if values is None:
        predict = None
        if formula is None:
            return None
        with np.errstate(all="ignore"):
            values = compile_expression(formula, task.names)(task.X)
    return HeardEquation(nmse(task.y, values), "" if formula is None else str(formula), predict)


def _predictor(function: Any) -> Predict:
    def predict(X: Values) -> Values:
        return np.asarray(function(np.array(X)), dtype=np.float64).reshape(-1)

    return predict


def _values(predict: Predict | None, task: Task, faults: Faults, what: str) -> Values | None:
    """The function's values on the training data; None where it has none to give."""
    if predict is None:
        return None
    try:
        values = predict(task.X)
    except Exception as error:
        faults.add(f"{what}: {type(error).__name__}: {error}")
        return None
    if values.shape != task.y.shape:
        faults.add(f"{what} gave {counted(len(values), 'value')} for {len(task.y)} rows")
        return None
    return values


def _formula(found: Sequence[Expression], values: Values | None, task: Task) -> Expression | None:
    """Of what the equation may say, what its function computes; else what was said first."""
    if values is not None:
        for one in found:
            if same_values(compile_expression(one, task.names)(task.X), values):
                return one
    return found[0] if found else None


def _formulas(
    equation: Any, program: str, task: Task, values: Values | None, faults: Faults
) -> Iterator[Expression]:
    """What an equation's texts and program may say."""
    columns = [one.symbol or one.name for one in task.variables]
    for text in _texts(equation):
        found = formulas.readings(text, columns, task.variables)
        if not found:
            faults.add(f"expression '{text:.60}': {formulas.why_unread(text, columns)}")
        yield from found
    if program:
        yield from _of_program(program, task, task.y if values is None else values, faults)


def _texts(equation: Any) -> Iterable[str]:
    found = (getattr(equation, name, None) for name in ("expression", "sympy_format"))
    return [str(one) for one in found if one is not None]


def _of_program(source: str, task: Task, wanted: Values, faults: Faults) -> Iterator[Expression]:
    """The formula of a program, by its syntax tree, its free numbers fitted to ``wanted``.

    A program that cannot be translated is told in the log; its function is all there is of it.
    """
    from bench.expression.compiled.fit import fit_constants
    from bench.models.programs import ProgramError, from_program

    try:
        translation = from_program(source, task.names, parameters=PARAMETERS)
        start = translation.filled([1.0] * (PARAMETERS + len(translation.indices)))
    except (ProgramError, ParseError, ValueError) as error:
        faults.add(f"the program has no formula: {error}")
        return
    if not translation.indices:
        yield start
        return
    yield fit_constants(start, task.names, task.X, wanted, restarts=5, seed=task.seed).expression
