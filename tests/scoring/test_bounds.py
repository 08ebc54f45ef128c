"""The bound on the rounding error of a value is one, also where an angle is known to no digit."""

from __future__ import annotations

import numpy as np
import pytest

from bench.expression import parse
from bench.scoring.equivalence import judge
from bench.scoring.equivalence.numerics.bounds import with_bound
from bench.scoring.equivalence.numerics.precise import Precise

WAVES = ("cos(x + pi/2)", "sin(2.3*x)", "tan(x*pi)", "x*cos(x**2)", "sin(x) + cos(x + 1.5)")


@pytest.mark.parametrize("text", WAVES)
def test_the_bound_holds_for_angles_of_any_size(text: str) -> None:
    X = (10.0 ** np.random.default_rng(3).uniform(-3, 36, 300))[:, None]
    found = with_bound(parse(text), ["x"], X)
    precise = Precise(parse(text), 200)
    for row, value, bound in zip(X.tolist(), found.values, found.bounds, strict=True):
        true = precise(precise.point(["x"], row))
        assert abs(true - float(value)) <= bound or not np.isfinite(bound)
    assert np.isfinite(found.bounds).any() and not np.isfinite(found.bounds).all()


POLES = (
    "cos(x/2 + pi/2)**(-2)", "1/sin(x + pi)**2", "tan(x + pi/2)", "gamma(-x**(1/20) + 1e-20)",
    "sin(x - pi)**(-0.5)", "(x*1.1 - x*1.1 + cos(x + pi/2))**(-3)",
)  # fmt: skip


@pytest.mark.parametrize("text", POLES)
def test_the_bound_holds_next_to_a_pole(text: str) -> None:
    X = (10.0 ** np.random.default_rng(5).uniform(-30, 1, 300))[:, None]
    found = with_bound(parse(text), ["x"], X)
    precise = Precise(parse(text), 300)
    for row, value, bound in zip(X.tolist(), found.values, found.bounds, strict=True):
        if np.isfinite(bound):
            true = precise(precise.point(["x"], row))
            assert abs(true - float(value)) <= bound, row


def test_a_pole_is_no_difference_however_near() -> None:
    pairs = [("x/cos(pi/2 - y/2)**2 + 3", "x/sin(y/2)**2 + 3"), ("x/tan(y + pi/2)", "-x*tan(y)")]
    for prediction, truth in pairs:
        for rule, verdict in judge(prediction, truth).items():
            assert verdict.answer == "yes", (rule, verdict.reason)


def test_a_phase_is_no_difference_however_far_out() -> None:
    for rule, verdict in judge("x*y*-cos(z + pi/2)", "x*y*sin(z)").items():
        assert verdict.answer == "yes", (rule, verdict.reason)
