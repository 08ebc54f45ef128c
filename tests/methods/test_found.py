"""What engines print, and when they are called."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from bench import Budget, Variable
from bench.running.missing import missing_here
from methods.engines.bingo import Bingo
from methods.engines.egraphs import EGGP, SymRegg
from methods.engines.found import SHARE, Found
from methods.engines.gp_elite import GPElite

RNG = np.random.default_rng(3)
X = RNG.uniform(1, 3, (60, 2))
LAW = 2.5 * np.sin(X[:, 0]) * X[:, 1] ** 2 + 0.123456789


def _found(make_task, y=LAW, **more):
    task = replace(make_task(X, y, **more), variables=(Variable("m"), Variable("c")))
    return Found(task, 1000, scale=True)


def test_formulas_are_read_as_engines_write_them_and_their_constants_fitted(make_task, error_of):
    found = _found(make_task)
    found.take(["no formula (", "(0.123457 + (Sin(x0) * (Square(x1) * 2.500000)))"])

    discovery = found.discovery()

    assert error_of(discovery, found.task) < 1e-14
    assert discovery.best.text.startswith("2.5*c**2*sin(m) + 0.1234567")  # the form as it was
    assert found.done


def test_the_best_so_far_is_reported_and_a_worse_one_is_not(make_task):
    reports = []
    found = _found(make_task, on_report=lambda text, loss: reports.append(loss))
    found.take(["x0", "x1*1.0", "x0", "sin(x0)*x1^2", "x1"])

    assert len(reports) >= 2
    assert reports == sorted(reports, reverse=True)


def test_what_has_no_value_on_the_rows_is_not_the_answer(make_task):
    found = _found(make_task)
    found.take(["log(-x0)", "x1"])
    assert "log" not in found.discovery().best.text


def test_with_nothing_found_or_nothing_to_find_the_answer_is_the_mean(make_task):
    assert float(_found(make_task).discovery().best.text) == pytest.approx(LAW.mean())
    constant = _found(make_task, y=np.full(60, 4.25))
    assert constant.done and list(constant.slices()) == []


def test_an_engine_is_called_shortly_first_and_then_with_what_is_left(make_task):
    found = _found(make_task, budget=Budget(seconds=0.5))
    found.task.remaining()  # the clock starts, as it does in a run
    given = []
    for seconds in found.slices():
        given.append(seconds)
        time.sleep(seconds)

    assert given[0] == pytest.approx(0.15 * SHARE * 0.5)
    assert len(given) <= 3
    assert sum(given) <= SHARE * 0.5 + 0.05


@pytest.mark.parametrize("method", [EGGP, SymRegg])
def test_an_operator_that_hides_what_it_computes_is_refused(method):
    with pytest.raises(ValueError, match="no operator 'logabs'"):
        method(operators=("add", "logabs"))


@pytest.mark.parametrize(
    ("method", "settings", "words"),
    [
        (Bingo, {"operators": ("+", "tan")}, "no operator 'tan'"),
        (GPElite, {"operators": "fysical"}, "operators is 'fysical'; choose from physical"),
        (GPElite, {"speed": "slow"}, "speed is 'slow'; choose from"),
        (SymRegg, {"generations": 0}, "generations is 0"),
    ],
)
def test_a_setting_that_an_engine_does_not_know_is_refused(method, settings, words):
    with pytest.raises(ValueError, match=words):
        method(**settings)


@pytest.mark.parametrize(
    ("target", "module", "words"),
    [
        ("methods.engines.egraphs:SymRegg", "symregg_absent.inner", "install symregg_absent, if"),
        ("methods.linear:Linear", "sklearn.linear_model", "pip install scikit-learn"),
        ("methods.engines.rils_rols:RILSROLS", "rils_rols_cpp", "--no-build-isolation rils-rols"),
        ("methods.engines.psrn:PSRN", "psrn", "an environment of its own, named in worker.python"),
    ],
)
def test_what_is_not_installed_is_said_with_the_way_to_get_it(monkeypatch, target, module, words):
    monkeypatch.setattr("bench.running.missing.is_installed", lambda module: False)
    assert words in (missing_here(target, (module,)) or "")
