"""The kind ``families``: sets of fractions, what an answer is, and how families are scored."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import Budget, FamiliesTask
from bench.clock import Clock
from bench.kinds import Conditions, item_of, kind_of
from bench.kinds.families.reduction import reduced
from bench.kinds.families.scoring import davies_bouldin
from bench.kinds.families.sorting import NONE
from bench.problems import load_dataset
from bench.problems.numbers.fraction_sets import FamiliesProblem
from bench.scoring import FormCache, ScoringLimits, score
from methods.constants.relations import PSLQ

FRACTIONS: Any = load_dataset("pcf")
SETS: Any = load_dataset("pcf_families", size=2, fractions=30)
RELATED, MIXED = SETS.problems
KIND: Any = kind_of(RELATED)
LABELLED = {one.fraction: one.constant for one in FRACTIONS.problems}


def posed(problem: FamiliesProblem, budget: Budget | None = None) -> FamiliesTask:
    told = json.loads(json.dumps(KIND.told(problem, Conditions())))
    assert KIND.arrays(problem, problem.data(), Conditions()) == ()
    return KIND.task(  # type: ignore[no-any-return]
        told, (), seed=0, budget=budget or Budget(), clock=Clock(),
        on_report=lambda answer, loss: None,
    )  # fmt: skip


def values(problem: FamiliesProblem, *answers: Any) -> list[dict[str, float | None]]:
    forms = FormCache()
    return [dict(score(item_of(one, problem), forms=forms).values) for one in answers]


def truth(problem: FamiliesProblem) -> dict[str, str]:
    return {name: label or NONE for name, label in zip(problem.names, problem.labels, strict=True)}


def test_a_set_is_drawn_from_pcf_with_its_labels() -> None:
    for problem, known in ((RELATED, 30), (MIXED, 15)):
        assert len(set(problem.fractions)) == 30 and sum(map(bool, problem.labels)) == known
        assert problem.labels == tuple(LABELLED[one] for one in problem.fractions)
    assert (RELATED.tier, MIXED.tier, SETS.version) == ("related", "mixed", "1-seed0-fractions30")
    again: Any = load_dataset("pcf_families", size=1, fractions=30)
    other: Any = load_dataset("pcf_families", size=1, fractions=30, seed=1)
    assert again.problems[0] == RELATED and other.problems[0].fractions != RELATED.fractions
    assert other.problems[0].data().digest != RELATED.data().digest
    for wrong in (9, 151, 30.0, True):
        with pytest.raises(ValueError, match="it is a whole number from 10 to 150"):
            load_dataset("pcf_families", fractions=wrong)


def test_a_method_is_told_fractions_and_no_labels() -> None:
    told = KIND.told(MIXED, Conditions())
    assert set(told) == {"fractions", "digits", "constants"}
    task = posed(MIXED)
    assert (
        tuple(task.fractions.values()) == MIXED.fractions and tuple(task.fractions) == MIXED.names
    )
    single = task.single("f3")
    assert single.fraction == MIXED.fractions[3] and single.constants == task.constants
    assert single.scaled(60) // 10**30 == single.scaled(30)


def test_the_labels_are_the_best_answer_and_names_say_nothing() -> None:
    renamed = {name: f"family {family}" if family != NONE else NONE
               for name, family in truth(MIXED).items()}  # fmt: skip
    sparse = {name: family for name, family in truth(MIXED).items() if family != NONE}
    for found in values(MIXED, truth(MIXED), renamed, sparse):
        assert (found["adjusted_rand"], found["strays"], found["placed"]) == (1.0, 0.0, 1.0)
        assert found["davies_bouldin"] == found["davies_bouldin_labels"] is not None
    (found,) = values(RELATED, truth(RELATED))
    assert (found["adjusted_rand"], found["strays"]) == (1.0, None)


def test_all_in_one_family_and_all_in_none_are_worth_nothing() -> None:
    one, none, nothing = values(
        MIXED, dict.fromkeys(MIXED.names, "all"), dict.fromkeys(MIXED.names, NONE), None
    )
    assert (one["adjusted_rand"], one["strays"], one["placed"]) == (0.0, 1.0, 1.0)
    assert (none["adjusted_rand"], none["strays"], none["placed"]) == (0.0, 0.0, 0.0)
    assert one["davies_bouldin"] is none["davies_bouldin"] is None
    assert (nothing["adjusted_rand"], nothing["placed"]) == (0.0, 0.0)


def rand_of_pairs(one: list[Any], other: list[Any]) -> float:
    """The adjusted Rand index by counting pairs (Hubert and Arabie 1985, equation 5)."""

    def pairs(groups: list[Any]) -> float:
        return sum(n * (n - 1) / 2 for n in Counter(groups).values())

    both, a, b = pairs(list(zip(one, other, strict=True))), pairs(one), pairs(other)
    chance = a * b / (len(one) * (len(one) - 1) / 2)
    return (both - chance) / ((a + b) / 2 - chance)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(["a", "b", "c", NONE]), min_size=30, max_size=30))
def test_the_index_is_that_of_pairs(families: list[str]) -> None:
    item = item_of(dict(zip(RELATED.names, families, strict=True)), RELATED)
    subject = item.scheme.ready(item, FormCache(), ScoringLimits())
    alone = [place if family == NONE else family for place, family in enumerate(families)]
    assert subject.adjusted_rand == pytest.approx(rand_of_pairs(list(RELATED.labels), alone))


def test_the_index_of_davies_and_bouldin() -> None:
    points = np.array([[0.0], [2.0], [10.0], [12.0], [np.nan]])
    assert davies_bouldin(points, ["a", "a", "b", "b", "b"]) == pytest.approx((1 + 1) / 10)
    assert davies_bouldin(points, ["a"] * 5) is None
    assert davies_bouldin(points, ["a", "b", "c", "d", "e"]) is None


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("none", "an answer is a family for each fraction"),
        ({}, "not nothing"),
        ({"f0": "pi", "f30": "pi"}, "there is no fraction 'f30'"),
        ({"f0": " "}, "the family of f0 is ' '"),
        ({"f0": "x" * 41}, "a name has 1 to 40 characters"),
        ({"f0": "pi\nf1: pi"}, "a name has 1 to 40 characters"),
        ({"f0": "\x1b[31mpi"}, "a name has 1 to 40 characters"),
        ({"f0": str(None)}, "'none' says that it has none"),
    ],
)
def test_what_is_no_answer_is_refused_in_words(answer: Any, words: str) -> None:
    why = KIND.refusal(answer, KIND.told(RELATED, Conditions()))
    assert why is not None and words in why
    assert values(RELATED, answer)[0]["adjusted_rand"] == 0.0


def test_methods_for_constants_take_part_fraction_by_fraction() -> None:
    few = replace(RELATED, fractions=RELATED.fractions[:8], labels=RELATED.labels[:8])
    found = reduced(PSLQ(), posed(few))
    assert dict(found.best.expression) == truth(few) and found.counts["searches"] >= 8
    spent = reduced(PSLQ(), posed(few, Budget(seconds=0.0)))
    assert set(spent.best.expression.values()) == {NONE}


def test_show_tells_of_a_set_what_there_is() -> None:
    shown = KIND.shown(MIXED)
    rows = json.loads(json.dumps(shown.facts))["fractions"]
    assert [row["constant"] or "" for row in rows] == list(MIXED.labels)
    assert sum(line.startswith("  f") for line in shown.lines) == 30
    brief = KIND.in_brief(MIXED)
    assert brief.variables == 30 and f"{MIXED.labels.count('pi')} of pi" in brief.truth
