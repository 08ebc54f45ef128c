"""Retrieval: the skeletons of a library whose latents are nearest to that of some data."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, permutations

import numpy as np
from numpy.typing import NDArray

from bench import Expression, symbols
from methods.snip.network import DualEncoder
from methods.snip.reading import latents_of_batch, latents_of_skeletons
from methods.transformer.skeletons.fingerprints import Inexpressible, encode
from methods.transformer.skeletons.forms import renamed
from methods.transformer.skeletons.generator import draw_batch
from methods.transformer.skeletons.vocabulary import ARITY, INDEX, Skeleton

_NAMINGS = 1000
_MUL, _SQUARE, _CUBE = (INDEX[name] for name in ("mul", "square", "cube"))


@dataclass(frozen=True)
class SkeletonLibrary:
    """Skeletons, each once, and their latents (n, latent)."""

    skeletons: Sequence[Skeleton]
    latents: NDArray[np.float32]

    @classmethod
    def of(cls, encoders: DualEncoder, skeletons: Iterable[Skeleton]) -> SkeletonLibrary:
        """The library of ``skeletons``; raises ValueError where there is none."""
        different = tuple(dict.fromkeys(skeletons))
        if not different:
            raise ValueError("the library has no formula that the network can read")
        return cls(different, latents_of_skeletons(encoders, different))

    def by_nearness(self, latent: NDArray[np.float32]) -> Iterator[Skeleton]:
        """The skeletons, that whose latent has the largest product with ``latent`` first."""
        for place in np.argsort(-(self.latents @ latent), kind="stable"):
            yield self.skeletons[place]


def skeletons_of(formulas: Iterable[Expression], columns: int, longest: int) -> list[Skeleton]:
    """The skeletons of ``formulas`` under every naming of their variables as ``columns`` columns.

    Of more than _NAMINGS some are drawn, the same each time. Formulas that the vocabulary cannot
    say, in at most ``longest`` tokens, are left out.
    """
    found: list[Skeleton] = []
    for formula in formulas:
        used = tuple(symbols(formula))
        for order in _namings(len(used), columns):
            names = tuple(used[order.index(j)] if j in order else "" for j in range(columns))
            try:
                skeleton = _with_powers(encode(formula, names))
            except Inexpressible:
                break
            if len(skeleton) <= longest:
                found.append(renamed(skeleton, range(columns)))
    return found


def _namings(used: int, columns: int) -> Iterator[tuple[int, ...]]:
    """Which column each of so many variables is: all ways, or some where there are too many."""
    if math.perm(columns, used) <= _NAMINGS:
        yield from permutations(range(columns), used)
        return
    random = np.random.default_rng(0)
    for _ in range(_NAMINGS):
        yield tuple(random.permutation(columns)[:used].tolist())


def _with_powers(tokens: Sequence[int]) -> Skeleton:
    """``x*x`` as the square it is and ``x*x*x`` as the cube, as the generator writes them."""
    stack: list[Skeleton] = []
    for token in reversed(tokens):
        parts = [stack.pop() for _ in range(int(ARITY[token]))]
        if token == _MUL and parts[0] == parts[1]:
            stack.append((_SQUARE, *parts[0]))
        elif token == _MUL and parts[0] == (_SQUARE, *parts[1]):
            stack.append((_CUBE, *parts[1]))
        else:
            stack.append((token, *chain(*parts)))
    return stack[0]


def recall(
    encoders: DualEncoder,
    banned: NDArray[np.int64],
    *,
    functions: int,
    seed: int,
    counts: Sequence[int] = (1, 10),
) -> dict[str, float]:
    """How often a function that was never seen is among the nearest of a library of all of them.

    ``functions`` are drawn, none of them ``banned``; those of one skeleton are taken once. Each is
    looked for by its points; others that are as near come before it. By chance recall@k is k over
    their number.
    """
    shape = encoders.shape
    batch = draw_batch(functions, seed, banned, variables=shape.variables, longest=shape.longest)
    skeletons = [
        tuple(row[:length].tolist())
        for row, length in zip(batch.tokens, batch.lengths, strict=True)
    ]
    place = {skeleton: row for row, skeleton in reversed(list(enumerate(skeletons)))}
    library = SkeletonLibrary.of(encoders, place)
    latents = latents_of_batch(encoders, batch)[list(place.values())]
    products = latents @ library.latents.T
    farther = products < np.diag(products)[:, None]
    ranks: NDArray[np.int64] = (~farther).sum(axis=1) - 1
    return {f"recall@{count}": float(np.mean(ranks < count)) for count in counts}
