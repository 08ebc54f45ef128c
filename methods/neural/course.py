"""The course of a training: its schedule, AdamW, checkpoints that survive a kill, its log."""

from __future__ import annotations

import contextlib
import ctypes
import json
import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor

from methods.neural.checkpoint import load_training, save_network, save_training, training_state
from methods.neural.folder import STATE, CheckpointError
from methods.neural.layers import ShapedNetwork

B = TypeVar("B")

_TOLD_EVERY = 50
_TRIM_THRESHOLD, _MMAP_MAX = -1, -4  # M_TRIM_THRESHOLD and M_MMAP_MAX of malloc.h


@dataclass(frozen=True)
class Schedule:
    """How long and how fast: ``warmup`` steps up, a plateau, a share ``decay`` of ``steps`` down.

    A training that has not come down yet may go on with other ``steps``, and ends as if they had
    been asked for at first (Hägele et al., NeurIPS 2024, arXiv:2405.18392).
    """

    steps: int = 20_000
    batch: int = 256
    rate: float = 1e-3
    warmup: int = 400
    decay: float = 0.3
    weight_decay: float = 1e-4
    clip: float = 1.0
    seed: int = 0
    checkpoint_seconds: float = 120.0

    def rate_at(self, step: int) -> float:
        """The learning rate of a step: linear up, flat, linear down to a fiftieth."""
        up = min(1.0, step / max(1, self.warmup))
        down = min(1.0, max(0.02, (1.0 - step / self.steps) / self.decay))
        return self.rate * up * down

    def plateau_end(self) -> float:
        """The step from which the rate comes down."""
        return self.steps * (1.0 - self.decay)


def taught(
    network: ShapedNetwork,
    config: Schedule,
    folder: Path,
    feed: Callable[[range], Iterator[B]],
    losses: Callable[[B], Mapping[str, Tensor]],
    device: str,
    stop_after: int | None = None,
) -> Iterator[dict[str, float]]:
    """Teach ``network`` until ``config.steps``, from where ``folder`` is; yields its progress.

    ``feed(steps)`` gives the batches of these steps, the same however often it is asked;
    ``losses(batch)`` what is learnt from (``loss``) and what is told besides. A GPU computes in
    bfloat16. ``stop_after`` ends it at that step, for another call to go on.
    Raises CheckpointError where ``folder`` holds the training of another configuration.
    """
    _keep_memory()
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=config.rate, weight_decay=config.weight_decay, betas=(0.9, 0.98)
    )
    step, spent = _resumed(network, optimiser, config, folder)
    log = _TrainingLog(folder / "progress.jsonl", config.batch, spent)
    last = min(config.steps, stop_after or config.steps)
    for batch in feed(range(step, last)):
        for group in optimiser.param_groups:
            group["lr"] = config.rate_at(step)
        with torch.autocast(device, dtype=torch.bfloat16, enabled=device != "cpu"):
            told = losses(batch)
        _descend(network, optimiser, config, told["loss"])
        log.add({name: value.item() for name, value in told.items()})
        step += 1
        if log.unsaved > config.checkpoint_seconds or step == last:
            _save(network, optimiser, config, folder, step, log.seconds)
            log.saved = log.seconds
        if step % _TOLD_EVERY == 0 or step == last:
            yield log.report(step)


def _keep_memory() -> None:
    """Have the C library keep what large tensors leave for the next ones, where it can be told.

    It hands each back to the kernel else, and page faults are a fifth of the time of a step.
    """
    with contextlib.suppress(OSError, AttributeError):
        tell = ctypes.CDLL(None).mallopt
        tell(_MMAP_MAX, 0)
        tell(_TRIM_THRESHOLD, 2**31 - 1)


def _descend(
    network: ShapedNetwork, optimiser: torch.optim.Optimizer, config: Schedule, loss: Tensor
) -> None:
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), config.clip)
    if math.isfinite(loss.item()):
        optimiser.step()


class _TrainingLog:
    """What is told of a training: its clock, and the means since the last report."""

    def __init__(self, log: Path, batch: int, spent: float) -> None:
        self.log, self.batch = log, batch
        self.saved = spent
        self._before = time.monotonic() - spent
        self._told: list[Mapping[str, float]] = []

    @property
    def seconds(self) -> float:
        """Of training, those before an interruption among them."""
        return time.monotonic() - self._before

    @property
    def unsaved(self) -> float:
        """Seconds since the last checkpoint."""
        return self.seconds - self.saved

    def add(self, told: Mapping[str, float]) -> None:
        self._told.append(told)

    def report(self, step: int) -> dict[str, float]:
        means = {name: float(np.mean([one[name] for one in self._told])) for name in self._told[0]}
        samples = {"step": step, "samples": step * self.batch}
        line = {**samples, **means, "hours": self.seconds / 3600}
        self._told.clear()
        with self.log.open("a") as log:
            log.write(json.dumps(line) + "\n")
        return line


def _resumed(
    network: ShapedNetwork, optimiser: torch.optim.Optimizer, config: Schedule, folder: Path
) -> tuple[int, float]:
    """The step and the seconds at which the training in ``folder`` goes on; its log cut there."""
    folder.mkdir(parents=True, exist_ok=True)
    state = training_state(folder)
    if state is None:
        if (folder / STATE).exists():
            raise CheckpointError(
                f"'{folder}' holds a network and no training: choose another folder"
            )
        return 0, 0.0
    _check_config(config, state, folder)
    load_training(network, optimiser, folder)
    log = folder / "progress.jsonl"
    lines = log.read_text().splitlines(keepends=True) if log.exists() else []
    whole = (line for line in lines if line.endswith("\n"))
    log.write_text("".join(line for line in whole if json.loads(line)["step"] <= state["step"]))
    return int(state["step"]), float(state["seconds"])


def _check_config(config: Schedule, state: Mapping[str, Any], folder: Path) -> None:
    """Raises CheckpointError where ``state`` is of a training that ``config`` cannot go on with."""
    before: Mapping[str, Any] = state["training"]
    given = json.loads(json.dumps(asdict(config)))
    free = {"checkpoint_seconds"}
    if state["step"] <= min(config.plateau_end(), before["steps"] * (1.0 - config.decay)):
        free.add("steps")
    for name, now in given.items():
        if name not in free and before.get(name) != now:
            late = " (its rate comes down already)" if name == "steps" else ""
            raise CheckpointError(
                f"'{folder}' holds a training with {name}={before.get(name)}{late}, not {now}: "
                "choose another folder, or that value to go on"
            )


def _save(
    network: ShapedNetwork,
    optimiser: torch.optim.Optimizer,
    config: Schedule,
    folder: Path,
    step: int,
    seconds: float,
) -> None:
    state = {"step": step, "seconds": seconds, "training": asdict(config)}
    save_training(network, optimiser, folder, state)
    save_network(network, folder, state)
