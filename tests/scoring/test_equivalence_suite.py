"""The judge against pairs whose labels follow from their making (``benchmarks.judge_suite``)."""

from __future__ import annotations

from collections import defaultdict
from functools import cache

import pytest

from bench.problems import Problem, load_dataset
from bench.scoring.equivalence import RULES, judge
from benchmarks.judge_suite import MAKERS, Pair, read

PER_KIND = 12


@cache
def problems(dataset: str) -> dict[str, Problem]:
    return {problem.name: problem for problem in load_dataset(dataset).problems}


def sample() -> dict[str, list[Pair]]:
    """Of every way of making a pair the same number, spread over the half that may be looked at."""
    kinds: dict[str, list[Pair]] = defaultdict(list)
    for pair in read():
        if pair.half == "tune":
            kinds[pair.made].append(pair)
    return {kind: pairs[:: len(pairs) // PER_KIND][:PER_KIND] for kind, pairs in kinds.items()}


SAMPLE = sample()


def test_the_suite_has_what_it_says() -> None:
    pairs = read()
    assert len(pairs) >= 2000
    assert len({pair.id for pair in pairs}) == len(pairs)
    assert set(SAMPLE) == set(MAKERS)
    halves = [sum(pair.half == half for pair in pairs) for half in ("tune", "held")]
    assert min(halves) > 0.45 * len(pairs)
    for rule in RULES:
        labels = [getattr(pair, rule) for pair in pairs]
        assert set(labels) <= {"yes", "no", ""}
        assert min(labels.count("yes"), labels.count("no")) > 1000


@pytest.mark.parametrize("kind", sorted(MAKERS))
def test_no_false_yes_and_hardly_a_false_no(kind: str) -> None:
    false_no = 0
    for pair in SAMPLE[kind]:
        dataset, _, name = pair.problem.partition("/")
        problem = problems(dataset)[name]
        assert problem.truth is not None
        verdicts = judge(pair.prediction, problem.truth, problem.domain)
        missed = False
        for rule in RULES:
            label, answer = getattr(pair, rule), verdicts[rule].answer
            assert (label, answer) != ("no", "yes"), (pair.id, rule, verdicts[rule].reason)
            missed |= label == "yes" and answer != "yes"
        false_no += missed
    assert false_no <= 1
