"""Training: fresh samples for ever, AdamW, checkpoints that survive a kill."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from methods.neural.course import taught
from methods.transformer.network import VALUED, Architecture, Decoder, Network, encode_points
from methods.transformer.skeletons.constants import valued
from methods.transformer.skeletons.generator import Batch
from methods.transformer.skeletons.vocabulary import PAD, START
from methods.transformer.training.feeding import Fed, feed
from methods.transformer.training.schedule import LessonSchedule

_GROUPS = 4


@dataclass(frozen=True)
class Training(LessonSchedule):
    """How a network is trained, and its shape."""

    shape: Architecture = field(default_factory=Architecture)


def tensors(batch: Batch, points: int, values: bool = False) -> tuple[Tensor, Tensor, Tensor]:
    """Features, decoder inputs and targets of a batch, its first ``points`` rows shown.

    With ``values`` targets say what numbers their constants are.
    """
    X, y = torch.from_numpy(batch.X[:, :points]), torch.from_numpy(batch.y[:, :points])
    features = encode_points(X, y, torch.from_numpy(batch.columns))
    length = int(batch.lengths.max())
    tokens = batch.tokens[:, :length].astype(np.int64)
    targets = torch.from_numpy(valued(tokens, batch.constants) if values else tokens)
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

    Batch k is drawn from ``config.lessons`` and k: a resumed training sees the samples it would
    have seen. ``workers`` processes draw the batches, 0 for none but this. For the rest see
    ``methods.neural.course.taught``.
    """
    torch.manual_seed(config.seed)
    network = Network(config.shape).to(device).train()

    def fed(steps: range) -> Iterator[Fed]:
        return feed(config.lessons, steps, banned, workers)

    yield from taught(
        network, config, folder, fed, partial(decoding_losses, network, device), device, stop_after
    )


class Writer(Protocol):
    """A network that writes skeletons: ``remember`` makes of features what ``decoder`` reads."""

    decoder: Decoder

    def remember(self, features: Tensor) -> Tensor: ...


def decoding_losses(network: Writer, device: str, fed: Fed) -> Mapping[str, Tensor]:
    """What is learnt of a batch, and told of it.

    Skeletons of like lengths are decoded together: most are far shorter than the longest.
    """
    values = network.decoder.shape.constants == VALUED
    features, inputs, targets = (part.to(device) for part in tensors(*fed, values))
    memory = network.remember(features)
    lengths = (targets != PAD).sum(dim=1)
    wrong, hit = torch.zeros(2, device=device)
    for rows in lengths.argsort().chunk(_GROUPS):
        part = slice(0, int(lengths[rows].max()))
        logits, written = network.decoder(inputs[rows, part], memory[rows]), targets[rows, part]
        wrong = wrong + F.cross_entropy(
            logits.flatten(0, 1), written.flatten(), ignore_index=PAD, reduction="sum"
        )
        hit = hit + ((logits.argmax(-1) == written) & (written != PAD)).sum()
    return {"loss": wrong / lengths.sum(), "token_accuracy": hit / lengths.sum()}
