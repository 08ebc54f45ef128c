"""Batches for training, drawn here or in processes of their own, so that a GPU does not wait.

Batch k is a function of (seed, k) only: how many processes draw, and where a training was cut
off, changes nothing of what the network sees.
"""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor

import numpy as np
from numpy.typing import NDArray

from methods.transformer.skeletons.generator import POINTS, Batch, draw_batch

_AHEAD = 4
"""Batches that wait, ready or being drawn, for each process."""

Fed = tuple[Batch, int]
"""A batch, and how many of its rows are shown."""


def draw(seed: int, size: int, step: int, banned: NDArray[np.int64]) -> Fed:
    """Batch number ``step`` of ``size`` samples, and how many rows of it the network sees."""
    rng = np.random.default_rng([seed, step])
    batch = draw_batch(size, int(rng.integers(2**32)), banned)
    return batch, points_shown(rng)


def points_shown(rng: np.random.Generator) -> int:
    """How many rows a batch shows: mostly all, now and then as few as six."""
    return POINTS if rng.random() < 0.6 else int(rng.integers(6, POINTS))


def feed(
    seed: int, size: int, steps: range, banned: NDArray[np.int64], workers: int = 0
) -> Iterator[Fed]:
    """The batches of ``steps``, in order; with ``workers`` drawn ahead by that many processes."""
    if not workers:
        yield from (draw(seed, size, step, banned) for step in steps)
        return
    fresh = multiprocessing.get_context("spawn")  # a fork of PyTorch's threads may hang
    with ProcessPoolExecutor(workers, mp_context=fresh) as pool:
        waiting: deque[Future[Fed]] = deque()
        try:
            for step in steps:
                waiting.append(pool.submit(draw, seed, size, step, banned))
                if len(waiting) == _AHEAD * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
