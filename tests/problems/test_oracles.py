"""``find_numeric``: the same functions and the same bits everywhere, by FIND's priors."""

from __future__ import annotations

import hashlib
from collections import Counter
from functools import cache
from typing import Any

import numpy as np
import pytest

from bench.expression import evaluate, parse
from bench.problems import load_dataset
from bench.problems.oracles.families import FAMILIES
from bench.problems.oracles.served import Approximated, Corrupted


@cache
def whole() -> Any:
    """All thousand, made where they are asked about: each collecting process would make them."""
    return load_dataset("find_numeric")


def test_the_functions_are_the_same_bits_everywhere() -> None:
    digests = [problem.data().digest for problem in whole().problems]
    text = "\n".join(f"{one.truth} {digest}" for one, digest in zip(whole(), digests, strict=True))
    assert (
        hashlib.sha256(text.encode()).hexdigest()
        == "673dba8830ecafab65cab0c1b813c7efe2981bdf240b5e11542f55f399232f48"
    )


def test_families_and_variants_are_as_often_as_stated() -> None:
    assert sum(count for _, count in FAMILIES.values()) == 1000
    families = Counter(problem.family for problem in whole())
    for name, (_, count) in FAMILIES.items():
        assert abs(families[name] - count) < 4 * np.sqrt(count), name
    variants = Counter(problem.tier for problem in whole())
    stated = {"clean": 483, "corrupted": 191, "noise": 176, "network": 150}
    assert all(abs(variants[name] - count) < 4 * np.sqrt(count) for name, count in stated.items())


def test_a_shorter_dataset_is_the_beginning_and_another_seed_is_fresh() -> None:
    few = load_dataset("find_numeric", size=30)
    assert few.problems == whole().problems[:30]
    fresh = load_dataset("find_numeric", size=30, seed=1)
    assert fresh.version == "1-seed1"
    alike = sum(a.truth == b.truth for a, b in zip(few, fresh, strict=True))
    assert alike <= 3  # a constant may come again
    assert load_dataset("find_numeric", size=1, questions=64).version == "1-seed0-questions64"
    for wrong in (0, -1, 2.5, True, 10**9):
        with pytest.raises(ValueError, match="questions is"):
            load_dataset("find_numeric", size=1, questions=wrong)


def test_laws_have_the_values_that_their_compiled_forms_have() -> None:
    for problem in whole().problems[:200]:
        data = problem.data()
        with np.errstate(all="ignore"):
            values = evaluate(parse(problem.truth, problem.variables), ["x0"], data.x[:, None])
        values = np.where(np.isfinite(values), values, np.nan)
        size = np.nanmax(np.abs(data.law))
        np.testing.assert_allclose(data.law, values, rtol=1e-9, atol=1e-9 * size)
        assert data.clean.any() and np.isfinite(data.served[data.clean]).all()


def test_corrupted_parts_and_networks_lie_in_the_range() -> None:
    for problem in whole():
        low, high = problem.limits
        if isinstance(problem.serving, Corrupted):
            inside = problem.serving.inside(np.linspace(low, high, 2001)).mean()
            assert inside <= 0.51, problem.name
        if isinstance(problem.serving, Approximated):
            assert len(set(problem.serving.knots)) == 64
            assert low <= min(problem.serving.knots) and max(problem.serving.knots) <= high
            lost = problem.family in ("cosine", "sine", "square_wave")
            assert not lost or "not_identifiable" in problem.flaws, problem.name
