"""Sparse sums: a target as a base of given columns and one, two or a few atoms out of many.

With the base projected out of everything, the best pair of atoms is found among all pairs of the
first thousand from their Gram matrix; more terms are added greedily (orthogonal matching pursuit:
Pati, Rezaiifar and Krishnaprasad 1993).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.expression.compiled.compiling import compiled
from methods.laws.algebra.outers import SeenTarget
from methods.mcts.language.tokens import Floats, Ints
from methods.refine import criterion

_DEPENDENT = 1e-7
"""Squared share of an atom outside of the base, or of another atom, under which it adds nothing."""
NO_APPROXIMATION = 1e-10
"""Relative errors below it are those of a law, not of what comes near it."""
PURSUED = 5
"""Most atoms of one sum or product: of 3,000, six reach any 20 rows' target as nearly as a law."""
FEW, GRADUAL = 6, 1e6
"""Of more terms, each must be worth so many times the error: an expansion's last ones are not."""
DIGITS = 1e-15
"""Relative errors below it are float64's own."""
_KEPT = 8
PAIRED = 1000
"""Atoms of which every pair is weighed."""


def most_columns(rows: int) -> int:
    """How many columns, base and atoms together, so many rows can tell from chance."""
    return max(2, rows // 2)


class Dictionary:
    """Atoms of which a few, with all of a base, are to be summed to one target after the other.

    ``base`` has shape (q, n), ``atoms`` (m, n), both finite. What does not depend on a target is
    worked out once: the atoms without their share in the base, and the angles between them.
    Without noise, the law leaves nothing over. Under it many pairs leave as little, and ``nodes``
    (m,), what each atom costs, are priced as in the criterion.
    """

    def __init__(self, base: Floats, atoms: Floats, nodes: Floats | None = None) -> None:
        self._q = np.linalg.qr(base.T)[0]
        size = np.linalg.norm(atoms, axis=1)
        rest = atoms - (atoms @ self._q) @ self._q.T
        norm = np.linalg.norm(rest, axis=1)
        self._usable = np.flatnonzero(norm**2 > _DEPENDENT * size**2)
        self._rest = rest[self._usable] / norm[self._usable, None]
        few = self._rest[:PAIRED]
        if nodes is not None:  # noise leaves fewer digits than float32 has
            few = few.astype(np.float32)
        self._gram = (few @ few.T).astype(np.float64)
        self._rows = 0 if nodes is None else atoms.shape[1]
        prices = np.zeros(len(atoms)) if nodes is None else criterion(self._rows, 1.0, 1) * nodes
        self._prices = prices[self._usable]

    def sums(self, target: Floats, terms: int) -> list[NDArray[np.intp]]:
        """Choices of atoms, as arrays of their indices, that go well with the base.

        ``target`` has shape (n,). There are the best single atoms, the best pairs, and the best
        pair with more atoms up to ``terms``.
        """
        usable, rest = self._usable, self._rest
        if len(usable) < 2:
            return [usable[:1]] if len(usable) else []
        left = self._left(target)
        shares = rest @ left
        singles = np.argsort(-np.abs(shares))[:_KEPT]
        if self._rows:
            cost = self._rows * np.log(np.maximum(1.0 - shares**2, _DEPENDENT)) + self._prices
            singles = np.argsort(cost)[:_KEPT]
        first, second = np.zeros(_KEPT, np.int64), np.zeros(_KEPT, np.int64)
        best_pairs(self._gram, shares[:PAIRED], self._prices, self._rows, first, second)
        chosen = [np.array([one]) for one in singles]
        chosen += [np.array(pair) for pair in zip(first, second, strict=True) if pair[0] != pair[1]]
        chosen += _pursuit(left, rest, [int(first[0]), int(second[0])], terms)
        return [usable[one] for one in chosen]

    def _left(self, target: Floats) -> Floats:
        """The target without its share in the base, of length 1."""
        left = target - self._q @ (self._q.T @ target)
        length = max(float(np.linalg.norm(left)), 1e-300)
        return np.asarray(left / length, dtype=np.float64)


class Dictionaries:
    """A dictionary of ``atoms`` beside ``base`` for each target: one for all without weights."""

    def __init__(self, base: Floats, atoms: Floats, nodes: Floats | None) -> None:
        self._base, self._atoms, self._nodes = base, atoms, nodes
        self._unweighted: Dictionary | None = None

    def of(self, seen: SeenTarget) -> Dictionary:
        """That of a target as it is seen."""
        if seen.weights is not None:
            base, atoms = seen.weighted(self._base), seen.weighted(self._atoms)
            return Dictionary(base, atoms, self._nodes)
        if self._unweighted is None:
            self._unweighted = Dictionary(self._base, self._atoms, self._nodes)
        return self._unweighted


@compiled
def best_pairs(
    gram: Floats, shares: Floats, prices: Floats, rows: int, first: Ints, second: Ints
) -> None:
    """The pairs (first[k], second[k]) whose span holds most of the target, the best first.

    With ``rows``, it is their criterion that is least: ``prices`` (m,) and all, on so many rows.
    """
    kept = len(first)
    held = np.full(kept, -np.inf)
    for i in range(len(shares)):
        for j in range(i):
            g = gram[i, j]
            apart = 1.0 - g * g
            if apart < _DEPENDENT:
                continue
            a, b = shares[i], shares[j]
            share = (a * a + b * b - 2.0 * g * a * b) / apart
            if rows > 0:
                share = -rows * np.log(max(1.0 - share, _DEPENDENT)) - prices[i] - prices[j]
            if share <= held[kept - 1]:
                continue
            k = kept - 1
            while k > 0 and held[k - 1] < share:
                held[k], first[k], second[k] = held[k - 1], first[k - 1], second[k - 1]
                k -= 1
            held[k], first[k], second[k] = share, i, j


def _pursuit(left: Floats, rest: Floats, pair: list[int], terms: int) -> list[NDArray[np.int64]]:
    """The pair and the atoms that a greedy choice adds to it, one more each time."""
    chosen = pair
    grown = []
    while len(chosen) < terms:
        q = np.linalg.qr(rest[chosen].T)[0]
        residual = left - q @ (q.T @ left)
        apart = 1.0 - np.sum((rest @ q) ** 2, axis=1)
        gain = np.where(apart > _DEPENDENT, np.abs(rest @ residual), 0.0)
        gain /= np.sqrt(np.maximum(apart, _DEPENDENT))
        chosen = [*chosen, int(np.argmax(gain))]
        grown.append(np.array(chosen))
    return grown


class Line(NamedTuple):
    """A linear fit: ``error`` is RMSE over the target's, ``losses`` what each column's would cost.

    A column's loss is the rise of the sum of squares if it went and the others were fitted anew,
    for each parameter that it costs; ``rises`` are what the error would be, other errors left out.
    """

    criterion: float
    error: float
    weights: Floats
    losses: Floats
    rises: Floats


def eliminate(
    columns: Floats, target: Floats, costs: NDArray[np.int64], most: int
) -> tuple[NDArray[np.intp], Line]:
    """The columns that stay of a linear fit, and the fit.

    ``columns`` has shape (k, n). One after the other goes, the one that is missed least, as long
    as the Bayesian information criterion falls with ``costs`` parameters for a column, and as
    long as a fit that is not exact has more than ``most``.
    """
    kept, line = np.arange(len(columns)), fit_line(columns, target, costs)
    while len(kept) > 1:
        fewer = np.delete(kept, int(np.argmin(line.losses)))
        shorter = fit_line(columns[fewer], target, costs[fewer])
        small = line.error < NO_APPROXIMATION or costs[kept].sum() <= most
        if small and shorter.criterion > line.criterion:
            break
        kept, line = fewer, shorter
    return kept, line


def expands(line: Line, noise: float) -> bool:
    """Whether a fit to the noise is an expansion of something else: its terms shrink to that."""
    if len(line.weights) <= FEW or line.error > max(NO_APPROXIMATION, 100 * noise):
        return False
    return bool(np.min(line.rises) < GRADUAL * max(line.error, noise))


def fit_line(columns: Floats, target: Floats, costs: NDArray[np.int64]) -> Line:
    """The least squares of ``columns`` (k, n) on ``target`` (n,)."""
    size = np.linalg.norm(columns, axis=1)
    size[size == 0] = 1.0
    q, r = np.linalg.qr((columns / size[:, None]).T)
    try:
        inverse = np.linalg.inv(r)
    except np.linalg.LinAlgError:
        inverse = np.linalg.pinv(r)
    scaled = inverse @ (q.T @ target)
    whole = max(float(np.linalg.norm(target)), 1e-300)
    error = float(np.linalg.norm(target - (scaled / size) @ columns)) / whole
    losses = scaled**2 / np.maximum(np.sum(inverse**2, axis=1), 1e-300)
    price = criterion(len(target), error, float(costs.sum()))
    return Line(price, error, scaled / size, losses / costs, np.sqrt(losses) / whole)
