"""Help comes at once, and the installed command is the same as ``python -m bench``."""

from __future__ import annotations

import subprocess
import sys

import pytest
from command_line import Command

HEAVY = {"numpy", "scipy", "sympy", "pandas", "hydra", "omegaconf", "rich", "numba", "torch"}
VERBS = (
    "run", "plan", "status", "score", "leaderboard", "list", "show", "check", "new", "judge",
    "doctor", "data", "merge", "train", "nearest",
)  # fmt: skip


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from bench.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print(*(name.partition('.')[0] for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    text, _, modules = done.stdout.rstrip().rpartition("\n")
    assert not HEAVY & set(modules.split())
    assert all(f"\n    {verb}" in text for verb in VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(command: Command, verb: str) -> None:
    outcome = command(verb, "--help")
    assert outcome.code == 0
    assert outcome.out.startswith(f"usage: rediscover {verb}")


def test_the_module_is_the_command() -> None:
    command = [sys.executable, "-m", "bench", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("rediscover ")
