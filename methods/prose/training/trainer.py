"""What ``rediscover train network=prose_small`` builds and runs: training with its validation."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from bench import Expression
from methods.neural.folder import STATE


@dataclass(frozen=True)
class ProseTrainer:
    """Trains PROSE's network, and now and then asks it of parameters that it never saw.

    ``training`` has the fields of ``ProseTraining``, its ``shape`` those of ``ProseShape``. Every
    ``validate_minutes`` and at the end it is asked of ``sets`` problems of each family of the
    split ``validation``, two trajectories each.
    """

    requires: ClassVar[tuple[str, ...]] = ("torch", "safetensors")

    training: Mapping[str, Any] = field(default_factory=dict)
    validate_minutes: float = 20.0
    sets: int = 5

    def train(
        self, folder: Path, withheld: Iterable[Expression], device: str, threads: int, workers: int
    ) -> Iterator[dict[str, float]]:
        """Train in ``folder``, from where it stands; yields progress and validations as they come.

        No law of a table is a system, so ``withheld`` takes nothing away: parameters of test and
        validation are kept apart by the dataset. ``workers`` are not used: trajectories are made
        many at once. ``device`` is ``cpu``, ``cuda``, or ``auto``.
        """
        import torch

        from methods.prose.network import ProseShape
        from methods.prose.pool import drawn_pool
        from methods.prose.training.evaluation import measured
        from methods.prose.training.loop import ProseTraining, train

        settings = {**self.training, "shape": ProseShape(**self.training.get("shape", {}))}
        config = ProseTraining(**settings)
        if device == "auto":
            device = "cuda" if torch.cuda.is_available() else "cpu"
        torch.set_num_threads(threads)
        validated = time.monotonic()
        for line in train(config, folder, device):
            yield line
            late = time.monotonic() - validated > 60 * self.validate_minutes
            if (late or line["step"] == config.steps) and (folder / STATE).exists():
                pool = drawn_pool("validation", self.sets, 2, 0, config.states)
                yield measured(_network(folder), pool)
                validated = time.monotonic()


def _network(folder: Path) -> Any:
    from methods.neural.checkpoint import load_network
    from methods.prose.network import ProseNetwork

    return load_network(folder, ProseNetwork.of)[0]
