"""The method ``sga``: a model proposes forms, gradient descent reports back how they did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from bench import Budget, Discovery, Prompt, Task
from methods import warm
from methods.llm.core.describing import paragraphs, told
from methods.llm.core.functions import function, head, linear
from methods.llm.core.search import FittedForm, FormSearch

_ROLE = "You are a scientist who finds laws by proposing forms and learning from how they fit."


@dataclass(frozen=True)
class SGA:
    """Bilevel search: the model chooses the form, an inner optimiser its constants.

    Ma et al., "LLM and Simulation as Bilevel Optimizers: A New Paradigm to Advance Physical
    Scientific Discovery", ICML 2024 (arXiv:2405.09783), as LLM-SRBench runs it: ``iterations`` of
    ``exploit`` calls at a low and ``explore`` calls at a high temperature, after the ``history``
    best forms so far as a conversation, the worst first, each answered with what fitting gave.

    Departures:

    * Answers are Python functions, not PyTorch modules; they are translated and never executed.
    * Constants are fitted by Levenberg-Marquardt from ``starts`` points, not by Adam for a
      thousand steps; what is told back is the error and the constants, not a curve of losses.
    * The answer is not begun for the model, which many endpoints refuse.
    * It goes on until the budget ends where ``iterations`` is 0.
    """

    asks_model: ClassVar[bool] = True

    history: int = 5
    exploit: int = 4
    explore: int = 12
    cold: float = 0.5
    hot: float = 1.0
    iterations: int = 5
    max_tokens: int = 700
    starts: int = 3

    def warm_up(self, budget: Budget) -> None:
        """Load the compiled code."""
        warm.fitting()

    def discover(self, task: Task) -> Discovery:
        """Ask until the iterations or a budget are spent, or a formula is exact."""
        search = FormSearch(task, task.model, starts=self.starts)
        return search.follow(self._course(search))

    def _course(self, search: FormSearch) -> Iterator[None]:
        search.fit(linear(search.task))
        turn = 0
        while not self.iterations or turn < self.iterations:
            turn += 1
            prompt = self.prompt(search.task, search.best(self.history)[::-1], turn)
            cold = replace(prompt, temperature=self.cold)
            hot = replace(prompt, temperature=self.hot)
            search.ask([cold] * self.exploit + [hot] * self.explore)
            yield

    def prompt(self, task: Task, history: Sequence[FittedForm], turn: int) -> Prompt:
        """The task, what was tried as a conversation, and what comes next."""
        messages = [("system", _ROLE), ("user", told(task))]
        for at, one in enumerate(history):
            messages.append(("assistant", f"```python\n{function(one.form, at, task)}\n```"))
            messages.append(("user", _feedback(one)))
        messages[-1] = ("user", paragraphs(messages[-1][1], self._wanted(task, len(history), turn)))
        return Prompt(messages, max_tokens=self.max_tokens)

    def _wanted(self, task: Task, version: int, turn: int) -> str:
        return (
            f"Iteration {turn}. Say in one short sentence what you change and why, then write one "
            f"Python code block that begins with {head(version, task)} The free numbers are "
            "params[0] to params[9]; they are fitted to the data. Use numpy as np, no loops, no "
            "arrays and no branches. Write nothing after it."
        )


def _feedback(trial: FittedForm) -> str:
    """What fitting a form gave."""
    values = trial.fitted.parameters.items()
    fitted = ", ".join(f"{value:.4g}" for name, value in values if name in trial.form.parameters)
    constants = f" The fitted numbers are {fitted}." if fitted else ""
    return f"Its error, the mean square over the variance, is {trial.nmse:.4g}.{constants}"
