"""What a system costs: its misfit along the trajectories, and the price of what it says.

The misfit is minus the logarithm of the likelihood, the noise's level unknown. A constant costs
half the logarithm of the number of points (BIC: Schwarz, Annals of Statistics 6, 1978), and a node
about what it takes to say which one it is; functions are rarer than sums and products in formulas
(Guimera et al., Science Advances 6, 2020, count them), and cost more.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from bench import Call, Expression, Number, Symbol, complexity
from methods.laws.systems.fitting import PathFit, accurate, begun, descended
from methods.laws.systems.observed import Stretch
from methods.laws.systems.terms import RateModel, Rates, Term
from methods.mcts.language.tokens import Floats

UNSEEN = 0.01
"""Of the noise's variance: what paths are off by themselves. A misfit below it says nothing."""
_NODE = 1.0
_FUNCTION, _RATIO, _POWER = 3.0, 1.0, 0.5
"""What functions, quotients, and each power beyond a square cost beyond their nodes."""
_CHEAP = frozenset(("add", "sub", "mul", "neg"))

Key = tuple[frozenset[Expression], ...]
"""Which terms there are in which rate, whatever their constants."""


@dataclass(frozen=True)
class JudgedSystem:
    """A fit, and what it costs: misfit and price."""

    fit: PathFit
    cost: float


@dataclass(frozen=True)
class SystemJudge:
    """Fits models to pieces and remembers the best of each form."""

    go_on: Callable[[], bool]
    seen: dict[Key, JudgedSystem] = field(default_factory=dict)

    def judged(
        self, model: RateModel, pieces: Sequence[Stretch], constants: Floats, starts: Floats
    ) -> JudgedSystem | None:
        """The model fitted from such constants and starts; None where it explodes."""
        with np.errstate(all="ignore"):
            fit = begun(model, pieces, constants, starts)
            fit = fit and accurate(descended(fit, self.go_on), self.go_on)
        if fit is None:
            return None
        one = JudgedSystem(fit, cost_of(fit))
        old = self.seen.get(key := key_of(model.rates))
        if old is None or one.cost < old.cost:
            self.seen[key] = one
        return one

    def best(self, count: int) -> list[JudgedSystem]:
        """So many of those seen, the cheapest first."""
        return sorted(self.seen.values(), key=lambda one: one.cost)[:count]


def key_of(rates: Rates) -> Key:
    """What tells models apart whose constants are fitted."""
    return tuple(frozenset(term.form for term in rate) for rate in rates)


def cost_of(fit: PathFit) -> float:
    """The misfit and price of a fit."""
    count = len(fit.residuals)
    rates = fit.model.rates
    prices = sum(price(term, count) for rate in rates for term in rate)
    return misfit(fit.cost, count) + prices - _NODE * sum(map(_shared, rates))


def _shared(rate: tuple[Term, ...]) -> int:
    """The nodes that are saved where terms have a factor in common: it is written once."""
    factors = [name for term in rate for name in sorted(_factors(term.form))]
    return 2 * max((factors.count(name) - 1 for name in set(factors)), default=0)


def _factors(form: Expression) -> set[str]:
    """The variables that a term is a multiple of."""
    if isinstance(form, Symbol):
        return {form.name}
    if isinstance(form, Call) and form.op == "mul":
        return {name for one in form.args for name in _factors(one)}
    if isinstance(form, Call) and form.op == "pow" and isinstance(form.args[1], Number):
        return _factors(form.args[0])
    return set()


def misfit(square: float, count: int) -> float:
    """Minus the logarithm of the likelihood of ``count`` residuals with such a sum of squares."""
    return 0.5 * count * math.log(square / count + UNSEEN)


def price(term: Term, count: int) -> float:
    """Of a term of a rate that is to fit ``count`` residuals."""
    nodes = 1 if term.form == Number(1) else 2 + complexity(term.form)
    return 0.5 * term.constants * math.log(count) + _NODE * nodes + _rare(term.form)


def _rare(form: Expression) -> float:
    if not isinstance(form, Call):
        return 0.0
    own = 0.0 if form.op in _CHEAP else _FUNCTION
    if form.op == "div":
        own = _RATIO
    elif form.op == "pow" and isinstance(form.args[1], Number):
        own = _POWER * (float(form.args[1].value) - 2.0)
    return own + sum(map(_rare, form.args))
