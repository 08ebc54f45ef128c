"""Why a language model is not asked, or has not answered."""

from __future__ import annotations


class ModelError(RuntimeError):
    """A call that ends its run: the message says in one sentence why."""


class BudgetSpent(RuntimeError):
    """The next call might go beyond the run's budget; ``budget`` says which.

    A method that catches it can still answer with what it has.
    """

    def __init__(self, budget: str) -> None:
        self.budget = budget
        super().__init__(f"{budget} is spent: no more calls of the language model")

    def __reduce__(self) -> tuple[type[BudgetSpent], tuple[str]]:
        return type(self), (self.budget,)
