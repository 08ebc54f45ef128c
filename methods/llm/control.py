"""The method ``llm_prior``: the loop of the others with nobody behind it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench import Budget, BudgetSpent, Discovery, Prompt, Task
from methods.llm.direct import Direct
from methods.transformer import warm
from methods.transformer.search import relevant_columns, to_expression
from methods.transformer.skeletons.drawing import draw_skeletons
from methods.transformer.skeletons.vocabulary import MAX_VARIABLES


@dataclass(frozen=True, slots=True)
class _Drawn:
    text: str
    cut: bool = False


class PriorInPlaceOfModel:
    """Answers every prompt with ``samples`` formulas that a generator draws, unread.

    It keeps to ``budget.calls``, as the harness would for a model.
    """

    def __init__(self, task: Task, samples: int) -> None:
        self._budget, self._samples = task.budget, samples
        columns = relevant_columns(task.X, task.y, task.seed, MAX_VARIABLES)
        self._names = tuple(task.names[j] for j in columns)
        self._random = np.random.default_rng(task.seed)
        self._calls = 0

    def ask_all(self, prompts: Sequence[Prompt]) -> list[_Drawn]:
        """As ``LanguageModel.ask_all``."""
        most = self._budget.calls
        room = len(prompts) if most is None else most - self._calls
        if room < 1:
            raise BudgetSpent("budget.calls")
        return [self._drawn() for _ in prompts[:room]]

    def _drawn(self) -> _Drawn:
        self._calls += 1
        seed = int(self._random.integers(2**32))
        drawn = draw_skeletons(self._samples, len(self._names), seed)
        texts = [str(to_expression(one, self._names)) for one in drawn]
        return _Drawn(json.dumps(texts))


@dataclass(frozen=True)
class LLMPrior:
    """The control for every method that asks a language model: ``direct`` without one.

    In the model's place answers the generator that ``prior`` draws from. It sees neither prompt
    nor data. What a language model adds to fitting random formulas is what it has over this at the
    same number of calls, of ``samples`` formulas each. ``patience`` is that of ``direct``.
    """

    samples: int = 5
    patience: int = 0
    starts: int = 3

    def warm_up(self, budget: Budget) -> None:
        """Load the compiled code."""
        warm.drawing()

    def discover(self, task: Task) -> Discovery:
        """Draw and fit until the budget is spent or a formula is exact."""
        loop = Direct(samples=self.samples, patience=self.patience, starts=self.starts)
        return loop.searched(task, PriorInPlaceOfModel(task, self.samples))
