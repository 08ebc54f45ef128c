"""Derivatives and the shortest step, to many digits."""

from __future__ import annotations

import random
import tracemalloc

import pytest

from bench.expression import parse
from bench.scoring.equivalence.numerics.precise import NotFinite, Precise
from bench.scoring.equivalence.numerics.slopes import precise_slopes, shortest_step

TEXTS = (
    "2.5*x**1.5*sin(3.1*y) - 4.2/(1.3 + x*y)",
    "exp(-2.5*x)*(1.0 - 0.3*y)**2 + abs(1.5 - x)",
    "piecewise(2.0*x, gt(x, 1.0), log(x - 5)*3.0)",
    "max(2.0*x, 3.0*y)*0.5 - (-1.5*x)",
    "1 - cos(1e-9*x*2.5)",
    "x**(0.5*y) + 1.5**x - 7",
)


@pytest.mark.parametrize("text", TEXTS)
def test_derivatives_are_those_of_small_differences(text: str) -> None:
    side = Precise(parse(text), 70)
    mpf = side.context.mpf
    point = {"x": mpf("1.7"), "y": mpf("0.6")}
    here, step = side(point), mpf(10) ** -35
    for position, slope in enumerate(side.slopes(point, range(len(side.literals)))):
        moved = list(side.literals)
        moved[position] += step
        try:
            difference = (side(point, moved) - here) / step
        except NotFinite:
            continue
        assert abs(slope - difference) <= mpf(10) ** -28 * max(abs(difference), 1)


def test_where_there_is_no_value_there_is_no_slope() -> None:
    side = Precise(parse("1.5/(x - x)"), 70)
    with pytest.raises(NotFinite):
        side.slopes({"x": side.context.one}, [0])
    assert precise_slopes(side, [0], [{"x": side.context.one}]) == [[0]]


@pytest.mark.parametrize(
    "text", ["3.1*exp(-1.5*x**2)", "2.5 + exp(-1.5*x**2)", "exp(-1.5*x**2)*sin(x - 2.5)"]
)
def test_numbers_far_apart_take_no_more_room_than_others(text: str) -> None:
    side = Precise(parse(text), 50)
    slopes = side.slopes({"x": side.context.mpf(1e4)}, range(len(side.literals)))
    assert all(slope._mpf_[3] <= 2 * side.context.prec for slope in slopes)
    tracemalloc.start()
    side.slopes({"x": side.context.mpf(1e4)}, range(len(side.literals)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000, "exact sums would hold hundreds of millions of digits"


@pytest.mark.parametrize(("unknowns", "equations"), [(3, 6), (5, 3), (20, 24), (1, 1)])
def test_a_step_solves_a_consistent_system_and_is_no_longer_than_it_must_be(
    unknowns: int, equations: int
) -> None:
    context = Precise(parse("1"), 70).context
    draw = random.Random(unknowns)

    def number() -> object:
        return context.mpf(draw.gauss(0, 1)) * context.mpf(10) ** draw.randint(-3, 3)

    rows = [[number() for _ in range(equations)] for _ in range(unknowns)]
    known = [number() * context.mpf(10) ** -20 for _ in range(unknowns)]  # type: ignore[operator]
    target = [context.fdot(known, [row[at] for row in rows]) for at in range(equations)]
    found = shortest_step(context, rows, target)
    for at in range(equations):
        reached = context.fdot(found, [row[at] for row in rows])
        assert abs(reached - target[at]) <= context.mpf(10) ** -40 * abs(target[at])
    length = [context.fdot(step, step) for step in (found, known)]
    assert length[0] <= length[1] * (1 + context.mpf(10) ** -30)


def test_what_moves_nothing_does_not_move() -> None:
    context = Precise(parse("1"), 70).context
    zero = context.zero
    assert shortest_step(context, [[zero, zero]], [context.one, context.one]) == [0]
