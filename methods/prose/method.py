"""The method ``prose``: a network writes systems, least squares fits their constants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np

from bench import Budget, Call, Candidate, Discovery, Expression, Number, SystemTask, complexity
from methods.neural.folder import read_state
from methods.prose.vocabulary import MOST_STATES
from methods.systems.integrating import integrated_error

_LEFT = 0.1
"""The share of the budget at which no more systems are tried."""


@dataclass(frozen=True)
class Prose:
    """PROSE (Liu, Zhang and Schaeffer 2023, arXiv:2309.16816), small, for at most 5 states.

    The network reads 64 points of the first trajectory and the task's guess, and writes systems:
    the likeliest, then up to ``samples`` drawn at ``temperature``. Where ``refit``, each is also
    tried with constants fitted to rates estimated as ``estimate`` says. The answer is the system
    that leads nearest to the trajectories. ``checkpoint`` is a folder that ``rediscover train``
    wrote. The network knows the families that it was trained on; of other systems it writes one
    that it knows.
    """

    kinds: ClassVar[tuple[str, ...]] = ("system",)
    requires: ClassVar[tuple[str, ...]] = ("torch", "safetensors")

    checkpoint: str = "networks/prose_small"
    samples: int = 16
    temperature: float = 1.0
    refit: bool = True
    estimate: Literal["differences", "smoothed", "weak"] = "smoothed"

    def __post_init__(self) -> None:
        read_state(Path(self.checkpoint))

    def warm_up(self, budget: Budget) -> None:
        """Load PyTorch and the compiled code of fits."""
        import torch  # noqa: F401

        from bench import fit_constants, parse

        X = np.ones((4, 1))
        fit_constants(parse("1.5*x0 + sin(x0)", {"x0": "x0"}), ("x0",), X, X[:, 0])

    def discover(self, task: SystemTask) -> Discovery:
        """The best system that the network writes.

        Raises ValueError where there are more states than it reads, or it writes none.
        """
        import torch

        if len(task.states) > MOST_STATES:
            raise ValueError(
                f"there are {len(task.states)} states; PROSE's network reads at most {MOST_STATES}"
            )
        torch.set_num_threads(task.budget.threads)
        found: list[Candidate] = []
        for rates in self._proposed(task):
            answer = {name: str(rate) for name, rate in rates.items()}
            error = integrated_error(task, answer)
            nodes = sum(complexity(rate) for rate in rates.values())
            found.append(Candidate(answer, nodes, error))
            best = min(found, key=_loss)
            task.report(_answer(best), error)
            if task.remaining().share < _LEFT:
                break
        if not found:
            raise ValueError("the network wrote no system; train it further: rediscover train")
        return Discovery.of(_answer(min(found, key=_loss)), found)

    def _proposed(self, task: SystemTask) -> Iterator[Mapping[str, Expression]]:
        """Each system that the network writes, and with its constants fitted.

        From few or noisy points, estimated rates may say less of constants than the network does.
        """
        for rates in self._written(task):
            yield rates
            if self.refit:
                yield self._fitted(task, rates)

    def _written(self, task: SystemTask) -> Iterator[Mapping[str, Expression]]:
        """Each system that the network writes, once: the likeliest first."""
        import torch

        from methods.neural.checkpoint import load_network
        from methods.prose.decoding import decoded
        from methods.prose.network import ProseNetwork
        from methods.prose.posed import posed
        from methods.prose.vocabulary import Unreadable, system

        network, _ = load_network(Path(self.checkpoint), ProseNetwork.of)
        seen, pace = posed(task)
        with torch.inference_mode():
            memory, shown = network.fused(seen)
        texts = decoded(network, memory, shown)
        if self.samples:
            generator = torch.Generator().manual_seed(task.seed % 2**63)
            rows = (part.expand(self.samples, *part.shape[1:]) for part in (memory, shown))
            texts += decoded(network, *rows, self.temperature, generator)
        for text in dict.fromkeys(texts):
            try:
                rates = system(text, task.names)
            except Unreadable:
                continue
            yield {name: _paced(rate, pace) for name, rate in rates.items()}

    def _fitted(
        self, task: SystemTask, rates: Mapping[str, Expression]
    ) -> Mapping[str, Expression]:
        """``rates`` with their constants fitted to the estimated rates of the trajectories."""
        from bench import fit_constants

        tables = task.tables(self.estimate)
        return {
            name: fit_constants(rate, table.names, table.X, table.y).expression
            for (name, rate), table in zip(rates.items(), tables, strict=True)
        }


def _paced(rate: Expression, pace: float) -> Expression:
    return rate if pace == 1.0 else Call("mul", (Number(pace), rate))


def _loss(candidate: Candidate) -> float:
    return np.inf if candidate.loss is None else candidate.loss


def _answer(candidate: Candidate) -> Any:
    return candidate.expression
