"""Training: fresh samples for ever, AdamW, checkpoints that survive a kill."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from methods.neural.course import Schedule, taught
from methods.transformer.network import Architecture, Network, encode_points
from methods.transformer.skeletons.generator import Batch
from methods.transformer.skeletons.vocabulary import PAD, START
from methods.transformer.training.feeding import Fed, feed


@dataclass(frozen=True)
class Training(Schedule):
    """How a network is trained, and its shape."""

    shape: Architecture = field(default_factory=Architecture)


def tensors(batch: Batch, points: int) -> tuple[Tensor, Tensor, Tensor]:
    """Features, decoder inputs and targets of a batch, its first ``points`` rows shown."""
    X, y = torch.from_numpy(batch.X[:, :points]), torch.from_numpy(batch.y[:, :points])
    features = encode_points(X, y, torch.from_numpy(batch.columns))
    length = int(batch.lengths.max())
    targets = torch.from_numpy(batch.tokens[:, :length].astype(np.int64))
    start = torch.full((len(targets), 1), START)
    return features, torch.cat([start, targets[:, :-1]], dim=1), targets


def train(
    config: Training,
    folder: Path,
    banned: NDArray[np.int64],
    device: str = "cpu",
    stop_after: int | None = None,
    workers: int = 0,
) -> Iterator[dict[str, float]]:
    """Train until ``config.steps``, from where ``folder`` is; yields progress every 50 steps.

    Batch k is drawn from the seed (config.seed, k): a resumed training sees the samples it would
    have seen. ``workers`` processes draw the batches, 0 for none but this. For the rest see
    ``methods.neural.course.taught``.
    """
    torch.manual_seed(config.seed)
    network = Network(config.shape).to(device).train()

    def fed(steps: range) -> Iterator[Fed]:
        return feed(config.seed, config.batch, steps, banned, workers)

    yield from taught(
        network, config, folder, fed, partial(decoding_losses, network, device), device, stop_after
    )


def decoding_losses(network: nn.Module, device: str, fed: Fed) -> Mapping[str, Tensor]:
    """What is learnt of a batch, and told of it: ``network`` has logits for points and tokens."""
    features, inputs, targets = (part.to(device) for part in tensors(*fed))
    logits = network(features, inputs)
    loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=PAD)
    written = targets != PAD
    hit = (logits.argmax(-1) == targets)[written].float().mean()
    return {"loss": loss, "token_accuracy": hit}
