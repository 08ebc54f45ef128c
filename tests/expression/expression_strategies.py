"""Random trees for the property tests of this room."""

from __future__ import annotations

from hypothesis import strategies as st

from bench.expression import (
    CONDITIONS,
    OPERATORS,
    Call,
    Constant,
    Expression,
    Number,
    Operator,
    Symbol,
)

NAMES = ("x", "y", "z")
VARIABLES = {name: name for name in NAMES}
VALUES = tuple(name for name in OPERATORS if name not in CONDITIONS)

integers = st.integers(-9, 9).map(Number)
floats = st.floats(-1e3, 1e3, allow_nan=False).map(Number)
any_numbers = st.one_of(
    st.integers(-(10**40), 10**40).map(Number),
    st.floats(allow_nan=False, allow_infinity=False).map(Number),
)
symbols = st.sampled_from(NAMES).map(Symbol)
constants = st.sampled_from(["pi", "e"]).map(Constant)


def trees(
    leaves: st.SearchStrategy[Expression], operators: tuple[str, ...] = VALUES
) -> st.SearchStrategy[Expression]:
    """Trees of up to a dozen leaves over the given operators, chains of up to four arguments."""

    def extend(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
        return st.sampled_from(operators).flatmap(lambda name: _call(name, inner))

    return st.recursive(leaves, extend, max_leaves=12)


def _call(name: str, inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    row = OPERATORS[name]
    counts = [count for count in range(row.least, 6) if row.takes(count)][:3]

    def of(count: int) -> st.SearchStrategy[Expression]:
        args = [inner if kind == "value" else conditions(inner) for kind in row.kinds(count)]
        return st.tuples(*args).map(lambda items: Call(name, items))

    return st.sampled_from(counts).flatmap(of)


def conditions(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    """Conditions on values, now and then joined."""
    compared = [name for name in CONDITIONS if OPERATORS[name].kinds(2)[0] == "value"]
    joined = [name for name in CONDITIONS if name not in compared]
    simple = st.sampled_from(sorted(compared)).flatmap(lambda name: _call(name, inner))

    def extend(parts: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
        def join(name: str) -> st.SearchStrategy[Expression]:
            count = 2 if OPERATORS[name].takes(2) else 1
            return st.tuples(*[parts] * count).map(lambda items: Call(name, items))

        return st.sampled_from(sorted(joined)).flatmap(join)

    return st.recursive(simple, extend, max_leaves=2)


def call_of(row: Operator) -> Call:
    """The operator applied to x, y, z; to whether they are above 1/2, where it asks conditions."""
    args: list[Expression] = [
        Symbol(name) if kind == "value" else Call("gt", (Symbol(name), Number(0.5)))
        for name, kind in zip(NAMES, row.kinds(row.least), strict=False)
    ]
    return Call(row.name, tuple(args))


def value_of(row: Operator) -> Call:
    """The same as a value: of a condition 1 or 0."""
    call = call_of(row)
    if row.gives == "value":
        return call
    return Call("piecewise", (Number(1), call, Number(0)))
