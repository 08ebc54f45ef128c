"""Systems: their solver, their catalogue, and what a protocol makes of them."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.expression import evaluate, parse
from bench.problems import load_dataset
from bench.problems.catalogue import CatalogueError, read_catalogue
from bench.problems.portable import scalars
from bench.problems.systems.data import SystemData, Trajectory
from bench.problems.systems.protocol import ProtocolError
from bench.problems.systems.rates import rates_of
from bench.problems.systems.solved import Unsolvable
from bench.problems.systems.solver import solve

ODEBENCH: Any = load_dataset("odebench")
LARGEST = Path(__file__).parents[1] / "data" / "odebench" / "largest.json"

moderate = st.floats(-600, 600, allow_subnormal=False)


@settings(deadline=None)
@given(x=moderate)
def test_functions_of_one_float_are_right_to_two_last_places(x: float) -> None:
    for name in ("sin", "cos", "exp", "log"):
        argument = abs(x) + 1e-9 if name == "log" else x
        value = getattr(scalars, name)(argument)
        with mpmath.workdps(50):
            true = getattr(mpmath, name)(mpmath.mpf(argument))
            assert abs(value - true) <= 2 * math.ulp(float(true)) + 5e-17, name


@pytest.mark.parametrize("x", [math.inf, -math.inf, math.nan, 0.0, -1.0, 1e300, 800.0, -800.0])
def test_functions_of_one_float_have_numpys_limits(x: float) -> None:
    with np.errstate(all="ignore"):
        for name in ("sin", "cos", "exp", "log"):
            np.testing.assert_allclose(getattr(scalars, name)(x), getattr(np, name)(x), rtol=1e-12)


@settings(deadline=None, max_examples=50)
@given(x=st.floats(0.1, 3), y=st.floats(-3, 3))
def test_rates_are_what_the_expressions_are_worth(x: float, y: float) -> None:
    text = "-x**3*sin(y) + exp(-x)/(1 + y**2) - tanh(x*y) + abs(y)**1.5 + log(x)*pi - sqrt(x)"
    law = parse(text, {"x": "x", "y": "y"})
    (value,) = rates_of({"x": law}, ["x", "y"], lambda time: [y])(0.0, [x])
    (true,) = evaluate(law, ["x", "y"], np.array([[x, y]]))
    assert value == pytest.approx(true, rel=1e-13, abs=1e-13)


@given(st.lists(st.floats(-3.0, 3.0), min_size=60, max_size=80), st.sampled_from("+*"))
@settings(max_examples=20, deadline=None)
def test_a_long_chain_has_the_bits_of_one_operation_after_another(
    numbers: list[float], sign: str
) -> None:
    law = parse(f" {sign} ".join(f"({number!r}*x)" for number in numbers))
    wanted = numbers[0] * 1.25
    for number in numbers[1:]:
        term = number * 1.25
        wanted = wanted + term if sign == "+" else wanted * term
    found = rates_of({"x": law}, ("x",))(0.0, [1.25])
    if sign == "+":  # a product is one chain with the products in it
        assert found == [wanted]
    assert found == pytest.approx([wanted])


def test_a_rate_of_any_length_and_depth_has_a_value_or_none() -> None:
    long, deep = parse("x + " * 3000 + "x"), parse("sin(" * 980 + "x" + ")" * 980)
    assert rates_of({"x": long}, ("x",))(0.0, [1.0]) == [3001.0]
    (value,) = rates_of({"x": deep}, ("x",))(0.0, [1.0])
    assert math.isnan(value) or abs(value) < 1.0


def test_what_is_no_number_is_nan_and_no_exception() -> None:
    texts = ["1/x", "log(x)", "sqrt(x - 1)", "exp(exp(10 + x))", "(x - 1)**0.5"]
    laws = {text: parse(text, {"x": "x"}) for text in texts}
    for text, law in laws.items():
        (value,) = rates_of({"x": law}, ["x"])(0.0, [0.0])
        assert not math.isfinite(value), text


def test_the_solver_agrees_with_another() -> None:
    from scipy.integrate import solve_ivp

    for name in ("ode1", "ode10", "ode23", "ode35", "ode42", "ode44", "ode62"):
        problem = ODEBENCH[name]
        one = problem.data().held_back[0]
        rates = problem.rates()
        other = solve_ivp(
            lambda t, x, rates=rates: rates(t, x.tolist()), (0, 10), one.x[0], t_eval=one.t,
            method="DOP853", rtol=1e-10, atol=1e-12,
        )  # fmt: skip
        assert np.abs(other.y.T - one.x).max() < 1e-7 * np.abs(one.x).max(), name


def test_the_solver_says_where_a_solution_ends() -> None:
    explodes = rates_of({"x": parse("x**2", {"x": "x"})}, ["x"])
    path = solve(explodes, [1.0], np.linspace(0.0, 2.0, 21))
    assert np.isfinite(path[:10]).all() and np.isnan(path[10:]).all()
    np.testing.assert_allclose(path[:10, 0], 1 / (1 - np.linspace(0, 0.9, 10)), rtol=1e-10)


def test_odebench_is_what_was_published() -> None:
    """The largest values were found by LSODA and DOP853, on 512 points; ours are on 150."""
    largest = json.loads(LARGEST.read_text())
    assert [problem.name for problem in ODEBENCH] == list(largest)
    assert [len(problem.states) for problem in ODEBENCH] == [1] * 23 + [2] * 28 + [3] * 10 + [4] * 2
    sha = hashlib.sha256()
    for problem in ODEBENCH:
        data = problem.data()
        found = [np.abs(one.x).max() for one in (*data.shown, *data.held_back)]
        for one, published in zip(found, largest[problem.name], strict=True):
            assert 0.8 * published < one < 1.001 * published, problem.name
        sha.update(data.digest.encode())
    assert sha.hexdigest()[:16] == "27130818c4dfbb27"


def test_what_is_shown_goes_on_where_it_is_not_chaos() -> None:
    for name, later in (("ode3", 1), ("ode56", 0), ("ode60", 1)):
        assert len(ODEBENCH[name].data().later) == later
    (shown,), (later_one,) = ODEBENCH["ode3"].data().shown, ODEBENCH["ode3"].data().later
    assert (later_one.t[0], later_one.t[-1]) == (10.0, 30.0)
    np.testing.assert_array_equal(later_one.x[0], shown.x[-1])


def test_a_protocol_is_part_of_the_version() -> None:
    seen: Any = load_dataset(
        "odebench", only=["ode3"], points=512, starts="second", noise_kind="additive", dropped=0.5,
        derivatives=True,
    )  # fmt: skip
    (problem,) = seen.problems
    assert problem.version == seen.version == "1-points512-second-additive-dropped0.5-derivatives"
    own, other = ODEBENCH["ode3"].data(), problem.data()
    assert [len(one) for one in (*other.shown, *other.held_back)] == [512, 512]
    assert other.shown[0].x[0] == own.held_back[0].x[0] and other.held_back[0].x[0] == 7.3
    both: Any = load_dataset("odebench", only=["ode3"], starts="both")
    assert [len(split) for split in (both["ode3"].data().shown, both["ode3"].data().held_back)] == [
        2,
        0,
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"points": 2}, "points is 2; it must be a whole number, 3 or more"),
        ({"points": True}, "points is True"),
        ({"starts": "third"}, "starts is 'third'; choose first, second, both"),
        ({"noise_kind": "pink"}, "noise_kind is 'pink'; choose multiplicative, additive"),
        ({"estimate": "guessed"}, "estimate is 'guessed'; choose differences, smoothed, weak"),
        ({"dropped": 1.0}, "dropped is 1.0; it is a share of points"),
        ({"dropped": "half"}, "dropped is 'half'"),
    ],
)
def test_a_protocol_that_is_none_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ProtocolError, match=message.replace("(", r"\(")):
        load_dataset("odebench", **options)


def test_only_systems_take_a_protocol() -> None:
    with pytest.raises(TypeError, match="dataset 'nguyen' takes no option points"):
        load_dataset("nguyen", points=9)
    with pytest.raises(TypeError, match=r"takes no option colour; it takes points, starts"):
        load_dataset("odebench", colour="red")


GOOD: dict[str, Any] = {
    "name": "mine", "version": "1", "source": "s", "licence": "l", "kind": "system",
    "duration": 1, "points": 5,
    "problems": [{"name": "p", "truth": {"a": "b", "b": "-a"}, "starts": [[1, 0], [0, 1]]}],
}  # fmt: skip


def written(folder: Path, catalogue: Any) -> Path:
    path = folder / "mine.yaml"
    path.write_text(yaml.safe_dump(catalogue))
    return path


def test_a_catalogue_of_systems_is_read(tmp_path: Path) -> None:
    problem: Any = read_catalogue(written(tmp_path, GOOD))["p"]
    assert (problem.kind, problem.id, problem.names) == ("system", "mine/p", ("a", "b"))
    data = problem.data()
    assert SystemData.from_arrays(data.arrays).digest == data.digest == problem.data().digest
    np.testing.assert_allclose(data.shown[0].x[:, 0], np.cos(data.shown[0].t), atol=1e-11)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"truth": {"a": "b + z"}}, "problem 'p': ParseError: .*z"),
        ({"truth": "a"}, "problem 'p': truth is 'a'; needed: a rate for each state"),
        ({"starts": [[1]]}, r"problem 'p': ValueError: starts are \[\[1\]\]; each must have 2"),
        ({"colour": "red"}, "problem 'p' has an unknown field 'colour'; known are duration"),
        ({"lyapunov": "much"}, "problem 'p': ValueError"),
        ({"name": 3}, "a problem without a name"),
    ],
)
def test_a_catalogue_that_cannot_be_meant_is_refused(
    tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    broken = {**GOOD, "problems": [{**GOOD["problems"][0], **change}]}
    with pytest.raises(CatalogueError, match=message):
        read_catalogue(written(tmp_path, broken))


def test_a_law_that_leads_nowhere_has_no_data(tmp_path: Path) -> None:
    entry = {"name": "p", "truth": {"a": "a**2"}, "starts": [[3.0]]}
    problem: Any = read_catalogue(written(tmp_path, {**GOOD, "problems": [entry]}))["p"]
    with pytest.raises(Unsolvable, match=r"'mine/p': from \[3.0\] the law leads nowhere after t ="):
        problem.data()
    erf = replace(problem, truth={"a": "erf(a)"})
    with pytest.raises(ValueError, match="'erf' has no value that is the same on every machine"):
        erf.data()


@pytest.mark.parametrize(
    ("t", "x"), [([0.0, 0.0], [[1.0], [2.0]]), ([0.0, 1.0], [[1.0]]), ([0.0], [1.0])]
)
def test_a_trajectory_whose_parts_do_not_match_is_refused(t: list[float], x: Any) -> None:
    with pytest.raises(ValueError, match="must be"):
        Trajectory(np.array(t), np.array(x))


def test_strogatzs_systems_visit_the_states_of_their_tables() -> None:
    """The tables' Runge-Kutta steps leave the solution by a ten-thousandth at most."""
    tables = load_dataset("strogatz")
    systems: Any = load_dataset("strogatz_systems")
    assert len(systems) == 7
    for problem in systems:
        data, rows = problem.data(), tables[f"strogatz_{problem.name}1"].data()
        assert (len(data.shown), len(data.held_back), len(data.later)) == (1, 3, 1)
        found = np.concatenate([one.x for one in (*data.shown, *data.held_back)])
        known = np.concatenate([split.X for split in rows.splits.values()])
        apart = np.sort(found, axis=0) - np.sort(known, axis=0)
        assert np.abs(apart).max() < 1e-3, problem.name
