"""ODE-Strogatz: the published rates at published states, and trajectories of the equations."""

from __future__ import annotations

import numpy as np
import pytest

from bench.expression import compile_expression, evaluate, parse
from bench.problems import CatalogueError, Dataset, Domain, Problem, load_dataset
from bench.problems.catalogue import dataset_from
from bench.problems.sources.dynamics import System

# Row 31 of each file of https://github.com/lacava/ode-strogatz: x, y, rate.
PUBLISHED = [
    ("bacres1", 16.1950098817534, 33.388720440120395, -0.28713977096881604),
    ("bacres2", 16.1950098817534, 33.388720440120395, 5.90787011078457),
    ("barmag1", 5.6566882558219005, 6.58663815999833, 0.18551567483097106),
    ("barmag2", 5.6566882558219005, 6.58663815999833, 0.10197792067259802),
    ("glider1", 3.05115811798377, 14.0520068258865, -1.4618543613618895),
    ("glider2", 3.05115811798377, 14.0520068258865, 3.0232810904343097),
    ("lv1", 0.0203068094925067, 1.96335788969987, -0.0192310072977354),
    ("lv2", 0.0203068094925067, 1.96335788969987, 0.0320720417212637),
    ("predprey1", 0.00583039244126527, 4.1288751654023, -0.000645845027509876),
    ("predprey2", 0.00583039244126527, 4.1288751654023, -1.2546373385441398),
    ("shearflow1", -1.3983356475140405, -1.74349433417768, 0.0299343813430254),
    ("shearflow2", -1.3983356475140405, -1.74349433417768, -0.124698649055335),
    ("vdp1", 0.860174854972122, -0.0940385013924402, -0.194615654347609),
    ("vdp2", 0.860174854972122, -0.0940385013924402, -0.0860174854972122),
]
SYSTEMS = [name for name, *_ in PUBLISHED if name.endswith("1")]
DATASET = load_dataset("strogatz")


def problem(name: str) -> Problem:
    return DATASET[f"strogatz_{name}"]


def test_fourteen_problems() -> None:
    assert [p.name for p in DATASET.problems] == [f"strogatz_{name}" for name, *_ in PUBLISHED]


@pytest.mark.parametrize(("name", "x", "y", "rate"), PUBLISHED)
def test_the_truth_is_the_published_rate(name: str, x: float, y: float, rate: float) -> None:
    one = problem(name)
    assert one.truth is not None
    law = parse(one.truth, one.variables)
    assert evaluate(law, one.names, np.array([[x, y]]))[0] == pytest.approx(rate, rel=1e-9)
    assert parse(one.formula, one.variables) == law


@pytest.mark.parametrize("name", SYSTEMS)
def test_the_trajectories_solve_the_equations(name: str) -> None:
    from scipy.integrate import solve_ivp  # late: it takes a second

    system = problem(name).source.system  # type: ignore[attr-defined]
    laws = [parse(text, {"x": "x", "y": "y"}) for text in system.rates.values()]

    def rate(_: float, state: np.ndarray) -> list[float]:
        return [evaluate(law, ["x", "y"], state[None, :])[0] for law in laws]

    ours = system.trajectories(compile_expression)
    times = ours[0, :, 0]
    for start, path in zip(system.starts, ours, strict=True):
        exact = solve_ivp(rate, (0, 9.9), start, t_eval=times, rtol=1e-8, atol=1e-10).y.T
        assert np.max(np.abs(path[:, 1:] - exact)) < 2e-3


def test_the_data_are_the_points_of_all_trajectories_in_random_order() -> None:
    one = problem("lv2")
    data = one.data()
    assert (len(data.train), len(data.test)) == (300, 100)
    X = np.concatenate([data.train.X, data.test.X])
    points = one.source.system.trajectories()[:, :, 1:].reshape(-1, 2)  # type: ignore[attr-defined]
    assert np.array_equal(np.sort(X, axis=0), np.sort(points, axis=0))
    assert one.data().digest == data.digest
    assert one.data(1).digest != data.digest
    y = 2 * data.train.X[:, 1] - data.train.X[:, 0] * data.train.X[:, 1] - data.train.X[:, 1] ** 2
    assert np.allclose(data.train.y, y, rtol=1e-12, atol=1e-12)


def test_the_domain_spans_the_trajectories() -> None:
    for name in SYSTEMS:
        one = problem(name)
        X = one.source.system.trajectories(compile_expression)[:, :, 1:].reshape(-1, 2)  # type: ignore[attr-defined]
        domain: Domain = one.domain
        for j, variable in enumerate(domain.variables):
            assert variable.sampling is not None
            low, high = variable.sampling.low, variable.sampling.high
            assert low <= X[:, j].min() <= low + 0.011
            assert high - 0.011 <= X[:, j].max() <= high


def test_a_system_that_does_not_fit_together() -> None:
    with pytest.raises(ValueError, match="unknown name 'z'"):
        System({"x": "z"}, ((1.0,),), 1.0, 10)
    with pytest.raises(ValueError, match=r"a start has 1 states, not \[1.0, 2.0\]"):
        System({"x": "-x"}, ((1.0, 2.0),), 1.0, 10)


def test_a_trajectory_that_blows_up_is_nan_from_there() -> None:
    path = System({"x": "x**3"}, ((5.0,), (0.0,)), 2.0, 20).trajectories()
    assert np.isnan(path[0, -1, 1]) or np.isinf(path[0, -1, 1])
    assert (path[1, :, 1] == 0).all()


HEADER = {"name": "made", "version": "1", "source": "the tests", "licence": "none"}
PENDULUM = {"rates": {"x": "v", "v": "-x"}, "starts": [[1.0, 0.0]], "duration": 2.0, "points": 5}


def made(**fields: object) -> Dataset:
    problem = {"name": "p", "truth": "-x0", "variables": [{"symbol": "x"}], **fields}
    return dataset_from({**HEADER, "problems": [problem]}, "made")


def test_a_system_in_a_catalogue() -> None:
    data = made(system=PENDULUM)["p"].data()
    assert len(data.train) + len(data.test) == 5
    assert np.array_equal(data.train.y, -data.train.X[:, 0])


@pytest.mark.parametrize(
    "system",
    [
        {**PENDULUM, "starts": [[1.0]]},
        {**PENDULUM, "rates": {"x": "y"}},
        {**PENDULUM, "speed": 1},
        {"rates": {"x": "-x"}},
        "x' = -x",
    ],
)
def test_a_system_that_is_none_is_refused(system: object) -> None:
    with pytest.raises(
        CatalogueError, match=r"made: problem 'p': system is .*; needed: rates, starts"
    ):
        made(system=system)
