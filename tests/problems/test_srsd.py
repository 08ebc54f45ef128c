"""SRSD-Feynman: what the catalogue says, and the data that come of it."""

from __future__ import annotations

import numpy as np
import pytest

from bench.expression import evaluate, parse, symbols
from bench.problems import Problem, load_dataset, sample_domain
from bench.problems.sources.constraints import parse_constraint
from bench.problems.variable import Sampling

TIERS = {"easy": 30, "medium": 40, "hard": 50}
SRSD = load_dataset("srsd")
DUMMY = load_dataset("srsd_dummy")
SAMPLE = ["feynman-i.12.1", "feynman-i.30.3", "feynman-i.41.16", "feynman-iii.21.20",
          "feynman-bonus.6", "feynman-bonus.7"]  # fmt: skip
SELECTIVE = {"feynman-i.41.16", "feynman-bonus.6"}
"""Problems whose law is real, or a float32, on a part of the ranges only."""

DIGESTS = {
    "srsd_easy/feynman-i.12.1": "6a0309885c8c9f1debc94db5b4ff497701f317db720dbe3755e66b094f80e348",
    "srsd_hard/feynman-i.6.20b": "9afdf5b809cf694cd8596499d5c2b0479c0307272f6cda1a3a829a22f3361632",
    "srsd_hard/feynman-bonus.6": "0ea7d098a0f180640e8ff21ea76fd1fb4b1ae2358477010b44adca22fad989b2",
    "srsd_easy_dummy/feynman-i.12.1": (
        "dfc3b457db6e666e14395c8402bb0ae5caa5d9000b9958d3a17c1f6177b51c65"
    ),
}


@pytest.mark.parametrize("identity", DIGESTS)
def test_data_are_the_same_bits_everywhere(identity: str) -> None:
    dataset, name = identity.split("/")
    assert load_dataset(dataset)[name].data().digest == DIGESTS[identity]


def test_tiers_have_their_published_sizes() -> None:
    for tier, size in TIERS.items():
        dataset = load_dataset(f"srsd_{tier}")
        assert len(dataset) == len(load_dataset(f"srsd_{tier}_dummy")) == size
        assert {problem.tier for problem in dataset.problems} == {tier}
    assert len(SRSD) == len(DUMMY) == 120


def test_every_problem_says_what_it_is() -> None:
    for problem in SRSD.problems:
        assert problem.meaning and problem.formula and problem.truth
        for variable in (*problem.variables, problem.target.variable):
            assert variable.symbol and variable.meaning and variable.unit is not None
        assert symbols(parse(problem.truth)) == set(problem.names)


def test_formulas_in_symbols_are_the_truths() -> None:
    for problem in SRSD.problems:
        X = sample_domain(problem.domain, 20, seed=3)
        by_symbol = [variable.symbol for variable in problem.variables]
        formula = parse(problem.formula, {symbol: symbol for symbol in by_symbol})
        truth = evaluate(parse(problem.truth or ""), problem.names, X)
        np.testing.assert_allclose(evaluate(formula, by_symbol, X), truth, rtol=1e-5)


@pytest.mark.parametrize("name", SAMPLE)
@pytest.mark.parametrize("dataset", [SRSD, DUMMY], ids=["srsd", "dummy"])
def test_rows_obey_their_rules(dataset: object, name: str) -> None:
    problem: Problem = dataset[name]  # type: ignore[index]
    data = problem.data()
    assert {split: len(table) for split, table in data.splits.items()} == {
        "train": 8000, "validation": 1000, "test": 1000
    }  # fmt: skip
    X, y = data.train.X, data.train.y
    for j, variable in enumerate(problem.variables):
        assert variable.sampling is not None
        obeys(variable.sampling, X[:, j], name in SELECTIVE)
    for text in problem.constraints:
        assert parse_constraint(text, problem.names).holds(problem.names, X).all()
    single = np.finfo(np.float32)
    assert np.isfinite(y).all()
    assert (np.abs(y) <= single.max).all() and ((y == 0) | (np.abs(y) >= single.tiny)).all()
    law = evaluate(parse(problem.truth or ""), problem.names, X)
    np.testing.assert_allclose(y, law, rtol=1e-9, atol=1e-12 * np.abs(y).max())


def obeys(rule: Sampling, values: np.ndarray, selective: bool) -> None:
    size = np.abs(values) if rule.low >= 0 else values
    if rule.kind == "integer":
        assert (values == np.rint(values)).all()
        assert set(np.unique(size)) <= set(np.arange(rule.low, rule.high))
    else:
        slack = 1e-12 * abs(rule.high)
        assert rule.low - slack <= size.min() and size.max() <= rule.high + slack
    if rule.signs != "both" and rule.low >= 0:
        assert ((values < 0) == (rule.signs == "negative")).all()
    elif rule.kind == "log_uniform" and not selective:
        assert 0.4 < (values < 0).mean() < 0.6
    if rule.kind == "log_uniform" and not selective:
        middle = np.sqrt(rule.low * rule.high)
        assert 0.2 < (size < middle).mean() < 0.8


def test_dummies_stand_at_random_places_and_leave_the_law_alone() -> None:
    counts, places, both = [], [], []
    for original, twin in zip(SRSD.problems, DUMMY.problems, strict=True):
        dummies = [v for v in twin.variables if v.meaning == "dummy"]
        counts.append(len(dummies))
        places += [int(v.name[1:]) / max(len(twin.variables) - 1, 1) for v in dummies]
        both += [v.sampling.signs == "both" for v in dummies if v.sampling]
        kept = [v for v in twin.variables if v.meaning != "dummy"]
        assert [v.symbol for v in kept] == [v.symbol for v in original.variables]
        assert twin.names == tuple(f"x{j}" for j in range(len(twin.variables)))
        for v in dummies:
            assert v.sampling is not None and v.sampling.kind == "log_uniform"
            assert v.sampling.high / v.sampling.low == pytest.approx(100)
            assert v.sampling.low >= 1e-33 and v.sampling.high <= 1.0001e33
        X = np.random.default_rng(0).uniform(1, 2, (5, len(kept)))
        wide = np.full((5, len(twin.variables)), np.nan)
        wide[:, [int(v.name[1:]) for v in kept]] = X
        np.testing.assert_allclose(
            evaluate(parse(twin.truth or ""), twin.names, np.nan_to_num(wide)),
            evaluate(parse(original.truth or ""), original.names, X),
            rtol=1e-12,
        )
    assert set(counts) == {1, 2, 3} and 0.35 < np.mean(both) < 0.65
    assert min(places) == 0 and max(places) == 1


def test_other_seeds_give_other_rows_of_the_same_problem() -> None:
    problem = SRSD["feynman-i.12.1"]
    assert problem.data(1).digest == problem.data(1).digest != problem.data(0).digest
    assert problem.data(1).train.y.std() == pytest.approx(problem.data(0).train.y.std(), rel=0.1)
