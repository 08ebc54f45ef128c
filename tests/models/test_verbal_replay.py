"""A recorded conversation of ``vml`` replays through the walls to the same discovery."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from conftest import VARIABLE
from scripted_endpoint import Script

import bench
from bench.experiment import with_model
from bench.method import Budget
from bench.models.endpoint import Endpoint
from bench.plugins import spec_of_object
from bench.running import LocalExecutor, Record, Store, execute, matrix
from methods.llm.vml import VML

sys.path.append(str(Path(__file__).parents[1] / "methods"))
from verbal_rule import answered


def rule(request: Mapping[str, Any], number: int) -> str:
    return answered("", request["messages"][-1]["content"])


def run(folder: Path, endpoint: Endpoint) -> Record:
    budget = Budget(seconds=120)
    datasets = {"vml_regression": bench.load("vml_regression", only=["linear"])}
    methods = with_model([spec_of_object(VML(mode="batched", epochs=1))], endpoint, budget)
    runs = matrix(methods, datasets, budget=budget)
    store = Store(folder)
    execute(runs, datasets, store, LocalExecutor(1), endpoint=endpoint)
    record = store.read(runs[0].key)
    assert record is not None
    return record


def test_a_recorded_run_replays(script: Script, tmp_path: Path) -> None:
    script.rule = rule
    kept = str(tmp_path / "recordings")
    live = run(
        tmp_path / "live",
        Endpoint(url=script.url, name="toy", key=VARIABLE, mode="record", recordings=kept),
    )
    asked = len(script.requests)
    again = run(tmp_path / "again", Endpoint(name="toy", mode="replay", recordings=kept))
    assert (live.status, again.status) == ("ok", "ok"), again.message
    assert live.discovery == again.discovery and live.discovery is not None
    assert "x0" in live.discovery.best.text and set(live.discovery.predicted) == {"test", "ood"}
    assert asked == len(script.requests) == 24 == again.provenance["model"]["calls"]
