"""Completion, as a real bash asks for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bench.cli import main

BASH = shutil.which("bash")
_ASK = """\
eval "$("{command}" completion bash)"
COMP_LINE="$1" COMP_POINT=${{#1}} COMP_TYPE=9 COMP_WORDS=($1) COMP_CWORD=1
_python_argcomplete rediscover
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.fixture(scope="module")
def offered(tmp_path_factory: pytest.TempPathFactory) -> list[list[str]]:
    """What bash offers for each of LINES, asked one after the other."""
    folder = tmp_path_factory.mktemp("here")
    (folder / "mine.py").touch()
    (folder / "results" / "first").mkdir(parents=True)
    (folder / "results" / "first" / "plan.jsonl").touch()
    command = Path(sys.executable).with_name("rediscover")
    script = _ASK.format(command=command)
    path = f"{command.parent}{os.pathsep}{os.environ['PATH']}"
    return [
        subprocess.run(
            [BASH or "bash", "-c", script, "bash", line], cwd=folder, check=True,
            capture_output=True, text=True, env={**os.environ, "PATH": path}, timeout=60,
        ).stdout.split()
        for line in LINES
    ]  # fmt: skip


LINES = {
    "rediscover lea": ["leaderboard"],
    "rediscover run met": ["method="],
    "rediscover run method=[operon,gpl": ["method=[operon,gplearn"],
    "rediscover run method=min": ["method=mine.py"],
    "rediscover run dataset=llmsrbench_ch": ["dataset=llmsrbench_chem_react"],
    "rediscover run budget.sec": ["budget.seconds="],
    "rediscover plan +preset=srb": ["+preset=srbench"],
    "rediscover status results/f": ["results/first", "results/first/"],
    "rediscover show srsd_easy_d": ["srsd_easy_dummy"],
    "rediscover leaderboard --by dif": ["difficulty"],
    "rediscover ver": ["verify"],
    "rediscover gate results/f": ["results/first", "results/first/"],
    "rediscover tune oper": ["operon"],
    "rediscover tune operon --on srsd_easy_d": ["srsd_easy_dummy"],
}


@pytest.mark.skipif(BASH is None, reason="no bash here")
def test_bash_offers_what_there_is(offered: list[list[str]]) -> None:
    found = [[word.replace("\\", "") for word in words] for words in offered]
    last = [line.rpartition("=")[0] for line in LINES]
    # Bash itself breaks words at "=": what stands before it is not said again.
    expected = [
        [word.removeprefix(f"{start.split()[-1]}=") if start else word for word in words]
        for start, words in zip(last, LINES.values(), strict=True)
    ]
    assert [set(words) for words in found] == [set(words) for words in expected]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_code(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    assert "rediscover" in capsys.readouterr().out
