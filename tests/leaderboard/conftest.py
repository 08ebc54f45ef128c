"""A small experiment that was really run, for those that look at results afterwards."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bench.cli import main

METHOD = """
from dataclasses import dataclass
from bench import Discovery

@dataclass(frozen=True)
class Root:
    times: int = 1

    def discover(self, task):
        return Discovery.of(f"{self.times}*sqrt(x0)")
"""


@pytest.fixture(scope="session")
def experiment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two instant methods on two problems, run, judged and tabled; one is solved by one."""
    top = tmp_path_factory.mktemp("experiment")
    (top / "root.py").write_text(METHOD)
    argv = [
        "run", f"method=[{top}/root.py,linear]", "dataset=[nguyen]",
        "dataset.only=[Nguyen-1,Nguyen-8]", "budget.seconds=60", "executor.workers=1",
        f"experiment={top}/results",
    ]  # fmt: skip
    assert main(argv) == 0
    return top / "results"


@pytest.fixture
def folder(experiment: Path, tmp_path: Path) -> Path:
    """A copy that may be spoilt."""
    return Path(shutil.copytree(experiment, tmp_path / "results"))
