"""Where the two expressions are compared: points drawn from the problem's domain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from bench.expression import Expression, Number, Symbol, evaluate
from bench.problems import Domain, Sampling, Variable, sample_domain
from bench.problems.sources.constraints import parse_constraint
from bench.problems.sources.sampling import draw_variable

Array = NDArray[np.float64]

DEFAULT_SAMPLING = Sampling("log_uniform", 0.1, 10.0, "both")
"""For a variable of which nothing is known: magnitudes of two decades around one, either sign.

Points at which the truth has no real value are not of the domain, so that ``log(x)`` is judged
for positive x; but ``sqrt(x**2)`` is not ``x``, unless the problem says that x is positive.
"""


def default_domain(names: Iterable[str]) -> Domain:
    """The domain of variables of which only the names are known: ``DEFAULT_SAMPLING`` for each."""
    return Domain(tuple(Variable(name, sampling=DEFAULT_SAMPLING) for name in names))


_EDGE = 0.01
_WIDER = 0.25
"""By how much of its width a range is widened at either end, and the ends' ratio of a log range."""

Rule = tuple[str, Sampling]


@dataclass(frozen=True)
class Tie:
    """A variable that the data fix: to a number, or to a function of the others."""

    name: str
    value: Expression

    def __str__(self) -> str:
        return f"{self.name} = {self.value}"


@dataclass(frozen=True)
class Region:
    """Ranges of variables by name, conditions on them, and what ties them to one another."""

    rules: tuple[Rule, ...]
    constraints: tuple[str, ...] = ()
    ties: tuple[Tie, ...] = ()

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.rules)

    def draw(self, count: int, seed: int) -> Array:
        """``count`` points, shape (count, d), that obey ranges, signs, integers and conditions."""
        if not self.rules:
            return np.zeros((count, 0))
        if self.constraints:
            return self._tied(_drawn(self.rules, self.constraints, count, seed))
        return self._tied(_free(tuple(rule for _, rule in self.rules), count, seed))

    def edges(self, count: int) -> Array:
        """``count`` points near either end of every range, shape (at most 2*d*count, d).

        A law may have a feature there that is rarely met elsewhere. Points that the conditions
        forbid are left out.
        """
        rules = [rule for _, rule in self.rules]
        u, sign = _edges(count, len(rules))
        columns = [draw_variable(rule, u[:, at], sign[:, at]) for at, rule in enumerate(rules)]
        X = self._tied(np.stack(columns, axis=1)) if columns else np.zeros((0, 0))
        held = np.ones(len(X), dtype=np.bool_)
        for text in self.constraints:
            held &= parse_constraint(text, self.names).holds(self.names, X)
        return X[held]

    def _tied(self, X: Array) -> Array:
        """``X`` with what the data fix in its place."""
        if self.ties:
            X = X.copy()
        for tie in self.ties:
            X[:, self.names.index(tie.name)] = evaluate(tie.value, self.names, X)
        return X

    def untied(self) -> Region:
        """The region without what ties its variables, those that are fixed in a range of theirs."""
        free = tuple(
            (name, Sampling("uniform", *_around(rule)) if rule.low == rule.high else rule)
            for name, rule in self.rules
        )
        return Region(free, self.constraints)

    def widened(self) -> Region:
        """Every range a quarter wider at either end, but not through 0; conditions as they are."""
        return replace(self, rules=tuple((name, _widened(rule)) for name, rule in self.rules))

    def pieces(self, X: Array) -> NDArray[np.int64]:
        """A number for the connected piece of the region that each row of ``X`` is of, shape (n,).

        Variables of either sign have two pieces, whole ones a piece for each value.
        """
        keys = [
            X[:, index] if rule.kind == "integer" else np.sign(X[:, index])
            for index, (_, rule) in enumerate(self.rules)
        ]
        if not keys:
            return np.zeros(len(X), dtype=np.int64)
        return np.unique(np.stack(keys, axis=1), axis=0, return_inverse=True)[1].reshape(-1)


@lru_cache(maxsize=64)
def _edges(count: int, variables: int) -> Array:
    """Uniforms for points at the ends of ranges, and for their signs; not to be written."""
    found = np.random.default_rng(0).random((2, 2 * count * variables, variables))
    u = found[0]
    for index in range(variables):
        first = 2 * count * index
        ends = u[first : first + 2 * count, index]
        ends *= _EDGE
        ends[count:] += 1.0 - _EDGE
    found.flags.writeable = False
    return found


@lru_cache(maxsize=256)
def _free(rules: tuple[Sampling, ...], count: int, seed: int) -> Array:
    """Points without conditions: the same whatever the variables are called; not to be written."""
    named = tuple((f"x{index}", rule) for index, rule in enumerate(rules))
    X = _drawn(named, (), count, seed)
    X.flags.writeable = False
    return X


def _drawn(rules: Sequence[Rule], constraints: tuple[str, ...], count: int, seed: int) -> Array:
    variables = tuple(Variable(name, sampling=sampling) for name, sampling in rules)
    return sample_domain(Domain(variables, constraints), count, seed)


def region_of(domain: Domain) -> Region:
    """The region of a problem; ``DEFAULT_SAMPLING`` for a variable that has no rule of its own.

    A grid is but a way to sample: the law is asked for between its points as well. A range of one
    point, and a condition ``name == ...``, tie a variable.
    """
    rules = tuple((variable.name, _rule(variable.sampling)) for variable in domain.variables)
    ties = [Tie(name, _number(rule)) for name, rule in rules if rule.low == rule.high]
    others = []
    for text in domain.constraints:
        condition = parse_constraint(text, [name for name, _ in rules])
        if condition.comparison == "==" and isinstance(condition.left, Symbol):
            ties.append(Tie(condition.left.name, condition.right))
        else:
            others.append(text)
    return Region(rules, tuple(others), tuple(ties))


def _number(rule: Sampling) -> Expression:
    value = -rule.low if rule.signs == "negative" else rule.low
    return Number(int(value) if float(value).is_integer() else value)


def _around(rule: Sampling) -> tuple[float, float]:
    """A range about a single point, on its side of 0."""
    value = -rule.low if rule.signs == "negative" else rule.low
    ends = sorted((value / 2.0, value * 2.0)) if value else (-1.0, 1.0)
    return ends[0], ends[1]


def _rule(sampling: Sampling | None) -> Sampling:
    if sampling is None:
        return DEFAULT_SAMPLING
    return replace(sampling, kind="uniform") if sampling.kind == "grid" else sampling


def _widened(rule: Sampling) -> Sampling:
    if rule.kind == "log_uniform":
        factor = 1.0 + _WIDER
        return replace(rule, low=rule.low / factor, high=rule.high * factor)
    width = _WIDER * (rule.high - rule.low)
    low, high = rule.low - width, rule.high + width
    if rule.kind == "integer":
        low, high = float(np.floor(low)), float(np.ceil(high))
    # No range is taken to the other side of 0: signs are structure to a root or a logarithm.
    if rule.low >= 0.0:
        low = max(low, rule.low / (1.0 + 2.0 * _WIDER))
    if rule.high <= 0.0:
        high = min(high, rule.high / (1.0 + 2.0 * _WIDER))
    return replace(rule, low=low, high=high)
