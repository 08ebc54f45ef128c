"""Random trees for the property tests of this room."""

from __future__ import annotations

from hypothesis import strategies as st

from bench.expression import OPERATORS, Call, Constant, Expression, Number, Symbol

NAMES = ("x", "y", "z")
VARIABLES = {name: name for name in NAMES}

integers = st.integers(-9, 9).map(Number)
floats = st.floats(-1e3, 1e3, allow_nan=False).map(Number)
any_numbers = st.one_of(
    st.integers(-(10**40), 10**40).map(Number),
    st.floats(allow_nan=False, allow_infinity=False).map(Number),
)
symbols = st.sampled_from(NAMES).map(Symbol)
constants = st.sampled_from(["pi", "e"]).map(Constant)


def trees(
    leaves: st.SearchStrategy[Expression], operators: tuple[str, ...] = tuple(OPERATORS)
) -> st.SearchStrategy[Expression]:
    """Trees of up to a dozen leaves over the given operators, chains of up to four arguments."""

    def extend(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
        def call(name: str) -> st.SearchStrategy[Expression]:
            operator = OPERATORS[name]
            most = 4 if operator.most is None else operator.most
            args = st.lists(inner, min_size=operator.least, max_size=most)
            return args.map(lambda items: Call(name, tuple(items)))

        return st.sampled_from(operators).flatmap(call)

    return st.recursive(leaves, extend, max_leaves=12)
