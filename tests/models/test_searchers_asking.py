"""Searchers of LLM-SRBench that ask a model by OpenAI's client: in sealed workers, as they are."""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scripted_endpoint import VARIABLE, Script

from bench import Budget, Data, Dataset, Problem, Table, Target, Variable
from bench.adapters.llmsrbench.chat import AsyncChat, Chat
from bench.experiment import with_model
from bench.models.completion import Completion, Tokens
from bench.models.endpoint import Endpoint
from bench.models.language_model import LanguageModel
from bench.models.prompt import Prompt
from bench.plugins import find_method, spec_of
from bench.problems.sources.given import Given
from bench.running import Limits, LocalExecutor, Record, Store, execute, matrix

SEARCHER = Path(__file__).parents[1] / "data" / "climb" / "searcher.py"
LAW = "def equation(x0, x1, params):\n    return params[0]*x0*x1 + params[1]\n"
LOOP = """def equation(x0, x1, params):
    total = 0.0
    for power in range(2):
        total = total + params[power] * (x0 * x1) ** power
    return total
"""


def problem() -> Problem:
    X = np.random.default_rng(0).uniform(0.5, 2.0, (40, 2))
    table = Table(X, 2.5 * X[:, 0] * X[:, 1] + 1.0)
    variables = (Variable("x0"), Variable("x1"))
    given = Given(Data({"train": table, "test": table}))
    return Problem("held", "1", "product", variables, (Target(truth="2.5*x0*x1 + 1"),), given)


def run(
    script: Script, folder: Path, budget: Budget | None = None, grace: float = 10.0, **params: Any
) -> tuple[Record, str]:
    """One run of the searcher: its record and its log."""
    budget = budget or Budget(seconds=60)
    endpoint = Endpoint(url=script.url, name="toy", key=VARIABLE)
    spec = spec_of(find_method(str(SEARCHER)), params=params)
    datasets = {"held": Dataset("held", "1", (problem(),))}
    store = Store(folder)
    runs = matrix(with_model([spec], endpoint, budget), datasets, budget=budget)
    execute(runs, datasets, store, LocalExecutor(1), limits=Limits(grace=grace), endpoint=endpoint)
    (record,) = store.records()
    return record, store.log_path(record.run.key).read_text()


def by_number(*programs: str) -> Any:
    """The programs in turn, the last one from then on."""

    def rule(request: Mapping[str, Any], number: int) -> str:
        return programs[min(number, len(programs) - 1)]

    return rule


def is_law(record: Record) -> bool:
    from bench import evaluate, parse

    assert record.discovery is not None
    table = problem().data().test
    text = record.discovery.best.text
    found = evaluate(parse(text, problem().variables), ["x0", "x1"], table.X)
    return bool(np.allclose(found, table.y, rtol=1e-6))


def test_what_a_searcher_needs_and_asks_is_known_before_it_runs() -> None:
    spec = spec_of(find_method(str(SEARCHER)))
    assert (spec.label, spec.asks_model, spec.requires) == ("climb", True, ("numpy", "numba"))
    assert importlib.util.find_spec("bench.dataclasses") is None  # none is made in this process


def test_a_searcher_asks_the_runs_model(script: Script, tmp_path: Path) -> None:
    script.rule = by_number("def equation(x0, x1, params):\n    return x0\n", LAW)
    record, log = run(script, tmp_path, global_max_sample_num=4, samples_per_prompt=2)
    assert (record.status, record.message) == ("ok", ""), log
    assert is_law(record)
    assert record.provenance["model"]["calls"] == 4
    assert "asked without 'seed'" in log


def test_a_program_without_a_formula_is_a_black_box(script: Script, tmp_path: Path) -> None:
    script.rule = by_number(LOOP)
    record, log = run(script, tmp_path, global_max_sample_num=1, samples_per_prompt=1)
    assert record.status == "ok" and record.discovery is not None, log
    assert record.discovery.best.text == "" and "the program has no formula" in log
    assert list(record.discovery.predicted) == ["test"]


def test_a_search_whose_calls_are_spent_leaves_its_best(script: Script, tmp_path: Path) -> None:
    script.rule = by_number(LAW, "def equation(x0, x1, params):\n    return x1\n")
    record, log = run(script, tmp_path, Budget(seconds=60, calls=6), global_max_sample_num=10**9)
    assert record.status == "ok", (record.message, log[-2000:])
    assert is_law(record)
    assert "the search was ended" in log


@pytest.mark.parametrize(
    ("at_the_end", "status"), [("goes on", "ok"), ("hears nothing", "timeout")]
)
def test_a_search_whose_time_is_up_leaves_its_best(
    script: Script, tmp_path: Path, at_the_end: str, status: str
) -> None:
    script.rule = by_number(LAW)
    params = {"global_max_sample_num": 4, "at_the_end": at_the_end}
    record, log = run(
        script, tmp_path, Budget.of_cpu(2.0), grace=0.5 if status != "ok" else 60, **params
    )
    assert record.status == status, (record.message, log[-2000:])
    assert is_law(record)


def test_what_is_asked_at_a_time_is_asked_together(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    def answers(prompts: Sequence[Prompt]) -> list[Completion]:
        asked.append([one.texts[-1][1] for one in prompts])
        return [Completion(f"{one.texts[-1][1]}!", False, Tokens(1, 1)) for one in prompts]

    async def talk() -> list[Any]:
        client = AsyncChat(api_key="none")
        create = client.chat.completions.create
        words = [[{"role": "user", "content": one}] for one in ("a", "b")]
        return await asyncio.gather(create(words[0], model="m", n=2), create(words[1], model="m"))

    monkeypatch.setattr(Chat, "model", LanguageModel(answers))
    first, second = asyncio.run(talk())
    assert asked == [["a", "a", "b"]]
    assert [one.message.content for one in first.choices] == ["a!", "a!"]
    assert second.choices[0].message.content == "b!"
    one = Chat().chat.completions.create([{"role": "user", "content": "c"}], max_tokens=7)
    assert (one.choices[0].message.content, one.usage.total_tokens) == ("c!", 2)
