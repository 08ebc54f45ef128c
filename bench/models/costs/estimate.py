"""What runs may ask of a language model, before anything is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bench.method import Budget
from bench.models.completion import Tokens
from bench.models.costs.prices import Price

PROMPT_TOKENS = 1000
"""Of a prompt, as is taken here: those of the methods that ship have 250 to 1,500."""
ANSWER_TOKENS = 500
"""Of an answer, where a method does not say what it allows."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Of several runs together. ``calls`` is None where no budget bounds them, and so then are the
    tokens; ``money`` is in dollars, None where no price is known or nothing bounds it.
    """

    runs: int
    calls: int | None
    tokens: int | None
    money: float | None

    @property
    def words(self) -> str:
        """The estimate in a line."""
        if self.calls is None:
            bound = f"; at most {self.money:,.2f} dollars" if self.money is not None else ""
            return f"as many calls as its time allows{bound}; budget.calls=100 would bound them"
        tokens = "" if self.tokens is None else f", about {self.tokens:,} tokens"
        money = "price unknown" if self.money is None else f"about {self.money:,.2f} dollars"
        return f"at most {self.calls:,} calls{tokens}, {money}"


def estimated_costs(
    budgets: Iterable[Budget], settings: Mapping[str, Any], price: Price | None
) -> Estimate:
    """What runs with these budgets, of a method with these settings, may ask.

    A call is taken to have PROMPT_TOKENS, and answers as long as the setting ``max_tokens`` allows;
    budgets of tokens and money bound what comes out.
    """
    given = settings.get("max_tokens")
    answer = given if isinstance(given, int) and given > 0 else ANSWER_TOKENS
    parts = [_of_run(budget, Tokens(PROMPT_TOKENS, answer), price) for budget in budgets]
    return Estimate(
        len(parts),
        _sum([one.calls for one in parts]),
        _sum([one.tokens for one in parts]),
        _sum([one.money for one in parts]),
    )


def _of_run(budget: Budget, one: Tokens, price: Price | None) -> Estimate:
    calls = budget.calls
    tokens = None if calls is None else calls * (one.prompt + one.completion)
    money = None if calls is None or price is None else calls * price.of(one)
    return Estimate(1, calls, _least(tokens, budget.tokens), _least(money, budget.money))


def _least(value: Any, bound: Any) -> Any:
    known = [one for one in (value, bound) if one is not None]
    return min(known, default=None)


def _sum(values: list[Any]) -> Any:
    return None if any(one is None for one in values) else sum(values)
