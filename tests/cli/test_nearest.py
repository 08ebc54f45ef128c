"""``rediscover nearest``: what it prints, and what it refuses in a line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import Command
from marks import KERNELS, NEURAL

TABLE = "a,b,target\n" + "".join(f"{k},{k % 3 + 1},{2.5 * k * (k % 3 + 1)}\n" for k in range(1, 20))

pytestmark = [NEURAL, *KERNELS]


@pytest.fixture(autouse=True)
def table(tmp_path: Path) -> None:
    (tmp_path / "my_table.csv").write_text(TABLE)


def test_formulas_are_printed_with_the_error_that_is_left(command: Command) -> None:
    outcome = command("nearest", "my_table.csv", "--count", "3", "method.snip.library=100")
    assert outcome.code == 0, outcome.err
    assert len(outcome.out.splitlines()) == 4
    assert command("nearest", "my_table.csv", "--count", "3", "method.snip.library=100") == outcome


def test_the_laws_of_a_dataset_are_a_library(command: Command) -> None:
    words = ("nearest", "my_table.csv", "--library", "aifeynman", "--json", "--count")
    few, all_of_them = (json.loads(command(*words, count).out) for count in ("3", "500"))
    assert few == all_of_them[:3] and len(all_of_them) > 3
    exact = [one["expression"] for one in all_of_them if one["loss"] < 1e-9]
    assert exact


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("my_table.csv", "--count", "0"), "--count is 0; it is 1 or more"),
        (("nguyen",), "'nguyen' has 12 problems: choose one, nguyen/PROBLEM"),
        (("my_table.csv", "--method", "linear"), "method 'linear' has no function 'nearest'"),
        (("my_table.csv", "method.snip.books=3"), "there is no setting 'books'"),
        (("odebench/ode1",), "'odebench/ode1' is no table: system"),
        (("my_table.csv", "--library", "odebench"), "the library has no formula"),
        (("my_table.csv", "method.snip.checkpoint=nowhere"), "'nowhere' is not there"),
    ],
)
def test_what_cannot_be_asked_is_said_in_a_line(
    command: Command, words: tuple[str, ...], said: str
) -> None:
    outcome = command("nearest", *words)
    assert outcome.code in (1, 2)
    assert said in outcome.err and outcome.err.count("\n") == 1
