"""PROSE's published measures, of states and of equations, on trajectories with laws known.

Liu, Zhang and Schaeffer 2023, arXiv:2309.16816, and its code: the relative L2 error of the states
over the later times and over each half of them; the share of texts that are a system whose rates
are finite; and of those the relative L2 error of the rates at 50 points within [-5, 5].
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from bench import Expression, evaluate
from methods.prose.decoding import decoded
from methods.prose.network import ProseNetwork
from methods.prose.pool import SHOWN, TIMES, TrajectoryPool
from methods.prose.seeing import Examples, examples
from methods.prose.vocabulary import PAD, Tokens, Unreadable, system

Array = NDArray[np.float64]
Rates = Mapping[str, Expression]

_POINTS, _BOX = 50, 5.0
_BATCH = 256


@dataclass(frozen=True)
class Told:
    """What a network says of one trajectory: ``later`` (n, states), and the law or None."""

    later: Array
    rates: Rates | None


def asked(network: ProseNetwork, seen: Examples, states: Sequence[int]) -> list[Told]:
    """What ``network`` says of each example, of so many ``states``."""
    times = torch.from_numpy(TIMES[SHOWN:].astype(np.float32))
    answers: list[Told] = []
    for begin in range(0, len(states), _BATCH):
        part = _part(seen, slice(begin, begin + _BATCH))
        with torch.inference_mode():
            memory, shown = network.fused(part.seen, part.with_data)
            later = network.later(part.seen, memory, shown, times).double().numpy()
            texts = decoded(network, memory, shown)
        counts = states[begin : begin + _BATCH]
        answers += [
            Told(x[:, :count], read_system(text, count))
            for x, text, count in zip(later, texts, counts, strict=True)
        ]
    return answers


def _part(batch: Examples, rows: slice) -> Examples:
    seen = batch.seen
    return Examples(
        replace(seen, x=seen.x[rows], states=seen.states[rows], guess=seen.guess[rows]),
        batch.later[rows], batch.tokens[rows], batch.with_data[rows],
    )  # fmt: skip


def read_system(tokens: Tokens, states: int) -> Rates | None:
    """The rates of ``x0``, ``x1`` and so on that ``tokens`` write; None where they are none."""
    try:
        return system(tokens, [f"x{k}" for k in range(states)])
    except Unreadable:
        return None


def relative_l2(found: Array, true: Array) -> float:
    """The norm of the error over that of ``true``."""
    return float(np.linalg.norm(found - true) / np.linalg.norm(true))


def of_rates(found: Rates, true: Rates, random: np.random.Generator) -> float | None:
    """The relative L2 error of rates at 50 points; None where they are not finite."""
    names = list(true)
    X = random.uniform(-_BOX, _BOX, (_POINTS, len(names)))
    one, other = (
        np.column_stack([evaluate(rate, names, X) for rate in rates.values()])
        for rates in (found, true)
    )
    if not np.isfinite(one).all():
        return None
    return relative_l2(one, other)


def measured(
    network: ProseNetwork, pool: TrajectoryPool, noise: float = 0.02, seed: int = 0
) -> dict[str, float]:
    """Means over all trajectories of ``pool``, seen with ``noise``: a line of a validation."""
    random = np.random.default_rng(seed)
    seen = examples(pool, np.arange(len(pool.x)), random, noise)
    counts = pool.states[pool.problem].tolist()
    told = asked(network, seen, counts)
    errors, rates, valid = [], [], 0
    for k, (one, count) in enumerate(zip(told, counts, strict=True)):
        errors.append(relative_l2(one.later, pool.x[k, SHOWN:, :count].astype(np.float64)))
        true = read_system(tuple(pool.laws[pool.problem[k]][: _length(pool, k)].tolist()), count)
        error = None if one.rates is None or true is None else of_rates(one.rates, true, random)
        if error is not None:
            valid += 1
            rates.append(error)
    return {
        "relative L2 of states": float(np.mean(errors)),
        "valid": valid / len(told),
        "relative L2 of rates": float(np.mean(rates)) if rates else float("nan"),
    }


def _length(pool: TrajectoryPool, row: int) -> int:
    return int((pool.laws[pool.problem[row]] != PAD).sum())
