"""``rediscover run``: from a command to records and a leaderboard, again and again."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from command_line import Command

from bench.cli.quoting import label

QUICK = ("budget.seconds=1", "budget.grace=0.5", "executor.workers=2")

METHODS = """
import os, time
from dataclasses import dataclass
from bench import Discovery

@dataclass(frozen=True)
class Behaves:
    how: str = "well"
    wait: float = 0.0

    def discover(self, task):
        if self.how == "raises":
            raise RuntimeError("the well is dry")
        if self.how == "exits":
            os._exit(3)
        if self.how == "hangs":
            task.report("x0")
            while True:
                time.sleep(1)
        if self.how == "babbles":
            print("x" * 1_000_000)
            return Discovery.of("what(x0")
        time.sleep(self.wait)
        return Discovery.of("x0*x1")
"""


@pytest.fixture
def behaves(tmp_path: Path) -> str:
    (tmp_path / "behaves.py").write_text(METHODS)
    return "behaves.py"


def board(folder: Path) -> dict[str, dict[str, str]]:
    with (folder / "leaderboard.csv").open() as file:
        return {line["method"]: line for line in csv.DictReader(file)}


def records(folder: Path) -> dict[str, dict[str, Any]]:
    found = {}
    for path in sorted((folder / "records").rglob("*.json")):
        record = json.loads(path.read_text())
        found[f"{record['method']['label']}/{record['problem']}/{record['seed']}"] = record
    return found


def test_a_first_run_ends_in_a_leaderboard(command: Command, tmp_path: Path) -> None:
    outcome = command("run", "method=[linear,polynomial]", "dataset.limit=2", *QUICK)
    folder = tmp_path / "results" / "linear+polynomial-quickstart"
    assert outcome.code == 0 and outcome.err == ""
    first, *_, last = outcome.out.splitlines()
    assert first == "4 runs planned in results/linear+polynomial-quickstart"
    assert last == "leaderboard: results/linear+polynomial-quickstart/leaderboard.csv"
    lines = board(folder)
    assert lines.keys() == {"linear", "polynomial"}
    assert all(line["planned"] == line["done"] == line["ok"] == "2" for line in lines.values())
    assert float(lines["polynomial"]["symbolic_exact"]) == 0.5  # of x0*x1 and x0*x1*sin(x2)
    assert (folder / "config.yaml").exists() and len(records(folder)) == 4

    status = json.loads(command("status", str(folder), "--json").out)
    assert [(one["method"], one["done"], one["left"]) for one in status["methods"]] == [
        ("linear", 2, 0), ("polynomial", 2, 0),
    ]  # fmt: skip
    text = (folder / "leaderboard.csv").read_text()
    assert command("run", "method=[linear,polynomial]", "dataset.limit=2", *QUICK).code == 0
    assert (folder / "leaderboard.csv").read_text() == text


def test_every_failure_is_a_row_and_the_exit_code_is_zero(
    command: Command, tmp_path: Path, behaves: str
) -> None:
    labels = {"raises": "error", "exits": "crash", "hangs": "timeout", "babbles": "invalid"}
    overrides = [f"+method@method.{how}={behaves}" for how in labels]
    overrides += [f"method.{how}.how={how}" for how in labels]
    outcome = command("run", f"method={behaves}", *overrides, "dataset.limit=1", *QUICK)
    assert outcome.code == 0, outcome.err
    lines = board(tmp_path / "results" / "behaves+raises+exits+hangs+babbles-quickstart")
    for how, status in labels.items():
        assert lines[how][status] == "1", how
        assert float(lines[how]["symbolic_exact"]) == 0.0
        assert how == "hangs" or float(lines[how]["ned"]) == 1.0
    assert float(lines["behaves"]["symbolic_exact"]) == 1.0
    assert lines["hangs"]["complexity"] == "1.0"  # its last report
    assert "the well is dry" in outcome.out
    assert len(outcome.out) < 20_000


def test_the_same_command_goes_on_and_another_setting_runs_again(
    command: Command, tmp_path: Path, behaves: str
) -> None:
    base = ("run", f"method={behaves}", "dataset.limit=2", "--no-score", *QUICK)
    folder = tmp_path / "results" / "behaves-quickstart"

    def times() -> dict[str, int]:
        return {str(p): p.stat().st_mtime_ns for p in (folder / "records").rglob("*.json")}

    assert command(*base).code == 0
    first = times()
    (folder / "records" / "behaves" / "srsd_easy" / "feynman-i.12.1").rename(tmp_path / "gone")
    assert "1 of them done before" in command(*base).out
    second = times()
    assert second.keys() == first.keys()
    assert sum(second[path] == first[path] for path in first) == 1
    assert "2 of them done before" in command(*base, "executor.workers=1").out
    assert times() == second
    assert "done before" not in command(*base, "method.behaves.wait=0.01").out
    both = times()
    assert len(both) == 4 and all(both[path] == second[path] for path in second)
    assert "2 of them done before" in command(*base).out and times() == both


def test_retry_runs_failures_again_and_nothing_else(
    command: Command, tmp_path: Path, behaves: str
) -> None:
    base = (
        "run", f"method={behaves}", f"+method@method.bad={behaves}", "method.bad.how=raises",
        "dataset.limit=1", "--no-score", *QUICK,
    )  # fmt: skip
    assert command(*base).code == 0
    assert "2 of them done before" in command(*base).out
    assert "1 of them done before" in command(*base, "--retry", "error,crash").out


def test_a_users_table_and_truth_by_one_override(command: Command, tmp_path: Path) -> None:
    rows = [(a / 7, (a * a) % 11) for a in range(60)]
    text = "".join(f"{a},{b},{3 * a + b}\n" for a, b in rows)
    (tmp_path / "my data.csv").write_text("length,width,size\n" + text)
    outcome = command(
        "run", "method=linear", 'dataset=["my data.csv"]', "datasets.my_data.target=size",
        "datasets.my_data.truth=3*length+width", *QUICK,
    )  # fmt: skip
    assert outcome.code == 0, outcome
    folder = tmp_path / "results" / "linear-my_data"
    assert float(board(folder)["linear"]["symbolic_exact"]) == 1.0


def test_files_of_any_name_are_run_and_scored(command: Command, tmp_path: Path) -> None:
    names = ["2021", "1e5", "null", "día", "数据", "a, b", "${seeds}"]
    rows = "".join(f"{a},{3 * a + 1}\n" for a in range(20))
    for name in names:
        (tmp_path / f"{name}.csv").write_text(f"a,target\n{rows}")
    datasets = ",".join(f'"{name}.csv"' for name in names)
    truths = [f"datasets.{label(name)}.truth=3*a + 1" for name in names]
    base = ("run", "method=linear", f"dataset=[{datasets}]", "experiment=odd", *QUICK)
    assert command(*base, *truths).code == 0
    folder = tmp_path / "results" / "odd"
    found = [json.loads(path.read_text()) for path in (folder / "records").rglob("*.json")]
    assert sorted((one["dataset"], one["status"]) for one in found) == sorted(
        (name, "ok") for name in names
    )
    (line,) = board(folder).values()
    assert (line["problems"], float(line["symbolic_exact"])) == (str(len(names)), 1.0)
    assert f"{len(names)} records judged" in command("score", str(folder), "--again").out


@pytest.mark.parametrize("name", ["1e3", "null", "true", "007"])
def test_an_experiment_is_called_as_it_is_written(
    command: Command, tmp_path: Path, name: str
) -> None:
    base = ("run", "method=linear", "dataset.limit=1", "--no-score", *QUICK)
    done = command(*base, f"experiment={name}")
    assert done.code == 0, done
    assert len(records(tmp_path / "results" / name)) == 1
    shown = command("show", f"results/{name}")
    assert shown.code == 0 and "linear" in shown.out
    assert {path.name for path in tmp_path.iterdir()} == {"results"}


def test_a_sweep_may_go_to_any_folder(command: Command, tmp_path: Path) -> None:
    place = tmp_path / "elsewhere" / "1e3"
    base = ("method=linear", "dataset.limit=1", *QUICK, f"experiment={place}")
    assert command("plan", *base).code == 0
    swept = command("run", "-m", *base, "seeds=[0],[1]", "--no-score")
    assert swept.code == 0 and len(records(place / "1")) == 1
    assert {path.name for path in tmp_path.iterdir()} == {"elsewhere"}


def test_two_files_of_one_name_are_two_datasets_with_the_data_of_each(
    command: Command, tmp_path: Path
) -> None:
    for folder, slope in (("a", 2), ("b", 3)):
        (tmp_path / folder).mkdir()
        rows = "".join(f"{a},{slope * a}\n" for a in range(20))
        (tmp_path / folder / "d.csv").write_text(f"a,y\n{rows}")
    base = ("run", "method=linear", "dataset=[a/d.csv,b/d.csv]", *QUICK)
    refused = command(*base, "datasets.a_d.target=y")
    assert "(datasets.b_d.target=COLUMN says which one is the target)" in refused.err
    outcome = command(*base, "datasets.a_d.target=y", "datasets.b_d.target=y")
    assert outcome.code == 0, outcome
    assert "d.csv is set by datasets.b_d (datasets.b_d.target=...), and it is called" in outcome.out
    slopes = {
        record["dataset"]: float(record["discovery"]["best"][0].partition("*")[0])
        for path in (tmp_path / "results" / "linear-a_d+b_d" / "records").rglob("*.json")
        for record in [json.loads(path.read_text())]
    }
    assert slopes == {"a_d": pytest.approx(2.0), "b_d": pytest.approx(3.0)}


def test_a_damaged_file_of_no_run_is_told_apart_from_one_that_is_redone(
    command: Command, tmp_path: Path
) -> None:
    folder = tmp_path / "results" / "linear-quickstart"
    base = ("run", "method=linear", "dataset.limit=1", "--no-score", *QUICK)
    assert command(*base).code == 0
    (path,) = (folder / "records").rglob("*.json")
    path.write_text("{")
    stray = path.with_name("seed9_noise0.json")
    stray.write_text("")
    place = path.relative_to(tmp_path)
    before = command("status", str(folder)).out
    assert f"1 record cannot be read: {place}: the record is cut off" in before
    assert "1 record of nothing that is planned here" in before
    assert f"1 record cannot be read: {place}" in command(*base).out
    (line,) = json.loads(command("status", str(folder), "--json").out)["said"]
    assert line == (
        "1 record of nothing that is planned here; rediscover prune results/linear-quickstart "
        f"removes them: {stray.relative_to(tmp_path)}"
    )
    assert f"  {stray.relative_to(tmp_path)}" in command("prune", str(folder), "--dry-run").out
    assert stray.exists() and "1 record removed:" in command("prune", str(folder)).out
    assert not stray.exists() and path.exists()
    assert json.loads(command("status", str(folder), "--json").out)["said"] == []
    assert "nothing removed" in command("prune", str(folder)).out


def test_a_missing_engine_is_told_and_leaves_no_record(command: Command, tmp_path: Path) -> None:
    (tmp_path / "odd.py").write_text(
        "class Odd:\n    requires = ('no_such_engine',)\n    def discover(self, task): ...\n"
    )
    outcome = command("run", "method=[odd.py,linear]", "dataset.limit=1", "--no-score", *QUICK)
    folder = tmp_path / "results" / "odd+linear-quickstart"
    assert outcome.code == 1
    assert (
        "no_such_engine" in outcome.out and "1 of 2 planned runs have no record: odd" in outcome.out
    )
    assert [record["method"]["label"] for record in records(folder).values()] == ["linear"]
    assert board(folder)["odd"]["planned"] == "1" and board(folder)["odd"]["done"] == "0"


def test_a_sweep_makes_a_results_folder_for_each_job(
    command: Command, tmp_path: Path, behaves: str
) -> None:
    outcome = command(
        "run", "-m", f"method={behaves}", "method.behaves.wait=0,0.1", "dataset.limit=1",
        "experiment=sweep", "--no-score", *QUICK,
    )  # fmt: skip
    assert outcome.code == 0, outcome
    waits = [
        next(iter(records(tmp_path / "results" / "sweep" / str(k)).values()))["method"]["settings"]
        for k in range(2)
    ]
    assert [settings["wait"] for settings in waits] == [0.0, 0.1]


def test_debug_runs_in_this_process(command: Command, behaves: str) -> None:
    base = ("run", f"method={behaves}", "dataset.limit=1", "--debug")
    assert "best: x0*x1" in command(*base).out
    with pytest.raises(RuntimeError, match="the well is dry"):
        command(*base, "method.behaves.how=raises")


def test_ctrl_c_says_how_to_go_on(tmp_path: Path, behaves: str) -> None:
    command = [
        sys.executable, "-m", "bench", "run", f"method={behaves}", "method.behaves.wait=0.5",
        "dataset=srsd_easy", "dataset.limit=8", "executor.workers=1", "--no-score",
        "budget.seconds=5",
    ]  # fmt: skip
    folder = tmp_path / "results" / "behaves-srsd_easy"
    process = subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    deadline = time.monotonic() + 120
    while not records(folder) and time.monotonic() < deadline:
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGINT)
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 130, out
    assert "the same command goes on from here" in out and "Traceback" not in out
    done = len(records(folder))
    assert 1 <= done < 8
    again = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert again.returncode == 0, again.stdout + again.stderr
    assert f"{done} of them done before" in again.stdout
    assert len(records(folder)) == 8


def test_results_of_two_machines_are_merged(command: Command, tmp_path: Path) -> None:
    for name, problem in (("a", "feynman-i.12.1"), ("b", "feynman-i.12.5")):
        command(
            "run", "method=linear", "dataset=srsd_easy", f"dataset.only=[{problem}]",
            f"experiment={name}", "--no-score", *QUICK,
        )  # fmt: skip
    assert command("merge", "results/a", "results/b", "-o", "results/both").code == 0
    assert len(records(tmp_path / "results" / "both")) == 2
    outcome = command("leaderboard", "results/both", "--json")
    assert json.loads(outcome.out)["lines"][0]["done"] == 2


def test_what_must_be_sealed_and_cannot_be_is_refused_before_it_runs(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bench.running.seal.trial import Standing

    standing = Standing("partial", ("signals", "truncating"))
    monkeypatch.setattr("bench.running.machine.seal_of_this_machine", lambda: standing)
    run = ("run", "method=linear", "dataset=nguyen", "dataset.limit=1", "experiment=x")
    refused = command(*run, "require_seal=true", "--no-score")
    assert refused.code == 2
    assert "require_seal=true, and here the seal is partial: signals, truncating" in refused.err
    assert not list(tmp_path.glob("results/x/records"))
    assert command(*run, "require_seal=false", "--no-score").code == 0
    assert "require_seal is 'maybe'" in command(*run, "require_seal=maybe").err
