"""The method ``direct``: formulas for the asking, again and again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from bench import Budget, Discovery, Prompt, Task
from methods import warm
from methods.llm.core.describing import LANGUAGE, OPEN, ROLE, paragraphs, table, told
from methods.llm.core.search import FormSearch, Model


@dataclass(frozen=True)
class Direct:
    """Asks for formulas, fits all that are new, and answers with the best.

    The data-free baseline of LLM-SRBench (Shojaee et al. 2025, arXiv:2504.10415, "direct
    prompting"); with ``rows`` of the data (at most 40) it is what is usually tried first.

    Departures: the benchmark asks five times for one program each; here ``at_once`` calls, each
    for ``samples`` formulas, are made until the budget ends, or ``patience`` calls in a row bring
    no form that is new (0: never). What was seen before is not fitted again.
    """

    asks_model: ClassVar[bool] = True

    rows: int = 0
    samples: int = 5
    at_once: int = 2
    patience: int = 20
    temperature: float = 1.0
    max_tokens: int = 400
    starts: int = 3

    def warm_up(self, budget: Budget) -> None:
        """Load the compiled code."""
        warm.fitting()

    def discover(self, task: Task) -> Discovery:
        """Ask until a budget is spent, nothing new comes, or a formula is exact."""
        return self.searched(task, task.model)

    def searched(self, task: Task, model: Model) -> Discovery:
        """The same with another who answers."""
        search = FormSearch(task, model, starts=self.starts)
        return search.follow(self._course(search))

    def _course(self, search: FormSearch) -> Iterator[None]:
        prompt = self.prompt(search.task)
        idle = 0
        while not self.patience or idle < self.patience:
            for reply in search.ask([prompt] * self.at_once):
                idle = 0 if reply.trials else idle + 1
            yield

    def prompt(self, task: Task) -> Prompt:
        """The question, the same at every call."""
        wanted = (
            f"Write {self.samples} different formulas that could be the law. "
            'Answer with a JSON list of strings, such as ["c0*x**2 + c1", "c0*exp(c1*x)"], '
            "and nothing else."
        )
        text = paragraphs(told(task), table(task, self.rows), f"{LANGUAGE} {OPEN}", wanted)
        return Prompt(
            [("system", ROLE), ("user", text)],
            max_tokens=self.max_tokens,
            temperature=self.temperature,
        )
