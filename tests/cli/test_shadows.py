"""The current folder holds data, whatever its files are called: no command runs what lies there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.cli.parser import command_parser

SHADOWS = (
    "ast", "bench", "contextlib", "csv", "dataclasses", "decimal", "fractions", "functools",
    "inspect", "json", "methods", "mpmath", "numbers", "numpy", "queue", "random", "sitecustomize",
    "socket", "statistics", "string", "struct", "subprocess", "sympy", "tempfile", "typing",
    "usercustomize", "uuid",
)  # fmt: skip
SHADOW = """
import os
with open({marker!r}, "a") as file:
    file.write({name!r} + chr(10))
raise RuntimeError("a file of the user's was run")
"""
RUN = ("run", "method=[linear]", "dataset=[nguyen]", "dataset.limit=1", "experiment=x")
COMMANDS = {
    "run": RUN,
    "plan": ("plan", *RUN[1:]),
    "status": ("status", "results/x"),
    "score": ("score", "results/x", "--again"),
    "merge": ("merge", "results/x", "--into", "results/y"),
    "leaderboard": ("leaderboard", "results/x"),
    "compare": ("compare", "results/x"),
    "report": ("report", "results/x"),
    "plots": ("plots", "results/x", "--to", "pictures"),
    "prune": ("prune", "results/x"),
    "verify": ("verify", "results/x", "--sample", "1"),
    "submit": ("submit", "pack", "results/x", "-o", "x.zip"),
    "gate": ("gate", "results/x", "results/x"),
    "tune": (
        "tune",
        "linear",
        "--on",
        "nguyen",
        "--budget",
        "1",
        "method.linear.nothing=1,2",
        "dataset.limit=1",
    ),
    "judge": ("judge", "x*y + 0.5*x", "x*y"),
    "cdm": ("cdm", "latex.csv"),
    "show": ("show", "nguyen"),
    "list": ("list", "methods"),
    "data": ("data", "nguyen/nguyen-1"),
    "nearest": ("nearest", "nguyen/Nguyen-5", "method.snip.library=100"),
    "doctor": ("doctor",),
    "new": ("new", "method", "mine"),
    "check": ("check", "linear", "--seconds=5"),
    "train": ("train", "--cfg", "job"),
    "completion": ("completion", "bash"),
}


SCRIPT = """
import os
import sys

here = os.path.realpath(os.getcwd())
known = {{}}


def is_the_folder(place):
    if place not in known:
        known[place] = place == "" or os.path.realpath(place) == here
    return known[place]


def open_to_the_folder(event, arguments):
    if event == "import":
        path = arguments[2] or ()  # sys.path; None where a file is loaded
        if any(map(is_the_folder, path)):
            print("EXPOSED", arguments[0], file=sys.stderr)


sys.addaudithook(open_to_the_folder)
from bench.cli import main

for words in {commands!r}:
    try:
        code = main(words)
    except SystemExit as end:
        code = end.code
    print("CODE", words[0], code, file=sys.stderr)
"""
"""What an installer makes of the entry point, for one command after the other.

A module that one of them has imported is there for the next, so every import is held to its path.
"""


def call(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [sys.executable, *words], cwd=folder, env=environment, capture_output=True, text=True,
        timeout=250,
    )  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of modules that say when they are run."""
    place = tmp_path_factory.mktemp("shadows")
    for name in SHADOWS:
        code = SHADOW.format(marker=str(place / "executed"), name=name)
        (place / f"{name}.py").write_text(code)
    return place


def test_every_verb_has_a_command_here() -> None:
    assert set(COMMANDS) == set(command_parser()[1])


def test_no_verb_runs_what_lies_in_the_current_folder(tmp_path: Path, folder: Path) -> None:
    script = tmp_path / "rediscover"
    script.write_text(SCRIPT.format(commands=list(COMMANDS.values())))
    done = call(folder, str(script))
    assert not (folder / "executed").exists(), (folder / "executed").read_text()
    assert "Traceback" not in done.stderr and "EXPOSED" not in done.stderr, done.stderr
    told = [line.split()[1:] for line in done.stderr.splitlines() if line.startswith("CODE ")]
    assert [verb for verb, _ in told] == [words[0] for words in COMMANDS.values()]
    assert {code for _, code in told} <= {"0", "1", "2"}, done.stderr
    assert (folder / "results/x/leaderboard.csv").exists()


def test_the_harness_as_a_module_leaves_the_current_folder_out(
    tmp_path: Path, folder: Path
) -> None:
    """What Python itself imports before it comes to the harness is out of the harness's hands."""
    for name in ("fractions", "random", "statistics", "decimal", "mpmath", "numpy"):
        (tmp_path / f"{name}.py").write_text((folder / f"{name}.py").read_text())
    done = call(tmp_path, "-m", "bench", *COMMANDS["judge"])
    assert done.returncode == 0, done.stderr
    assert not (folder / "executed").exists()
