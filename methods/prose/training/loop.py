"""Training: pools of fresh trajectories, both losses at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from methods.neural.course import Schedule, taught
from methods.prose.network import ProseNetwork, ProseShape
from methods.prose.pool import SHOWN, TIMES, drawn_pool
from methods.prose.seeing import Examples, examples
from methods.prose.vocabulary import PAD


@dataclass(frozen=True)
class ProseTraining(Schedule):
    """How PROSE's network is trained.

    Every ``pool_steps`` steps new trajectories are made, ``starts`` of ``sets`` parameters of each
    family with at most ``states``. ``noise`` is the length of the noise over that of the window.
    ``without_guess`` and ``without_data`` are the shares of examples that lack one input, so that
    the network can be asked with either alone. ``queries`` later times are asked of an example;
    ``data_weight`` is that of their error beside the text's.
    """

    sets: int = 200
    starts: int = 8
    states: int = 3
    pool_steps: int = 600
    noise: float = 0.02
    without_guess: float = 0.1
    without_data: float = 0.1
    queries: int = 24
    data_weight: float = 6.0
    shape: ProseShape = field(default_factory=ProseShape)


def train(
    config: ProseTraining, folder: Path, device: str = "cpu", stop_after: int | None = None
) -> Iterator[dict[str, float]]:
    """Train until ``config.steps``, from where ``folder`` is: ``methods.neural.course.taught``.

    Batch k is drawn from the seed (config.seed, k): a resumed training sees the samples it would
    have seen.
    """
    torch.manual_seed(config.seed)
    network = ProseNetwork(config.shape).to(device).train()
    yield from taught(
        network, config, folder, partial(_fed, config), partial(_losses, network, config, device),
        device, stop_after,
    )  # fmt: skip


def _fed(config: ProseTraining, steps: range) -> Iterator[tuple[Examples, list[int]]]:
    """The batches of ``steps``, and which of the later times are asked in each."""
    made = -1
    for step in steps:
        if made != step // config.pool_steps:
            made = step // config.pool_steps
            seed = config.seed * 1_000_003 + made
            pool = drawn_pool("train", config.sets, config.starts, seed, config.states)
        random = np.random.default_rng([config.seed, step])
        rows = random.choice(len(pool.x), min(config.batch, len(pool.x)), replace=False)
        shown = examples(
            pool, rows, random, config.noise, config.without_guess, config.without_data
        )
        asked = random.choice(len(TIMES) - SHOWN, config.queries, replace=False)
        yield shown, sorted(asked.tolist())


def _losses(
    network: ProseNetwork, config: ProseTraining, device: str, fed: tuple[Examples, list[int]]
) -> Mapping[str, Tensor]:
    batch, asked = fed[0].to(device), fed[1]
    memory, shown = network.fused(batch.seen, batch.with_data)
    times = torch.from_numpy(TIMES[SHOWN:][asked].astype(np.float32)).to(device)
    found = network.later(batch.seen, memory, shown, times).float()
    wrong = (found - batch.later[:, asked]).square().mean(dim=1).sum(dim=1)
    errors = wrong / batch.later.square().mean(dim=1).sum(dim=1).clamp_min(1e-12)
    asked_of = batch.with_data / batch.with_data.sum().clamp_min(1)
    error = (errors * asked_of).sum()
    targets = batch.tokens[:, 1:]
    words = targets != PAD
    told = network.words_after(batch.tokens[:, :-1], memory, shown)[words]
    logits = network.logits(told).float()
    text = F.cross_entropy(logits, targets[words])
    hit = (logits.argmax(-1) == targets[words]).float().mean()
    return {
        "loss": config.data_weight * error + text,
        "data_error": (errors.detach().sqrt() * asked_of).sum(),
        "text_loss": text,
        "token_accuracy": hit,
    }
