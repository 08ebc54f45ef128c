"""Portable functions against mpmath at 60 digits, and their bits against pinned ones."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.expression import evaluate, parse
from bench.problems import portable
from bench.problems.portable import evaluate_portably

RNG = np.random.default_rng(0)


def magnitudes(low: float, high: float, n: int = 150) -> np.ndarray:
    return 10.0 ** RNG.uniform(low, high, n)


def signed(values: np.ndarray) -> np.ndarray:
    return values * RNG.choice([-1.0, 1.0], len(values))


NEAR_ONE = magnitudes(-16, -1)
CASES = {
    "exp": signed(magnitudes(-20, 2.84)),
    "exp10": RNG.uniform(-307, 308, 150),
    "log": np.concatenate([magnitudes(-307, 308), 1 + signed(NEAR_ONE)]),
    "log2": np.concatenate([magnitudes(-307, 308), 1 + signed(NEAR_ONE)]),
    "log10": np.concatenate([magnitudes(-307, 308), 1 + signed(NEAR_ONE)]),
    "sin": np.concatenate([signed(magnitudes(-10, 6)), magnitudes(6, 307, 60)]),
    "cos": np.concatenate([signed(magnitudes(-10, 6)), magnitudes(6, 307, 60)]),
    "tan": np.concatenate([signed(magnitudes(-10, 6)), np.rint(magnitudes(0, 5)) * (np.pi / 2)]),
    "asin": np.concatenate([signed(magnitudes(-20, 0)), 1 - NEAR_ONE]),
    "acos": np.concatenate([signed(magnitudes(-20, 0)), 1 - NEAR_ONE]),
    "atan": np.concatenate([signed(magnitudes(-20, 300)), RNG.uniform(-3, 3, 150)]),
    "sinh": signed(magnitudes(-20, 2.85)),
    "cosh": signed(magnitudes(-20, 2.85)),
    "tanh": signed(magnitudes(-20, 2)),
    "asinh": signed(magnitudes(-20, 307)),
    "acosh": 1 + magnitudes(-15, 307),
    "atanh": signed(magnitudes(-20, -0.01)),
    "cbrt": signed(magnitudes(-307, 307)),
}
OTHER_NAMES: dict[str, Callable[[mpmath.mpf], mpmath.mpf]] = {
    "exp10": lambda x: mpmath.mpf(10) ** x,
    "log2": lambda x: mpmath.log(x, 2),
    "cbrt": lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)),
}


def error_in_ulps(value: float, exact: mpmath.mpf) -> float:
    if abs(exact) > np.finfo(float).max:
        return 0.0 if np.isinf(value) else np.inf
    return float(abs(mpmath.mpf(value) - exact) / mpmath.mpf(float(np.spacing(abs(value)))))


@pytest.mark.parametrize("name", CASES)
def test_within_one_ulp_of_the_true_value(name: str) -> None:
    with mpmath.workdps(60):
        true = OTHER_NAMES.get(name) or getattr(mpmath, name)
        values = getattr(portable, name)(CASES[name])
        worst = max(
            error_in_ulps(value, true(mpmath.mpf(x)))
            for x, value in zip(CASES[name], values, strict=True)
        )
    assert worst <= 0.75


@pytest.mark.parametrize(
    ("base", "exponent"),
    [
        (magnitudes(-5, 5), signed(magnitudes(-2, 1.7))),
        (magnitudes(-30, 30), np.full(150, 3.0)),
        (1 + signed(magnitudes(-12, -1)), signed(magnitudes(0, 4))),
    ],
)
def test_powers_within_one_ulp(base: np.ndarray, exponent: np.ndarray) -> None:
    with mpmath.workdps(60):
        values = portable.power(base, exponent)
        errors = [
            error_in_ulps(value, mpmath.mpf(a) ** mpmath.mpf(b))
            for a, b, value in zip(base, exponent, values, strict=True)
        ]
    assert max(errors) <= 0.75


def test_exact_results_are_exact() -> None:
    k = np.arange(0.0, 20.0)
    np.testing.assert_array_equal(portable.exp10(k), [float(10**j) for j in range(20)])
    np.testing.assert_array_equal(portable.log10(10.0**k), k)
    np.testing.assert_array_equal(portable.log2(2.0**k), k)
    np.testing.assert_array_equal(portable.cbrt(k**3), k)
    np.testing.assert_array_equal(portable.power(k, np.array(5.0)), k**5)
    np.testing.assert_array_equal(portable.power(k * k, np.array(1.5)), k**3)


def test_values_at_the_edges_are_those_of_c99() -> None:
    inf, nan = np.inf, np.nan
    x = np.array([0.0, -1.0, inf, -inf, nan])
    np.testing.assert_array_equal(portable.log(x), [-inf, nan, inf, nan, nan])
    np.testing.assert_array_equal(portable.exp(x)[[0, 2, 3, 4]], [1.0, inf, 0.0, nan])
    np.testing.assert_array_equal(portable.sin(x)[[0, 2, 3, 4]], [0.0, nan, nan, nan])
    np.testing.assert_array_equal(portable.tanh(x)[[0, 2, 3, 4]], [0.0, 1.0, -1.0, nan])
    np.testing.assert_array_equal(portable.atan(x)[[2, 3]], [np.pi / 2, -np.pi / 2])
    np.testing.assert_array_equal(portable.asin([1.0, -1.0, 1.1]), [np.pi / 2, -np.pi / 2, nan])
    np.testing.assert_array_equal(portable.acos([1.0, -1.0, -1.1]), [0.0, np.pi, nan])
    base = np.array([0.0, -2.0, -2.0, 0.0, inf, nan, 1.0, -8.0])
    exponent = np.array([0.0, 3.0, 0.5, -1.0, -1.5, 0.0, nan, -3.0])
    expected = [1.0, -8.0, nan, inf, 0.0, 1.0, 1.0, -0.001953125]
    np.testing.assert_array_equal(portable.power(base, exponent), expected)


PINNED = "2407576d489a4bbd07c3d921fa3461436c080fada2e9a915f690c6a9c7b4ee37"


def test_the_bits_are_the_same_on_every_machine() -> None:
    x = (np.arange(4001) - 2000) * 0.00390625
    sha = hashlib.sha256()
    for name in sorted(CASES):
        sha.update(np.nan_to_num(getattr(portable, name)(x), nan=7.0).astype("<f8").tobytes())
    sha.update(portable.sin(x * 1e30).astype("<f8").tobytes())
    sha.update(portable.power(np.abs(x) + 0.1, x).astype("<f8").tobytes())
    assert sha.hexdigest() == PINNED


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(
        [
            "exp(x0)/(1 + x1**2)",
            "sin(x0)*cos(x1) - tan(x0)",
            "sqrt(abs(x0)) + cbrt(x1) + log(x0**2 + 1)",
            "min(x0, x1, 1) + max(x0, 2) - sign(x1)",
            "asinh(x0) + atan(x1) + tanh(x0) + pi*e",
            "aq(x0, x1) + 2**x0",
        ]
    ),
    st.lists(st.tuples(*[st.floats(-20, 20)] * 2), min_size=1, max_size=5),
)
def test_trees_evaluate_as_compiled_ones_do(text: str, points: list[tuple[float, float]]) -> None:
    X, names, tree = np.array(points), ("x0", "x1"), parse(text)
    np.testing.assert_allclose(
        evaluate_portably(tree, names, X), evaluate(tree, names, X), rtol=1e-12, atol=1e-9
    )


def test_constants_fill_every_row_and_unknown_symbols_are_named() -> None:
    X = np.ones((3, 1))
    np.testing.assert_array_equal(evaluate_portably(parse("2"), ("x0",), X), [2.0] * 3)
    with pytest.raises(ValueError, match=r"'x1'.*known: x0"):
        evaluate_portably(parse("x0 + x1"), ("x0",), X)
