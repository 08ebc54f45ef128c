"""The method ``icsr``: points and the best formulas so far, shown again and again."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from bench import Budget, Call, Discovery, Expression, Number, Prompt, Symbol, Task, fold
from methods import warm
from methods.llm.core.describing import LANGUAGE, ROLE, paragraphs, table, told
from methods.llm.core.search import FittedForm, FormSearch

_LENGTH = 30.0


@dataclass(frozen=True)
class ICSR:
    """In-context symbolic regression: the model improves on its best formulas, data in view.

    Merler et al., "In-Context Symbolic Regression: Leveraging Large Language Models for Function
    Discovery", ACL Student Research Workshop 2024 (arXiv:2404.19094). First answers are gathered
    until ``seeds`` formulas are there, in ``tries`` calls at most; then each prompt shows ``rows``
    points and the ``shown`` best skeletons with their errors, the worst first.

    Departures:

    * Answers are read and never evaluated as code. Formulas that leave a variable out are kept,
      and no constant is added to any.
    * Constants are fitted by Levenberg-Marquardt, from ``starts`` points, and are not rounded.
    * The error in the score, 1/(1 + e) and a bonus for brevity, is the mean square over the
      target's variance, on all rows of the search: none is trimmed away. It ends when the budget
      does, after ``iterations`` (0: no limit), or where a formula is exact.
    """

    asks_model: ClassVar[bool] = True

    rows: int = 40
    seeds: int = 5
    tries: int = 10
    shown: int = 5
    samples: int = 5
    iterations: int = 0
    brevity: float = 0.05
    temperature: float = 1.0
    top_p: float = 0.9
    max_tokens: int = 512
    starts: int = 5

    def warm_up(self, budget: Budget) -> None:
        """Load the compiled code."""
        warm.fitting()

    def discover(self, task: Task) -> Discovery:
        """Ask until a budget is spent or a formula is exact."""
        search = FormSearch(task, task.model, starts=self.starts, each_c=True)
        return search.follow(self._course(search))

    def _course(self, search: FormSearch) -> Iterator[None]:
        tries = 0
        while len(search.trials) < self.seeds and tries < self.tries:
            tries += 1
            search.ask([self.prompt(search.task, ())])
            yield
        turn = 0
        while not self.iterations or turn < self.iterations:
            turn += 1
            best = sorted(search.trials.values(), key=self._worth)[-self.shown :]
            search.ask([self.prompt(search.task, best)])
            yield

    def _worth(self, trial: FittedForm) -> float:
        error = trial.nmse if math.isfinite(trial.nmse) else math.inf
        return 1.0 / (1.0 + error) + self.brevity * math.exp(-trial.fitted.nodes / _LENGTH)

    def prompt(self, task: Task, shown: Sequence[FittedForm]) -> Prompt:
        """Points, and formulas that were tried, the best last."""
        tried = "\n".join(f"{skeleton(one)}   (error {one.nmse:.3g})" for one in shown)
        before = f"These were tried; smaller errors are better:\n{tried}" if tried else ""
        better = "new formulas that could do better" if tried else "formulas that could be the law"
        wanted = (
            f"Write {self.samples} different {better}, c for every constant. Answer with a JSON "
            'list of strings, such as ["c*x**2 + c", "c*exp(c*x)"], and nothing else.'
        )
        text = paragraphs(told(task), table(task, self.rows), before, f"{LANGUAGE} {wanted}")
        return Prompt(
            [("system", ROLE), ("user", text)],
            max_tokens=self.max_tokens,
            temperature=self.temperature,
            top_p=self.top_p,
        )


def skeleton(trial: FittedForm) -> str:
    """A form with ``c`` for every constant."""
    open_ones = frozenset(trial.form.parameters)

    def leaf(node: Expression) -> Expression:
        constant = isinstance(node, Number) and isinstance(node.value, float)
        if constant or (isinstance(node, Symbol) and node.name in open_ones):
            return Symbol("c")
        return node

    return str(fold(trial.form.expression, leaf, lambda node, args: Call(node.op, tuple(args))))
