"""Streams of skeletons out of SNIP's latent space: by wolves, by what they are compared with.

Latent space optimisation: Meidani et al., arXiv:2310.02227, section 5.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import islice

import numpy as np
import torch
from numpy.typing import NDArray

from methods.snip.library import SkeletonLibrary
from methods.snip.network import SnipNetwork
from methods.snip.reading import Points, latents_of_batch, latents_of_sets
from methods.snip.wolves import GreyWolves
from methods.transformer.decoding import sample
from methods.transformer.search import View
from methods.transformer.skeletons.generator import POINTS, draw_batch
from methods.transformer.skeletons.vocabulary import Skeleton

Array = NDArray[np.float64]
Stream = Iterator[list[Skeleton]]

_FROM_ROWS, _FROM_NOISE = 15, 10
"""Of 50 latents so many are of other rows, and of noisy targets."""
_JITTER = 2.0
_AT_ONCE = 32
"""Skeletons of a library that are judged side by side."""


@dataclass(frozen=True)
class LatentSpace:
    """The latents of some data, and the skeletons that the network writes from latents."""

    network: SnipNetwork
    view: View
    random: np.random.Generator
    chance: torch.Generator

    def decoded(self, latents: Array, each: int, temperature: float) -> list[Skeleton]:
        """``each`` skeletons drawn from every one of ``latents`` (n, latent), side by side."""
        with torch.inference_mode():
            memory = self.network.memory(torch.from_numpy(latents.astype(np.float32)))
            memory = memory.repeat_interleave(each, dim=0)
        columns = len(self.view.names)
        found: list[Skeleton] = sample(
            self.network.decoder, memory, columns, temperature, self.chance
        )
        return found

    def of_data(self) -> Array:
        """The latent (1, latent) of at most POINTS rows, drawn anew each time."""
        return self._latents([self._rows(POINTS)])

    def of_others(self, count: int) -> Array:
        """The latents (count, latent) of functions that have nothing to do with the data."""
        shape = self.network.shape
        batch = draw_batch(
            count, int(self.random.integers(2**32)), np.zeros(0, np.int64),
            variables=shape.variables, longest=shape.longest,
        )  # fmt: skip
        found: Array = latents_of_batch(self.network.encoders, batch).astype(np.float64)
        return found

    def swarm(self, size: int) -> Array:
        """Latents to start from, (size, latent): of the data, and near them.

        The first is that of the data. Others are of half the rows, of targets with 1 to 3 % of
        noise, and of the first with normal deviates added, up to twice its root mean square.
        """
        from_rows, from_noise = (count * size // 50 for count in (_FROM_ROWS, _FROM_NOISE))
        base = self._rows(POINTS)
        half = max(1, min(POINTS, len(self.view.y) // 2))
        sets = [base, *(self._rows(half) for _ in range(from_rows))]
        sets += [self._noisy(0.01 + 0.02 * i / from_noise) for i in range(from_noise)]
        latents = self._latents(sets)
        spread = np.sqrt(np.mean(latents[0] ** 2))
        count = size - len(latents)
        lengths = self.random.uniform(0.0, _JITTER, (count, 1)) * spread
        deviates = self.random.standard_normal((count, latents.shape[1]))
        return np.concatenate([latents, latents[0] + lengths * deviates])

    def by_nearness(self, library: SkeletonLibrary) -> Iterator[Skeleton]:
        """The skeletons of ``library``, that nearest to the data first."""
        return library.by_nearness(self.of_data()[0].astype(np.float32))

    def _rows(self, most: int) -> Points:
        n = len(self.view.y)
        rows = np.arange(n) if n <= most else self.random.choice(n, most, replace=False)
        return self.view.X[rows], self.view.y[rows]

    def _noisy(self, share: float) -> Points:
        X, y = self._rows(POINTS)
        return X, y + share * y.std() * self.random.standard_normal(len(y))

    def _latents(self, sets: list[Points]) -> Array:
        columns = len(self.view.names)
        found: Array = latents_of_sets(self.network.encoders, sets, columns).astype(np.float64)
        return found


@dataclass(frozen=True)
class LatentSearch:
    """Latent space optimisation: ``population`` latents, ``samples`` skeletons of each, and wolves.

    ``errors`` are the relative errors of what was judged. A skeleton that is not new scores
    nothing, which drives the swarm on. A search ends where an error squared, 1 - R2, is at most
    ``stop``; another, from other rows, follows one that has spent its ``generations``.
    """

    space: LatentSpace
    errors: Mapping[Skeleton, float]
    population: int
    generations: int
    samples: int
    temperature: float
    stop: float

    def by_wolves(self) -> Stream:
        """The paper's search."""
        while True:
            start = self.space.swarm(self.population)
            wolves = GreyWolves(start, self.generations, self.space.random)
            for _ in range(self.generations):
                before = set(self.errors)
                written = self.space.decoded(wolves.positions, self.samples, self.temperature)
                yield written
                if self._reached(written):
                    return
                wolves.move(self._scores(written, before))

    def by_decoding(self) -> Stream:
        """The control without a search: skeletons drawn, at temperature 1, from latents of data."""
        return self._drawn(self.space.of_data, 1.0)

    def by_chance(self) -> Stream:
        """The control that sees no data: skeletons drawn from latents of other functions."""
        return self._drawn(partial(self.space.of_others, self.population), self.temperature)

    def by_retrieval(self, library: SkeletonLibrary) -> Stream:
        """The skeletons of ``library``, those nearest to the data first; none is decoded."""
        skeletons = self.space.by_nearness(library)
        while written := list(islice(skeletons, _AT_ONCE)):
            yield written
            if self._reached(written):
                return

    def _drawn(self, latents: Callable[[], Array], temperature: float) -> Stream:
        while True:
            these = latents()
            each = self.samples * self.population // len(these)
            written = self.space.decoded(these, each, temperature)
            yield written
            if self._reached(written):
                return

    def _scores(self, written: list[Skeleton], before: set[Skeleton]) -> Array:
        """Of each latent the best R2 of what it wrote first, at least 0."""
        scores = np.zeros(self.population)
        seen = set(before)
        for place, skeleton in enumerate(written):
            if skeleton not in seen:
                seen.add(skeleton)
                wolf = place // self.samples
                scores[wolf] = max(scores[wolf], 1.0 - self._unexplained(skeleton))
        return scores

    def _reached(self, written: list[Skeleton]) -> bool:
        return any(self._unexplained(one) <= self.stop for one in written)

    def _unexplained(self, skeleton: Skeleton) -> float:
        """1 - R2, infinite where it is too large: a power would raise."""
        return self.errors[skeleton] * self.errors[skeleton]
