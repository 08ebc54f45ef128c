"""LLM-SRBench's contract: searchers run as they are, and programs become formulas."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bench.plugins import find_method, spec_of

SEARCHER = '''
import os
from bench.searchers.base import BaseSearcher
from bench.dataclasses import Equation, SEDTask, SearchResult
from .tools import doubled
from mine import more


class Searcher(BaseSearcher):
    """Knows the law."""

    def __init__(self, name, results, random_state=None, timeout=None):
        super().__init__(name)
        self.results = results
        self.random_state = random_state
        self.timeout = timeout

    def discover(self, task: SEDTask):
        print(str(self), task.name, task.symbols, task.symbol_properties, task.samples.shape)
        print(self.random_state, self.timeout, task.desc, task.symbol_descs)
        assert doubled(2) == more.FOUR
        found = []
        for one in self.results:
            one = dict(one)
            if "function" in one:
                one["lambda_format"] = eval(one.pop("function"), {"np": __import__("numpy")})
            shared = {name: getattr(task, name) for name in
                      ("symbols", "symbol_descs", "symbol_properties")}
            found.append(SearchResult(equation=Equation(**shared, **one), aux={"score": 1}))
        return found
'''
PROGRAM = '''
def equation(x0: np.ndarray, x1: np.ndarray, params: np.ndarray) -> np.ndarray:
    """Mathematical function for y."""
    growth = params[0] * x0 * np.exp(-params[1] * x1)
    return growth + params[2]
'''
LOOP = """
def equation(x0, x1, params):
    total = 0
    while total < 3:
        total += x0
    return total
"""
SUM = """
def equation(x0, x1, params):
    total = params[0]
    for term in [x0 * np.exp(-0.5 * x1)]:
        total = total + params[1] * term
    return total
"""
LAW = "lambda X: 2.5 * X[:, 0] * np.exp(-0.5 * X[:, 1]) + 1.0"

CODE = """
import json, sys
import numpy as np
from bench import Task, Variable, Budget
from bench.running.load import build
target, settings = json.loads(sys.argv[1])
X = np.random.default_rng(0).uniform(0.5, 2.0, (50, 2))
y = 2.5 * X[:, 0] * np.exp(-0.5 * X[:, 1]) + 1.0
variables = (Variable("x0", "P", "the population"), Variable("x1", "t", "the time"))
method = build(target, settings)
method.warm_up(Budget())
task = Task(X, y, variables, seed=7, budget=Budget(seconds=20), description="growth")
found = method.discover(task)
values = None if found.predict is None else float(np.max(np.abs(found.predict(X + 1)[:3])))
print(json.dumps([found.best.expression, [one.expression for one in found.front], values]))
"""


def written(folder: Path) -> Path:
    place = folder / "mine"
    place.mkdir()
    (place / "tools.py").write_text("def doubled(value): return 2 * value\n")
    (place / "more.py").write_text("FOUR = 4\n")
    (place / "searcher.py").write_text(SEARCHER)
    return place / "searcher.py"


def searched(place: Path, *results: dict[str, str]) -> tuple[str, list[str], float | None, str]:
    """The answer, the front, whether there is a model, and the log, in a process of its own."""
    spec = spec_of(find_method(str(place)), params={"results": list(results)})
    words = [sys.executable, "-c", CODE, json.dumps([spec.target, dict(spec.settings)])]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    log, _, last = done.stdout.strip().rpartition("\n")
    best, front, values = json.loads(last)
    return best, front, values, log + done.stderr


def is_law(text: str) -> bool:
    from bench import Variable, evaluate, parse

    X = np.random.default_rng(1).uniform(0.5, 2.0, (20, 2))
    found = evaluate(parse(text, [Variable("x0"), Variable("x1")]), ["x0", "x1"], X)
    return bool(np.allclose(found, 2.5 * X[:, 0] * np.exp(-0.5 * X[:, 1]) + 1.0, rtol=1e-6))


def test_a_searcher_is_found_by_its_base_class(tmp_path: Path) -> None:
    place = written(tmp_path)
    for given in (str(place), f"{place}:Searcher"):
        entry = find_method(given)
        assert (entry.name, entry.summary) == ("mine", "Knows the law.")
        assert entry.config == {"file": str(place), "searcher": "Searcher"}
    spec = spec_of(entry, params={"results": []})
    assert spec.requires == ()
    assert importlib.util.find_spec("bench.dataclasses") is None  # none is made in this process


def test_texts_functions_and_programs_are_read(tmp_path: Path) -> None:
    place = written(tmp_path)
    text = {"expression": "2.5*P*exp(-0.5*t) + 1.0"}
    best, front, model, log = searched(
        place, {"program_format": PROGRAM, "function": LAW}, {"expression": "P"}, text
    )
    assert is_law(best) and model is not None
    assert front[1:] == ["x0", "2.5*x0*exp(-0.5*x1) + 1.0"]
    assert "searcher problem ['y', 'P', 't'] ['O', 'V', 'V'] (50, 3)" in log
    assert "7 19 growth ['y', 'the population', 'the time']" in log


def test_a_programs_numbers_are_fitted_where_there_is_no_function(tmp_path: Path) -> None:
    best, _, model, _ = searched(written(tmp_path), {"program_format": PROGRAM})
    assert is_law(best) and model is None


def test_what_cannot_be_translated_is_a_black_box(tmp_path: Path) -> None:
    best, front, model, log = searched(
        written(tmp_path), {"program_format": LOOP, "function": LAW}, {"expression": "a tree"}
    )
    assert (best, front) == ("", []) and model is not None
    assert "the program has no formula" in log


def test_a_program_that_is_neither_translated_nor_a_function_is_executed(tmp_path: Path) -> None:
    best, front, model, log = searched(written(tmp_path), {"program_format": SUM})
    assert (best, front) == ("", []) and "the program has no formula" in log
    X = np.random.default_rng(0).uniform(0.5, 2.0, (50, 2))[:3] + 1
    values = 2.5 * X[:, 0] * np.exp(-0.5 * X[:, 1]) + 1.0
    np.testing.assert_allclose(model, np.max(np.abs(values)), rtol=1e-4)


@pytest.mark.parametrize(
    "results", [(), ({"program_format": LOOP},), ({"function": "lambda X: 1"},)]
)
def test_results_without_anything_are_told(tmp_path: Path, results: tuple[dict[str, str]]) -> None:
    with pytest.raises(AssertionError, match="no formula or function in them"):
        searched(written(tmp_path), *results)
