"""No bound of the algebra ends where a known law ends: neighbours are found as often as the laws.

A neighbour is a law with its degree, power, shift, outer function or number of terms drawn anew.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from marks import KERNELS

from bench import Budget, Rounding, Task, evaluate, parse
from methods.laws import Laws
from methods.laws.algebra.proposals import Proposals
from methods.mcts.language.grammar import NESTING
from methods.refine import Refiner
from methods.tidy import gather

pytestmark = KERNELS

LIBRARY = ("add", "sub", "mul", "div", "sin", "cos", "exp", "log", "sqrt", "square")
OUTERS = (*LIBRARY, "pow", "tanh")
CASES = 5


def polynomial(rng: np.random.Generator | None) -> str:
    """A sum of all powers up to a degree: 9 is Livermore's."""
    degree = 9 if rng is None else int(rng.integers(3, 14))
    return " + ".join(f"x0**{k}" for k in range(1, degree + 1))


def ratio(rng: np.random.Generator | None) -> str:
    """A ratio of degrees: 6 over 4 is R3's."""
    above, below = (6, 4) if rng is None else (int(one) for one in rng.integers(2, 9, 2))
    return f"(x0**{above} + x0**{above - 1} + 1) / (x0**{below} + 2)"


def outer(rng: np.random.Generator | None) -> str:
    """A product seen through a function: shifts of 1 are Planck's and Lorentz's."""
    if rng is None:
        return "1/(exp(x0*x1) - 1)"
    shift, power = f"{rng.uniform(0.3, 1.7):.3g}", f"{rng.choice([0.25, 0.4, 0.75, 1.5, 2.5])}"
    return [
        f"1/(exp(x0*x1) - {shift})",
        f"({shift} + x0/x1)**-{power}",
        f"tanh(x0 - {shift}*x1)",
        f"({shift} + 2*x0 + x1)**(7/4)",
        f"{shift}*tanh(x0 + x1) + {power}",
    ][int(rng.integers(5))]


def rooted(rng: np.random.Generator | None) -> str:
    """The root of a sum beside a number, as a law has it that was solved for a variable."""
    if rng is None:
        return "1 + sqrt(x0/x1 + x1**2)"
    a, b, c = rng.uniform(0.5, 2.0, 3).round(3)
    return f"{a} + sqrt({b}*x0/x1 + {c}*x1**{int(rng.integers(1, 3))})"


def terms(rng: np.random.Generator | None) -> str:
    """Some monomials of two variables: Nguyen-12 has four."""
    if rng is None:
        return "x0**4 - x0**3 + 0.5*x1**2 - x1"
    count = int(rng.integers(2, 7))
    powers = rng.choice(np.argwhere(np.add.outer(range(5), range(5)) <= 4), count, replace=False)
    weights = rng.uniform(0.3, 1.7, count).round(2)
    return " + ".join(f"{w}*x0**{a}*x1**{b}" for w, (a, b) in zip(weights, powers, strict=True))


KINDS: dict[Callable[[np.random.Generator | None], str], tuple[float, float, int]] = {
    polynomial: (-1.0, 1.0, 1), ratio: (-1.0, 1.0, 1), outer: (0.6, 1.6, 2), rooted: (0.5, 2.0, 2),
    terms: (-1.0, 1.0, 2),
}  # fmt: skip


def found(law: str, low: float, high: float, columns: int, *, coarse: bool = False) -> bool:
    """Whether linear algebra alone finds a law on forty rows; float32 holds them if ``coarse``."""
    X = np.random.default_rng(0).uniform(low, high, (40, columns))
    names = tuple(f"x{j}" for j in range(columns))
    if coarse:
        X = X.astype(np.float32).astype(np.float64)
    y = evaluate(parse(law), names, X)
    if coarse:
        y = y.astype(np.float32).astype(np.float64)
    refine = Refiner(names, X, y, rounding=Rounding.of(X, y))
    for proposed in Proposals(1, LIBRARY, NESTING, 40, refine, OUTERS).plain():
        for one in proposed:
            if refine.judged(one).error < 1e-4 and refine.fitted(gather(one)).exact:
                return True
    return False


@pytest.mark.parametrize("kind", list(KINDS))
def test_neighbours_are_found_as_the_laws_are(
    kind: Callable[[np.random.Generator | None], str],
) -> None:
    low, high, columns = KINDS[kind]
    assert found(kind(None), low, high, columns)
    missed = [
        law
        for seed in range(CASES)
        if not found(law := kind(np.random.default_rng(seed)), low, high, columns)
    ]
    # The law is found: of 5 neighbours found as surely as nineteen in twenty, two are missed once
    # in forty draws of five, so one may be.
    assert len(missed) <= 1, missed


def test_a_ratio_is_found_to_the_rounding_of_float32() -> None:
    assert found("(x1*x0 - 1.5*x0)/(x0 + 0.7*x1)", 0.6, 1.6, 2, coarse=True)


def test_a_smooth_function_is_no_polynomial_of_high_degree() -> None:
    assert not found("exp(sin(x0)) + cos(x0**2)", -1.0, 1.0, 1)


def test_powers_of_a_negative_variable_are_written_so_that_they_have_values(
    make_task: Callable[..., Task],
) -> None:
    X = np.random.default_rng(0).uniform(0.5, 2.0, (60, 2)) * [-1.0, 1.0]
    asked = make_task(X, np.sqrt(-X[:, 1] / X[:, 0]), budget=Budget(seconds=60.0))
    best = parse(Laws().discover(asked).best.expression)
    assert np.allclose(evaluate(best, asked.names, X), asked.y, rtol=1e-12)
