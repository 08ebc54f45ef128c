"""Which variables count as used."""

from __future__ import annotations

import numpy as np
import pytest

from bench.expression import parse
from bench.scoring import VariableUse, effective_variables, variable_use

NAMES = ("x0", "x1", "x2")
X = np.random.default_rng(0).uniform(1.0, 2.0, (50, 3))


@pytest.mark.parametrize(
    ("text", "used"),
    [
        ("x0*x1", ("x0", "x1")),
        ("x0 + 0*x1", ("x0",)),
        ("x0 + x1 - x1", ("x0",)),
        ("x2*x0/x2", ("x0",)),
        ("x0 + 1e-20*x1", ("x0",)),
        ("1e-30*x2", ("x2",)),
        ("3.5", ()),
        ("log(-x0)", ()),  # undefined everywhere, whatever x0 is
        ("x1 + log(x0 - 1.5)", ("x0", "x1")),
    ],
)
def test_only_what_has_an_effect_is_used(text: str, used: tuple[str, ...]) -> None:
    assert effective_variables(parse(text), NAMES, X) == used


def test_a_constant_column_is_used_where_it_appears() -> None:
    fixed = X.copy()
    fixed[:, 1] = 2.0
    assert effective_variables(parse("x0*x1"), NAMES, fixed) == ("x0", "x1")


def test_use_is_compared_with_the_truth() -> None:
    use = variable_use(parse("x2 + x0 + 0*x1"), parse("x1*x0"), NAMES, X)
    assert use == VariableUse(right=("x0",), missed=("x1",), dummy=("x2",))
    assert VariableUse.from_dict(use.as_dict()) == use
