"""``dysts``: laws that a package has as Python are read, and none of its code is run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.basics.extension import ExtensionError
from bench.expression import evaluate
from bench.problems import dataset_names, load_dataset
from bench.problems.systems.dysts.reading import FlowReader, UnreadError

FLOWS = '''
import os
from pathlib import Path

Path(os.environ["RAN"]).write_text("this file was run")


class Swirl(DynSys):
    @staticjit
    def _rhs(x, y, z, t, a, b, c=2.0):
        """As written."""
        pull = a * max(y, -100)
        pull -= a * x
        return pull, b * x - x * z - y, x * y - c * z + np.pi * 0


class OtherSwirl(Swirl):
    pass


class Drive(DynSys):
    def _kick(self, x, scale=2):
        return scale * self.w[-1] * np.abs(x)

    def rhs(self, X, t):
        x, y = X
        k, w0 = 2 * [self.k]
        step = np.heaviside(y, 0)
        return y, -k * x**2 - self._kick(y) + step - np.sin(t) / w0


class Lagging(DynSysDelay):
    @staticjit
    def _rhs(x, xt, t, a):
        return a * xt
'''
ENTRY: dict[str, Any] = {
    "initial_conditions": [1.0, 2.0, 20.0], "parameters": {"a": 10, "b": 28.0, "c": 8 / 3},
    "period": 0.2, "maximum_lyapunov_estimated": 0.9, "description": "it turns",
}  # fmt: skip
FACTS: dict[str, Any] = {
    "Swirl": ENTRY,
    "OtherSwirl": {**ENTRY, "parameters": {"a": -1.5, "b": 2}, "maximum_lyapunov_estimated": None},
    "Drive": {**ENTRY, "initial_conditions": [0.5, 0.1], "parameters": {"k": 3, "w": [0, 0.25]}},
    "Lagging": {**ENTRY, "initial_conditions": [1.0], "parameters": {"a": 1}},
    "Absent": ENTRY,
}


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed package that is laid out as dysts is."""
    folder = tmp_path / "site" / "dysts"
    (folder / "data").mkdir(parents=True)
    (folder / "__init__.py").write_text("from dysts.flows import *\n")
    (folder / "flows.py").write_text(FLOWS)
    (folder / "data" / "chaotic_attractors.json").write_text(json.dumps(FACTS))
    told = tmp_path / "site" / "dysts-0.96.dist-info"
    told.mkdir()
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: dysts\nVersion: 0.96\n")
    monkeypatch.setenv("RAN", str(tmp_path / "ran"))
    monkeypatch.setenv("REDISCOVER_CACHE", str(tmp_path / "cache"))
    monkeypatch.syspath_prepend(tmp_path / "site")
    return folder


def test_flows_are_read_and_never_run(package: Path) -> None:
    assert "dysts" in dataset_names()
    dataset: Any = load_dataset("dysts", noise_kind="additive")
    assert dataset.version == "1-0.96-additive"
    assert dataset.title == "3 of 5 chaotic flows of the package dysts"
    assert [one.name for one in dataset.problems] == ["Drive", "OtherSwirl", "Swirl"]
    swirl, other, drive = dataset["Swirl"], dataset["OtherSwirl"], dataset["Drive"]
    assert (swirl.law, other.law, swirl.time, drive.time) == ("Swirl", "Swirl", "", "t")
    assert (swirl.lyapunov, other.lyapunov, swirl.meaning) == (0.9, None, "it turns")
    row = np.array([[0.5, -2.0, 3.0]])
    expected = [10 * -2.5, 28 * 0.5 - 1.5 + 2, -1.0 - 8]
    found = [evaluate(law, ["x0", "x1", "x2"], row)[0] for law in swirl.laws.values()]
    np.testing.assert_allclose(found, expected)
    row = np.array([[0.5, 0.25, 0.1]])
    found = [evaluate(law, ["x0", "x1", "t"], row)[0] for law in drive.laws.values()]
    np.testing.assert_allclose(found, [0.25, -0.75 - 0.125 + 1 - np.sin(0.1) / 3])
    assert not (package.parents[1] / "ran").exists()


def test_what_is_held_back_is_on_the_same_trajectory_later(package: Path) -> None:
    from scipy.integrate import solve_ivp

    problem: Any = load_dataset("dysts")["Swirl"]
    (shown,), (held_back,) = problem.data().shown, problem.data().held_back
    assert (len(shown), shown.t[-1]) == (300, pytest.approx(2.0))
    assert (held_back.t[0], held_back.t[-1]) == (pytest.approx(4.0), pytest.approx(6.0))
    rates = problem.rates()
    times = np.append(shown.t, held_back.t[:1])
    other = solve_ivp(
        lambda t, x: rates(t, x.tolist()), (0, times[-1]), shown.x[0], t_eval=times,
        method="DOP853", rtol=1e-12, atol=1e-12,
    )  # fmt: skip
    assert np.abs(other.y.T[:-1] - shown.x).max() < 1e-6
    assert np.abs(other.y.T[-1] - held_back.x[0]).max() < 1e-6


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("return __import__('os').system('touch x'), x", "it has __import__"),
        ("return open(x), x", "it has open"),
        ("return np.load(x), x", r"it calls np\.load"),
        ("return x.real, x", r"it has x\.real"),
        ("return [one for one in x], x", "it has "),
        ("import os\n        return x, x", "a statement Import"),
        ("if x < 0:\n            x = 0\n        return x, x", "a statement If"),
        ("for k in x:\n            x = 0\n        return x, x", "a statement For"),
        ("x[0] = 3\n        return x, x", "it assigns to"),
        ("return x", "it returns no tuple of 2 rates"),
        ("return (x, x), x", "it computes with arrays"),
        ("return self.f(x), x", r"it calls self\.f"),
        ("return missing, x", "it has missing"),
        ("return 'x', True", "it has "),
        ("pass", "a statement Pass"),
        ("'as told'", "returns nothing"),
        ("y = x\n" + "        y = y * y\n" * 40 + "        return y, y", "more than 200 nodes"),
    ],
)
def test_what_is_more_than_arithmetic_is_refused_in_words(body: str, why: str) -> None:
    text = f"class A:\n    def _rhs(x, y, t):\n        {body}\n"
    with pytest.raises(UnreadError, match=why):
        FlowReader(text).flow("A", {}, 2)


def test_a_function_that_calls_itself_ends() -> None:
    text = "class A:\n    def f(self, x):\n        return self.f(x)\n"
    text += "    def rhs(self, X, t):\n        return self.f(t), t\n"
    with pytest.raises(UnreadError, match="more than 50 calls"):
        FlowReader(text).flow("A", {}, 2)


@pytest.mark.parametrize("broken", ["flows.py", "data/chaotic_attractors.json"])
def test_a_package_of_another_layout_is_told(package: Path, broken: str) -> None:
    (package / broken).write_text("{")
    with pytest.raises(ExtensionError, match=r"not as version 0\.96 is"):
        load_dataset("dysts")
    (package / broken).unlink()
    with pytest.raises(ExtensionError, match=r"not as version 0\.96 is"):
        load_dataset("dysts")


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ExtensionError, match=r"needs the package dysts: .*\[dysts\]"):
        load_dataset("dysts")
    assert "dysts" not in dataset_names()
