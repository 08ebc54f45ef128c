"""Whatever a language model says, a method that asks it goes on and sends no endless prompt."""

from __future__ import annotations

import importlib
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hostile_answers import HOSTILE
from scripted_model import ScriptedModel

from bench import Budget, Task, Variable
from bench.clock import Clock
from bench.kinds import Conditions, kind_of
from bench.plugins import MethodEntry, find_methods
from bench.problems import load_dataset

MOST = 200_000
"""Characters of a prompt; at most twice as many are sent."""


def _class(entry: MethodEntry) -> Any:
    module, name = entry.target.replace(":", ".").rsplit(".", 1)
    return getattr(importlib.import_module(module), name)


ASKING = {
    name: entry
    for name, entry in find_methods().items()
    if entry.target.startswith("methods.") and getattr(_class(entry), "asks_model", False)
}


def table() -> Any:
    x = np.random.default_rng(0).uniform(0.5, 3.0, (50, 1))
    return Task(x, x[:, 0] * np.sin(x[:, 0]), (Variable("x0"),))


def posed(name: str, **options: Any) -> Any:
    problem: Any = load_dataset(name, **options).problems[0]
    kind: Any = kind_of(problem)
    data, conditions = problem.data(), Conditions()
    task = kind.task(
        kind.told(problem, conditions), kind.arrays(problem, data, conditions),
        seed=0, budget=Budget(600.0), on_report=lambda answer, loss: None, clock=Clock(),
    )  # fmt: skip
    if name == "find_numeric":
        task = replace(task, asks=kind.oracle(problem, data, conditions).ask)
    return task


TASKS: dict[str, Callable[[], Any]] = {
    "table": table,
    "oracle": lambda: posed("find_numeric", size=1, questions=60),
    "panel": lambda: posed("synthetic_market", size=1, assets=20, days=100),
}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (name, kind)
        for name, one in ASKING.items()
        for kind in getattr(_class(one), "kinds", ["table"])
    ],
)
@pytest.mark.parametrize("seed", range(2))
def test_no_answer_ends_a_run(name: str, kind: str, seed: int) -> None:
    entry, answers = ASKING[name], list(HOSTILE.values())
    random.Random(seed).shuffle(answers)
    settings = {key: value for key, value in entry.config.items() if key != "worker"}
    model = ScriptedModel(answers, calls=len(answers))
    budget = Budget(seconds=600.0, evaluations=150)
    found = _class(entry)(**settings).discover(replace(TASKS[kind](), budget=budget, model=model))
    assert model.prompts and found.best.text + str(found.predict)
    assert max(sum(len(text) for _, text in one.texts) for one in model.prompts) < MOST
