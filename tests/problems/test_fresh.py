"""Fresh problems: the same for a seed, others for another, new, solvable, nothing idle in them."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from bench.expression import Expression, complexity, evaluate, parse, symbols
from bench.problems import Dataset, Domain, load_dataset
from bench.problems.fresh import FreshProblemsExhausted, fresh_synth, fresh_transform
from bench.problems.fresh.fairness import LEAST_SHARE, WIDEST_RANGE, everything_matters
from bench.problems.fresh.fields import FIELDS
from bench.problems.fresh.merge import merge_constants
from bench.problems.fresh.novelty import Novelty, same_up_to_constants
from bench.problems.fresh.shape import shape
from bench.problems.sources.terms import signal_shares
from bench.problems.units import check_units
from bench.problems.variable import Sampling, Variable

GENERATORS = {"fresh_transform": fresh_transform, "fresh_synth": fresh_synth}
SIZE = 10


@pytest.fixture(scope="module")
def datasets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Dataset]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REDISCOVER_CACHE", str(tmp_path_factory.mktemp("cache")))
        return {name: load_dataset(name, seed=7, size=SIZE) for name in GENERATORS}


def laws(dataset: Dataset) -> list[Expression]:
    return [parse(p.truth, p.variables) for p in dataset.problems if p.truth is not None]


@pytest.mark.parametrize("name", GENERATORS)
def test_a_shorter_dataset_is_the_beginning_of_a_longer_one(
    name: str, datasets: dict[str, Dataset], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDISCOVER_CACHE", str(tmp_path))
    again = GENERATORS[name](seed=7, size=3)
    assert again.problems == datasets[name].problems[:3]
    assert again.version == datasets[name].version == "1-seed7"
    for one, other in zip(again.problems, datasets[name].problems, strict=False):
        assert one.data().digest == other.data().digest


@pytest.mark.parametrize("name", GENERATORS)
def test_another_seed_has_other_problems(
    name: str, datasets: dict[str, Dataset], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDISCOVER_CACHE", str(tmp_path))
    other = load_dataset(name, seed=8, size=3)
    assert other.version != datasets[name].version
    truths = [{p.truth for p in dataset.problems} for dataset in (other, datasets[name])]
    assert not truths[0] & truths[1]


@pytest.mark.parametrize("name", GENERATORS)
def test_data_are_finite_bounded_and_hang_on_every_term(
    name: str, datasets: dict[str, Dataset]
) -> None:
    for problem, law in zip(datasets[name].problems, laws(datasets[name]), strict=True):
        train = problem.data().train
        assert np.isfinite(train.X).all() and np.isfinite(train.y).all()
        assert np.abs(train.y).max() <= 2 * WIDEST_RANGE * np.median(np.abs(train.y))
        assert np.allclose(evaluate(law, problem.names, train.X), train.y, rtol=1e-9)
        assert symbols(law) == set(problem.names)
        assert min(signal_shares(law, problem.names, train.X)) > LEAST_SHARE / 2


@pytest.mark.parametrize("name", GENERATORS)
def test_no_law_is_another_or_a_known_one(name: str, datasets: dict[str, Dataset]) -> None:
    shapes = [shape(law) for law in laws(datasets[name])]
    assert len(set(shapes)) == len(shapes)
    for known in ("aifeynman", "srsd", "classic", "llmsrbench"):
        assert not {shape(law) for law in laws(load_dataset(known))} & set(shapes)


@pytest.mark.parametrize("name", GENERATORS)
def test_the_judge_finds_no_two_alike(name: str, datasets: dict[str, Dataset]) -> None:
    from bench.scoring.equivalence import judge

    for one, other in combinations(datasets[name].problems, 2):
        if one.names == other.names:
            verdicts = judge(one.truth, other.truth, other.domain, rules=("skeleton",))
            assert verdicts["skeleton"].answer != "yes", (one.truth, other.truth)


def test_a_transformed_law_keeps_units_and_size(datasets: dict[str, Dataset]) -> None:
    for problem, law in zip(
        datasets["fresh_transform"].problems, laws(datasets["fresh_transform"]), strict=True
    ):
        assert len(problem.variables) >= 2
        assert check_units(law, problem).consistent
        assert complexity(law) <= 60


def test_synthesised_laws_go_through_the_fields(datasets: dict[str, Dataset]) -> None:
    names = [problem.name for problem in datasets["fresh_synth"].problems]
    assert names == [f"{field.prefix}{k}" for k in range(SIZE // len(FIELDS)) for field in FIELDS]
    timed = [p for p in datasets["fresh_synth"].problems if p.time]
    for problem in timed:
        assert next(v.symbol for v in problem.variables if v.name == problem.time) == "t"


def test_the_caller_may_decide_what_is_the_same_law() -> None:
    asked: list[tuple[Expression, Expression, Domain]] = []

    def same_law(one: Expression, other: Expression, domain: Domain) -> bool:
        asked.append((one, other, domain))
        return False

    dataset = fresh_synth(seed=7, size=2, same_law=same_law)
    assert len(dataset) == 2
    for one, other, domain in asked:
        assert symbols(one) == symbols(other) == {v.name for v in domain.variables}


def test_what_can_no_longer_be_new(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.problems.fresh._MOST_TRIES", 3)
    with pytest.raises(FreshProblemsExhausted, match=r"no more than \d+ problems.*size=500"):
        fresh_synth(seed=7, size=500, same_law=lambda one, other, domain: True)


def test_an_option_that_does_not_exist() -> None:
    with pytest.raises(TypeError, match="takes no option sise"):
        load_dataset("fresh_synth", sise=3)


DOMAIN = Domain(tuple(Variable(f"x{j}", sampling=Sampling("uniform", 1, 3)) for j in range(2)))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2.5*x0*x1", "7*x0*x1", True),
        ("2.5*x0 + 1.5*x1", "x0 - 3*x1", True),
        ("x0*exp(0.5*x1)", "3*x0*exp(-2*x1)", True),
        ("2.5*x0*x1", "x0/x1", False),
        ("2.5*x0 + x1**2", "x0 + x1", False),
    ],
)
def test_the_same_up_to_constants(one: str, other: str, same: bool) -> None:
    assert same_up_to_constants(parse(one), parse(other), DOMAIN) == same


def test_novelty_sees_through_names_order_and_constants() -> None:
    novelty = Novelty([parse("a*(b + 2*c)"), parse("u**2*v")])
    assert not novelty.admits(parse("3.5*x0**2*x1"), DOMAIN)
    assert not novelty.admits(parse("x1**2*x0/7.1"), DOMAIN)
    assert novelty.admits(parse("x0/x1"), DOMAIN)


@pytest.mark.parametrize(
    ("law", "matters"),
    [
        ("x0*x1", True),
        ("x0 + 1.0e-5*x1", False),
        ("x0*(1 + 1.0e-6*sin(x1))", False),
        ("2.5*x0*x1 + 0.5*x1*x0", False),
        ("1.5*x0 + 2.5*x1", True),
    ],
)
def test_what_matters(law: str, matters: bool) -> None:
    X = np.random.default_rng(0).uniform(1, 3, (200, 2))
    assert everything_matters(parse(law), ["x0", "x1"], X) == matters


@pytest.mark.parametrize(
    ("law", "merged"),
    [
        ("4*pi*1.25*x0", "15.71*x0"),
        ("x0/(2.5*x1**2)/2", "0.2*x0/x1**2"),
        ("-1.5*x0/2/x1", "-0.75*x0/x1"),
        ("x0 + 2.5 + x1 + 1", "x0 + x1 + 3.5"),
        ("x0 - -2.5", "x0 + 2.5"),
        ("3*4*x0**(3/2)", "3*4*x0**(3/2)"),
        ("x0/2.5", "x0/2.5"),
    ],
)
def test_constants_side_by_side_are_merged(law: str, merged: str) -> None:
    assert str(merge_constants(parse(law), 4)) == merged
