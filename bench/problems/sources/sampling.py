"""Drawing the rows of a problem: the same bits for the same seed, on every machine.

Row i of a stream is a function of the stream's seed and i only: every row takes two raw 64-bit
numbers of PCG64 per variable (its value and its sign), and rows that the problem does not admit
are passed over.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from bench.expression import Expression, parse
from bench.problems.data import Data, Table
from bench.problems.portable import evaluate_portably, exp10, log10
from bench.problems.problem import Domain, Problem
from bench.problems.sources.constraints import Constraint, parse_constraint
from bench.problems.variable import Sampling, Variable

Array = NDArray[np.float64]

_MOST_ROUNDS = 200
_FLOAT32_MAX = float(np.finfo(np.float32).max)
_FLOAT32_LEAST = float(np.finfo(np.float32).tiny)


class SamplingError(ValueError):
    """The rules of a problem admit (nearly) no row."""


def derive_seed(*parts: object) -> int:
    """A 128-bit seed from names and numbers, by SHA-256."""
    text = "\x1f".join(str(part) for part in parts)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "little")


@dataclass(frozen=True)
class Drawn:
    """Data by sampling: how many rows each split has, and where one is sampled otherwise.

    ``rules[split]`` has one Sampling per variable; a split that is not there follows the
    variables' own. A split whose variables are all grids has one row for each combination.
    """

    depends_on: ClassVar[tuple[str, ...]] = ()
    samples: Mapping[str, int]
    rules: Mapping[str, tuple[Sampling, ...]]

    def data(self, problem: Problem, seed: int) -> Data:
        own = tuple(_rule(variable) for variable in problem.variables)
        splits = {}
        for split in dict.fromkeys([*self.samples, *self.rules, "train", "test"]):
            rules = self.rules.get(split, own)
            stream = derive_seed(problem.dataset, problem.version, problem.name, seed, split)
            splits[split] = _draw_table(problem, rules, self.samples.get(split), stream)
        return Data(splits)


def sample_domain(domain: Domain, n: int, seed: int = 0) -> Array:
    """``n`` points of a domain, shape (n, d): ranges, signs, integers and constraints obeyed."""
    names = [variable.name for variable in domain.variables]
    constraints = [parse_constraint(text, names) for text in domain.constraints]
    rules = [_rule(variable) for variable in domain.variables]

    def admitted(X: Array) -> NDArray[np.bool_]:
        return _obeyed(constraints, names, X)

    return _draw_rows(rules, n, derive_seed("domain", seed), admitted, ", ".join(names))


def draw_variable(rule: Sampling, u: Array, sign: Array) -> Array:
    """Values of one variable from uniforms ``u`` and ``sign`` in [0, 1), one each per row."""
    if rule.kind == "log_uniform":
        low, high = _powers(rule.low, rule.high)
        values = exp10(low + (high - low) * u)
    elif rule.kind == "integer":
        values = rule.low + np.floor((rule.high - rule.low) * u)
    elif rule.kind == "grid":
        values = _grid(rule)[np.floor((rule.count or 2) * u).astype(np.int64)]
    else:
        values = rule.low + (rule.high - rule.low) * u
    if rule.signs == "both":
        return np.where(sign < 0.5, -values, values)
    return -values if rule.signs == "negative" else values


@lru_cache(maxsize=1024)
def _powers(low: float, high: float) -> tuple[float, float]:
    """The powers of ten that the ends of a range are."""
    ends = log10(np.array([low, high], dtype=np.float64))
    return float(ends[0]), float(ends[1])


def uniforms(bits: np.random.PCG64, shape: tuple[int, ...]) -> Array:
    """The next uniforms in [0, 1): the upper 53 bits of raw numbers, in the order of ``shape``."""
    raw = bits.random_raw(int(np.prod(shape))).reshape(shape)
    return (raw >> np.uint64(11)).astype(np.float64) * 2.0**-53


def _rule(variable: Variable) -> Sampling:
    if variable.sampling is None:
        raise SamplingError(f"variable '{variable.name}' has no sampling rule to draw from")
    return variable.sampling


def _draw_table(
    problem: Problem, rules: Sequence[Sampling], count: int | None, stream: int
) -> Table:
    truth = parse(_truth(problem), problem.variables)
    names = problem.names
    if count is None:
        return _grid_table(problem, rules, truth)
    constraints = [parse_constraint(text, names) for text in problem.constraints]

    def admitted(X: Array) -> NDArray[np.bool_]:
        obeyed = _obeyed(constraints, names, X)
        return obeyed & representable(evaluate_portably(truth, names, X))

    X = _draw_rows(rules, count, stream, admitted, f"problem '{problem.id}'")
    return Table(X, evaluate_portably(truth, names, X))


def _grid_table(problem: Problem, rules: Sequence[Sampling], truth: Expression) -> Table:
    if not all(rule.kind == "grid" for rule in rules):
        raise SamplingError(
            f"problem '{problem.id}': the number of rows is not given, and not all variables are "
            "grids; say samples: {train: N, test: N}"
        )
    X = np.array(list(product(*(_grid(rule) for rule in rules))), dtype=np.float64)
    y = evaluate_portably(truth, problem.names, X)
    kept = np.isfinite(y)  # a grid is what its authors say it is, tiny targets included
    return Table(X[kept], y[kept])


def _grid(rule: Sampling) -> Array:
    count = rule.count or 2
    return rule.low + (rule.high - rule.low) * (np.arange(count, dtype=np.float64) / (count - 1))


def representable(y: Array) -> NDArray[np.bool_]:
    """Which targets are finite, real (nan is not) and zero or a normal number of float32."""
    size = np.abs(y)
    kept: NDArray[np.bool_] = (size <= _FLOAT32_MAX) & ((y == 0) | (size >= _FLOAT32_LEAST))
    return kept


def _obeyed(constraints: Sequence[Constraint], names: Sequence[str], X: Array) -> NDArray[np.bool_]:
    rows = np.ones(len(X), dtype=np.bool_)
    for constraint in constraints:
        rows &= constraint.holds(names, X)
    return rows


def _draw_rows(
    rules: Sequence[Sampling],
    n: int,
    stream: int,
    admitted: Callable[[Array], NDArray[np.bool_]],
    what: str,
) -> Array:
    bits = np.random.PCG64(stream)
    kept: list[Array] = []
    have = drawn = 0
    for _ in range(_MOST_ROUNDS):
        u = uniforms(bits, (max(n, 64), len(rules), 2))
        X = np.empty((len(u), len(rules)))
        for j, rule in enumerate(rules):
            X[:, j] = draw_variable(rule, u[:, j, 0], u[:, j, 1])
        rows = X[admitted(X)]
        kept.append(rows)
        have += len(rows)
        drawn += len(X)
        if have >= n:
            return np.concatenate(kept)[:n]
    raise SamplingError(
        f"{what}: of {drawn} rows drawn only {have} are admitted and {n} are needed; its ranges "
        "and constraints leave (nearly) nothing"
    )


def _truth(problem: Problem) -> str:
    if problem.truth is None:
        raise SamplingError(f"problem '{problem.id}' has no true expression to draw data from")
    return problem.truth
