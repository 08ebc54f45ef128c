"""The command method: a real program, its data, its budget and what it prints."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from bench import Budget, Task, Variable
from methods.command import Command


def task(reports: list[tuple[str, float | None]] | None = None) -> Task:
    X = np.array([[0.1, 1e300], [1 / 3, -2.5]])
    return Task(
        X=X,
        y=X[:, 0] / 7,
        variables=(Variable("x0"), Variable("x1")),
        seed=5,
        budget=Budget(seconds=7.5, threads=3),
        on_report=lambda *report: (reports if reports is not None else []).append(report),
    )


def program(tmp_path: Path, text: str) -> tuple[str, ...]:
    path = tmp_path / "program.py"
    path.write_text(text)
    return (sys.executable, str(path))


def test_lines_are_reports_and_the_last_is_the_answer(tmp_path: Path) -> None:
    reports: list[tuple[str, float | None]] = []
    words = program(tmp_path, "print('# a remark'); print('x0\\t0.5'); print(); print('x0/7')")
    found = Command(words).discover(task(reports))
    assert found.best.expression == "x0/7"
    assert [(c.expression, c.loss) for c in found.front] == [("x0", 0.5), ("x0/7", None)]
    assert reports == [("x0", 0.5), ("x0/7", None)]


def test_the_program_gets_the_data_to_the_last_bit_and_its_budget(tmp_path: Path) -> None:
    text = (
        "import csv, os, sys\n"
        "rows = list(csv.reader(open(sys.argv[1])))\n"
        "assert sys.argv[1] == os.environ['REDISCOVER_DATA']\n"
        "assert rows[0] == ['x0', 'x1', 'y'], rows[0]\n"
        "assert float(rows[2][0]) == 1/3 and float(rows[1][1]) == 1e300\n"
        "assert float(rows[2][2]) == (1/3)/7\n"
        "names = ('TARGET', 'SEED', 'SECONDS', 'EVALUATIONS', 'THREADS', 'MEMORY_MB')\n"
        "print('+'.join(os.environ['REDISCOVER_' + name] for name in names))\n"
    )
    found = Command((*program(tmp_path, text), "{data}")).discover(task())
    assert found.best.expression == "y+5+7.5++3+4096"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("print('# nothing found')", "printed no expression"),
        ("print('x0'); raise SystemExit(4)", "exit code 4"),
    ],
)
def test_a_program_that_fails_is_an_error(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(RuntimeError, match=message):
        Command(program(tmp_path, text)).discover(task())


def test_a_program_that_is_not_there_is_named() -> None:
    with pytest.raises(RuntimeError, match=r"'no-such-program' does not start: .*on PATH"):
        Command(("no-such-program",)).discover(task())
    with pytest.raises(RuntimeError, match="program is empty"):
        Command(()).discover(task())
