"""``run --from``: what was published, done again by who has only the archive."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from results_folders import rewrite

from bench.cli import main
from bench.repeating import repeat_of
from bench.running.results.lock import add_to_lock, environment_here, lock_path
from bench.running.results.plan import PlannedRun
from bench.running.results.run import identity_of
from bench.running.results.store import Store


def test_an_archive_is_repeated_in_one_command(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    here = environment_here()
    other = replace(here, python="CPython 3.99.0", packages={**here.packages, "numpy": "99.0"})
    lock_path(Store(folder)).unlink()
    add_to_lock(Store(folder), [other])
    assert main(["submit", "pack", str(folder), "-o", str(tmp_path / "packed.zip")]) == 0
    monkeypatch.chdir(tmp_path)
    capsys.readouterr()
    assert main(["run", "--from", "packed.zip", "executor.workers=1"]) == 0
    out = capsys.readouterr().out
    assert "4 runs planned in results/packed-again" in out
    assert "this environment differs from that of packed.zip in 2 things:" in out
    assert f"  Python {here.python} (there CPython 3.99.0)" in out
    assert out.splitlines()[-1] == "4 of 4 runs gave the answer that packed.zip has"
    again = Store(tmp_path / "results" / "packed-again")
    assert again.plan() == Store(folder).plan()
    tables = [one.folder / "leaderboard.csv" for one in (again, Store(folder))]
    ours, theirs = (
        [line.split(",")[:12] for line in table.read_text().splitlines()] for table in tables
    )
    assert ours == theirs
    assert main(["verify", "results/packed-again", "--sample", "0"]) == 0


def test_answers_that_do_not_come_again_are_said(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (path,) = (folder / "records" / "linear" / "nguyen" / "Nguyen-1").glob("*.json")
    record = json.loads(path.read_text())
    record["discovery"]["best"][0] = "x0 + 7"
    rewrite(path, **record)
    monkeypatch.chdir(tmp_path)
    assert main(["run", "--from", str(folder), "executor.workers=1", "--no-score"]) == 0
    out = capsys.readouterr().out
    assert f"3 of 4 runs gave the answer that {folder} has" in out
    assert "linear/nguyen/Nguyen-1/seed0_noise0: it answered 'x0 + 7', and done again '" in out


@pytest.mark.parametrize(
    "override", ["method=[linear]", "method.root.times=2", "budget.seconds=1", "seeds=[1]"]
)
def test_what_was_run_is_not_to_be_set(
    folder: Path, override: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "--from", str(folder), override]) == 2
    assert f"'{override}' is not of it" in capsys.readouterr().err


def test_a_folder_is_not_repeated_into_itself(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "--from", str(folder), f"experiment={folder}"]) == 2
    assert "not repeated into itself" in capsys.readouterr().err


def planned(folder: Path, target: str, settings: dict[str, Any]) -> list[PlannedRun]:
    """The plan of ``folder`` as if all of it were of that method, in a file that agrees."""
    plan = Store(folder).plan()
    setup = replace(next(iter(plan.setups.values())), target=target, settings=settings)
    runs = []
    for run in plan.runs.values():
        where = (run.dataset, run.version, run.problem, run.data_seed, run.seed, run.noise)
        identity = identity_of(setup.digest, *where)[:16]
        runs.append(run._replace(setup=setup.digest, identity=identity))
    lines = [{"setup": setup.digest, **asdict(setup)}, *(run._asdict() for run in runs)]
    text = "".join(f"{json.dumps(line)}\n" for line in lines)
    (folder / "plan.jsonl").write_text(text)
    return runs


@pytest.mark.parametrize(
    ("target", "settings", "why"),
    [
        ("methods.command:Command", {"program": ["sh", "-c", "id"]}, "text"),
        ("bench.adapters.scikit_learn:SKLearn", {"estimator": "os:system"}, "text"),
        ("os:system", {}, "not installed here"),
        ("antigravity:fly", {}, "not installed here"),
    ],
)
def test_no_program_that_an_archive_names_is_run(
    folder: Path, target: str, settings: dict[str, Any], why: str
) -> None:
    runs = planned(folder, target, settings)
    found = repeat_of(Store(folder), runs, trusted=False)
    assert not found.runs
    assert found.refused and all(why in one for one in found.refused)


def test_a_file_counts_for_others_only_as_it_was_run(folder: Path, tmp_path: Path) -> None:
    plan = Store(folder).plan()
    setup = next(one for one in plan.setups.values() if one.target.endswith(":Root"))
    file = tmp_path / "root.py"
    file.write_text(Path(setup.target.rpartition(":")[0]).read_text().replace("sqrt", "exp"))
    runs = planned(folder, f"{file}:Root", {"times": 1})
    assert "not here as it was run" in repeat_of(Store(folder), runs, trusted=False).refused[0]
    assert len(repeat_of(Store(folder), runs, trusted=True).runs) == 4


def test_what_is_not_here_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = folder / "plan.jsonl"
    plan.write_text(plan.read_text().replace('"nguyen"', '"nowhere"'))
    assert main(["run", "--from", str(folder)]) == 2
    said = capsys.readouterr().err
    assert "cannot be repeated here: nowhere/Nguyen-1 is not found here, and 1 more" in said
