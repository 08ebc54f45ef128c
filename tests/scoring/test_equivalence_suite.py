"""The judge against pairs whose labels follow from their making (``benchmarks.judge.suite``)."""

from __future__ import annotations

from collections import defaultdict

import pytest

from bench.scoring.equivalence import RULES, judge
from bench.scoring.equivalence.verdict import ANSWERS
from benchmarks.judge.pairs import LabelledPair, read
from benchmarks.judge.suite import CLASSES, MAKERS

PER_KIND = 6
PAIRS = read()


def sample() -> dict[str, list[LabelledPair]]:
    """Of every way of making a pair the same number, spread over the half that may be looked at."""
    kinds: dict[str, list[LabelledPair]] = defaultdict(list)
    for pair in PAIRS:
        if pair.half == "tune":
            kinds[pair.made].append(pair)
    return {kind: pairs[:: len(pairs) // PER_KIND][:PER_KIND] for kind, pairs in kinds.items()}


SAMPLE = sample()


def test_the_suite_has_what_it_says() -> None:
    pairs = PAIRS
    assert len({pair.id for pair in pairs}) == len(pairs)
    assert set(SAMPLE) == {*MAKERS, *CLASSES}
    halves = [sum(pair.half == half for pair in pairs) for half in ("tune", "held")]
    assert min(halves) > 0.45 * len(pairs)
    for rule in RULES:
        labels = [pair.label(rule) for pair in pairs]
        assert set(labels) <= {"", *ANSWERS}
        assert min(labels.count("yes"), labels.count("no")) > 1000


@pytest.mark.parametrize("made", CLASSES)
def test_every_class_has_a_hundred_pairs_half_of_them_held_out(made: str) -> None:
    halves = [pair.half for pair in PAIRS if pair.made == made]
    assert min(halves.count("tune"), halves.count("held")) >= 100


@pytest.mark.parametrize("kind", sorted(SAMPLE))
def test_no_false_yes_and_hardly_a_false_no(kind: str) -> None:
    false_no = 0
    for pair in SAMPLE[kind]:
        truth, domain = pair.law()
        verdicts = judge(pair.prediction, truth, domain)
        missed = False
        for rule in RULES:
            label, answer = pair.label(rule), verdicts[rule].answer
            said = (pair.id, rule, verdicts[rule].reason)
            assert answer != "yes" or label in ("yes", ""), said
            missed |= label not in ("", answer)
        false_no += missed
    assert false_no <= 1
