"""What the disk refuses is told in one line by every verb, with the file and a way out."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import Command
from one_process import Done, one_process

QUICK = ("method=linear", "dataset=nguyen", "dataset.limit=1", "budget.seconds=2")

READ_ONLY = {
    "plan": 0,
    "plan experiment=new": 0,
    "status results/linear-nguyen": 0,
    "show results/linear-nguyen": 0,
    "leaderboard results/linear-nguyen": 0,
    "show nguyen": 0,
    "show mine.csv": 0,
    "run experiment=new": 1,
    "run": 1,
    "run -m seeds=[0],[1] experiment=new": 1,
    "score results/linear-nguyen --again": 1,
    "score theirs.csv --dataset nguyen": 1,
    "merge results/linear-nguyen -o other": 1,
    "data nguyen --to out --as csv": 1,
    "new mine": 2,
    "submit pack results/linear-nguyen": 1,
    "judge --pairs pairs.csv -o out.csv": 1,
    "leaderboard results/linear-nguyen -o out.csv": 1,
}
"""What a disk that takes nothing leaves to be done, and what not: exit codes."""

MOUNT = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && cd "$1" && shift && exec "$@"'


def _read_only(folder: Path, commands: list[list[str]]) -> list[Done]:
    """What each command comes to where nothing below ``folder`` can be written."""
    private = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--mount", "-r"]
    if (
        not shutil.which("unshare")
        or subprocess.run(
            [*private, "sh", "-c", MOUNT, "sh", str(folder), "true"], capture_output=True
        ).returncode
    ):
        pytest.skip("mounting is not allowed here")
    launcher = [*private, "sh", "-c", MOUNT, "sh", str(folder)]
    with one_process(folder, os.environ, launcher) as rediscover:
        return [rediscover(*argv) for argv in commands]


def test_a_disk_that_takes_nothing(
    command: Command, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("REDISCOVER_CACHE", str(tmp_path_factory.mktemp("cache")))
    assert command("run", *QUICK).code == 0
    (tmp_path / "mine.csv").write_text("a,target\n1,2\n2,3\n3,4\n")
    (tmp_path / "pairs.csv").write_text("prediction,truth\nx0,x0\n")
    (tmp_path / "theirs.csv").write_text("method,problem,seed,expression\nm,Nguyen-1,0,x0\n")
    asked = {
        line: [*line.split(), *(QUICK if line.split()[0] in ("run", "plan") else ())]
        for line in READ_ONLY
    }
    outcomes = dict(zip(READ_ONLY, _read_only(tmp_path, list(asked.values())), strict=True))
    assert {line: done.returncode for line, done in outcomes.items()} == READ_ONLY, outcomes
    for line, done in outcomes.items():
        if done.returncode:
            err = done.stderr
            assert err.startswith("rediscover: ") and err.count("\n") == 1, (line, err)
            assert "Read-only file system" in err and "'" in err, (line, err)
            assert ".tmp" not in err, (line, err)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("run", "results"),
        ("plan", "results"),
        ("score theirs.csv --dataset nguyen", "results"),
        ("merge old -o results/new", "results"),
        ("run experiment=results/deep", "results"),
    ],
)
def test_a_file_in_the_place_of_a_folder(
    command: Command, tmp_path: Path, line: str, words: str
) -> None:
    if "merge" in line:
        assert command("run", *QUICK, f"experiment={tmp_path / 'old'}", "--no-score").code == 0
    (tmp_path / "results").write_text("in the way")
    (tmp_path / "theirs.csv").write_text("method,problem,seed,expression\nm,Nguyen-1,0,x0\n")
    verb, *rest = line.split()
    outcome = command(verb, *rest, *(QUICK if verb in ("run", "plan") else ()))
    assert outcome.code == 1, outcome
    assert outcome.err.startswith("rediscover: ") and outcome.err.count("\n") == 1
    assert words in outcome.err and "Not a directory; a folder is needed where" in outcome.err
    assert (tmp_path / "results").read_text() == "in the way"


LONG = "a" * 256


@pytest.mark.parametrize(
    "line",
    [
        f"run experiment={LONG}", f"plan experiment={LONG}", f"run dataset={LONG}.csv",
        f"run method={LONG}.py", f"show {LONG}.csv", f"show {LONG}", f"status {LONG}",
        f"leaderboard {LONG}", f"score {LONG}", f"check {LONG}.py", f"new {LONG}",
        f"merge {LONG} -o there", f"data nguyen --to {LONG} --as csv", f"judge --pairs {LONG} -o a",
    ],
)  # fmt: skip
def test_a_name_that_no_file_system_takes(command: Command, line: str) -> None:
    verb, *rest = line.split()
    extra = [one for one in QUICK if one.partition("=")[0] not in line]
    outcome = command(verb, *rest, *(extra if verb in ("run", "plan") else ()))
    assert outcome.code in (1, 2), outcome
    if verb != "check":
        assert outcome.err.startswith("rediscover: ") and outcome.err.count("\n") == 1, outcome


def test_output_that_nobody_takes_is_told(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "bench", "list", "methods"],
            stdout=full, stderr=subprocess.PIPE, text=True, cwd=tmp_path,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("rediscover: No space left on device") or "'" in done.stderr
    assert "Traceback" not in done.stderr


WRITING = {
    "data nguyen --to out --as csv": "'out'",
    "data nguyen --to packed --as parquet": "'packed'",
    "leaderboard results/linear-nguyen -o t.csv": "'t.csv'",
    "merge results/linear-nguyen -o other": "'other",
    "submit pack results/linear-nguyen -o a.zip": "'a.zip'",
    "judge --pairs pairs.csv -o out.csv": "'out.csv",
    "new mine": "'.'",
}


@pytest.mark.skipif(not shutil.which("prlimit"), reason="prlimit is not here")
def test_what_breaks_off_in_the_middle_of_a_file_names_it(command: Command, tmp_path: Path) -> None:
    """A limit on the size of files, as a disk that fills: neither says which file it was."""
    assert command("run", *QUICK).code == 0
    (tmp_path / "pairs.csv").write_text("prediction,truth\nx0,x0\n")
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}  # or they would be cut, too
    with one_process(tmp_path, environment, ["prlimit", "--fsize=20"]) as rediscover:
        outcomes = {line: rediscover(*line.split()) for line in WRITING}
    for line, done in outcomes.items():
        err = done.stderr
        assert done.returncode in (1, 2) and err.count("\n") == 1, (line, err)
        assert WRITING[line] in err and "File too large" in err, (line, err)
    assert not list(tmp_path.rglob("*.tmp"))
