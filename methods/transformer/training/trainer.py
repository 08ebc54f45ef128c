"""What ``rediscover train`` builds from ``conf/network`` and runs: training with its validation."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from bench import Expression
from methods.neural.folder import STATE
from methods.transformer.method import Transformer
from methods.transformer.skeletons.fingerprints import banned_fingerprints


@dataclass(frozen=True)
class Trainer:
    """Trains a network, and now and then counts what it recovers of functions it never saw.

    ``training`` has the fields of ``Training``, its ``shape`` those of ``Architecture``. Every
    ``validate_minutes`` and at the end, ``functions`` fresh functions for each length are
    searched with ``candidates`` skeletons each, decoded as ``decode`` says (see ``Transformer``).
    """

    requires: ClassVar[tuple[str, ...]] = ("torch", "safetensors")

    training: Mapping[str, Any] = field(default_factory=dict)
    validate_minutes: float = 30.0
    functions: int = 50
    candidates: int = 32
    decode: str = "beam"

    def train(
        self, folder: Path, withheld: Iterable[Expression], device: str, threads: int, workers: int
    ) -> Iterator[dict[str, float]]:
        """Train in ``folder``, from where it stands; yields progress and validations as they come.

        The laws in ``withheld`` are never shown. ``device`` is ``cpu``, ``cuda``, or ``auto``.
        """
        import torch

        from methods.transformer.network import Architecture
        from methods.transformer.training.loop import Training, train

        settings = {**self.training, "shape": Architecture(**self.training.get("shape", {}))}
        config = Training(**settings)
        banned = banned_fingerprints(withheld)
        if device == "auto":
            device = "cuda" if torch.cuda.is_available() else "cpu"
        torch.set_num_threads(threads)
        validated = time.monotonic()
        for line in train(config, folder, banned, device, workers=workers):
            yield line
            late = time.monotonic() - validated > 60 * self.validate_minutes
            if late or line["step"] == config.steps:
                yield self._validation(folder, banned, config.shape.variables)
                torch.set_num_threads(threads)  # the method sets its own
                validated = time.monotonic()

    def _validation(
        self, folder: Path, banned: NDArray[np.int64], variables: int
    ) -> dict[str, float]:
        """The exact recovery of the last checkpoint in ``folder``, by length in tokens."""
        from methods.transformer.training.evaluation import recovery

        if not self.functions or not (folder / STATE).exists():
            return {}
        found = recovery(
            Transformer(checkpoint=str(folder), decode=self.decode).discover, banned,
            functions=self.functions, candidates=self.candidates, seed=1, variables=variables,
        )  # fmt: skip
        return {f"exact, {one.lengths[0]}-{one.lengths[1]} tokens": one.exact for one in found}
