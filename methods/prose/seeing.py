"""From trajectories to what a network sees: noise, padding, tensors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from methods.prose.network import Seen
from methods.prose.pool import SHOWN, TIMES, TrajectoryPool
from methods.prose.vocabulary import END, MOST_STATES, PAD, START


@dataclass(frozen=True)
class Examples:
    """What is ``seen``, the states ``later`` (b, n, MOST_STATES) and the ``tokens`` of the law,
    (b, length), from START to END; ``with_data`` (b,) says whose trajectory is shown."""

    seen: Seen
    later: Tensor
    tokens: Tensor
    with_data: Tensor

    def to(self, device: str) -> Examples:
        """The same on ``device``."""
        one = self.seen
        seen = Seen(*(part.to(device) for part in (one.t, one.x, one.states, one.guess)))
        parts = (part.to(device) for part in (self.later, self.tokens, self.with_data))
        return Examples(seen, *parts)


def noisy(x: NDArray[np.float32], noise: float, random: np.random.Generator) -> NDArray[np.float32]:
    """``x`` (b, n, states) with a normal vector added, ``noise`` times as long as ``x`` itself."""
    e = random.standard_normal(x.shape).astype(np.float32) * (x != 0).any(axis=1, keepdims=True)
    lengths = [np.sqrt((one**2).sum(axis=(1, 2), keepdims=True)) for one in (x, e)]
    noisy: NDArray[np.float32] = x + noise * e * lengths[0] / np.maximum(lengths[1], 1e-12)
    return noisy


def examples(
    pool: TrajectoryPool,
    rows: NDArray[np.intp],
    random: np.random.Generator,
    noise: float,
    without_guess: float = 0.0,
    without_data: float = 0.0,
) -> Examples:
    """The trajectories ``rows`` of ``pool`` with ``noise``, some without guess, some without data.

    ``without_guess`` and ``without_data`` are probabilities; one of the two is always there.
    """
    problem = pool.problem[rows]
    x = pool.x[rows]
    draw = random.random(len(rows))
    guesses = np.where((draw < without_guess)[:, None], PAD, pool.guesses[problem])
    states = np.arange(MOST_STATES) < pool.states[problem][:, None]
    seen = Seen(
        torch.from_numpy(TIMES[:SHOWN].astype(np.float32)),
        torch.from_numpy(noisy(x[:, :SHOWN], noise, random)),
        torch.from_numpy(states.astype(np.float32)),
        torch.from_numpy(_cut(guesses)),
    )
    with_data = torch.from_numpy(draw < 1.0 - without_data)
    return Examples(seen, torch.from_numpy(x[:, SHOWN:]), _framed(pool.laws[problem]), with_data)


def _cut(tokens: NDArray[np.int64]) -> NDArray[np.int64]:
    """Without the columns that are PAD in all rows, but for the first."""
    return tokens[:, : max(1, int((tokens != PAD).sum(axis=1).max()))]


def _framed(laws: NDArray[np.int64]) -> Tensor:
    """``laws`` between START and END."""
    tokens = np.pad(_cut(laws), ((0, 0), (1, 1)), constant_values=PAD)
    tokens[:, 0] = START
    tokens[np.arange(len(laws)), 1 + (laws != PAD).sum(axis=1)] = END
    return torch.from_numpy(tokens)
