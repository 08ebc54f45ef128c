"""Recorded conversations of methods that search no formula replay through the walls."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from conftest import VARIABLE
from scripted_endpoint import Script

import bench
from bench.experiment import with_model
from bench.method import Budget
from bench.models.endpoint import Endpoint
from bench.plugins import spec_of_object
from bench.problems import Dataset
from bench.running import LocalExecutor, Record, Store, execute, matrix
from methods.llm.vml import VML
from methods.panels.alpha_mcts import AlphaMctsModel

sys.path.append(str(Path(__file__).parents[1] / "methods"))
from verbal_rule import answered

CALLS = 24


def verbal(request: Mapping[str, Any], number: int) -> str:
    return answered("", request["messages"][-1]["content"])


def alphas(request: Mapping[str, Any], number: int) -> str:
    if "formula alone" in request["messages"][-1]["content"]:
        return f"-ts_pct(close, {2 + number % 7})"
    return "What fell rises again."


def run(method: object, dataset: Dataset, folder: Path, endpoint: Endpoint) -> Record:
    budget = Budget(seconds=120, calls=CALLS)
    datasets = {dataset.name: dataset}
    methods = with_model([spec_of_object(method)], endpoint, budget)
    runs = matrix(methods, datasets, budget=budget)
    store = Store(folder)
    execute(runs, datasets, store, LocalExecutor(1), endpoint=endpoint)
    record = store.read(runs[0].key)
    assert record is not None
    return record


@pytest.mark.parametrize(
    ("method", "rule", "name", "options", "word"),
    [
        (VML("batched", 1), verbal, "vml_regression", {"only": ["linear"]}, "x0"),
        (AlphaMctsModel(), alphas, "synthetic_market",
         {"size": 1, "assets": 30, "days": 150}, "ts_pct"),
    ],
    ids=["vml", "alpha_mcts_model"],
)  # fmt: skip
def test_a_recorded_run_replays(
    method: object, rule: Callable[[Mapping[str, Any], int], str], name: str,
    options: dict[str, Any], word: str, script: Script, tmp_path: Path,
) -> None:  # fmt: skip
    script.rule = rule
    dataset, kept = bench.load(name, **options), str(tmp_path / "recordings")
    live = run(
        method, dataset, tmp_path / "live",
        Endpoint(url=script.url, name="toy", key=VARIABLE, mode="record", recordings=kept),
    )  # fmt: skip
    again = run(
        method, dataset, tmp_path / "again",
        Endpoint(name="toy", mode="replay", recordings=kept),
    )  # fmt: skip
    assert (live.status, again.status) == ("ok", "ok"), (live.message, again.message)
    assert live.discovery == again.discovery and live.discovery is not None
    assert word in live.discovery.best.text
    assert len(script.requests) == CALLS == again.provenance["model"]["calls"]
