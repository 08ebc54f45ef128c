"""The method ``vml``: a predictor that is a text, and learns by being rewritten."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from bench import BudgetSpent, Discovery, Prompt, Task, evaluate
from methods.llm.core.reading import MOST_CHARACTERS
from methods.llm.verbal import new_descriptions, stated_equations, stated_number, stated_numbers

Array = NDArray[np.float64]

ROWS = 100
"""Training rows that are used, as published."""
_GRID = 40
"""Points at which the learner's last text is asked for its predictions."""
_AROUND = 0.5
"""Of the range: how far the grid goes beyond it to each side, as published."""
_TRIES = 3
_LONGEST_ECHO = 3000
_SHARE = 0.95
_TOLD = 2
"""Decimals of what is shown and asked for, as published."""


@dataclass(frozen=True)
class VML:
    """Verbalized machine learning (Xiao et al., arXiv:2406.04344): parameters are a text.

    The learner is asked for the output of inputs by the text; the optimiser is shown a batch of
    inputs, predictions and targets, and writes a new text. ``faithful`` asks for one input a call,
    as published: 500 + 50 calls of 100 rows. ``batched`` asks for a batch in one call, which is
    not the paper's, and costs 2 calls a batch.

    An answer that cannot be read goes back with what was asked for, twice at most: at temperature
    0, which the paper does not set, the same prompt would have the same answer.

    At the end the text is asked at 40 points, half the range beyond it on each side; between them
    predictions are linear (of several inputs: those of the nearest row that was asked). Where the
    text states an equation that can be read, that is the answer; else it is a black box. The
    paper's evaluation before each step, another 2,000 calls, teaches nothing and is left out.
    """

    asks_model: ClassVar[bool] = True

    mode: Literal["faithful", "batched"] = "faithful"
    epochs: int = 5
    batch: int = 10
    max_tokens: int = 600

    def __post_init__(self) -> None:
        if self.epochs < 1 or self.batch < 1:
            raise ValueError(f"epochs {self.epochs}, batch {self.batch}: both are 1 or more")

    def discover(self, task: Task) -> Discovery:
        """Learn until the epochs are over or a budget ends, then ask for predictions."""
        learning = VerbalRegression(self, task)
        try:
            for _ in learning.steps():
                if task.remaining().share < 1.0 - _SHARE:
                    break
            asked, values = learning.at_the_end()
        except BudgetSpent as spent:
            print(f"ended by {spent.budget}")
            asked, values = learning.known()
        print(f"{learning.calls} calls; {learning.unread} answers without what was asked for")
        print(learning.text)
        counts = {"answers": learning.calls, "refused": learning.unread}
        return replace(_answer(learning, asked, values), counts=counts)


class VerbalRegression:
    """One run: the text, and what was asked."""

    def __init__(self, settings: VML, task: Task) -> None:
        self.settings, self.task = settings, task
        self.X, self.y = task.X[:ROWS], task.y[:ROWS]
        self.prior = f"You are designed to do regression. {task.description}".strip()
        self.text = self.prior
        self.calls = self.unread = 0
        self._memory: tuple[tuple[str, str], ...] = ()
        self._last: tuple[Array, Array] = (self.X[:0], self.y[:0])

    @property
    def equation(self) -> str | None:
        """The last equation that the text states and that has a value at every row."""
        for found in stated_equations(self.text.removeprefix(self.prior), self.task.variables):
            if np.isfinite(evaluate(found, self.task.names, self.X)).all():
                return str(found)
        return None

    def steps(self) -> Iterator[None]:
        """A learner's pass and an optimiser's call for each batch of each epoch."""
        for _ in range(self.settings.epochs):
            for start in range(0, len(self.y), self.settings.batch):
                rows = slice(start, start + self.settings.batch)
                self._step(self.X[rows], self.y[rows])
                yield

    def at_the_end(self) -> tuple[Array, Array]:
        """The points that the last text is asked at, and what it says there."""
        points = _grid(self.X)
        values = self.predictions(points)
        kept = np.isfinite(values)
        return points[kept], values[kept]

    def known(self) -> tuple[Array, Array]:
        """What the learner said last of rows, for where there is no room for another call."""
        points, values = self._last
        kept = np.isfinite(values)
        return points[kept], values[kept]

    def predictions(self, X: Array) -> Array:
        """What the learner says of the rows of ``X`` by the text; nan where it says no number."""
        size = 1 if self.settings.mode == "faithful" else self.settings.batch
        parts = [self._learner(X[start : start + size]) for start in range(0, len(X), size)]
        return np.concatenate(parts)

    def _step(self, X: Array, y: Array) -> None:
        predicted = self.predictions(X)
        self._last = (X, predicted)
        rows = "\n".join(
            f"inputs: {self._inputs(row)}; prediction: {_said(value)}; target: {_said(target)}"
            for row, value, target in zip(X, predicted, y, strict=True)
        )
        turn = (
            f"## Current Pattern Descriptions:\n{self.text}\n\n{rows}\n\n"
            "You are the optimizer of a model whose parameters are these descriptions. Explain the "
            "error between predictions and targets, then write better descriptions, with explicit "
            "values of all parameters, behind the words 'New Pattern Descriptions:'."
        )
        answer = self._ask([("system", _OPTIMISER), *self._memory, ("user", turn)])
        self._memory = (("user", turn), ("assistant", answer or "(nothing)"))
        descriptions = new_descriptions(answer)
        if descriptions:
            self.text = f"{self.prior} {descriptions}"
        else:
            self.unread += 1
        equation = self.equation
        if equation is not None:
            self.task.report(equation)

    def _learner(self, X: Array) -> Array:
        """The outputs of the rows of ``X``, asked together."""
        several = self.settings.mode == "batched"
        shown = "\n".join(f"{k + 1}. {self._inputs(row)}" for k, row in enumerate(X))
        wanted = (
            f"Answer with a JSON list of {len(X)} numbers, one for each input, behind 'Outputs:'."
            if several
            else f"Give your reasoning, then the value with {_TOLD} decimals behind 'Output:'."
        )
        turn = f"## Pattern Descriptions:\n{self.text}\n\n## Input:\n{shown}\n\n{wanted}"
        messages = [("system", _LEARNER), ("user", turn)]
        for _ in range(_TRIES):
            answer = self._ask(messages, temperature=0.0)
            values = stated_numbers(answer, len(X)) if several else stated_number(answer)
            if values is not None:
                return np.array([round(value, _TOLD) for value in values])
            self.unread += 1
            echo = answer[:_LONGEST_ECHO] or "(nothing)"
            again = [("assistant", echo), ("user", f"That cannot be read. {wanted}")]
            messages = [*messages[:2], *again]
        return np.full(len(X), np.nan)

    def _ask(self, messages: Sequence[tuple[str, str]], temperature: float | None = None) -> str:
        prompt = Prompt(messages, max_tokens=self.settings.max_tokens, temperature=temperature)
        answer = str(self.task.model.ask_all([prompt])[0].text)
        self.calls += 1
        return answer[:MOST_CHARACTERS]

    def _inputs(self, row: Array) -> str:
        return ", ".join(
            f"{name} = {_said(value)}" for name, value in zip(self.task.names, row, strict=True)
        )


_LEARNER = "You are the model. You apply the pattern descriptions to the input."
_OPTIMISER = "You are the optimizer of a model for regression: inputs and outputs are numbers."


def _answer(learning: VerbalRegression, asked: Array, values: Array) -> Discovery:
    """The equation and the predictions, as far as there are such; without both the mean."""
    equation = learning.equation
    predict = _between(asked, values) if len(values) else None
    if equation is None and predict is None:
        return Discovery.of(f"{float(np.mean(learning.task.y)):.{_TOLD}f}")
    return Discovery.of("" if equation is None else equation, predict=predict)


def _said(value: Any) -> str:
    return f"{float(value):.{_TOLD}f}"


def _grid(X: Array) -> Array:
    """Points over the range of one input and half of it to each side; of several, the rows."""
    if X.shape[1] != 1:
        return X[:_GRID]
    low, high = float(X.min()), float(X.max())
    width = _AROUND * (high - low)
    return np.linspace(low - width, high + width, _GRID)[:, None]


def _between(points: Array, values: Array) -> Callable[[Array], Array]:
    """Predictions from ``values`` at ``points``: between them on a line, beyond them on the last.

    Of several inputs: that of the nearest point.
    """
    if points.shape[1] == 1:
        order = np.argsort(points[:, 0], kind="stable")
        at, said = points[order, 0], values[order]

        def line(X: Array) -> Array:
            return np.asarray(np.interp(X[:, 0], at, said))

        return line

    spread = points.std(axis=0)
    scale = np.where(spread > 0.0, spread, 1.0)

    def nearest(X: Array) -> Array:
        apart = (((X[:, None] - points[None]) / scale) ** 2).sum(axis=2)
        return np.asarray(values[np.argmin(apart, axis=1)])

    return nearest
