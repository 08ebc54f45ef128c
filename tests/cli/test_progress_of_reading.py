"""While a dataset is read something moves in a terminal, however large its tables are."""

from __future__ import annotations

import os
import pty
import select
import sys

import pytest

from bench.cli import experiment
from bench.problems import Dataset, load_dataset

FRAMES = 4
PATIENCE = 60.0


def test_something_moves_while_each_dataset_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal, other_end = pty.openpty()
    monkeypatch.setenv("TERM", "xterm")
    seen: dict[str, set[bytes]] = {}

    def slowly(label: str, config: object) -> Dataset:
        frames = seen.setdefault(label, set())
        while len(frames) < FRAMES and select.select([terminal], [], [], PATIENCE)[0]:
            frames.add(os.read(terminal, 65536))
        return load_dataset("nguyen")

    monkeypatch.setattr(experiment, "_load", slowly)
    with os.fdopen(other_end, "w") as screen, os.fdopen(terminal, "rb"):
        monkeypatch.setattr(sys, "stderr", screen)
        experiment.read_datasets({"one": {}, "two": {}})
        monkeypatch.undo()
    assert {label: len(frames) >= FRAMES for label, frames in seen.items()} == {
        "one": True,
        "two": True,
    }
    assert b"datasets read" in b"".join(seen["one"])
