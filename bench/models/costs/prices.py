"""What tokens cost: the table of ``conf/prices.yaml``, or what the endpoint's settings say."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from bench.basics.paths import CONF
from bench.basics.plain_yaml import plain_yaml
from bench.models.completion import Tokens

_MILLION = 1e6


@dataclass(frozen=True, slots=True)
class Price:
    """Dollars for a million tokens; ``cached`` (None: as others) of those of a prompt that the
    endpoint had kept.
    """

    prompt: float
    completion: float
    cached: float | None = None

    def of(self, usage: Tokens) -> float:
        """Dollars for a call."""
        kept = self.prompt if self.cached is None else self.cached
        fresh = usage.prompt - usage.cached
        total = fresh * self.prompt + usage.cached * kept + usage.completion * self.completion
        return total / _MILLION


def price_of(model: str) -> Price | None:
    """The price of a model by its name, None where the table does not have it."""
    row = _table().get(model)
    return None if row is None else Price(**row)


@cache
def _table() -> dict[str, Any]:
    text = (CONF / "prices.yaml").read_text(encoding="utf-8")
    table: dict[str, Any] = (plain_yaml(text) or {}).get("models") or {}
    return table
