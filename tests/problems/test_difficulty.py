"""Difficulty: numbers that can be checked by hand, computed once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.problems import Data, Problem, Table, Target, Variable, load_dataset
from bench.problems.difficulty import difficulty


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REDISCOVER_CACHE", str(tmp_path))
    return tmp_path


class Rows:
    """Two columns of numbers from 1 to 2, counting how often they are asked for."""

    def __init__(self, y: np.ndarray) -> None:
        self.y = y
        self.calls = 0

    def __repr__(self) -> str:
        return f"Rows({self.y.tolist()})"

    def data(self, problem: Problem, seed: int) -> Data:
        self.calls += 1
        x = np.linspace(1.0, 2.0, len(self.y))
        table = Table(np.column_stack([x, x[::-1]]), self.y)
        return Data({"train": table, "test": table})


def problem(truth: str | None, y: np.ndarray | None = None) -> Problem:
    rows = Rows(np.linspace(1.0, 2.0, 201) if y is None else y)
    variables = (Variable("x0"), Variable("x1"))
    return Problem("made", "1", "p", variables, (Target(truth=truth),), source=rows)


@pytest.mark.parametrize(
    ("truth", "key", "value"),
    [
        ("x0 + x1", "variables", 2),
        ("2*x0", "dummies", 1),
        ("x0 + x1 + 3", "operators", 2),
        ("sin(x0)*x1", "operators", 2),
        ("x0", "depth", 1),
        ("exp(x0 + x1)", "depth", 3),
        ("sin(exp(x0))/sqrt(x1)", "transcendental", 2),
        ("x0**x1 + x0**2.5", "transcendental", 1),
        ("x0*x1", "weakest_term", 1.0),
        ("x0 + 0*x1", "weakest_term", 0.0),
    ],
)
def test_numbers_of_a_law(truth: str, key: str, value: float) -> None:
    assert difficulty(problem(truth))[key] == value


def test_decades_of_the_target() -> None:
    y = 10.0 ** np.linspace(-3.0, 5.0, 201)
    assert difficulty(problem("x0", y))["dynamic_range"] == pytest.approx(8 * 0.98)
    assert difficulty(problem("x0", np.full(201, -7.0)))["dynamic_range"] == 0.0
    assert difficulty(problem("x0", np.zeros(201)))["dynamic_range"] == 0.0


def test_no_law_no_numbers() -> None:
    assert difficulty(problem(None)) == {}


def test_a_real_problem() -> None:
    numbers = difficulty(load_dataset("korns")["Korns-1"])
    assert numbers["dummies"] == 4
    assert numbers["weakest_term"] < 0.005  # 1.57 beside 24.3*x3 with x3 in [-50, 50]


def test_numbers_are_computed_once_and_again_when_damaged(own_cache: Path) -> None:
    one = problem("x0 + x1")
    numbers = difficulty(one)
    assert difficulty(one) == numbers
    assert one.source.calls == 1  # type: ignore[attr-defined]
    (file,) = (own_cache / "difficulty").iterdir()
    file.write_text(file.read_text().replace("2", "3"))
    assert difficulty(one) == numbers
    assert one.source.calls == 2  # type: ignore[attr-defined]
