"""Conversations of a real model, recorded: a whole run of each method comes to the same again.

``benchmarks/language_models.py`` made them, with Qwen2.5-Coder-1.5B-Instruct behind llama.cpp. A
method whose prompts change needs them anew: see ``docs/language-models.md``.
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from bench.experiment import with_model
from bench.expression import Expression, numbers, parse, replace_numbers
from bench.method import Budget
from bench.models.endpoint import Endpoint
from bench.models.transcript import read_transcript
from bench.plugins import spec_of_object
from bench.problems import Dataset, Problem, Table
from bench.running import LocalExecutor, Record, Store, execute, matrix
from benchmarks.language_models import EVALUATIONS, NAME, asking, drawn

RECORDINGS = Path(__file__).parents[1] / "data" / "recordings"
ANSWERS = json.loads((RECORDINGS / "answers.json").read_text())
CALLS, TOKENS = 6, 220
METHODS = tuple(asking(CALLS, TOKENS))


@cache
def problem() -> Problem:
    """The one that was asked about: drawn where it is needed, for the catalogue is large."""
    return drawn(1)[0]


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Record]:
    """The record of a run of each method, nobody being asked."""
    budget = Budget(seconds=3600.0, calls=CALLS, evaluations=EVALUATIONS)
    endpoint = Endpoint(
        name=NAME, mode="replay", recordings=str(RECORDINGS), extra={"cache_prompt": False}
    )
    specs = [spec_of_object(one) for one in asking(CALLS, TOKENS).values()]
    named = [replace(spec, label=name) for spec, name in zip(specs, METHODS, strict=True)]
    datasets = {problem().dataset: Dataset(problem().dataset, problem().version, (problem(),))}
    methods = with_model(named, endpoint, budget)
    runs = matrix(methods, datasets, budget=budget, disclosure="full")
    store = Store(tmp_path_factory.mktemp("replayed"))
    execute(runs, datasets, store, LocalExecutor(1), endpoint=endpoint)
    records = {run.method.label: store.read(run.key) for run in runs}
    return {name: record for name, record in records.items() if record is not None}


@pytest.mark.parametrize("name", METHODS)
def test_a_recorded_run_comes_to_the_same_discovery(replayed: dict[str, Record], name: str) -> None:
    record = replayed[name]
    assert (record.status, record.message) == ("ok", "")
    assert record.discovery is not None
    found = parse(record.discovery.best.text, problem().variables)
    known = parse(ANSWERS[name]["answer"], problem().variables)
    assert _bare(found) == _bare(known)
    np.testing.assert_allclose(numbers(found), numbers(known), rtol=1e-6)
    told = record.provenance["model"]
    kept = ANSWERS[name]
    assert told["calls"] == kept["calls"] == CALLS
    assert told["prompt_tokens"] + told["completion_tokens"] == kept["tokens"]
    assert told["mode"] == "replay"


def _bare(tree: Expression) -> Expression:
    return replace_numbers(tree, dict.fromkeys(range(len(numbers(tree))), 1.0))


def test_no_recorded_prompt_tells_more_than_the_task() -> None:
    asked = {one.name: one for one in drawn(4)}
    files = sorted(RECORDINGS.rglob("*.jsonl"))
    assert {path.relative_to(RECORDINGS).parts[0] for path in files} == set(METHODS)
    assert {path.parent.name for path in files} == set(asked)
    unseen = {name: _shown(one.data().test) for name, one in asked.items()}
    for path in files:
        about = asked[path.parent.name]
        hidden = {about.name, about.dataset, "llmsrbench", "llm-srbench", "feynman"}
        found = read_transcript(path)
        assert found is not None and found.exchanges
        for exchange in found.exchanges.values():
            ours = "\n".join(text for role, text in exchange.prompt.texts if role != "assistant")
            assert not [word for word in hidden if word.lower() in ours.lower()]
            assert str(about.truth).replace(" ", "") not in ours.replace(" ", "")
            assert not unseen[about.name] & set(ours.splitlines())


def _shown(table: Table) -> set[str]:
    """The rows of ``table`` as a prompt would show them."""
    rows = zip(table.X.tolist(), table.y.tolist(), strict=True)
    return {", ".join(f"{value:.5g}" for value in (*row, y)) for row, y in rows}
