"""Costs are told before anything is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.cli import main
from bench.method import Budget
from bench.models.costs.estimate import PROMPT_TOKENS, estimated_costs
from bench.models.costs.prices import Price

PRICE = Price(1.0, 10.0)


def test_calls_times_tokens_times_price() -> None:
    found = estimated_costs([Budget(calls=100)] * 3, {"max_tokens": 400}, PRICE)
    assert (found.runs, found.calls) == (3, 300)
    assert found.tokens == 300 * (PROMPT_TOKENS + 400)
    assert found.money == pytest.approx(300 * (PROMPT_TOKENS + 4000) / 1e6)
    assert "at most 300 calls, about 420,000 tokens, about 1.50 dollars" in found.words


def test_budgets_bound_it() -> None:
    found = estimated_costs([Budget(calls=100, tokens=5000, money=0.01)], {}, PRICE)
    assert (found.tokens, found.money) == (5000, 0.01)


def test_without_a_bound_or_a_price_it_says_so() -> None:
    assert "budget.calls=100" in estimated_costs([Budget()], {}, PRICE).words
    assert "price unknown" in estimated_costs([Budget(calls=1)], {}, None).words
    assert "0.50 dollars" in estimated_costs([Budget(money=0.5)], {}, PRICE).words


def test_plan_tells_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["method=[direct,linear]", "dataset=[nguyen]", "dataset.limit=2", "budget.calls=10"]
    words += ["model.url=http://127.0.0.1:9/v1", "model.name=toy", f"experiment={tmp_path / 'e'}"]
    assert main(["plan", *words, "model.price={prompt: 1.0, completion: 2.0}"]) == 0
    told = capsys.readouterr().out
    assert "direct asks toy: at most 20 calls, about 28,000 tokens, about 0.04 dollars" in told
    assert "linear asks" not in told
