"""The error of an expression: evaluated once, scaled by closed form, its constants fitted.

Candidates are scaled to ``a + b*f`` with the best a and b (linear scaling: Keijzer, EuroGP 2003),
under a form to ``a + c*A + b*f``, ``a + b*A*f`` or ``a + b*A**f``. Those with constants of their
own are fitted by a few steps of Levenberg-Marquardt; what then is among the best of its length
earns the rest.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from bench.expression.compiled.compiling import compiled, inlined
from bench.expression.compiled.kernel import copy, forward, link
from bench.expression.compiled.least_squares import levenberg_marquardt
from methods.mcts.form import POWER, PRODUCT, Form
from methods.mcts.language.identity import identity
from methods.mcts.language.tokens import Floats, Ints, translate
from methods.mcts.seen import SeenTable, find, put

EVALUATIONS, SEEN, FITS, NEWS, GENERATIONS = range(5)
"""Places in ``Scorer.counts``: expressions evaluated, met again, fitted; new bests; generations."""

_DEGENERATE = 1e-20
_TOLERANCE = 1e-9


class Scratch(NamedTuple):
    """Arrays in which programs are written and evaluated."""

    program: Ints
    right: Ints
    numbers: Floats
    free: Ints
    trial: Floats
    values: Floats
    V: Floats
    G: Floats
    J: Floats
    A: Floats


class Front(NamedTuple):
    """The best of each length: error, tokens and constants; ``bound`` is the best so far up to it.

    Index l is length l.
    """

    error: Floats
    bound: Floats
    tokens: Ints
    constants: Floats


class Scorer(NamedTuple):
    """Data, form, and everything that is known and kept; errors are RMSE over ``y``'s spread."""

    X: Floats
    y: Floats
    weights: Floats
    form: Form
    seen: SeenTable
    front: Front
    work: Scratch
    counts: Ints
    quick: int
    full: int
    restarts: int
    promising: float


def make_work(most: int, constants: int, head: int, rows: int) -> Scratch:
    """Room for expressions of ``most`` tokens under a form of ``head`` tokens."""
    size, numbers = 2 * most + head + 1, 2 * most + head + 1
    free = constants + head
    return Scratch(
        program=np.zeros(size, np.int64),
        right=np.zeros(size, np.int64),
        numbers=np.zeros(numbers),
        free=np.zeros(numbers, np.int64),
        trial=np.zeros(numbers),
        values=np.zeros(rows),
        V=np.zeros((size, rows)),
        G=np.zeros((size, rows)),
        J=np.zeros((numbers, rows)),
        A=np.zeros((free + 1, rows + free)),
    )


def make_front(most: int, constants: int) -> Front:
    """An empty front for lengths up to ``most``."""
    return Front(
        np.full(most + 1, np.inf),
        np.full(most + 1, np.inf),
        np.zeros((most + 1, most + 1), np.int64),
        np.zeros((most + 1, constants)),
    )


@compiled
def assess(
    scorer: Scorer, rng: np.random.Generator, tokens: Ints, length: int, constants: Floats
) -> tuple[float, int]:
    """The error of ``tokens[:length]`` and its place in the table.

    ``constants`` come as a start and go as fitted. What was seen before is not computed again.
    """
    key = identity(tokens, length)
    table = scorer.seen
    place, known = find(table, key)
    if known:
        scorer.counts[SEEN] += 1
        for c in range(len(constants)):
            constants[c] = table.constants[place, c]
        return table.errors[place], place
    scorer.counts[EVALUATIONS] += 1
    error = _measure(scorer, rng, tokens, length, constants)
    put(table, place, key, error, constants)
    if error < scorer.front.error[length]:
        _record(scorer, tokens, length, constants, error)
    return error, place


@inlined
def _record(scorer: Scorer, tokens: Ints, length: int, constants: Floats, error: float) -> None:
    front = scorer.front
    front.error[length] = error
    copy(tokens[:length], front.tokens[length])
    copy(constants, front.constants[length])
    if error < front.bound[length]:
        scorer.counts[NEWS] += 1
        for longer in range(length, len(front.bound)):
            front.bound[longer] = min(front.bound[longer], error)


@inlined
def _measure(
    scorer: Scorer, rng: np.random.Generator, tokens: Ints, length: int, constants: Floats
) -> float:
    form, work = scorer.form, scorer.work
    head, own = len(form.head), len(form.free)
    for i in range(head):
        work.program[i] = form.head[i]
    for k in range(len(form.numbers)):
        work.numbers[k] = form.numbers[k]
    for k in range(own):
        work.free[k] = form.free[k]
    size, count, freed = translate(
        tokens, length, constants,
        work.program, head, work.numbers, len(form.numbers), work.free, own,
    )  # fmt: skip
    if freed == own:
        error, _ = _scaled_error(form, _body_values(scorer, size, count), work.values)
        return error
    error = _fit(scorer, rng, size, count, freed)
    if error < scorer.promising * scorer.front.bound[length]:
        error = _descend(scorer, size, count, freed, scorer.full)
    for c in range(freed - own):
        constants[c] = work.numbers[work.free[own + c]]
        if not math.isfinite(constants[c]):  # 1/c is 0 there, but that is no formula
            return np.inf
    return error


@inlined
def _body_values(scorer: Scorer, size: int, count: int) -> Floats:
    """The values of the expression alone, without the head."""
    form, work = scorer.form, scorer.work
    head, own = len(form.head), len(form.numbers)
    body = work.program[head:size]
    link(body, size - head, work.right)
    forward(body, size - head, work.right, scorer.X, work.numbers[own:count], work.V)
    values: Floats = work.V[0]
    return values


@inlined
def _fit(scorer: Scorer, rng: np.random.Generator, size: int, count: int, freed: int) -> float:
    """The best of a few steps from the start, and from random departures; leaves its numbers."""
    work, own = scorer.work, len(scorer.form.free)
    scorer.counts[FITS] += 1
    best = np.inf
    for attempt in range(1 + scorer.restarts):
        if attempt > 0:
            for k in range(count):
                work.trial[k] = work.numbers[k]
            for c in range(own, freed):
                work.numbers[work.free[c]] = rng.normal() * (1.0 + attempt)
        values = _body_values(scorer, size, count)
        error, b = _scaled_error(scorer.form, values, work.values)
        if math.isfinite(error):
            _place_scale(scorer.form, scorer.y, values, b, work.numbers)
            error = _descend(scorer, size, count, freed, scorer.quick)
        if error < best:
            best = error
        elif attempt > 0:
            for k in range(count):
                work.numbers[k] = work.trial[k]
    return best


@inlined
def _descend(scorer: Scorer, size: int, count: int, freed: int, iterations: int) -> float:
    work = scorer.work
    program = work.program[:size]
    link(program, size, work.right)
    cost, _, _ = levenberg_marquardt(
        program, size, work.right, scorer.X, scorer.y, scorer.weights, work.numbers[:count],
        work.free[:freed], np.empty((0, 2), np.int64), iterations, _TOLERANCE,
        work.V, work.G, work.J, work.A,
    )  # fmt: skip
    return math.sqrt(cost / len(scorer.y)) if math.isfinite(cost) else np.inf


@compiled
def _formed(form: Form, f: Floats, g: Floats) -> float:
    """``g``: what of the form is to be scaled, where f has the values ``f``; its square."""
    norm = 0.0
    for r in range(len(f)):
        if form.kind == PRODUCT:
            g[r] = form.vector[r] * f[r]
        elif form.kind == POWER:
            g[r] = math.pow(form.vector[r], f[r])
        else:
            g[r] = f[r]
        norm += g[r] * g[r]
    return norm


@compiled
def _scaled_error(form: Form, f: Floats, g: Floats) -> tuple[float, float]:
    """The error with the best scale, and b of it; overwrites ``g``."""
    n = len(f)
    norm = _formed(form, f, g)
    if not math.isfinite(norm):
        return np.inf, 0.0
    for q in range(len(form.basis)):
        share = 0.0
        for r in range(n):
            share += form.basis[q, r] * g[r]
        for r in range(n):
            g[r] -= share * form.basis[q, r]
    b = 1.0
    if form.scaled:
        square, dot = 0.0, 0.0
        for r in range(n):
            square += g[r] * g[r]
            dot += g[r] * form.target[r]
        if not square > _DEGENERATE * norm:
            return np.inf, 0.0
        b = dot / square
    total = 0.0
    for r in range(n):
        total += (form.target[r] - b * g[r]) ** 2
    return (math.sqrt(total / n) / form.spread, b) if math.isfinite(total) else (np.inf, 0.0)


@inlined
def _place_scale(form: Form, y: Floats, f: Floats, b: float, numbers: Floats) -> None:
    """Write a, b and c where ``numbers`` has them."""
    n = len(y)
    if form.place[1] >= 0:
        numbers[form.place[1]] = b
    g, shares = np.empty(n), np.zeros(2)
    _formed(form, f, g)
    for q in range(len(form.basis)):
        for r in range(n):
            shares[q] += form.basis[q, r] * (y[r] - b * g[r])
    c = 0.0
    if form.place[2] >= 0:
        c = shares[1] / form.norm
        numbers[form.place[2]] = c
    if form.place[0] >= 0:
        numbers[form.place[0]] = shares[0] / math.sqrt(n) - c * form.mean
