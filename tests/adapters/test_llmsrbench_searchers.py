"""LLM-SRBench's contract: searchers run as they are, and programs become formulas."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from forking import forks

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
import json
import numpy as np
import scipy.optimize
from bench import Task, Variable, Budget
import bench.adapters.llmsrbench.execution, bench.adapters.llmsrbench.method
from bench.running.load import build

def run(target, settings):
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
Searched = Callable[..., tuple[str, list[str], float | None, str]]


def written(folder: Path) -> Path:
    place = folder / "mine"
    place.mkdir()
    (place / "tools.py").write_text("def doubled(value): return 2 * value\n")
    (place / "more.py").write_text("FOUR = 4\n")
    (place / "searcher.py").write_text(SEARCHER)
    return place / "searcher.py"


@pytest.fixture(scope="module")
def searched() -> Iterator[Searched]:
    """The answer, the front, whether there is a model, and the log, in a process of its own."""
    with forks(CODE) as run:

        def search(
            place: Path, *results: dict[str, str]
        ) -> tuple[str, list[str], float | None, str]:
            spec = spec_of(find_method(str(place)), params={"results": list(results)})
            done = run(spec.target, dict(spec.settings))
            assert done.returncode == 0, done.stderr[-2000:]
            log, _, last = done.stdout.strip().rpartition("\n")
            best, front, values = json.loads(last)
            return best, front, values, log + done.stderr

        yield search


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
    assert spec.requires == ("numba",)
    assert importlib.util.find_spec("bench.dataclasses") is None  # none is made in this process


def test_texts_functions_and_programs_are_read(searched: Searched, tmp_path: Path) -> None:
    place = written(tmp_path)
    text = {"expression": "2.5*P*exp(-0.5*t) + 1.0"}
    best, front, model, log = searched(
        place, {"program_format": PROGRAM, "function": LAW}, {"expression": "P"}, text
    )
    assert is_law(best) and model is not None
    assert front[1:] == ["x0", "2.5*x0*exp(-0.5*x1) + 1.0"]
    assert "searcher problem ['y', 'P', 't'] ['O', 'V', 'V'] (50, 3)" in log
    assert "7 18 growth ['y', 'the population', 'the time']" in log


def test_a_programs_numbers_are_fitted_where_there_is_no_function(
    searched: Searched, tmp_path: Path
) -> None:
    best, _, model, _ = searched(written(tmp_path), {"program_format": PROGRAM})
    assert is_law(best) and model is None


def test_what_cannot_be_translated_is_a_black_box(searched: Searched, tmp_path: Path) -> None:
    best, front, model, log = searched(
        written(tmp_path), {"program_format": LOOP, "function": LAW}, {"expression": "a tree"}
    )
    assert (best, front) == ("", []) and model is not None
    assert "the program has no formula" in log


def test_a_program_that_is_neither_translated_nor_a_function_is_executed(
    searched: Searched, tmp_path: Path
) -> None:
    best, front, model, log = searched(written(tmp_path), {"program_format": SUM})
    assert (best, front) == ("", []) and "the program has no formula" in log
    X = np.random.default_rng(0).uniform(0.5, 2.0, (50, 2))[:3] + 1
    values = 2.5 * X[:, 0] * np.exp(-0.5 * X[:, 1]) + 1.0
    np.testing.assert_allclose(model, np.max(np.abs(values)), rtol=1e-4)


BROKEN = "def equation(x0, x1, params:"
NOTHING = "def equation(x0, x1, params):\n    y = x0\n"


@pytest.mark.parametrize(
    ("result", "why"),
    [
        (None, "no formula or function"),
        ({}, "with none of expression, sympy_format, lambda_format, program_format"),
        ({"program_format": LOOP}, "the program has no formula: line 4: "),
        ({"program_format": BROKEN}, "no Python: '\\(' was never closed"),
        ({"program_format": NOTHING}, "the program returns nothing"),
        ({"function": "lambda X: X[:3, 0]"}, "lambda_format gave 3 values for 50 rows"),
        ({"function": "lambda X: None"}, "lambda_format gave 1 value for 50 rows"),
        ({"function": "lambda X: 1 / 0"}, "lambda_format: ZeroDivisionError"),
        ({"expression": "2 +* P"}, "where a number, name or '\\(' should be"),
        ({"expression": "2*speed"}, "unknown name 'speed'; the variables are P, t"),
    ],
)
def test_results_without_anything_are_told_and_why(
    searched: Searched, tmp_path: Path, result: dict[str, str] | None, why: str
) -> None:
    results = [] if result is None else [result]
    with pytest.raises(AssertionError, match=f"Searcher gave .*{why}"):
        searched(written(tmp_path), *results)


ODD = """
from bench.dataclasses import SearchResult
from bench.searchers.base import BaseSearcher
class Odd(BaseSearcher):
    def __init__(self, name, results): super().__init__(name)
    def discover(self, task): return {returned}
"""


@pytest.mark.parametrize(
    ("returned", "told"),
    [
        ("None", "it must return a list of results"),
        ("7", "it must return a list of results"),
        ("SearchResult(None, {})", "it must return a list of results"),
        ("[SearchResult(None, {})]", "equation is None"),
        ("['x0']", "a result is 'x0', no SearchResult"),
        ("super().discover(task)", "Odd has no discover\\(task\\) of its own"),
    ],
)
def test_what_is_no_list_of_results_is_told(
    searched: Searched, tmp_path: Path, returned: str, told: str
) -> None:
    place = written(tmp_path)
    place.write_text(ODD.replace("{returned}", returned))
    with pytest.raises(AssertionError, match=told):
        searched(place)


def test_an_argument_that_is_not_given_is_named(searched: Searched, tmp_path: Path) -> None:
    place = written(tmp_path)
    place.write_text(ODD.replace("name, results", "name, results, config"))
    with pytest.raises(
        AssertionError, match=r"Odd: missing a required argument: 'config'; .*params"
    ):
        searched(place)
