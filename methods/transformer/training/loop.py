"""Training: fresh samples for ever, AdamW, checkpoints that survive a kill."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from methods.transformer.checkpoint import (
    load_training,
    save_network,
    save_training,
    training_state,
)
from methods.transformer.folder import STATE, CheckpointError
from methods.transformer.network import Architecture, Network, encode_points
from methods.transformer.skeletons.generator import Batch
from methods.transformer.skeletons.vocabulary import PAD, START
from methods.transformer.training.feeding import feed


@dataclass(frozen=True)
class Training:
    """How a network is trained. ``steps`` fixes the schedule: warm-up, plateau, linear decay."""

    steps: int = 20_000
    batch: int = 256
    rate: float = 1e-3
    warmup: float = 0.02
    decay: float = 0.3
    weight_decay: float = 1e-4
    clip: float = 1.0
    seed: int = 0
    checkpoint_seconds: float = 120.0
    shape: Architecture = field(default_factory=Architecture)

    def rate_at(self, step: int) -> float:
        """The learning rate of a step: linear up, flat, linear down to a fiftieth."""
        progress = step / self.steps
        up = min(1.0, progress / self.warmup)
        down = min(1.0, max(0.02, (1.0 - progress) / self.decay))
        return self.rate * up * down


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
    have seen. On a GPU the forward pass runs in bfloat16. ``stop_after`` ends it at that step, for
    another call to go on; ``workers`` processes draw the batches, 0 for none but this. Raises
    CheckpointError where ``folder`` holds the training of another configuration.
    """
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(config.seed)
    network = Network(config.shape).to(device).train()
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=config.rate, weight_decay=config.weight_decay, betas=(0.9, 0.98)
    )
    step, spent = _resumed(network, optimiser, config, folder)
    course = _TrainingLog(folder / "progress.jsonl", config.batch, spent)
    last = min(config.steps, stop_after or config.steps)
    for batch, shown in feed(config.seed, config.batch, range(step, last), banned, workers):
        for group in optimiser.param_groups:
            group["lr"] = config.rate_at(step)
        course.add(*_step(network, optimiser, config, tensors(batch, shown), device))
        step += 1
        if course.unsaved > config.checkpoint_seconds or step == last:
            _save(network, optimiser, config, folder, step, course.seconds)
            course.saved = course.seconds
        if step % 50 == 0 or step == last:
            yield course.report(step)


class _TrainingLog:
    """What is told of a training: its clock, and the means since the last report."""

    def __init__(self, log: Path, batch: int, spent: float) -> None:
        self.log, self.batch = log, batch
        self.saved = spent
        self._before = time.monotonic() - spent
        self._losses: list[float] = []
        self._hits: list[float] = []

    @property
    def seconds(self) -> float:
        """Of training, those before an interruption among them."""
        return time.monotonic() - self._before

    @property
    def unsaved(self) -> float:
        """Seconds since the last checkpoint."""
        return self.seconds - self.saved

    def add(self, loss: float, hit: float) -> None:
        self._losses.append(loss)
        self._hits.append(hit)

    def report(self, step: int) -> dict[str, float]:
        line = {
            "step": step,
            "samples": step * self.batch,
            "loss": float(np.mean(self._losses)),
            "token_accuracy": float(np.mean(self._hits)),
            "hours": self.seconds / 3600,
        }
        self._losses.clear()
        self._hits.clear()
        with self.log.open("a") as log:
            log.write(json.dumps(line) + "\n")
        return line


def _resumed(
    network: Network, optimiser: torch.optim.Optimizer, config: Training, folder: Path
) -> tuple[int, float]:
    """The step and the seconds at which the training in ``folder`` goes on; its log cut there."""
    state = training_state(folder)
    if state is None:
        if (folder / STATE).exists():
            raise CheckpointError(
                f"'{folder}' holds a network and no training: choose another folder"
            )
        return 0, 0.0
    settings = {**state["training"], "shape": Architecture(**state["training"]["shape"])}
    before = asdict(Training(**settings))
    now = {**asdict(config), "checkpoint_seconds": before["checkpoint_seconds"]}
    for name in now:
        if before[name] != now[name]:
            raise CheckpointError(
                f"'{folder}' holds a training with {name}={before[name]}, not {now[name]}: "
                "choose another folder, or that value to go on"
            )
    load_training(network, optimiser, folder)
    log = folder / "progress.jsonl"
    lines = log.read_text().splitlines(keepends=True) if log.exists() else []
    whole = (line for line in lines if line.endswith("\n"))
    log.write_text("".join(line for line in whole if json.loads(line)["step"] <= state["step"]))
    return int(state["step"]), float(state["seconds"])


def _save(
    network: Network,
    optimiser: torch.optim.Optimizer,
    config: Training,
    folder: Path,
    step: int,
    seconds: float,
) -> None:
    state = {"step": step, "seconds": seconds, "training": asdict(config)}
    save_training(network, optimiser, folder, state)
    save_network(network, folder, state, torch.float32)


def _step(
    network: Network,
    optimiser: torch.optim.Optimizer,
    config: Training,
    parts: tuple[Tensor, Tensor, Tensor],
    device: str,
) -> tuple[float, float]:
    features, inputs, targets = (part.to(device) for part in parts)
    with torch.autocast(device, dtype=torch.bfloat16, enabled=device != "cpu"):
        logits = network(features, inputs)
        loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=PAD)
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), config.clip)
    if math.isfinite(loss.item()):
        optimiser.step()
    written = targets != PAD
    hit = (logits.argmax(-1) == targets)[written].float().mean()
    return loss.item(), hit.item()
