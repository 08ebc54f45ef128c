"""Other terms for the rate of one state: chosen by linear algebra along a path."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from bench import Number, substitute
from bench.expression.compiled.program import Program, compile_program
from methods.laws.systems.fitting import PathFit
from methods.laws.systems.judging import price
from methods.laws.systems.observed import Stretch
from methods.laws.systems.response import Along
from methods.laws.systems.selection import best_sets
from methods.laws.systems.terms import INNER, RateModel, Term
from methods.mcts.language.tokens import Floats, Ints

_WIDTH, _MOST = 24, 6
"""Sets of terms that are kept of each size, and the largest."""
_LARGEST = 1e9
"""A term's values beyond it, or all below its inverse, are of no use beside others."""
_DIGITS = 8
"""Terms that agree in so many are one."""
_RANK = 1e-9


@dataclass(frozen=True)
class Proposal:
    """Rates with a first guess of their ``constants`` (k,), and of ``starts`` (pieces, states)."""

    model: RateModel
    constants: Floats
    starts: Floats
    cost: float


@dataclass(frozen=True)
class RateExchange:
    """Proposals of other terms, in columns ``names``."""

    names: tuple[str, ...]
    programs: dict[Term, Program] = field(default_factory=dict)

    def rough(self, pieces: Sequence[Stretch], terms: Sequence[Term]) -> list[list[Proposal]]:
        """For each state models of its rate alone, from nothing but smoothed states."""
        along = Along.rough(pieces)
        starts = along.starts()
        first = np.array([one.rough[0] for one in pieces])
        states = first.shape[1]
        target = _weighted(pieces, [one.x - one.rough[0] for one in pieces])
        found = []
        for state in range(states):
            # Along a smoothed path a term moves its own state only.
            rows = np.arange(state, len(target), states)
            problem = _Problem(along, state, rows, target[rows], starts[rows])
            found.append([
                Proposal(self._alone(state, states, one.rate), one.constants, first, one.cost)
                for one in self._sets(problem, terms)
            ])  # fmt: skip
        return found

    def _alone(self, state: int, states: int, rate: tuple[Term, ...]) -> RateModel:
        return RateModel(tuple(rate if k == state else () for k in range(states)), self.names)

    def proposals(self, fit: PathFit, state: int, terms: Sequence[Term]) -> Iterator[Proposal]:
        """Models like that of ``fit`` but for the rate of one state, the cheapest first."""
        along, slopes = Along.of(fit), fit.slopes
        if not (all(np.isfinite(one).all() for one in along.carried) and np.isfinite(slopes).all()):
            return
        places = fit.model.places(state)
        rates = fit.model.with_inner(fit.constants)
        own = rates[state]
        values = along.values([self._program(one) for one in own])
        multiples = _multiples(own, fit.constants[places])
        target = fit.residuals + along.gained(values)[state] @ multiples
        mine = np.arange(places.start, places.stop)
        rows = np.arange(len(target))
        problem = _Problem(along, state, rows, target, np.delete(slopes, mine, axis=1))
        known = set(own)
        others = np.delete(fit.constants, mine)
        for one in self._sets(problem, [*own, *(term for term in terms if term not in known)]):
            model = RateModel((*rates[:state], one.rate, *rates[state + 1 :]), self.names)
            rest = others + one.moved[: len(others)]
            whole = np.concatenate([rest[: places.start], one.constants, rest[places.start :]])
            starts = fit.starts + one.moved[len(others) :].reshape(fit.starts.shape)
            yield Proposal(model, whole, starts, one.cost)

    def _sets(self, problem: _Problem, terms: Sequence[Term]) -> Iterator[_Set]:
        kept, values = self._usable(problem.along, terms)
        with np.errstate(all="ignore"):
            whole = problem.along.gained(values)[problem.state][problem.rows]
        columns, target = problem.outside(whole), problem.outside(problem.target)
        prices = np.array([price(one, len(target)) for one in kept])
        for members, cost in best_sets(columns, target, prices, len(target), _WIDTH, _MOST):
            own = list(members)
            multiples = np.asarray(
                np.linalg.lstsq(columns[:, own], target, rcond=_RANK)[0], dtype=np.float64
            )
            rate = tuple(kept[k] for k in own)
            moved = problem.beside @ (problem.target - whole[:, own] @ multiples)
            yield _Set(rate, _constants(rate, multiples), moved, cost)

    def _usable(self, along: Along, terms: Sequence[Term]) -> tuple[list[Term], Floats]:
        """Terms that tell something along the paths, of those alike the first."""
        with np.errstate(all="ignore"):
            values = along.values([self._program(one) for one in terms])
        size = np.abs(values).max(axis=1)
        rows: dict[bytes, int] = {}
        for k in np.flatnonzero((size > 1.0 / _LARGEST) & (size < _LARGEST)).tolist():
            unit = values[k] / values[k, np.abs(values[k]).argmax()]
            rows.setdefault(np.round(unit, _DIGITS).tobytes(), k)
        kept = list(rows.values())
        return [terms[k] for k in kept], values[kept]

    def _program(self, term: Term) -> Program:
        if term not in self.programs:
            inner = dict(zip(INNER, map(Number, term.inner), strict=False))
            self.programs[term] = compile_program(substitute(term.form, inner), self.names, ())
        return self.programs[term]


@dataclass(frozen=True)
class _Set:
    """A rate and its constants, how far all else moves with it, and what it seems to cost."""

    rate: tuple[Term, ...]
    constants: Floats
    moved: Floats
    cost: float


@dataclass(frozen=True)
class _Problem:
    """What the rate of a state is to explain: ``target`` (N,), at ``rows`` of all residuals.

    ``others`` (N, q) are the columns of all else that is fitted.
    """

    along: Along
    state: int
    rows: Ints
    target: Floats
    others: Floats

    @cached_property
    def _directions(self) -> tuple[Floats, Floats]:
        """Of ``others``: an orthonormal basis, and what makes multiples of columns of it."""
        scale = np.linalg.norm(self.others, axis=0)
        scale[scale == 0.0] = 1.0
        space, size, back = np.linalg.svd(self.others / scale, full_matrices=False)
        kept = size > _RANK * size.max(initial=0.0)
        return space[:, kept], (back[kept].T / size[kept]) / scale[:, None]

    def outside(self, columns: Floats) -> Floats:
        """What is left of columns when all else is fitted."""
        basis = self._directions[0]
        left: Floats = columns - basis @ (basis.T @ columns)
        return left

    @cached_property
    def beside(self) -> Floats:
        """What makes of a target how far all else moves to meet it, (q, N)."""
        basis, back = self._directions
        return back @ basis.T


def _weighted(pieces: Sequence[Stretch], parts: Sequence[Floats]) -> Floats:
    pairs = zip(parts, pieces, strict=True)
    return np.concatenate([(part / one.sigma).ravel() for part, one in pairs])


def _multiples(rate: Sequence[Term], constants: Floats) -> Floats:
    """Of the constants of a rate those that multiply terms."""
    places = np.cumsum([0, *(term.constants for term in rate)])[:-1]
    return constants[places.astype(int)] if len(rate) else np.empty(0)


def _constants(rate: Sequence[Term], multiples: Floats) -> Floats:
    parts = [(one, *term.inner) for one, term in zip(multiples.tolist(), rate, strict=True)]
    return np.array([value for part in parts for value in part], dtype=np.float64)
