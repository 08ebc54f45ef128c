"""Training: the two encoders by contrast, then mapper and decoder behind the frozen one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from methods.neural.checkpoint import load_network
from methods.neural.course import taught
from methods.snip.network import DualEncoder, SnipNetwork, SnipShape
from methods.snip.reading import with_values
from methods.transformer.training.feeding import Fed, feed
from methods.transformer.training.loop import decoding_losses, tensors
from methods.transformer.training.schedule import LessonSchedule


@dataclass(frozen=True)
class Pretraining(LessonSchedule):
    """How the encoders are trained. Every other formula of a batch is a wrong one.

    ``without_constants`` is the share of formulas whose constants are not told, as are those of
    a library of skeletons.
    """

    without_constants: float = 0.5
    shape: SnipShape = field(default_factory=SnipShape)


@dataclass(frozen=True)
class DecoderTraining(LessonSchedule):
    """How mapper and decoder are trained; ``shape`` is that of the encoders."""

    shape: SnipShape = field(default_factory=SnipShape)


def pretrain(
    config: Pretraining,
    folder: Path,
    banned: NDArray[np.int64],
    device: str = "cpu",
    stop_after: int | None = None,
    workers: int = 0,
) -> Iterator[dict[str, float]]:
    """Train the encoders until ``config.steps``: see ``methods.neural.course.taught``.

    Batch k is drawn from ``config.lessons`` and k, of functions none of which is ``banned``.
    """
    torch.manual_seed(config.seed)
    network = DualEncoder(config.shape).to(device).train()

    def pairs(steps: range) -> Iterator[tuple[Tensor, ...]]:
        fed = feed(config.lessons, steps, banned, workers)
        for step, one in zip(steps, fed, strict=True):
            yield _pairs(config, step, one)

    losses = partial(_contrast, network, device)
    yield from taught(network, config, folder, pairs, losses, device, stop_after)


def _pairs(config: Pretraining, step: int, fed: Fed) -> tuple[Tensor, ...]:
    """Features of points, the tokens of their formulas, and the constants that are told."""
    features, _, tokens = tensors(*fed)
    length = tokens.shape[1]
    constants = with_values(fed[0].tokens, fed[0].constants)[:, :length]
    random = np.random.default_rng([config.seed, step, 1])
    constants[random.random(len(constants)) < config.without_constants] = np.nan
    return features, tokens, torch.from_numpy(constants.astype(np.float32))


def contrastive_loss(logits: Tensor) -> Tensor:
    """The symmetric cross-entropy of logits (b, b) whose diagonal is true (the paper, eq. 2)."""
    true = torch.arange(len(logits), device=logits.device)
    return (F.cross_entropy(logits, true) + F.cross_entropy(logits.T, true)) / 2


def _contrast(network: DualEncoder, device: str, pairs: tuple[Tensor, ...]) -> Mapping[str, Tensor]:
    features, tokens, constants = (part.to(device) for part in pairs)
    of_points, of_formulas = network.of_points(features), network.of_formulas(tokens, constants)
    logits = network.likeness(of_points, of_formulas).float()
    true = torch.arange(len(logits), device=logits.device)
    matched = (logits.argmax(1) == true).float().mean()
    return {"loss": contrastive_loss(logits), "matched": matched}


def train_decoder(
    config: DecoderTraining,
    encoders: Path,
    folder: Path,
    banned: NDArray[np.int64],
    device: str = "cpu",
    stop_after: int | None = None,
    workers: int = 0,
) -> Iterator[dict[str, float]]:
    """Train mapper and decoder behind the encoders in the folder ``encoders``, as ``pretrain``.

    The encoders do not change, and are saved with the rest.
    """
    torch.manual_seed(config.seed)
    network = SnipNetwork(config.shape)
    trained, _ = load_network(encoders, DualEncoder.of)
    network.encoders.load_state_dict(trained.state_dict())
    network = network.to(device).train()

    def fed(steps: range) -> Iterator[Fed]:
        return feed(config.lessons, steps, banned, workers)

    losses = partial(decoding_losses, network, device)
    yield from taught(network, config, folder, fed, losses, device, stop_after)
