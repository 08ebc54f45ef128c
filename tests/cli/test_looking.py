"""Verbs that look: list, show, plan, doctor, data; for people and for machines."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from command_line import Command

from bench.problems import load_dataset


def test_datasets_are_listed_for_machines(command: Command) -> None:
    outcome = command("list", "datasets", "--json")
    entries = {entry["name"]: entry for entry in json.loads(outcome.out)}
    assert outcome.code == 0
    assert {name: entries[name]["problems"] for name in ("srsd_easy", "srsd_medium", "srsd")} == {
        "srsd_easy": 30, "srsd_medium": 40, "srsd": 120,
    }  # fmt: skip
    assert entries["srsd_hard_dummy"]["problems"] == 50
    assert all(entry["source"] and entry["licence"] for entry in entries.values())
    assert entries["srsd"]["truth"] == "known"
    assert entries["neat"]["truth"] == "known of 8"


def test_methods_are_listed_with_where_they_come_from(command: Command) -> None:
    entries = {
        entry["name"]: entry for entry in json.loads(command("list", "methods", "--json").out)
    }
    assert {"linear", "polynomial", "gplearn", "operon", "pysr"} <= entries.keys()
    assert entries["operon"]["origin"] == "built-in"
    text = command("list", "methods").out
    assert all(name in text for name in entries)


def test_a_problem_is_shown_whole(command: Command) -> None:
    outcome = command("show", "srsd_easy/feynman-i.12.1", "--json")
    shown = json.loads(outcome.out)
    data = load_dataset("srsd_easy")["feynman-i.12.1"].data()
    assert shown["truth"] == "x0*x1" and shown["formula"] == "mu * Nn"
    assert shown["splits"] == {"train": 8000, "validation": 1000, "test": 1000}
    assert shown["sha256"] == data.digest
    assert shown["rows"][0] == [*data.train.X[0], data.train.y[0]]
    assert shown["variables"][1]["unit"] == "m s^-2 kg"
    text = command("show", "srsd_easy/feynman-i.12.1").out
    assert all(word in text for word in ("mu * Nn", "x0*x1", data.digest, "log-uniform", "8000"))


def test_a_problem_whose_file_is_malformed_is_told_in_one_line(
    command: Command, tmp_path: Path
) -> None:
    for split in ("train", "test"):
        (tmp_path / "own" / split).mkdir(parents=True)
        (tmp_path / "own" / split / "a.txt").write_text("1 2\n3 4\n")
    (tmp_path / "own" / "test" / "a.txt").write_text("1 2\n3 four\n")
    outcome = command("show", str(tmp_path / "own" / "a"))
    assert outcome.code == 2
    assert outcome.err.endswith(
        "a.txt: line 2, column 2 holds 'four', not a finite number; mend the line, or remove it\n"
    )


def test_a_dataset_is_shown_with_its_problems(command: Command) -> None:
    shown = json.loads(command("show", "srsd_hard", "--json").out)
    assert len(shown["problems"]) == 50
    assert "feynman-i.6.20a" in command("show", "srsd_hard").out


def test_a_plan_names_every_run_and_leaves_nothing_behind(command: Command, tmp_path: Path) -> None:
    outcome = command(
        "plan", "method=[linear,polynomial]", "dataset=srsd_easy", "dataset.limit=3",
        "seeds=[0,1]", "noise=[0,0.01]", "--json",
    )  # fmt: skip
    runs = json.loads(outcome.out)
    assert len(runs) == 2 * 3 * 2 * 2
    assert len({run["identity"] for run in runs}) == len(runs)
    assert not list(tmp_path.rglob("*.*"))


def test_a_plan_tells_what_cannot_run(command: Command, tmp_path: Path) -> None:
    (tmp_path / "odd.py").write_text(
        "class Odd:\n    requires = ('no_such_engine',)\n    def discover(self, task): ...\n"
    )
    outcome = command("plan", "method=odd.py")
    assert outcome.code == 0
    assert "odd: 5 runs, 0 done; cannot run: module 'no_such_engine'" in outcome.out


def test_presets_name_their_datasets(command: Command) -> None:
    runs = json.loads(command("plan", "+preset=srsd", "method=linear", "--json").out)
    assert len(runs) == 240


def test_the_doctor_says_what_is_there_and_what_is_not(command: Command) -> None:
    outcome = command("doctor", "--json")
    findings = {finding["what"]: finding for finding in json.loads(outcome.out)}
    assert outcome.code == 0
    assert findings["python"]["good"] and findings["method linear"]["good"]
    assert findings["package numpy"]["text"] == np.__version__
    assert {"processors", "memory", "busy", "results", "cache", "method pysr"} <= findings.keys()


@pytest.mark.parametrize("name", ["srsd_easy", "nguyen"])
def test_a_dataset_is_written_out_as_it_is(command: Command, tmp_path: Path, name: str) -> None:
    outcome = command("data", name, "--to", "out", "--as", "csv")
    assert outcome.code == 0
    problem = load_dataset(name).problems[0]
    (path,) = (tmp_path / "out").rglob(f"{problem.name}_train.csv")
    with path.open() as file:
        rows = list(csv.reader(file))
    train = problem.data().train
    assert rows[0][:-1] == list(problem.names)
    assert [float(cell) for cell in rows[1]] == [*train.X[0], train.y[0]]
    assert len(rows) == len(train) + 1
