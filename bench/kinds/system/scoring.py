"""How answers to systems are scored: rates, integrated trajectories, then each law by itself."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np

from bench.expression import Expression, ParseError, read
from bench.kinds.system.metrics import FORECAST, GENERALISATION, RATES, RECONSTRUCTION, TERMS
from bench.kinds.system.observing import rates_along
from bench.kinds.system.posing import misfit
from bench.kinds.system.solving.integration import IntegrationLimits, integrate
from bench.kinds.system.terms import term_f1
from bench.problems.problem import Domain
from bench.problems.systems.data import Array, SystemData, Trajectory
from bench.problems.systems.problem import SystemProblem
from bench.scoring.comparing import Claim, nothing_compared
from bench.scoring.ned.form_cache import FormCache
from bench.scoring.numeric import nmse
from bench.scoring.scorecard import Comparison, Scorecard
from bench.scoring.steps import Item, NoAnswer, Scheme, ScoringLimits, ScoringStep

TOO_LARGE = 1e3
"""A state this many times the largest true one ends an integration."""
VALID = 0.4
"""A prediction is valid while its error is below this share of the truth's root mean square."""
_SHARE_OF_STEP = 0.8
_MOST_SECONDS = 5.0
_CONSTANT = 1e-6


@dataclass(frozen=True)
class SystemSubject:
    """An answer to a system, made ready: what the metrics of ``system`` look at."""

    item: Item
    rates: Mapping[str, Expression]
    forms: FormCache
    limits: ScoringLimits

    @property
    def problem(self) -> SystemProblem:
        problem: SystemProblem = self.item.problem
        return problem

    @cached_property
    def data(self) -> SystemData:
        """The problem's data, or those that were given in their place."""
        data: SystemData = self.item.problem_data()
        return data

    @cached_property
    def domain(self) -> Domain:
        """Where rates are to agree."""
        return self.problem.domain_of(self.data)

    @property
    def steps(self) -> tuple[ScoringStep, ...]:
        names = (RATES, RECONSTRUCTION, GENERALISATION, FORECAST)
        numeric = [ScoringStep(name, prepare=lambda: self.data) for name in names]
        if self.problem.truth is None:
            return tuple(numeric)
        claims = [
            Claim(self.rates[name], law, lambda: self.domain, self.forms, self.limits, name)
            for name, law in self.problem.laws.items()
        ]
        terms = [
            ScoringStep(TERMS, partial(self._terms, name), partial(_no_terms, name), name)
            for name in self.problem.laws
        ]
        return (*numeric, *terms, *(step for claim in claims for step in claim.steps))

    @cached_property
    def finite(self) -> float:
        """The share of shown states at which all rates are finite numbers."""
        rates = np.concatenate(
            [rates_along(self.problem, self.rates, one) for one in self.data.shown]
        )
        return float(np.isfinite(rates).all(axis=1).mean())

    @cached_property
    def derivative_error(self) -> float | None:
        """The mean over states of the rates' squared error over their variance, where the
        trajectory started elsewhere; None without such a one or a law."""
        if self.problem.truth is None or not self.data.held_back:
            return None
        true, found = (
            np.concatenate([rates_along(self.problem, laws, one) for one in self.data.held_back])
            for laws in (self.problem.laws, self.rates)
        )
        return float(np.mean([nmse(a, b) for a, b in zip(true.T, found.T, strict=True)]))

    @cached_property
    def reconstruction(self) -> float:
        """The lowest R2 of the shown trajectories, integrated from their clean starts."""
        return min(r2_of(one, self._path(one)) for one in self.data.shown)

    @cached_property
    def _elsewhere(self) -> tuple[Array, ...]:
        return tuple(self._path(one) for one in self.data.held_back)

    @cached_property
    def generalisation(self) -> float | None:
        """The same from starts that are never shown; None where there is none."""
        pairs = list(zip(self.data.held_back, self._elsewhere, strict=True))
        return min((r2_of(one, path) for one, path in pairs), default=None)

    @cached_property
    def valid_time(self) -> float | None:
        """For how many Lyapunov times the worst prediction from there stays valid."""
        exponent = self.problem.lyapunov
        if exponent is None or not self.data.held_back:
            return None
        pairs = zip(self.data.held_back, self._elsewhere, strict=True)
        return exponent * min(valid_until(one, path) for one, path in pairs)

    @cached_property
    def forecast(self) -> float | None:
        """The largest relative L2 error of how the shown trajectories go on."""
        errors = [relative_l2(one, self._path(one)) for one in self.data.later]
        return max(errors, default=None)

    def _path(self, trajectory: Trajectory) -> Array:
        """The answer integrated from the first point of ``trajectory``: shape (n, states)."""
        limits = IntegrationLimits(
            seconds=min(_MOST_SECONDS, _SHARE_OF_STEP * self.limits.seconds),
            size=TOO_LARGE * float(np.abs(trajectory.x).max()) or 1.0,
        )
        rates = self.problem.rates(self.rates, trajectory)
        return integrate(rates, trajectory.x[0].tolist(), trajectory.t, limits).x

    def _terms(self, name: str, card: Scorecard) -> Scorecard:
        score = term_f1(self.rates[name], self.problem.laws[name])
        return card.compared(name, numbers={TERMS: score})


def r2_of(true: Trajectory, found: Array) -> float:
    """R2 over all states together, each by its variance, as ODEFormer has it; -inf where
    ``found`` (n, states) is not finite."""
    if not np.isfinite(found).all():
        return -math.inf
    with np.errstate(over="ignore"):
        wrong = float(((found - true.x) ** 2).sum())
        spread = float(((true.x - true.x.mean(axis=0)) ** 2).sum())
    size = float(np.abs(true.x).max())
    if spread <= len(true) * (1e-12 * size) ** 2:  # nothing moves
        return 1.0 if float(np.abs(found - true.x).max()) <= _CONSTANT * size else -math.inf
    return 1.0 - wrong / spread


def relative_l2(true: Trajectory, found: Array) -> float:
    """The norm of the error over that of the truth; inf where ``found`` is not finite."""
    if not np.isfinite(found).all():
        return math.inf
    size = float(np.linalg.norm(true.x))
    error = float(np.linalg.norm(found - true.x))
    return error / size if size else (0.0 if error <= _CONSTANT else math.inf)


def valid_until(true: Trajectory, found: Array) -> float:
    """The time from the start to the first error above ``VALID`` times the truth's size."""
    size = math.sqrt(float((true.x**2).sum(axis=1).mean()))
    error = np.linalg.norm(found - true.x, axis=1)
    valid = np.append(error <= VALID * size, False)  # nan is not valid
    last = max(0, int(np.argmin(valid)) - 1)
    return float(true.t[last] - true.t[0])


def _no_terms(name: str, card: Scorecard, why: str) -> tuple[Scorecard, str]:
    return card.compared(name, numbers={TERMS: 0.0}), why


def _ready(item: Item, forms: FormCache, limits: ScoringLimits) -> SystemSubject:
    problem: SystemProblem = item.problem
    if item.answer is None:
        raise NoAnswer("no expression")
    fault = misfit(item.answer, problem.names)
    if fault is not None or isinstance(item.answer, str):
        raise NoAnswer(f"no expression: {fault}")
    rates = {}
    for name in problem.names:
        try:
            rates[name] = read(item.answer[name], problem.variables).filled
        except ParseError as error:
            raise NoAnswer(f"no expression: {name}: {error}") from None
    return SystemSubject(item, rates, forms, limits)


def _failed(item: Item, why: str) -> dict[str, Comparison]:
    problem: SystemProblem = item.problem
    if problem.truth is None:
        return {}
    return {
        name: replace(nothing_compared(law, why), numbers={TERMS: 0.0})
        for name, law in problem.laws.items()
    }


SCHEME = Scheme("system", _ready, _failed)
