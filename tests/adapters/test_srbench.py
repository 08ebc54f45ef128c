"""SRBench's contract: what its driver does is done, and formulas come back in raw units."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from contracts import data, discovered, regressor

from bench import Discovery, Variable, evaluate, parse
from bench.adapters.estimators import SEEDS, TIME_LIMITS, set_seed
from bench.adapters.srbench import NothingFitted
from bench.plugins import MethodError, find_method, register_methods, spec_of
from bench.running.neighbours import module_name
from bench.scoring.numeric import same_values


def module_of(place: Path) -> ModuleType:
    return sys.modules[module_name(place / "regressor.py")]


def written(found: Discovery, X: np.ndarray) -> np.ndarray:
    """The values of the text of an answer."""
    variables = [Variable(f"x{j}") for j in range(X.shape[1])]
    assert isinstance(found.best.expression, str)
    return evaluate(parse(found.best.expression, variables), [v.name for v in variables], X)


@pytest.mark.parametrize("scale_x", [True, False])
@pytest.mark.parametrize("scale_y", [True, False])
@pytest.mark.parametrize("frames", [True, False])
def test_formulas_come_back_in_raw_units(
    tmp_path: Path, scale_x: bool, scale_y: bool, frames: bool
) -> None:
    place = regressor(tmp_path, f"scale_x={scale_x}, scale_y={scale_y}, use_dataframe={frames}")
    X, y = data()
    found = discovered(place, X, y)
    _, _, _, seen, target = module_of(place).SEEN[-1]
    assert isinstance(seen, pd.DataFrame if frames else np.ndarray)
    assert np.allclose(np.std(np.asarray(seen)[:, 0]), 1.0) == scale_x
    assert np.allclose(np.std(target), 1.0) == scale_y
    assert found.predict is not None
    other, _ = data(seed=1)
    np.testing.assert_allclose(found.predict(X), y, rtol=1e-9)
    np.testing.assert_allclose(written(found, other), found.predict(other), rtol=1e-9)


def test_scaling_is_scikit_learns(tmp_path: Path) -> None:
    from sklearn.preprocessing import StandardScaler

    place = regressor(tmp_path)
    X, y = data()
    discovered(place, X, y)
    _, _, _, seen, target = module_of(place).SEEN[-1]
    np.testing.assert_allclose(seen, StandardScaler().fit_transform(X), atol=1e-12)
    np.testing.assert_allclose(target, StandardScaler().fit_transform(y[:, None])[:, 0], atol=1e-12)


@pytest.mark.parametrize("limit", TIME_LIMITS)
def test_seed_and_time_limit_are_told_by_every_name(tmp_path: Path, limit: str) -> None:
    place = regressor(tmp_path, limit=limit)
    discovered(place, *data(), seconds=20, seed=2**32 + 5, params={"ridge": 2.0})
    assert module_of(place).SEEN[-1][:3] == (5, 18, 2.0)


@pytest.mark.parametrize("name", SEEDS)
def test_the_seed_is_told_by_every_name(name: str) -> None:
    estimator = SimpleNamespace(**{name: None})
    set_seed(estimator, 2**32 + 7)
    assert vars(estimator) == {name: 7}


def test_the_first_name_of_a_time_limit_is_used(tmp_path: Path) -> None:
    more = "est.timeout = 1\nest.time_limit = 2\nest.stop_time = 3\n"
    place = regressor(tmp_path, limit="timeout_in_seconds", more=more)
    fitted = "def pre_train(est, X, y): SEEN.append(est)\neval_kwargs['pre_train'] = pre_train\n"
    (place / "regressor.py").write_text((place / "regressor.py").read_text() + fitted)
    discovered(place, *data(), seconds=20)
    estimator = module_of(place).SEEN[0]
    limits = (estimator.timeout_in_seconds, estimator.timeout, estimator.stop_time)
    assert limits == (18, 1, 3)


@pytest.mark.parametrize(
    ("names", "first"), [("x%d", 0), ("X%d", 0), ("x_%d", 0), ("x%d", 1), ("X%d", 1), ("x_%d", 1)]
)
def test_columns_may_be_numbered(tmp_path: Path, names: str, first: int) -> None:
    X, y = data()
    found = discovered(regressor(tmp_path, names=names, first=first), X, y)
    np.testing.assert_allclose(written(found, X), y, rtol=1e-9)


def test_frames_have_the_names_that_are_disclosed(tmp_path: Path) -> None:
    place = regressor(tmp_path)
    X, y = data()
    symbols = (Variable("x0", "m"), Variable("x1", "omega_0"), Variable("x2", "E_k"))
    found = discovered(place, X, y, symbols)
    assert list(module_of(place).SEEN[-1][3].columns) == ["m", "omega_0", "E_k"]
    np.testing.assert_allclose(written(found, X), y, rtol=1e-9)
    for clash in ("x1", "", "m", "theta'"):
        discovered(place, X, y, (*symbols[:2], Variable("x2", clash)))
        assert list(module_of(place).SEEN[-1][3].columns) == ["x0", "x1", "x2"]


def test_rows_are_subsampled_and_pre_train_is_called(tmp_path: Path) -> None:
    more = "def pre_train(est, X, y):\n    SEEN.append((type(X).__name__, len(X), len(y)))\n"
    more += "eval_kwargs['pre_train'] = pre_train\n"
    place = regressor(tmp_path, "max_train_samples=20, test_params={'ridge': 9.0}", more=more)
    X, y = data()
    discovered(place, X, y, seed=1)
    discovered(place, X, y, seed=1)
    discovered(place, X, y, seed=2)
    first, again, other = module_of(place).SEEN[1::2]
    assert module_of(place).SEEN[0] == ("DataFrame", 20, 20)
    assert first[2] == 0.0  # test_params are for SRBench's own tests
    assert first[3].equals(again[3]) and not first[3].equals(other[3])


@pytest.mark.parametrize("digits", ["%.3f", "%.4g"])
def test_digits_lost_in_printing_are_found_again(tmp_path: Path, digits: str) -> None:
    place = regressor(tmp_path, more=f"print_number = {digits!r}\n")
    file = place / "regressor.py"
    file.write_text(file.read_text().replace("%r*%s", f"{digits}*%s"))
    X, y = data()
    found = discovered(place, X, y)
    assert found.predict is not None
    assert same_values(written(found, X), found.predict(X)), found.best.text


def test_other_numbers_than_the_printed_ones_are_not_put_in(tmp_path: Path) -> None:
    more = "def model(est, X=None): return '0.5*x0 + 0.25*x1 + 0.125'\n"
    X, y = data()
    found = discovered(regressor(tmp_path, "scale_x=False, scale_y=False", more=more), X, y)
    assert found.best.expression == "0.5*x0 + 0.25*x1 + 0.125"


PIPELINE = """
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler, PolynomialFeatures, MinMaxScaler
from sklearn.decomposition import PCA
from sklearn.feature_selection import SelectKBest, f_regression
est = make_pipeline({steps}, Linear())
def model(est, X=None):
    return last(est[-1])
def last(est):
    return " + ".join([repr(float(est.weights_[0])),
                       *("%r*x%d" % (float(w), j) for j, w in enumerate(est.weights_[1:]))])
Linear.get_eqn = last
"""


@pytest.mark.parametrize("steps", ["StandardScaler()", "MinMaxScaler(), StandardScaler()", "PCA()"])
def test_a_pipelines_scaling_is_undone(tmp_path: Path, steps: str) -> None:
    X, y = data()
    found = discovered(regressor(tmp_path, more=PIPELINE.format(steps=steps)), X, y, seed=11)
    assert found.predict is not None
    other, _ = data(seed=1)
    assert same_values(written(found, other), found.predict(other)), found.best.text
    np.testing.assert_allclose(written(found, X), y, rtol=1e-6)


def test_seeds_and_limits_reach_the_steps_of_a_pipeline(tmp_path: Path) -> None:
    place = regressor(tmp_path, more=PIPELINE.format(steps="StandardScaler()"))
    discovered(place, *data(), seed=11)
    assert module_of(place).SEEN[-1][:2] == (11, 18)


@pytest.mark.parametrize(
    "model",
    [
        "model = None",
        "del model",
        "def model(est): return 'a tree of depth 3'",
        "def model(est): return '2*unknown'",
        "def model(est): return ''",
    ],
)
def test_a_model_without_a_formula_is_a_black_box(tmp_path: Path, model: str) -> None:
    X, y = data()
    found = discovered(regressor(tmp_path, more=model), X, y)
    assert found.best.expression == ""
    assert found.predict is not None
    np.testing.assert_allclose(found.predict(X), y, rtol=1e-9)


def test_an_estimator_that_knows_no_limit_is_stopped(tmp_path: Path) -> None:
    place = tmp_path / "slow"
    place.mkdir()
    (place / "regressor.py").write_text(
        "import time\nclass Slow:\n    def fit(self, X, y):\n        self.mean = y.mean()\n"
        "        while True: time.sleep(0.01)\n"
        "    def predict(self, X): return 0 * X.iloc[:, 0] + self.mean\n"
        "est = Slow()\ndef model(est): return repr(float(est.mean))\n"
    )
    X, y = data()
    found = discovered(place, X, y, seconds=0.5)
    np.testing.assert_allclose(written(found, X), np.mean(y))
    nothing = (place / "regressor.py").read_text().replace("self.mean = y.mean()", "pass")
    (place / "nothing.py").write_text(nothing)
    with pytest.raises(
        NothingFitted, match=r"fit had to be stopped after 0.5 s, and left nothing fitted"
    ):
        discovered(place / "nothing.py", X, y, seconds=0.5)


def test_gplearn_as_srbench_has_it(tmp_path: Path) -> None:
    """Its own text leaves out that division and roots are protected: values tell that apart."""
    place = tmp_path / "gplearn"
    place.mkdir()
    (place / "regressor.py").write_text(
        "from gplearn.genetic import SymbolicRegressor\n"
        "est = SymbolicRegressor(population_size=50, generations=10**6, n_jobs=1,\n"
        "                        function_set=('add', 'mul', 'sqrt', 'div'))\n"
        "def model(est, X=None):\n    return str(est._program)\n"
    )
    X, y = data()
    found = discovered(place, X, y, seconds=2)
    assert found.predict is not None and found.best.text
    assert np.all(np.isfinite(found.predict(X)))


def test_the_folder_is_the_label(tmp_path: Path) -> None:
    place = regressor(tmp_path)
    entry = find_method(str(place))
    assert entry == find_method(str(place / "regressor.py"))
    assert (entry.name, entry.summary) == ("mine", "Least squares, as a method of SRBench.")
    assert entry.config == {"file": str(place / "regressor.py")}
    assert register_methods([str(place)]) == ["mine"]
    ours = place.rename(tmp_path / "gplearn")
    assert find_method(str(ours)).name == "srbench_gplearn"  # ours has the other name
    hyphened = ours.rename(tmp_path / "some-engine")
    assert find_method(str(hyphened)).name == "some_engine"


def test_a_changed_file_is_another_method(tmp_path: Path) -> None:
    place = regressor(tmp_path)
    before = spec_of(find_method(str(place)))
    (place / "regressor.py").write_text((place / "regressor.py").read_text() + "\nchanged = 1\n")
    assert spec_of(find_method(str(place))).source != before.source


def test_what_the_file_imports_is_asked_for_before_a_run(tmp_path: Path) -> None:
    place = regressor(tmp_path, more="import helper\ntry:\n    import torch\nexcept: pass\n")
    (place / "helper.py").write_text("")
    spec = spec_of(find_method(str(place)))
    wanted = {"numpy", "pandas", "sklearn.base", "numba"}
    assert set(spec.requires) == wanted


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("est = 3\n", "no estimator 'est'"),
        ("est = undefined\n", "undefined"),
    ],
)
def test_a_file_without_an_estimator_is_told(tmp_path: Path, content: str, message: str) -> None:
    place = regressor(tmp_path)
    (place / "regressor.py").write_text(content)
    with pytest.raises((NothingFitted, NameError), match=message):
        discovered(place, *data())


def test_a_folder_here_is_named_as_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(regressor(tmp_path).parent)
    assert find_method("./mine").name == "mine"
    with pytest.raises(MethodError, match=r"no method 'mine'; the folder is '\./mine'"):
        find_method("mine")


def test_a_folder_without_a_regressor_is_told(tmp_path: Path) -> None:
    with pytest.raises(MethodError, match=r"the folder .* has no regressor.py; name the file"):
        find_method(str(tmp_path))


def test_settings_are_checked(tmp_path: Path) -> None:
    entry: Any = find_method(str(regressor(tmp_path)))
    with pytest.raises(MethodError, match="there is no setting 'parms'"):
        spec_of(entry, parms={})
