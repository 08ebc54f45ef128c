"""A beam over sets of terms: which few columns, or pairs of columns, a target is a sum of.

Collinear columns mislead greedy pursuit: the beginnings of the true set rank hundreds deep. So
many sets are kept at each size, half of them by what they leave over, half by that and their
length. Every set is projected out explicitly: a Gram matrix loses half the digits.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from methods.mcts.language.tokens import Floats

_DEPENDENT = 1e-10
"""Squared share of a column outside of a set, under which it adds nothing to it."""
_PER_NODE = 0.25
"""Rise of the logarithm of what is left over that a node must be worth in the second ranking."""

_EXCHANGED = 2
"""Sets of more items exchange one: what misled the first choices shows when others have come."""
_AT_ONCE = 200
"""So many sets are extended between two looks at the clock: a tenth of a second."""
_SHARE = 16
"""One of so many sets exchanges its items: five of each make a beam a third as wide."""

Indices = NDArray[np.intp]


class BeamItems(NamedTuple):
    """What sets are made of: ``singles`` (m, r) and ``pairs`` (p, 2, r), and their ``nodes``.

    Rows are of length 1, and the two of a pair at right angles. A pair counts as one item: number
    m + k is pair k.
    """

    singles: Floats
    pairs: Floats
    nodes: Floats

    def rows(self, item: Indices) -> Floats:
        """The rows of items, (s, 2, r): the second is 0 for a single column."""
        m = len(self.singles)
        found = np.zeros((len(item), 2, self.singles.shape[1]))
        alone = item < m
        found[alone, 0] = self.singles[item[alone]]
        found[~alone] = self.pairs[item[~alone] - m]
        return found


class Sets(NamedTuple):
    """Sets of items: ``members`` (s, k), sorted; ``left`` (s,), what of the target is left over."""

    members: Indices
    left: Floats
    nodes: Floats


class _Beam(NamedTuple):
    members: Indices
    basis: Floats  # (s, l, r), rows at right angles
    residual: Floats  # (s, r)
    nodes: Floats

    def part(self, sets: slice) -> _Beam:
        return _Beam(self.members[sets], self.basis[sets], self.residual[sets], self.nodes[sets])


def search(items: BeamItems, target: Floats, width: int, most: int) -> Iterator[Sets | None]:
    """The best sets of 1, 2, ... ``most`` items; None, where only time has passed.

    ``target`` (r,) has length 1.
    """
    beam = _projected(items, target, np.zeros((1, 0), np.intp))
    for count in range(1, most + 1):
        parents, chosen = yield from _children(items, beam, width)
        beam = _extended(items, beam, parents, chosen)
        if count > _EXCHANGED:
            beam = yield from _exchanged(items, target, beam, width)
        left = np.linalg.norm(beam.residual, axis=1)
        yield Sets(beam.members, left, beam.nodes)


def _children(
    items: BeamItems, beam: _Beam, width: int
) -> Generator[None, None, tuple[Indices, Indices]]:
    """The distinct sets that one more item makes of the beam's: their parents and the items."""
    gains = []
    for begin in range(0, len(beam.members), _AT_ONCE):
        part = beam.part(slice(begin, begin + _AT_ONCE))
        gains.append(np.hstack([_single_gain(items.singles, part), _pair_gain(items.pairs, part)]))
        yield
    gain = np.concatenate(gains)
    square = np.sum(beam.residual**2, axis=1)[:, None]
    left = np.log(np.maximum(square - gain, 1e-4 * square / len(gain.T) ** 2 + 1e-300)) / 2
    left[gain <= 0] = np.inf
    count = len(items.nodes)
    priced = left + _PER_NODE * (beam.nodes[:, None] + items.nodes)
    taken: dict[bytes, int] = {}
    for score in (left, priced):
        flat = score.ravel()
        few = min(4 * width, len(flat))
        order = np.argpartition(flat, few - 1)[:few]
        order = order[np.argsort(flat[order], kind="stable")]
        wanted = len(taken) + width // 2
        for place in order:
            if len(taken) >= wanted or not np.isfinite(flat[place]):
                break
            parent, item = divmod(int(place), count)
            key = np.sort(np.append(beam.members[parent], item)).tobytes()
            taken.setdefault(key, int(place))
    places = np.fromiter(taken.values(), np.intp, len(taken))
    return places // count, places % count


def _exchanged(
    items: BeamItems, target: Floats, beam: _Beam, width: int
) -> Generator[None, None, _Beam]:
    """The beam, and what becomes of its best sets when any item makes room for the best other."""
    few = max(1, width // _SHARE)
    left = np.log(np.linalg.norm(beam.residual, axis=1) + 1e-300)
    best = [np.argsort(score)[:few] for score in (left, left + _PER_NODE * beam.nodes)]
    members = beam.members[np.unique(np.concatenate(best))]
    fewer = [np.delete(members, k, axis=1) for k in range(members.shape[1])]
    rest = _projected(items, target, np.unique(np.concatenate(fewer), axis=0))
    parents, chosen = yield from _children(items, rest, max(2, width // 4))
    return _together(beam, _extended(items, rest, parents, chosen))


def _projected(items: BeamItems, target: Floats, members: Indices) -> _Beam:
    """The sets ``members`` (s, k) as a beam."""
    s, r = len(members), len(target)
    residual = np.repeat(target[None], s, axis=0)
    beam = _Beam(np.zeros((s, 0), np.intp), np.zeros((s, 0, r)), residual, np.zeros(s))
    for chosen in members.T:
        beam = _extended(items, beam, np.arange(s), chosen)
    return beam


def _together(one: _Beam, other: _Beam) -> _Beam:
    """The distinct sets of two beams."""
    members = np.concatenate([one.members, other.members])
    _, kept = np.unique(members, axis=0, return_index=True)
    rows = max(one.basis.shape[1], other.basis.shape[1])
    basis = [np.pad(b.basis, ((0, 0), (0, rows - b.basis.shape[1]), (0, 0))) for b in (one, other)]
    residual = np.concatenate([one.residual, other.residual])
    nodes = np.concatenate([one.nodes, other.nodes])
    return _Beam(members[kept], np.concatenate(basis)[kept], residual[kept], nodes[kept])


def _single_gain(singles: Floats, beam: _Beam) -> Floats:
    """What every column would take of each set's residual: squared lengths, (s, m)."""
    if not len(singles):
        return np.zeros((len(beam.residual), 0))
    apart = 1.0 - _within(singles, beam.basis)
    share = (beam.residual @ singles.T) ** 2
    return np.where(apart > _DEPENDENT, share / np.maximum(apart, _DEPENDENT), 0.0)


def _within(rows: Floats, basis: Floats) -> Floats:
    """Squared lengths of rows within the span of each basis, (s, m)."""
    total = np.zeros((len(basis), len(rows)))
    for k in range(basis.shape[1]):
        total += (basis[:, k] @ rows.T) ** 2
    return total


def _pair_gain(pairs: Floats, beam: _Beam) -> Floats:
    """The same for pairs, (s, p)."""
    if not len(pairs):
        return np.zeros((len(beam.residual), 0))
    c, d = pairs[:, 0], pairs[:, 1]
    cross = np.zeros((len(beam.residual), len(pairs)))
    for k in range(beam.basis.shape[1]):
        cross -= (beam.basis[:, k] @ c.T) * (beam.basis[:, k] @ d.T)
    cc, dd = 1.0 - _within(c, beam.basis), 1.0 - _within(d, beam.basis)
    rc, rd = beam.residual @ c.T, beam.residual @ d.T
    area = cc * dd - cross**2
    gain = (dd * rc**2 - 2 * cross * rc * rd + cc * rd**2) / np.maximum(area, _DEPENDENT)
    return np.where(area > _DEPENDENT, gain, 0.0)


def _extended(items: BeamItems, beam: _Beam, parents: Indices, chosen: Indices) -> _Beam:
    """The beam of children, projected anew."""
    basis, residual = beam.basis[parents], beam.residual[parents].copy()
    for row in items.rows(chosen).transpose(1, 0, 2):
        if not row.any():
            continue
        fresh = row.copy()
        for _ in range(2):  # twice is enough
            fresh -= np.einsum("sl,slr->sr", np.einsum("slr,sr->sl", basis, fresh), basis)
        norm = np.linalg.norm(fresh, axis=1, keepdims=True)
        fresh = np.where(norm > _DEPENDENT, fresh / np.maximum(norm, _DEPENDENT), 0.0)
        residual -= np.sum(residual * fresh, axis=1, keepdims=True) * fresh
        basis = np.concatenate([basis, fresh[:, None]], axis=1)
    members = np.sort(np.column_stack([beam.members[parents], chosen]), axis=1)
    return _Beam(members, basis, residual, beam.nodes[parents] + items.nodes[chosen])
