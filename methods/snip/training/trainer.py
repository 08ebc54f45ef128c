"""What ``rediscover train network=snip_small`` builds and runs: two trainings, validated."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from bench import Expression
from methods.neural.folder import STATE
from methods.snip.method import Snip
from methods.transformer.skeletons.fingerprints import banned_fingerprints

Lines = Iterator[dict[str, float]]


@dataclass(frozen=True)
class SnipTrainer:
    """Trains the encoders in the folder's ``encoders``, then mapper and decoder in the folder.

    ``pretraining`` has the fields of ``Pretraining``, ``decoder`` those of ``DecoderTraining``,
    and ``shape`` those of ``SnipShape``. Every ``validate_minutes`` and at the end of each,
    the encoders look for ``library`` functions that they never saw, and the decoder for
    ``functions`` of each length with ``candidates`` skeletons each.
    """

    requires: ClassVar[tuple[str, ...]] = ("torch", "safetensors")

    pretraining: Mapping[str, Any] = field(default_factory=dict)
    decoder: Mapping[str, Any] = field(default_factory=dict)
    shape: Mapping[str, Any] = field(default_factory=dict)
    validate_minutes: float = 30.0
    library: int = 1000
    functions: int = 50
    candidates: int = 100

    def train(
        self, folder: Path, withheld: Iterable[Expression], device: str, threads: int, workers: int
    ) -> Lines:
        """Train in ``folder``, from where it stands; yields progress and validations as they come.

        The laws in ``withheld`` are never shown. ``device`` is ``cpu``, ``cuda``, or ``auto``.
        """
        import torch

        from methods.snip.network import SnipShape
        from methods.snip.training.loop import DecoderTraining, Pretraining, pretrain, train_decoder

        shape = SnipShape(**self.shape)
        first = Pretraining(**self.pretraining, shape=shape)
        second = DecoderTraining(**self.decoder, shape=shape)
        banned = banned_fingerprints(withheld)
        if device == "auto":
            device = "cuda" if torch.cuda.is_available() else "cpu"
        torch.set_num_threads(threads)
        encoders = folder / "encoders"
        yield from self._validated(
            pretrain(first, encoders, banned, device, workers=workers), first.steps,
            lambda: self._recalled(encoders, banned),
        )  # fmt: skip
        yield from self._validated(
            train_decoder(second, encoders, folder, banned, device, workers=workers), second.steps,
            lambda: self._recovered(folder, banned, shape.variables),
        )  # fmt: skip

    def _validated(self, lines: Lines, steps: int, validation: Callable[[], Any]) -> Lines:
        """``lines``, and a ``validation`` between them now and then and at the end."""
        import torch

        validated, threads = time.monotonic(), torch.get_num_threads()
        for line in lines:
            yield line
            late = time.monotonic() - validated > 60 * self.validate_minutes
            if late or line["step"] == steps:
                yield validation()
                torch.set_num_threads(threads)  # a method sets its own
                validated = time.monotonic()

    def _recalled(self, encoders: Path, banned: Any) -> dict[str, float]:
        """Recall by the last checkpoint of the encoders."""
        from methods.neural.checkpoint import load_network
        from methods.snip.library import recall
        from methods.snip.network import DualEncoder

        if not self.library or not (encoders / STATE).exists():
            return {}
        network, _ = load_network(encoders, DualEncoder.of)
        return recall(network, banned, functions=self.library, seed=1)

    def _recovered(self, folder: Path, banned: Any, variables: int) -> dict[str, float]:
        """The exact recovery of the last checkpoint, by length in tokens."""
        from methods.transformer.training.evaluation import recovery

        if not self.functions or not (folder / STATE).exists():
            return {}
        found = recovery(
            Snip(checkpoint=str(folder)).discover, banned,
            functions=self.functions, candidates=self.candidates, seed=1, variables=variables,
        )  # fmt: skip
        return {f"exact, {one.lengths[0]}-{one.lengths[1]} tokens": one.exact for one in found}
