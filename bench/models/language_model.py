"""The language model as a method sees it: ``task.model``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from bench.models.completion import Completion
from bench.models.prompt import Prompt


class LanguageModel:
    """Asks the run's language model; the harness holds the endpoint and keeps the ledger.

    Waiting for an answer is not charged to ``budget.seconds``. What is computed meanwhile is.
    """

    def __init__(self, ask: Callable[[Sequence[Prompt]], list[Completion]]) -> None:
        self._ask = ask

    def ask(self, messages: Sequence[tuple[str, str]] | str, **options: Any) -> Completion:
        """The answer to ``messages``; ``options`` are those of ``Prompt``.

        Raises BudgetSpent where a budget has no room for the call; an endpoint that cannot be
        asked ends the run.
        """
        return self.ask_all([Prompt(messages, **options)])[0]

    def ask_all(self, prompts: Sequence[Prompt]) -> list[Completion]:
        """The answers to several prompts, which are asked together, in their order.

        Where a budget has room for some of them, these are the first. Raises BudgetSpent where it
        has room for none, and ValueError for no prompts or more than 64.
        """
        if not 0 < len(prompts) <= MOST_AT_ONCE:
            raise ValueError(f"{len(prompts)} prompts at once; 1 to {MOST_AT_ONCE} are taken")
        return self._ask(list(prompts))


MOST_AT_ONCE = 64
"""Prompts that may be asked together."""
