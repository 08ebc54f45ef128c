"""Trajectories to learn from, many at once: Runge and Kutta's rule over all of a law's problems."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench import Expression, Number, Symbol, fold, load, parse
from bench.expression import compile_expression
from methods.prose.vocabulary import MOST_STATES, PAD, Tokens, written

Array = NDArray[np.float64]

POINTS, SHOWN = 192, 64
HORIZON = 6.0
TIMES = np.linspace(0.0, HORIZON, POINTS)

_SUBSTEPS = 4
_LARGEST = 1e3
_NOWHERE = 1e6
_RANGE = 2.0


@dataclass(frozen=True)
class TrajectoryPool:
    """Trajectories ``x`` (n, POINTS, MOST_STATES) at ``TIMES``, zeros beyond their states.

    ``problem`` (n,) is the row of each in ``states`` (p,), their number, and in the tokens of
    ``laws`` and ``guesses``, (p, length).
    """

    x: NDArray[np.float32]
    problem: NDArray[np.int64]
    states: NDArray[np.int64]
    laws: NDArray[np.int64]
    guesses: NDArray[np.int64]


def drawn_pool(split: str, sets: int, starts: int, seed: int, states: int) -> TrajectoryPool:
    """``starts`` trajectories of ``sets`` problems of each family that has at most ``states``.

    Problems are those of the dataset ``prose``; starts are uniform within [-2, 2]. A trajectory
    beyond 1000 is left out.
    """
    drawn: Sequence[Any] = load("prose", split=split, sets=sets, seed=seed).problems
    problems = [one for one in drawn if len(one.states) <= states]
    return pool_of(problems, starts, np.random.default_rng([seed, starts]))


def pool_of(problems: Sequence[Any], starts: int, random: np.random.Generator) -> TrajectoryPool:
    """``starts`` trajectories of each of ``problems``: see ``drawn_pool``."""
    laws = [_parsed(one.truth, one.names) for one in problems]
    alike: dict[str, list[int]] = defaultdict(list)
    for k, law in enumerate(laws):
        alike[str(_without_constants(law))].append(k)
    found = [_solved([laws[k] for k in rows], starts, random) for rows in alike.values()]
    owners = [np.repeat(rows, starts) for rows in alike.values()]
    x, problem = np.concatenate(found), np.concatenate(owners)
    small = np.abs(x).max(axis=(1, 2)) < _LARGEST  # nan is not
    return _pool(problems, x[small], problem[small])


def pool_of_data(problems: Sequence[Any]) -> TrajectoryPool:
    """The trajectory of each of ``problems`` that is shown, and how it goes on."""
    x = np.zeros((len(problems), POINTS, MOST_STATES))
    for path, one in zip(x, problems, strict=True):
        (shown,), (later,) = one.data().shown, one.data().later
        path[:, : len(one.states)] = np.concatenate([shown.x, later.x[1:]])
    return _pool(problems, x, np.arange(len(problems)))


def _pool(problems: Sequence[Any], x: Array, problem: NDArray[np.int64]) -> TrajectoryPool:
    """The trajectories ``x`` of the problems whose rows are ``problem``, as tokens and all."""
    laws = [_parsed(one.truth, one.names) for one in problems]
    guesses = [_parsed(one.guess, one.names) for one in problems]
    return TrajectoryPool(
        x.astype(np.float32), problem,
        np.array([len(law) for law in laws]),
        padded([written(law, list(law)) for law in laws]),
        padded([written(guess, list(law)) for guess, law in zip(guesses, laws, strict=True)]),
    )  # fmt: skip


def padded(rows: Sequence[Tokens]) -> NDArray[np.int64]:
    """Rows of tokens as one array, PAD behind the shorter ones; a column at least."""
    table = np.full((len(rows), max(1, *map(len, rows))), PAD, dtype=np.int64)
    for row, tokens in zip(table, rows, strict=True):
        row[: len(tokens)] = tokens
    return table


def _parsed(texts: Mapping[str, str], names: Sequence[str]) -> dict[str, Expression]:
    known = {name: name for name in (*names, *(f"C{k}" for k in range(99)))}
    return {name: parse(text, known) for name, text in texts.items()}


def _without_constants(law: Mapping[str, Expression]) -> list[str]:
    return [str(_named(rate, [])) for rate in law.values()]


def _named(rate: Expression, values: list[float]) -> Expression:
    """``rate`` with a symbol for each decimal, whose value is put behind ``values``."""

    def leaf(node: Expression) -> Expression:
        if isinstance(node, Number) and isinstance(node.value, float):
            values.append(node.value)
            return Symbol(f"p{len(values) - 1}")
        return node

    return fold(rate, leaf, lambda node, args: type(node)(node.op, tuple(args)))


def _solved(
    laws: Sequence[Mapping[str, Expression]], starts: int, random: np.random.Generator
) -> Array:
    """Trajectories of laws that differ in their constants: shape (laws * starts, POINTS, 5)."""
    rates: list[Expression] = []
    constants = []
    for law in laws:
        values: list[float] = []
        rates = [_named(rate, values) for rate in law.values()]
        constants.append(values)
    names = list(laws[0])
    columns = [*names, *(f"p{k}" for k in range(len(constants[0])))]
    known = np.repeat(np.array(constants), starts, axis=0)
    functions = [compile_expression(rate, columns) for rate in rates]

    def slope(x: Array) -> Array:
        rows = np.column_stack([x, known])
        return np.column_stack([function(rows) for function in functions])

    path = np.zeros((len(known), POINTS, MOST_STATES))
    x = random.uniform(-_RANGE, _RANGE, (len(known), len(names)))
    step = HORIZON / (POINTS - 1) / _SUBSTEPS
    with np.errstate(all="ignore"):
        for k in range(POINTS):
            path[:, k, : len(names)] = x
            for _ in range(_SUBSTEPS):
                x = _stepped(slope, x, step)
    return path


def _stepped(slope: Any, x: Array, step: float) -> Array:
    """One step of the classical rule of order 4."""
    a = slope(x)
    b = slope(x + step / 2 * a)
    c = slope(x + step / 2 * b)
    d = slope(x + step * c)
    return np.asarray(np.clip(x + step / 6 * (a + 2 * b + 2 * c + d), -_NOWHERE, _NOWHERE))
