"""Estimators of scikit-learn's kind: their formula by name or by convention, else a black box."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from contracts import data, discovered

from bench import Discovery, Variable, evaluate, parse
from bench.plugins import MethodError, find_method, spec_of
from bench.scoring.numeric import same_values

FILE = """
import numpy as np
import sympy
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.compose import TransformedTargetRegressor
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, PolynomialFeatures, StandardScaler
import helper


class Linear(RegressorMixin, BaseEstimator):
    def __init__(self, random_state=None, ridge=0.0):
        self.random_state = random_state
        self.ridge = ridge

    def fit(self, X, y):
        values = np.column_stack([np.ones(len(y)), np.asarray(X)])
        self.weights_ = np.linalg.lstsq(values, y, rcond=None)[0].reshape(-1)
        self.seed_ = self.random_state
        return self

    def predict(self, X):
        return self.weights_[0] + np.asarray(X) @ self.weights_[1:]

    def text(self):
        terms = ["%r*x%d" % (float(w), j) for j, w in enumerate(self.weights_[1:])]
        return " + ".join([repr(float(self.weights_[0])), *terms])


class Attribute(Linear):
    @property
    def equation_(self): return self.text()

class Function(Linear):
    def get_model_string(self, model): return self.text()
    @property
    def model_(self): return self

class Symbolic(Linear):
    def sympy(self): return sympy.sympify(self.text())

class Named(Linear):
    def law(self): return self.text()

class Numbers(Linear):
    def program(self): return "a tree of 7 leaves"

class Nothing: pass

def Piped(**params): return make_pipeline(MinMaxScaler(), StandardScaler(), Attribute(**params))
def Target(**params):
    return TransformedTargetRegressor(regressor=Piped(**params), transformer=StandardScaler())
def Searched(**params): return GridSearchCV(Attribute(**params), {"ridge": [0.0, 1.0]}, cv=2)
made = Piped(ridge=1.0)
def Curved(**params): return make_pipeline(PolynomialFeatures(2), Attribute(**params))
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "helper.py").write_text("")
    path = tmp_path / "estimators_of_mine.py"
    path.write_text(FILE)
    return path


def fitted(file: Path, name: str, **settings: Any) -> tuple[Discovery, np.ndarray]:
    X, y = data()
    return discovered("sklearn", X, y, estimator=f"{file}:{name}", seed=3, **settings), X


@pytest.mark.parametrize(
    "name", ["Attribute", "Function", "Symbolic", "Piped", "Target", "Searched", "made"]
)
def test_a_formula_is_found_by_convention_in_raw_units(file: Path, name: str) -> None:
    found, _ = fitted(file, name)
    assert found.predict is not None
    other, _ = data(seed=1)
    variables = [Variable(f"x{j}") for j in range(3)]
    values = evaluate(parse(str(found.best.expression), variables), ["x0", "x1", "x2"], other)
    assert same_values(values, found.predict(other)), found.best.text


def test_a_formula_is_found_by_name(file: Path) -> None:
    assert fitted(file, "Named")[0].best.expression == ""
    assert "*x0" in fitted(file, "Named", expression="law")[0].best.text
    with pytest.raises(AttributeError, match="no_such"):
        fitted(file, "Named", expression="no_such")
    with pytest.raises(ValueError, match="what 'program' gives cannot be read as a formula"):
        fitted(file, "Numbers", expression="program")


@pytest.mark.parametrize("name", ["Linear", "Numbers", "Curved"])
def test_without_a_formula_it_is_a_black_box(file: Path, name: str) -> None:
    found, X = fitted(file, name)
    assert found.best.expression == "" and found.predict is not None
    assert found.predict(X).shape == (len(X),)


def test_params_and_frames_reach_the_estimator(file: Path) -> None:
    found, _ = fitted(file, "Attribute", params={"ridge": 2.0}, dataframe=True)
    assert "*x0" in found.best.text
    with pytest.raises(TypeError, match=r"'no_such'; params are .* takes random_state=None, ridge"):
        fitted(file, "Attribute", params={"no_such": 1})


def test_an_estimator_that_is_made_is_copied_and_takes_params(file: Path) -> None:
    from bench.running.load import load_file

    fitted(file, "made", params={"attribute__ridge": 2.0})
    made = load_file(file).made
    assert not hasattr(made[-1], "weights_") and made[-1].ridge == 1.0
    with pytest.raises(ValueError, match="no_such"):
        fitted(file, "made", params={"no_such": 1})


def test_operon_as_scikit_learn_has_it() -> None:
    X, y = data()
    found = discovered(
        "sklearn", X, y, estimator="pyoperon.sklearn:SymbolicRegressor",
        params={"generations": 3, "population_size": 50, "pool_size": 50},
    )  # fmt: skip
    assert found.best.text and found.predict is not None


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "setting 'estimator'"),
        ({"estimator": "Linear"}, "write package.module:Class"),
        ({"estimator": "no.py:Linear"}, "estimator is 'no.py:Linear': there is no file 'no.py'"),
        ({"estimator": "~/no.py:Linear"}, "there is no file '~/no.py'"),
        ({"estimator": "/no/such.py:Linear"}, "there is no file '/no/such.py'"),
    ],
)
def test_a_setting_that_names_no_class_is_refused(settings: dict[str, str], message: str) -> None:
    with pytest.raises(MethodError, match=message):
        spec_of(find_method("sklearn"), **settings)


def test_its_files_are_known_by_their_whole_path(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(file.parent)
    spec = spec_of(find_method("sklearn"), estimator=f"{file.name}:Attribute")
    assert spec.settings["estimator"] == f"{file}:Attribute"
    assert spec.requires[:2] == ("numpy", "sympy") and "helper" not in spec.requires
    (file.parent / "helper.py").write_text("CHANGED = 1")
    assert spec_of(find_method("sklearn"), **spec.settings).source != spec.source


@pytest.mark.parametrize("name", ["Attribut", "NoSuch"])
def test_a_name_that_is_not_there_is_refused_before_any_run(file: Path, name: str) -> None:
    hint = "; did you mean 'Attribute'?" if name == "Attribut" else ""
    with pytest.raises(MethodError, match=re.escape(f"there is no '{name}'{hint}")):
        spec_of(find_method("sklearn"), estimator=f"{file}:{name}")
    file.write_text(file.read_text() + "from helper import *\n")
    spec_of(find_method("sklearn"), estimator=f"{file}:{name}")  # now only importing tells


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("odd = 3", "odd is 3: no class, function or estimator"),
        ("def odd(): pass", "gives None, which has no function fit"),
        ("class odd:\n    def predict(self, X): pass", "which has no function fit"),
        ("class odd:\n    def fit(self, X, y): pass", "which has no function predict"),
        ("class odd(Linear):\n    def __init__(self, must): pass", "argument: 'must'; params are"),
        ("class odd(Linear):\n    def fit(self, X, y): raise ValueError('bad day')", "bad day"),
        (
            "class odd(Linear):\n    def predict(self, X): return np.ones(3)",
            r"values of shape \(3,\) for X of \(1, 3\)",
        ),
        (
            "class odd(Linear):\n    def predict(self, X): return np.ones((len(X), 2))",
            r"values of shape \(1, 2\) for X of \(1, 3\)",
        ),
    ],
)
def test_what_is_no_estimator_is_told(file: Path, code: str, told: str) -> None:
    file.write_text(f"{file.read_text()}\n{code}\n")
    with pytest.raises((TypeError, ValueError), match=told):
        fitted(file, "odd")
