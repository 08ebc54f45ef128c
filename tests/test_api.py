"""The front door: load, judge, score, run and read results, from Python as people use it."""

from __future__ import annotations

import doctest
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

import bench
from bench import Budget, Data, Dataset, Discovery, Problem, Table, Target, Task, Variable

SCRIPT = """
from dataclasses import dataclass
import bench

def law(names, power):
    return "*".join([*names] * power)

@dataclass(frozen=True)
class Product:
    power: int = 1
    words: tuple[str, ...] = ("a",)

    def discover(self, task: bench.Task) -> bench.Discovery:
        assert isinstance(self.words, tuple)
        return bench.Discovery.of(law(task.names, self.power))

problem = bench.load("srsd_easy")["feynman-i.12.1"]
results = bench.run(Product(), problem, budget=5, folder=FOLDER, progress=False)
runs = results.runs()
print(runs.status[0], runs.prediction[0], runs.verdict_exact[0])
"""


@dataclass(frozen=True)
class Power:
    """``x0`` to a power."""

    exponent: int = 2

    def discover(self, task: Task) -> Discovery:
        task.report("x0")
        return Discovery.of(f"x0**{self.exponent}")


@dataclass(frozen=True)
class Squares:
    """A source of data: a square, ten rows."""

    def data(self, problem: Problem, seed: int) -> Data:
        X = np.arange(1.0, 11.0)[:, None]
        table = Table(X, X[:, 0] ** 2)
        return Data({"train": table, "test": table})


@pytest.fixture
def squares() -> Dataset:
    problem = Problem("own", "1", "square", (Variable("x0"),), (Target(truth="x0**2"),), Squares())
    return Dataset("own", "1", (problem,))


def test_the_examples_in_its_docstrings_are_true() -> None:
    import bench.api

    found = doctest.testmod(bench.api)
    assert found.attempted > 5
    assert found.failed == 0


def test_every_name_it_offers_is_there_and_documented() -> None:
    for name in bench.__all__:
        offered = getattr(bench, name)
        assert name == "__version__" or (offered.__doc__ or "").strip(), name
    assert set(bench.__all__) <= set(dir(bench))
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        bench.nothing  # noqa: B018


def test_importing_it_imports_nothing_heavy() -> None:
    heavy = ["numpy", "sympy", "pandas", "numba", "hydra", "rich", "torch"]
    code = f"import sys, bench; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_objects_and_names_run_side_by_side(tmp_path: Path, squares: Dataset) -> None:
    methods = {"right": Power(), "wrong": Power(exponent=3), "linear": "linear"}
    results = bench.run(
        methods, squares, budget=Budget(seconds=5), seeds=[0, 1], noise=[0.0, 0.1],
        folder=tmp_path, workers=2, progress=False,
    )  # fmt: skip
    runs = results.runs()
    assert len(runs) == 3 * 2 * 2
    assert set(runs.status) == {"ok"}
    assert set(runs.truth) == {"x0**2"}
    right = runs[runs.method == "right"]
    assert set(right.prediction) == {"x0**2"}
    assert set(right.verdict_exact) == {"yes"}
    assert set(right.symbolic_exact) == {1.0}
    assert {settings["exponent"] for settings in right.settings} == {2}
    assert set(runs[runs.method == "wrong"].verdict_exact) == {"no"}
    board = results.leaderboard()
    assert board.method[0] == "right"
    assert set(results.leaderboard(by="noise").noise) == {0.0, 0.1}
    assert "right" in results._repr_html_()
    again = bench.read_results(tmp_path)
    assert list(again.runs().prediction) == list(runs.prediction)


def test_a_temporary_folder_goes_with_the_results(squares: Dataset) -> None:
    results = bench.run(Power, squares, budget=5, progress=False)
    assert results.folder.is_dir()
    assert list(results.runs().status) == ["ok"]
    folder = results.folder
    del results
    assert not folder.exists()


def test_the_same_call_does_nothing_again(tmp_path: Path, squares: Dataset) -> None:
    def stamps() -> set[int]:
        return {path.stat().st_mtime_ns for path in tmp_path.rglob("seed*.json")}

    bench.run(Power(), squares, budget=5, folder=tmp_path, progress=False)
    before = stamps()
    assert before
    bench.run(Power(), squares, budget=5, folder=tmp_path, progress=False)
    assert stamps() == before


@pytest.mark.parametrize("way", ["script", "standard input", "a cell"])
def test_a_class_of_the_program_itself_runs_without_a_guard(way: str, tmp_path: Path) -> None:
    text = SCRIPT.replace("FOLDER", repr(str(tmp_path / "results")))
    path = tmp_path / "script.py"
    path.write_text(text)
    starts: dict[str, Callable[[], list[str]]] = {
        "script": lambda: [sys.executable, str(path)],
        "standard input": lambda: [sys.executable, "-"],
        "a cell": lambda: [sys.executable, "-m", "IPython", "--no-banner", "-c", text],
    }
    environment = {**os.environ, "IPYTHONDIR": str(tmp_path / "ipython")}
    done = subprocess.run(
        starts[way](), input=text, capture_output=True, text=True, cwd=tmp_path, env=environment
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["ok", "x0*x1", "yes"]


def test_a_class_inside_a_function_is_carried_too(squares: Dataset) -> None:
    exponent = 2

    class Inner:
        def discover(self, task: Task) -> Discovery:
            return Discovery.of(f"x0**{exponent}")

    assert list(bench.run(Inner, squares, budget=5, progress=False).runs().status) == ["ok"]


class Stateful:
    def __init__(self) -> None:
        self.hidden = 3

    def discover(self, task: Task) -> Discovery:
        return Discovery.of("x0")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"methods": "lineer"}, "did you mean 'linear'"),
        ({"methods": object()}, "is no method"),
        ({"methods": Stateful()}, "put @dataclass above its class"),
        ({"methods": Power(exponent="two")}, "setting 'exponent' is 'two'"),  # type: ignore[arg-type]
        ({"methods": [Power(2), Power(3)]}, "two methods are labelled 'Power'"),
        ({"methods": []}, "no method is given"),
        ({"datasets": "nguyenn"}, "did you mean 'nguyen'"),
        ({"datasets": 3}, "3 is no dataset"),
        ({"datasets": []}, "there is no problem"),
        ({"budget": 0}, "budget is 0"),
        ({"budget": "long"}, "budget is 'long'"),
        ({"seeds": [-1]}, "seeds holds -1"),
        ({"seeds": [1.5]}, "seeds holds 1.5"),
        ({"noise": ["much"]}, "noise holds 'much'"),
        ({"disclosure": "all"}, "disclosure is 'all'"),
    ],
)
def test_what_cannot_be_had_is_refused_in_a_sentence(
    arguments: dict[str, object], words: str, squares: Dataset
) -> None:
    given = {"methods": Power(), "datasets": squares, "progress": False, **arguments}
    with pytest.raises((ValueError, LookupError)) as caught:
        bench.run(given.pop("methods"), given.pop("datasets"), **given)  # type: ignore[arg-type]
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_engine_is_said_also_without_progress(squares: Dataset) -> None:
    @dataclass(frozen=True)
    class Absent:
        requires = ("no_such_engine",)

        def discover(self, task: Task) -> Discovery:
            return Discovery.of("x0")

    with pytest.warns(UserWarning, match="no_such_engine"):
        results = bench.run(Absent, squares, budget=5, progress=False)
    assert list(results.runs().status) == [""]


def test_judge_and_score_refuse_in_words() -> None:
    with pytest.raises(ValueError, match="no expression"):
        bench.judge("x0 +", "x0")
    with pytest.raises(ValueError, match="no expression"):
        bench.judge("x0", "x0 +")
    with pytest.raises(ValueError, match=r"holds no results"):
        bench.read_results("nowhere")
    assert "no expression" in bench.score("x9", bench.load("nguyen")["Nguyen-1"]).failure


def test_two_files_of_one_name_are_told_apart_or_refused(tmp_path: Path) -> None:
    for folder, slope in (("a", 2), ("b", 3)):
        (tmp_path / folder).mkdir()
        rows = "".join(f"{x},{slope * x}\n" for x in range(12))
        (tmp_path / folder / "d.csv").write_text(f"x,target\n{rows}")
    paths = [tmp_path / folder / "d.csv" for folder in "ab"]
    with pytest.raises(ValueError, match="two different problems are called 'd/d'"):
        bench.run("linear", paths, budget=1)
    one, other = bench.load(paths[0]), bench.load(paths[1], name="e")
    assert other["d"].data().digest == bench.load(paths[1])["d"].data().digest
    runs = bench.run("linear", [one, other], budget=2, progress=False).runs()
    assert sorted(runs["dataset"]) == ["d", "e"]


def test_bad_data_are_told_before_anything_runs(tmp_path: Path) -> None:
    for split in ("train", "test"):
        (tmp_path / "own" / split).mkdir(parents=True)
        (tmp_path / "own" / split / "p.txt").write_text("1 2\n3 x\n")
    with pytest.raises(ValueError, match=r"p\.txt: line 2, column 2 holds 'x'"):
        bench.run("linear", tmp_path / "own", budget=1)
