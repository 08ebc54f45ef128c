"""The ledger: what a run has asked of a language model, call by call and in all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from bench.method import Budget
from bench.models.completion import Tokens
from bench.models.costs.prices import Price
from bench.models.prompt import Prompt

CallStatus = Literal["answered", "lost"]


@dataclass(frozen=True, slots=True)
class ModelCall:
    """One call: the digest of its request, and what it took.

    ``lost`` is one that was under way when its run ended: nobody knows what it took, so it stands
    at the most it can have taken. ``money`` is in dollars, None where no price is known.
    """

    key: str
    status: CallStatus
    usage: Tokens
    money: float | None
    seconds: float = 0.0
    attempts: int = 0
    model: str = ""
    fingerprint: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Ledger:
    """The sum of a run's calls.

    ``tokens`` says how tokens were counted: ``reported`` or, where any call's were not,
    ``estimated``. ``waited_seconds`` is what the run waited for answers, which recorded answers
    do not cost.
    """

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    tokens: Literal["reported", "estimated"] = "reported"
    money: float | None = 0.0
    lost: int = 0
    attempts: int = 0
    waited_seconds: float = 0.0
    models: tuple[str, ...] = ()

    @classmethod
    def of(cls, calls: Sequence[ModelCall], waited: float = 0.0) -> Ledger:
        """The sum of ``calls``."""
        prices = [call.money for call in calls]
        known = [money for money in prices if money is not None]
        return cls(
            calls=len(calls),
            prompt_tokens=sum(call.usage.prompt for call in calls),
            completion_tokens=sum(call.usage.completion for call in calls),
            cached_tokens=sum(call.usage.cached for call in calls),
            reasoning_tokens=sum(call.usage.reasoning for call in calls),
            tokens="reported" if all(call.usage.reported for call in calls) else "estimated",
            money=round(sum(known), 9) if len(known) == len(prices) else None,
            lost=sum(call.status == "lost" for call in calls),
            attempts=sum(call.attempts for call in calls),
            waited_seconds=round(waited, 6),
            models=tuple(dict.fromkeys(call.model for call in calls if call.model)),
        )

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {**asdict(self), "models": list(self.models)}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Ledger:
        """Inverse of ``to_json``; raises TypeError or ValueError for another shape."""
        return cls(**{**plain, "models": tuple(plain["models"])})


def worst(prompt: Prompt) -> Tokens:
    """The most tokens that a call can take."""
    return Tokens(prompt.most_prompt_tokens, prompt.max_tokens, reported=False)


def spent(
    budget: Budget, calls: Sequence[ModelCall], next_one: Tokens, price: Price | None
) -> str | None:
    """Which budget the next call might go beyond after ``calls``, None where all have room."""
    if budget.calls is not None and len(calls) + 1 > budget.calls:
        return "budget.calls"
    used = sum(call.usage.prompt + call.usage.completion for call in calls)
    if budget.tokens is not None and used + next_one.prompt + next_one.completion > budget.tokens:
        return "budget.tokens"
    if budget.money is not None and price is not None:
        paid = sum(call.money or 0.0 for call in calls)
        if paid + price.of(next_one) > budget.money:
            return "budget.money"
    return None
