"""What a command says of time, and the budget that its runs get."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bench import Budget
from bench.cli import UserError
from bench.cli.compose import with_configuration
from bench.cli.experiment import read_experiment


def budget_of(*overrides: str) -> Budget:
    found: list[Budget] = []

    def take(config: Any, folder: Path) -> int:
        found.append(read_experiment(config, folder).runs[0].budget)
        return 0

    with_configuration(["method=linear", "dataset=nguyen", "dataset.limit=1", *overrides], take)
    return found[0]


@pytest.mark.parametrize(
    ("overrides", "seconds", "cpu_seconds"),
    [
        ((), 50.0, 5),
        (("budget.cpu_seconds=30",), 150.0, 30),
        (("budget.seconds=30",), 30, None),
        (("budget.seconds=30", "budget.cpu_seconds=7"), 30, 7),
        (("budget=minute",), 270.0, 60),
        (("budget=minute", "budget.seconds=9"), 9, None),
        (("budget=hour",), 3600, None),
        (("budget=hour", "budget.cpu_seconds=60"), 3600, 60),
        (("+preset=srsd",), 3600, None),
        (("+preset=srbench",), 3600, None),
    ],
)
def test_whichever_time_is_named_is_the_one_that_ends_runs(
    overrides: tuple[str, ...], seconds: float, cpu_seconds: float | None
) -> None:
    budget = budget_of(*overrides)
    assert (budget.seconds, budget.cpu_seconds) == (seconds, cpu_seconds)


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        (("budget.cpu_seconds=0",), "cpu_seconds=0"),
        (("budget.cpu_seconds=-1", "budget.seconds=5"), "must be positive"),
        (("budget.cpu_seconds=null",), "budget.cpu_seconds=30"),
        (("budget.cpu_seconds=soon",), "'soon'"),
        (("budget.seconds=null",), "budget.seconds=30"),
    ],
)
def test_a_budget_that_cannot_be_is_refused_in_a_sentence(
    overrides: tuple[str, ...], words: str
) -> None:
    with pytest.raises(UserError, match=words):
        budget_of(*overrides)
