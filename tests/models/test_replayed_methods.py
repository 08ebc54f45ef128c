"""Recorded conversations about other things than tables replay through the walls."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from scripted_endpoint import VARIABLE, Script

import bench
from bench.experiment import with_model
from bench.method import Budget
from bench.models.endpoint import Endpoint
from bench.models.transcript import read_transcript
from bench.plugins import spec_of_object
from bench.problems import Dataset
from bench.running import LocalExecutor, Record, Store, execute, matrix
from methods.llm import Scientist
from methods.llm.vml import VML
from methods.panels.alpha_mcts import AlphaMctsModel

sys.path.append(str(Path(__file__).parents[1] / "methods"))
from verbal_rule import answered

CALLS = 24
MARKET = {"size": 1, "assets": 30, "days": 150}
KEPT = Path(__file__).parents[1] / "data" / "recordings_of_kinds"
"""Conversations of Qwen2.5-Coder-1.5B-Instruct behind llama.cpp."""


def verbal(request: Mapping[str, Any], number: int) -> str:
    return answered("", request["messages"][-1]["content"])


def alphas(request: Mapping[str, Any], number: int) -> str:
    if "formula alone" in request["messages"][-1]["content"]:
        return f"-ts_pct(close, {2 + number % 7})"
    return "What fell rises again."


def actions(request: Mapping[str, Any], number: int) -> str:
    if number == CALLS - 1:
        return '{"action": "answer"}'
    return json.dumps(
        (
            {"action": "ask", "points": [number, -number / 2]},
            {"action": "fit", "formula": f"c0*abs(x0)**{number} + c1"},
            {"action": "residuals"},
        )[number % 3]
    )


def run(
    method: object, dataset: Dataset, folder: Path, endpoint: Endpoint, calls: int = CALLS
) -> Record:
    budget = Budget(seconds=120, calls=calls)
    datasets = {dataset.name: dataset}
    spec = spec_of_object(method)
    methods = with_model([replace(spec, label=spec.label.lower())], endpoint, budget)
    runs = matrix(methods, datasets, budget=budget, disclosure="full")
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
         MARKET, "ts_pct"),
        (Scientist(), actions, "find_numeric", {"size": 3, "only": ["f002"]}, "abs(x0)"),
    ],
    ids=["vml", "alpha_mcts_model", "scientist"],
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
    assert live.provenance.get("asked") == again.provenance.get("asked")
    assert len(script.requests) == CALLS == again.provenance["model"]["calls"]


@pytest.mark.parametrize(
    ("method", "name", "options", "calls", "told"),
    [
        (VML(batch=3, max_tokens=160), "vml_regression", {"only": ["linear"]}, 16,
         (16, "", {"answers": 16, "refused": 4})),
        (AlphaMctsModel(), "synthetic_market", MARKET, 8,
         (8, "factor1 = open", {})),
        (Scientist(memory=3, max_tokens=160), "find_numeric", {"size": 3, "only": ["f000"]}, 10,
         (5, "0.0007910247275204019", {"answers": 5, "forms": 1, "refused": 0})),
    ],
    ids=["vml", "alpha_mcts_model", "scientist"],
)  # fmt: skip
def test_what_a_real_model_said_comes_to_the_same_again(
    method: object, name: str, options: dict[str, Any], calls: int,
    told: tuple[int, str, dict[str, int]], tmp_path: Path,
) -> None:  # fmt: skip
    endpoint = Endpoint(
        name="qwen2.5-coder-1.5b-instruct-q4_k_m", mode="replay", recordings=str(KEPT),
        extra={"cache_prompt": False},
    )  # fmt: skip
    record = run(method, bench.load(name, **options), tmp_path, endpoint, calls)
    assert (record.status, record.message) == ("ok", "") and record.discovery is not None
    asked, answer, counts = told
    assert record.discovery.best.text == answer
    assert counts.items() <= record.discovery.counts.items()
    assert record.provenance["model"]["calls"] == asked
    assert record.provenance["model"]["models"] == [endpoint.name]


def test_the_prompts_of_a_real_model_tell_no_law_and_no_name() -> None:
    files = sorted(KEPT.rglob("*.jsonl"))
    assert len(files) == 3
    for path in files:
        name, problem = path.parts[-3:-1]
        posed: Any = bench.load(name, **MARKET if name == "synthetic_market" else {})[problem]
        laws = getattr(posed, "planted", None) or [str(posed.truth)]
        found = read_transcript(path)
        assert found is not None and found.exchanges
        for exchange in found.exchanges.values():
            ours = "\n".join(text for role, text in exchange.prompt.texts if role != "assistant")
            assert not [law for law in laws if law.replace(" ", "") in ours.replace(" ", "")]
            assert name not in ours and problem not in ours
