"""A model in the test's own process: it answers by rule, and remembers what it was asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from bench import (
    Budget,
    BudgetSpent,
    Completion,
    Discovery,
    Prompt,
    Task,
    Variable,
    evaluate,
    parse,
)
from bench.models.completion import estimated


@dataclass
class ScriptedModel:
    """Answers call ``n`` with ``answers[n]``, the last again and again; at most ``calls`` calls."""

    answers: Sequence[str] | Callable[[Prompt, int], str]
    calls: int = 6
    prompts: list[Prompt] = field(default_factory=list)

    def ask_all(self, prompts: Sequence[Prompt]) -> list[Completion]:
        found = []
        for prompt in prompts:
            if len(self.prompts) >= self.calls:
                if not found:
                    raise BudgetSpent("budget.calls")
                break
            number = len(self.prompts)
            self.prompts.append(prompt)
            if callable(self.answers):
                text = self.answers(prompt, number)
            else:
                text = self.answers[min(number, len(self.answers) - 1)]
            found.append(Completion(text, False, estimated(prompt, text)))
        return found

    def ask(self, messages: object, **options: object) -> Completion:
        return self.ask_all([Prompt(messages, **options)])[0]  # type: ignore[arg-type]

    @property
    def asked(self) -> str:
        """All that it was asked."""
        return "\n".join(text for prompt in self.prompts for _, text in prompt.texts)


def task_of(law: str, model: object = None, **more: object) -> Task:
    """The task of finding ``law`` of x0 and x1 from 60 rows."""
    variables = (Variable("x0"), Variable("x1"))
    X = np.random.default_rng(1).uniform(0.5, 3.0, (60, 2))
    y = evaluate(parse(law, variables), ("x0", "x1"), X)
    budget = more.pop("budget", Budget(seconds=600.0))
    return replace(Task(X, y, variables, budget=budget, model=model), **more)  # type: ignore[arg-type]


def formula(discovery: Discovery) -> str:
    return discovery.best.text
