"""The dataset ``prose``: fifteen families, whose parameters and starts are drawn."""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.expression import evaluate, numbers, parse
from bench.problems import load_dataset
from bench.problems.catalogue import CatalogueError, catalogue_path, read_catalogue
from bench.problems.systems import drawn
from bench.problems.systems.families import SystemFamily
from bench.problems.systems.guessing import guessed
from bench.problems.systems.protocol import ProtocolError
from bench.problems.systems.solved import Unsolvable

PROSE: Any = load_dataset("prose", sets=1)
SPLITS = ("train", "validation", "test")

Rates = Callable[[list[float]], list[float]]


def pendulum(x: list[float]) -> list[float]:
    k, d = 9.81, x[0] - x[1]
    below = 3 - math.cos(2 * d)
    pull = -3 * k * math.sin(x[0]) - k * math.sin(x[0] - 2 * x[1])
    swing = 2 * math.sin(d) * (x[3] ** 2 + x[2] ** 2 * math.cos(d))
    last = 4 * x[2] ** 2 + 4 * k * math.cos(x[0]) + x[3] ** 2 * math.cos(d)
    return [x[2], x[3], (pull - swing) / below, math.sin(d) * last / below]


def sites(x: list[float]) -> list[float]:
    n = len(x)
    return [(x[(i + 1) % n] - x[i - 2]) * x[i - 1] - x[i] + 8 for i in range(n)]


WRITTEN: dict[str, Rates] = {
    "thomas": lambda x: [math.sin(x[(k + 1) % 3]) - 0.17 * x[k] for k in range(3)],
    "halvorsen": lambda x: [
        -0.35 * x[k] - x[k - 2] - x[k - 1] - 0.25 * x[k - 2] ** 2 for k in range(3)
    ],
    "lorenz96_4": sites,
    "lorenz96_5": sites,
    "double_pendulum": pendulum,
}
"""Written from the paper's code, not from the catalogue's text."""


@pytest.mark.parametrize("name", WRITTEN)
def test_rates_at_the_means_are_those_of_the_papers_code(name: str) -> None:
    import yaml

    top = yaml.safe_load(catalogue_path("prose").read_text(encoding="utf-8"))
    (entry,) = (one for one in top["families"] if one["name"] == name)
    family = SystemFamily(name, entry["rates"], entry["parameters"])
    columns = [*family.rates, *family.parameters]
    for x in np.random.default_rng(0).uniform(-2, 2, (5, len(family.rates))).tolist():
        row = np.array([[*x, *family.parameters.values()]])
        values = [float(evaluate(law, columns, row)[0]) for law in family.laws().values()]
        assert values == pytest.approx(WRITTEN[name](x), rel=1e-12)


@settings(max_examples=20, deadline=None)
@given(
    means=st.lists(st.floats(1e-3, 1e3), min_size=1, max_size=3),
    seeds=st.tuples(*[st.integers(0, 2**32)] * 3),
)
def test_no_parameters_are_in_two_splits_whatever_the_seeds(
    means: list[float], seeds: tuple[int, int, int]
) -> None:
    parameters = {f"p{k}": mean for k, mean in enumerate(means)}
    family = SystemFamily("any", {"x0": " + ".join(parameters)}, parameters)
    found = []
    for split, seed in zip(SPLITS, seeds, strict=True):
        sets = family.drawn(split, seed)  # type: ignore[arg-type]
        found.append({tuple(next(sets).values()) for _ in range(5)})
        for values in found[-1]:
            for value, mean in zip(values, means, strict=True):
                assert abs(value - mean) <= 0.105 * mean
                assert value == float(f"{value:.2e}")
    assert not found[0] & found[1] and not found[1] & found[2] and not found[0] & found[2]


def test_splits_have_other_parameters_starts_and_digests() -> None:
    laws, starts, digests = [], [], []
    for split in SPLITS:
        problems: Any = load_dataset("prose", split=split, sets=3).problems
        chosen = [one for one in problems if one.law in ("four_wing", "sprott_b", "duffing")]
        laws += [str(sorted(one.truth.items())) for one in chosen]
        data = [one.data() for one in chosen]
        digests += [one.digest for one in data]
        starts += [one.x[0].tobytes() for each in data for one in (*each.shown, *each.held_back)]
    for found in (laws, starts, digests):
        assert len(set(found)) == len(found)


def test_a_trajectory_has_the_papers_times_and_goes_on_to_six() -> None:
    from scipy.integrate import solve_ivp  # late: it takes a second

    problem = PROSE["lorenz_1"]
    data = problem.data()
    (shown,), (later,), (elsewhere,) = data.shown, data.later, data.held_back
    times = np.append(shown.t, later.t[1:])
    np.testing.assert_allclose(times, np.linspace(0, 6, 192), rtol=0, atol=1e-12)
    assert len(shown) == len(elsewhere) == 64 and np.abs(shown.x[0]).max() <= 2

    def rates(t: float, x: Any) -> Any:
        return problem.rates()(t, x.tolist())

    path = solve_ivp(rates, (0, 6), shown.x[0], "DOP853", t_eval=times, rtol=1e-12, atol=1e-12).y.T
    np.testing.assert_allclose(np.concatenate([shown.x, later.x[1:]]), path, rtol=0, atol=1e-5)
    assert problem.data(1).digest != data.digest


def test_equations_that_are_not_natures_say_so() -> None:
    flawed = {one.law for one in PROSE.problems if "not_the_law" in one.flaws}
    assert flawed == {"aizawa", "fabrikant", "double_pendulum"}
    assert len(PROSE) == 15


def test_a_family_that_always_runs_off_is_refused_in_words(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawn, "_TRIES", 3)
    text = catalogue_path("prose").read_text(encoding="utf-8").partition("families:")[0]
    text = text.replace("name: prose", "name: mine")
    path = tmp_path / "mine.yaml"
    path.write_text(
        f"{text}families:\n  - {{name: away, parameters: {{k: 1e+3}}, rates: {{x0: k}}}}\n"
    )
    problem: Any = read_catalogue(path, sets=1).problems[0]
    with pytest.raises(Unsolvable, match="0 of 3 starts within"):
        problem.data()
    path.write_text(
        f"{text}families:\n  - {{name: bad, parameters: {{k: 1}}, rates: {{x0: k*y}}}}\n"
    )
    with pytest.raises(CatalogueError, match="family 'bad': ParseError: unknown name 'y'"):
        read_catalogue(path)
    path.write_text(f"{text}families:\n  - {{name: one, rates: {{x0: -x0}}}}\n")
    with pytest.raises(CatalogueError, match="family 'one': ValueError: a family has parameters"):
        read_catalogue(path)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"split": "dev"}, "split is 'dev'; choose train, validation, test"),
        ({"sets": 0}, "sets is 0; it must be a whole number, 1 or more"),
        ({"guess": "right"}, "guess is 'right'; choose none, masked, altered"),
        ({"points": 3}, "points"),
    ],
)
def test_an_option_that_is_none_is_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises((ProtocolError, TypeError), match=said):
        load_dataset("prose", **options)


def test_what_differs_from_the_default_is_in_the_version() -> None:
    assert PROSE.version == "1-sets1"
    seen: Any = load_dataset("prose", sets=1, guess="none", noise_kind="additive", seed=3)
    assert seen.version == "1-sets1-seed3-none-additive"
    assert all(one.version == seen.version and not one.guess for one in seen.problems)


def test_masked_guesses_are_the_law_but_for_its_constants() -> None:
    for problem in PROSE.problems:
        guess = guessed(problem.laws, "masked", Random(0))
        columns = [*problem.names, *(f"C{k}" for k in range(20))]
        known = [n for law in problem.laws.values() for n in numbers(law) if isinstance(n, float)]
        x = np.random.default_rng(0).uniform(1, 2, len(problem.names))
        row = np.array([[*x, *known, *[math.nan] * (20 - len(known))]])
        for name, law in problem.laws.items():
            assert "." not in guess[name]
            tree = parse(guess[name], {column: column for column in columns})
            true = evaluate(law, problem.names, row[:, : len(x)])
            np.testing.assert_allclose(evaluate(tree, columns, row), true, rtol=1e-12)


def test_altered_guesses_lose_and_gain_terms_as_often_as_they_should() -> None:
    law = {name: parse(text, {"x0": "x0", "x1": "x1"}) for name, text in
           {"x0": "1.5*x1 - 0.2*x0**3", "x1": "-x0 + 0.3"}.items()}  # fmt: skip
    masked = guessed(law, "masked", Random(0))
    random = Random(1)
    found = [guessed(law, "altered", random) for _ in range(2000)]
    same = sum(one == masked for one in found) / len(found)
    assert 0.68 < same < 0.77  # 0.85 squared
    lengths = [len(" ".join(one.values())) for one in found]
    assert min(lengths) < len(" ".join(masked.values())) < max(lengths)
    assert guessed(law, "none", random) == {}
