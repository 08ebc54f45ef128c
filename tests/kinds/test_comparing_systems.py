"""The table of ``python -m benchmarks.dynamics``."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from bench.problems import load_dataset
from benchmarks.dynamics import COLUMNS, table


def test_systems_of_one_law_count_once_in_the_second_figure() -> None:
    odebench: Any = load_dataset("odebench", only=["ode2", "ode3", "ode6", "ode56"])
    problems = {one.name: one for one in odebench.problems}
    good = {**dict.fromkeys(COLUMNS, 1.0), "derivative_error": 0.5, "valid_time": None}
    bad = {**dict.fromkeys(COLUMNS, 0.0), "derivative_error": None, "valid_time": 2.5}
    found = {"ode2": bad, "ode3": good, "ode6": good, "ode56": bad}
    values = [
        (SimpleNamespace(method=SimpleNamespace(label=label), noise=0.01, problem=name), one)
        for label, each in (("found", found), ("none", dict.fromkeys(problems, bad)))
        for name, one in each.items()
    ]
    lines = table(values, problems).splitlines()
    scores, no_scores = (
        " | ".join([text] * len(COLUMNS)) for text in ("0.50 / 0.33", "0.00 / 0.00")
    )
    assert lines[2] == f"| found | 0.01 | {scores} | inf | 2.5 |"
    assert lines[3] == f"| none | 0.01 | {no_scores} | inf | 2.5 |"
