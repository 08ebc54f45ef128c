"""Where the two expressions are compared: points drawn from the problem's domain."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bench.problems import Domain, Sampling, Variable, sample_domain

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

Rule = tuple[str, Sampling]


def rules_of(domain: Domain) -> tuple[Rule, ...]:
    """Each variable's name and sampling; ``DEFAULT_SAMPLING`` where it has none of its own.

    A grid is but a way to sample: the law is asked for between its points as well.
    """
    return tuple((variable.name, _rule(variable.sampling)) for variable in domain.variables)


def _rule(sampling: Sampling | None) -> Sampling:
    if sampling is None:
        return DEFAULT_SAMPLING
    return replace(sampling, kind="uniform") if sampling.kind == "grid" else sampling


def draw(rules: tuple[Rule, ...], constraints: tuple[str, ...], count: int, seed: int) -> Array:
    """``count`` points, shape (count, d), that obey ranges, signs, integrality and constraints."""
    if not rules:
        return np.zeros((count, 0))
    variables = tuple(Variable(name, sampling=sampling) for name, sampling in rules)
    return sample_domain(Domain(variables, constraints), count, seed)


def draw_edges(rules: tuple[Rule, ...], constraints: tuple[str, ...], count: int) -> Array:
    """``count`` points near either end of every variable's range, shape (at most 2*d*count, d).

    A law may have a feature there that is rarely met elsewhere. Ends at which the constraints
    leave nothing are left out.
    """
    ends = []
    for index, (name, rule) in enumerate(rules):
        for narrow in _ends(rule):
            there = (*rules[:index], (name, narrow), *rules[index + 1 :])
            with contextlib.suppress(ValueError):
                ends.append(draw(there, constraints, count, seed=index))
    return np.concatenate(ends) if ends else np.zeros((0, len(rules)))


def _ends(rule: Sampling) -> tuple[Sampling, Sampling]:
    """The first and the last percent of a range; the first and the last of integers."""
    if rule.kind == "integer":
        return replace(rule, high=rule.low + 1), replace(rule, low=rule.high - 1)
    width = _EDGE * (rule.high - rule.low)
    if rule.kind == "log_uniform":
        factor = (rule.high / rule.low) ** _EDGE
        return replace(rule, high=rule.low * factor), replace(rule, low=rule.high / factor)
    return replace(rule, high=rule.low + width), replace(rule, low=rule.high - width)
