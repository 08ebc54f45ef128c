"""The course of the search for a system: from smoothed states to whole trajectories."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import product

import numpy as np

from methods.laws.systems.exchanging import RateExchange
from methods.laws.systems.judging import JudgedSystem, SystemJudge, key_of
from methods.laws.systems.library import tiers
from methods.laws.systems.observed import Stretch, with_noise
from methods.laws.systems.terms import RateModel, Term

_PIECES = (5, 10, 20)
"""Pieces of each trajectory to begin with: the more, the shorter, the sooner a first guess leads
along them."""
_LONGER = (1, 2)
"""Pieces of each trajectory to end with."""
_FOLLOWED = 1.5
"""Longer pieces whose error is larger by more than this cannot be followed."""
_TRIED, _GLANCED, _FAR = 10, 3, 10.0
"""Proposals that are fitted, and how much more than the best they may seem to cost."""
_BEGUN = 3
"""First guesses of each rate that are tried together."""
_AS_NOISY = 1.3
"""Times the variance that the noise is taken for: a system that leaves no more may be right."""
_LOWER = 0.1
"""Of the noise as it was taken for: it is taken for no less at once."""
_ALIKE = 1e-3
_FEW, _MANY = 2, 5
"""Of the best of all, so many are tried with other rates."""


class Search:
    """The best system for ``whole`` trajectories in columns ``names``."""

    def __init__(
        self, whole: Sequence[Stretch], names: tuple[str, ...], go_on: Callable[[], bool],
        report: Callable[[JudgedSystem], None],
    ) -> None:  # fmt: skip
        self.whole, self.names, self.go_on, self.report = list(whole), names, go_on, report
        self.states = whole[0].x.shape[1]
        self.exchange = RateExchange(names)
        self.judge = SystemJudge(go_on)
        self.most = self.short = 1

    def run(self) -> list[JudgedSystem]:
        """Systems, the best first."""
        columns = np.concatenate([np.hstack([one.rough, one.drive]) for one in self.whole])
        monomials, functions, every = tiers(self.names, columns)
        best = self._from_nothing(monomials, None)
        if best is not None and best.fit.cost <= _AS_NOISY * len(best.fit.residuals):
            self._expanded(monomials, _FEW)
        for terms in (functions, every):
            if best is not None:
                best = self._improved(self.judge.best(1)[0], terms)
            if self.states == 1 or terms is functions:
                best = self._from_nothing(terms, best)
        if best is None:
            return []
        if self.go_on() and self._renoised(self.judge.best(1)[0]):
            self._rejudged()
        self._expanded(every, _MANY)
        return self.judge.best(_MANY)

    def _rejudged(self) -> None:
        """The best of all under the noise as it is known now."""
        known, self.judge = self.judge, SystemJudge(self.go_on)
        for one in known.best(2 * _MANY):
            fit = one.fit
            self.judge.judged(fit.model, self._cut(self.most), fit.constants, fit.starts)
        if not self.judge.seen:
            self.judge = known

    def _cut(self, most: int) -> list[Stretch]:
        return [part for one in self.whole for part in one.cut(most)]

    def _from_nothing(
        self, terms: Sequence[Term], known: JudgedSystem | None
    ) -> JudgedSystem | None:
        """The best that comes of smoothed states, on short pieces first; or what is known."""
        if not self.go_on():
            return known
        pool, self.judge = self.judge, SystemJudge(self.go_on)
        best = None
        for self.short in _PIECES:
            best = self._begun(self._cut(self.short), terms)
            if best is not None or not self.go_on():
                break
        if best is not None:
            best = self._improved(best, terms, _GLANCED)
        self.judge = pool
        if best is None:
            return known
        longer = self._over(best, known)
        return known if longer is None else self._improved(longer, terms)

    def _begun(self, pieces: list[Stretch], terms: Sequence[Term]) -> JudgedSystem | None:
        """The first system that leads along the pieces, its rates each the best by itself."""
        by_state = [one[:_BEGUN] for one in self.exchange.rough(pieces, terms)]
        for ranks in sorted(product(*(range(len(one)) for one in by_state)), key=sum):
            parts = [one[k] for one, k in zip(by_state, ranks, strict=True)]
            rates = tuple(one.model.rates[state] for state, one in enumerate(parts))
            constants = np.concatenate([one.constants for one in parts])
            found = self.judge.judged(
                RateModel(rates, self.names), pieces, constants, parts[0].starts
            )
            if found is not None or not self.go_on():
                return found
        return None

    def _over(self, best: JudgedSystem, known: JudgedSystem | None) -> JudgedSystem | None:
        """The same over pieces as long as can be followed, or as long as those of what is known."""
        if known is not None:
            return self._on(best, self._cut(self.most))
        self._renoised(best)
        for self.most in _LONGER:
            found = self._on(best, self._cut(self.most))
            if found is not None and _error(found) < _FOLLOWED * _error(best):
                return found
        self.most = self.short
        return self._on(best, self._cut(self.short))

    def _renoised(self, best: JudgedSystem) -> bool:
        """Take the noise for what ``best`` leaves, if that is no more than it was taken for."""
        fit = best.fit
        if fit.cost > _AS_NOISY * len(fit.residuals):
            return False
        left = np.concatenate(
            [one.x - path[one.at] for one, path in zip(fit.pieces, fit.paths, strict=True)]
        )
        left *= max(1.0, _LOWER * math.sqrt(len(fit.residuals) / max(fit.cost, 1e-300)))
        ends = np.cumsum([len(one.x) for one in self.whole])[:-1]
        self.whole = with_noise(self.whole, np.split(left, ends))
        return True

    def _on(self, best: JudgedSystem, pieces: Sequence[Stretch]) -> JudgedSystem | None:
        begun = dict(zip([_begin(one) for one in best.fit.pieces], best.fit.starts, strict=True))
        starts = np.array([begun.get(_begin(one), one.rough[0]) for one in pieces])
        return self.judge.judged(best.fit.model, pieces, best.fit.constants, starts)

    def _improved(
        self, best: JudgedSystem, terms: Sequence[Term], most: int = _TRIED
    ) -> JudgedSystem:
        """The best that is reached by changing the rate of one state after another."""
        settled, state = 0, 0
        while settled < self.states and self.go_on():
            found = self._exchanged(best, state, terms, most)
            better = found.cost < best.cost - _ALIKE
            settled = 0 if better else settled + 1
            best, state = found, (state + 1) % self.states
        if most == _TRIED:
            self.report(best)
        return best

    def _exchanged(
        self, base: JudgedSystem, state: int, terms: Sequence[Term], most: int = _TRIED
    ) -> JudgedSystem:
        """The best of ``base`` and of so many like it but for the rate of one state."""
        best, tried, bound = base, 0, math.inf
        with np.errstate(all="ignore"):
            for one in self.exchange.proposals(base.fit, state, terms):
                bound = min(bound, one.cost + _FAR)
                if tried == most or one.cost > bound or not self.go_on():
                    break
                if key_of(one.model.rates) in self.judge.seen:
                    continue
                tried += 1
                found = self.judge.judged(one.model, base.fit.pieces, one.constants, one.starts)
                if found is not None and found.cost < best.cost:
                    best = found
        return best

    def _expanded(self, terms: Sequence[Term], count: int) -> None:
        """Try the best ``count`` with other rates, and what becomes the best so."""
        done: set[int] = set()
        while self.go_on():
            new = [one for one in self.judge.best(count) if id(one) not in done]
            if not new:
                break
            done.add(id(new[0]))
            for state in range(self.states):
                self._exchanged(new[0], state, terms)


def _begin(piece: Stretch) -> tuple[float, ...]:
    return float(piece.t[0]), *piece.x[0].tolist()


def _error(one: JudgedSystem) -> float:
    fit = one.fit
    left = fit.residuals * np.concatenate([piece.sigma.ravel() for piece in fit.pieces])
    spread = np.concatenate([piece.x for piece in fit.pieces]).std(axis=0)
    spread[spread == 0.0] = 1.0
    free = max(1, len(left) - fit.starts.size)
    return float(np.sum((left.reshape(-1, len(spread)) / spread) ** 2)) / free
