"""Look-ahead search: it trades the likeliest token for one whose completions fit."""

from __future__ import annotations

import numpy as np
import pytest
from marks import NEURAL

from bench import Budget, Task, Variable, evaluate, parse
from methods.transformer import Transformer
from methods.transformer.planning import EXPANSIONS, complete, plan
from methods.transformer.skeletons.vocabulary import INDEX, Skeleton

X0, SIN, EXP, ADD, MUL = (INDEX[name] for name in ("x0", "sin", "exp", "add", "mul"))


def ranking(prefix: Skeleton) -> list[int]:
    return [X0, SIN, EXP, ADD, MUL] if len(prefix) < 4 else [X0, X0]


def test_what_fits_is_found_though_it_is_unlikely() -> None:
    wanted = (MUL, X0, SIN, X0)
    asked: list[Skeleton] = []

    def error(skeleton: Skeleton) -> float:
        assert skeleton == asked[-1]
        alike = sum(a == b for a, b in zip(skeleton, wanted, strict=False))
        return 4.0 - alike if skeleton != wanted else 0.0

    for batch in plan(ranking, error):
        asked.extend(batch)
    assert all(complete(skeleton) for skeleton in asked)
    assert len(asked) <= 20 * EXPANSIONS
    assert wanted in asked


def test_a_ranking_is_asked_once_for_each_prefix() -> None:
    prefixes: list[Skeleton] = []

    def noted(prefix: Skeleton) -> list[int]:
        prefixes.append(prefix)
        return ranking(prefix)

    list(plan(noted, lambda skeleton: 1.0))
    assert len(prefixes) == len(set(prefixes))


@NEURAL
@pytest.mark.parametrize("rows", [20, 200])
def test_the_method_plans(rows: int) -> None:
    X = np.random.default_rng(0).uniform(1.0, 3.0, (rows, 2))
    y = X[:, 0] * np.sin(X[:, 1])
    budget = Budget(seconds=20.0, evaluations=150)
    task = Task(X, y, (Variable("x0"), Variable("x1")), budget=budget)
    first, second = (Transformer(decode="mcts").discover(task) for _ in range(2))
    assert first == second
    values = evaluate(parse(first.best.expression), ("x0", "x1"), X)
    assert 1 - np.mean((values - y) ** 2) / np.var(y) > 0.9


def test_a_way_to_decode_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="decode is 'beam', 'mcts' or 'greedy', not 'best'"):
        Transformer(decode="best")
