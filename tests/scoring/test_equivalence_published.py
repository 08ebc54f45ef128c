"""The judge on published runs whose answers were settled by hand, or follow the published flag.

``tests/data/published_runs.csv``: predictions of ParFam, DL-ParFam and EndToEnd (E. Scholl et al.:
ParFam. Neural guided symbolic regression via continuous global optimization, 2024, and its
published results), without noise in the data and with 1 %. ``flag`` is what was published.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from bench import load
from bench.scoring.equivalence import RULES, judge

PATH = Path(__file__).parents[1] / "data" / "published_runs.csv"
with PATH.open(newline="", encoding="utf-8") as _file:
    RUNS = list(csv.DictReader(_file))


@pytest.mark.parametrize("run", RUNS, ids=lambda run: f"{run['problem']}-{run['noise']}")
def test_a_published_run_has_its_settled_answer(run: dict[str, str]) -> None:
    dataset, _, name = run["problem"].partition("/")
    problem = load(dataset)[name]
    assert problem.truth is not None
    found = judge(run["prediction"], problem.truth, problem.domain, r2=float(run["r2"]))
    assert {rule: found[rule].answer for rule in RULES} == {rule: run[rule] for rule in RULES}


def test_both_answers_and_both_sides_of_the_flag_are_among_them() -> None:
    sides = {(run["flag"], run["srbench"]) for run in RUNS}
    assert sides == {(flag, answer) for flag in ("yes", "no") for answer in ("yes", "no")}
