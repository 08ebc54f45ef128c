"""``rediscover train``: what it prints, what a kill costs, and what it refuses."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from command_line import Command
from marks import KERNELS, NEURAL

pytestmark = [NEURAL, *KERNELS]
TINY = (
    "network.training.shape.width=8",
    "network.training.shape.feedforward=8",
    "network.training.shape.inducing=2",
    "network.training.shape.seeds=2",
    "network.training.shape.memory_layers=1",
    "network.training.shape.decoder_layers=1",
    "network.training.batch=4",
    "network.training.checkpoint_seconds=0.1",
)


def test_it_trains_reports_and_validates(command: Command) -> None:
    wanted = (
        "folder=mine",
        "network.training.steps=50",
        "network.functions=1",
        "network.candidates=2",
    )
    outcome = command("train", *TINY, *wanted)
    assert outcome.code == 0, outcome.err
    assert "step 50  samples 200  loss" in outcome.out and "token accuracy" in outcome.out
    assert "exact, 1-4 tokens" in outcome.out
    state = json.loads(Path("mine/state.json").read_text())
    assert state["step"] == 50 and state["training"]["seed"] == 0
    other = command("train", *TINY, "folder=mine", "network.training.steps=60")
    assert other.code == 2 and "holds a training with steps=50 (its rate comes down" in other.err


def test_columns_are_encoded_one_by_one_and_decoded_greedily(command: Command) -> None:
    import numpy as np

    from bench import Budget, Task, Variable
    from bench.plugins import find_method, spec_of
    from bench.running.load import build

    untrained = command("run", "method=[st]", "dataset=[nguyen]")
    assert untrained.code == 2 and "`rediscover train network=st` trains one" in untrained.err
    outcome = command(
        "train", "network=st", *TINY, "network.training.steps=3", "network.functions=0"
    )
    assert outcome.code == 0, outcome.err
    state = json.loads(Path("networks/st/state.json").read_text())
    assert state["shape"]["encoder"] == "columns"
    X = np.linspace(1.0, 2.0, 30)[:, None]
    task = Task(X, X[:, 0] ** 2, (Variable("x0"),), budget=Budget(seconds=20.0))
    spec = spec_of(find_method("st"))
    assert spec.settings["decode"] == "greedy"
    assert build(spec.target, spec.settings).discover(task).best.expression


def test_a_killed_training_ends_as_one_that_was_not(command: Command, tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file

    settings = (*TINY, "network.training.steps=100", "network.functions=0")

    assert command("train", *settings, "folder=whole").code == 0
    words = [sys.executable, "-m", "bench", "train", *settings, "folder=killed"]
    with subprocess.Popen(words, cwd=tmp_path, stdout=subprocess.DEVNULL) as first:
        while not (tmp_path / "killed" / "state.json").exists() and first.poll() is None:
            time.sleep(0.02)
        os.kill(first.pid, signal.SIGKILL)
    assert first.returncode == -signal.SIGKILL
    assert command("train", *settings, "folder=killed").code == 0
    uncut, cut = (
        load_file(tmp_path / name / "weights.safetensors") for name in ("whole", "killed")
    )
    for name, weights in uncut.items():
        assert torch.equal(cut[name], weights)
    log = (tmp_path / "killed" / "progress.jsonl").read_text().splitlines()
    assert [json.loads(line)["step"] for line in log] == [50, 100]


def test_a_model_is_not_trained_over(command: Command) -> None:
    from methods.transformer.method import SHIPPED

    outcome = command("train", f"folder={SHIPPED}")
    assert outcome.code == 2
    assert "holds a network and no training: choose another folder" in outcome.err


def test_batches_are_the_same_whoever_draws_them() -> None:
    import numpy as np

    from methods.transformer.training.feeding import Lessons, feed

    nothing = np.zeros(0, np.int64)
    here, elsewhere = (list(feed(Lessons(3, 4), range(5), nothing, workers)) for workers in (0, 1))
    assert [shown for _, shown in here] == [shown for _, shown in elsewhere]
    for (one, _), (other, _) in zip(here, elsewhere, strict=True):
        np.testing.assert_array_equal(one.y, other.y)


@pytest.mark.parametrize(
    ("override", "said"),
    [
        (
            "network=small",
            "network=small not found; choose prose_small or snip_small or st or transformer_small",
        ),
        ("network.training.stepz=3", "did you mean 'steps'"),
    ],
)
def test_what_cannot_be_trained_is_said_in_a_line(
    command: Command, override: str, said: str
) -> None:
    outcome = command("train", override)
    assert outcome.code == 2
    assert said in outcome.err and outcome.err.count("\n") == 1
