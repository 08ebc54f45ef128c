"""Batches for training, drawn here or in processes of their own, so that a GPU does not wait.

Batch k is a function of the lessons and k only: how many processes draw, and where a training
was cut off, changes nothing of what the network sees.
"""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from methods.transformer.skeletons.generator import POINTS, Batch, draw_batch
from methods.transformer.skeletons.vocabulary import MAX_LENGTH, MAX_VARIABLES

_AHEAD = 4
"""Batches that wait, ready or being drawn, for each process."""

Fed = tuple[Batch, int]
"""A batch, and how many of its rows are shown."""


_NOISY = 0.3
_FAINTEST, _LOUDEST = 1e-3, 0.2
"""Share of samples with noise on their targets, and its deviation over their root mean square."""


NARROW = {"variables": 3, "longest": 15}
"""What a training begins with: short functions of few variables are cheap, and teach the rest."""


@dataclass(frozen=True)
class Lessons:
    """What a training sees: batches of ``size``, at most so many variables and tokens in each.

    The first ``narrow`` batches have at most three variables and 15 tokens.
    """

    seed: int
    size: int
    variables: int = MAX_VARIABLES
    longest: int = MAX_LENGTH
    narrow: int = 0

    def most(self, step: int) -> dict[str, int]:
        """The bounds of a step."""
        wide = {"variables": self.variables, "longest": self.longest}
        if step >= self.narrow:
            return wide
        return {name: min(most, NARROW[name]) for name, most in wide.items()}


def draw(lessons: Lessons, step: int, banned: NDArray[np.int64]) -> Fed:
    """Batch number ``step``, and how many rows of it the network sees."""
    rng = np.random.default_rng([lessons.seed, step])
    batch = draw_batch(lessons.size, int(rng.integers(2**32)), banned, **lessons.most(step))
    points = points_shown(rng)
    return batch._replace(y=noisy(batch.y, rng)), points


def noisy(y: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """``y`` (b, n) with normal deviates added to some rows: most are told as they are."""
    levels = 10.0 ** rng.uniform(np.log10(_FAINTEST), np.log10(_LOUDEST), len(y))
    levels[rng.random(len(y)) >= _NOISY] = 0.0
    sizes = levels * np.sqrt(np.mean(y**2, axis=1))
    told: NDArray[np.float64] = y + sizes[:, None] * rng.standard_normal(y.shape)
    return told


def points_shown(rng: np.random.Generator) -> int:
    """How many rows a batch shows: six to all of them, now and then all."""
    return POINTS if rng.random() < 0.2 else int(rng.integers(6, POINTS))


def feed(
    lessons: Lessons, steps: range, banned: NDArray[np.int64], workers: int = 0
) -> Iterator[Fed]:
    """The batches of ``steps``, in order; with ``workers`` drawn ahead by that many processes."""
    if not workers:
        yield from (draw(lessons, step, banned) for step in steps)
        return
    fresh = multiprocessing.get_context("spawn")  # a fork of PyTorch's threads may hang
    with ProcessPoolExecutor(workers, mp_context=fresh) as pool:
        waiting: deque[Future[Fed]] = deque()
        try:
            for step in steps:
                waiting.append(pool.submit(draw, lessons, step, banned))
                if len(waiting) == _AHEAD * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
