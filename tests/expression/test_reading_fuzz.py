"""Never a silent misreading: trees, written in each form by printers of the tests, come back."""

from __future__ import annotations

import pytest
from expression_strategies import trees
from hypothesis import given, settings
from hypothesis import strategies as st
from written_forms import ARITHMETIC, CALLS, WRITTEN, in_pairs

from bench.expression import Constant, Expression, Number, Symbol, read
from bench.problems.variable import Variable

VARIABLES = [Variable("x0"), Variable("x1"), Variable("x2")]
LEAVES: st.SearchStrategy[Expression] = st.one_of(
    st.sampled_from([variable.name for variable in VARIABLES]).map(Symbol),
    st.integers(-20, 20).map(Number),
    st.floats(-1e6, 1e6, allow_nan=False).map(Number),
    st.just(Constant("pi")),
)
WRAPPERS = [
    "y = {}", "`{}`", "```\n{}\n```", "lambda x0, x1, x2: {}", "{};", "{} # it", "return {}",
    "f(x0) = {}",
]  # fmt: skip


@pytest.mark.parametrize("form", WRITTEN)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_what_is_written_is_read(form: str, data: st.DataObject) -> None:
    written, operators = WRITTEN[form]
    tree = in_pairs(data.draw(trees(LEAVES, operators)))
    assert read(written(tree), VARIABLES).expression == tree


@settings(max_examples=150, deadline=None)
@given(trees(LEAVES, (*ARITHMETIC, *CALLS)), st.sampled_from(WRAPPERS))
def test_wrappers_change_nothing(tree: Expression, wrapper: str) -> None:
    assert read(wrapper.format(tree), VARIABLES).expression == tree
