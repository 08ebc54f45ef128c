"""The method ``prose``: a network writes systems, least squares fits their constants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from bench import (
    Budget,
    Call,
    Candidate,
    Discovery,
    Expression,
    Number,
    SystemTask,
    Trajectory,
    Variable,
    complexity,
    parse,
)
from methods.neural.folder import read_state
from methods.prose.vocabulary import MOST_STATES
from methods.systems.integrating import integrated_error

SHIPPED = Path(__file__).parent / "trained" / "small"
_LEFT = 0.1
"""The share of the budget at which no more systems are tried."""


@dataclass(frozen=True)
class Prose:
    """PROSE (Liu, Zhang and Schaeffer 2023, arXiv:2309.16816), small, for at most 5 states.

    The network reads 64 points of the first trajectory and the task's guess, and writes systems:
    the likeliest, then up to ``samples`` drawn at ``temperature``. Where ``refit``, each is also
    tried with its constants fitted along the trajectories from where the network put them. The
    answer is the system that leads nearest to the trajectories.
    ``checkpoint`` is a folder that ``rediscover train`` wrote; empty for the network that ships.
    That one knows the families of three states; of other systems it writes one that it knows.
    """

    kinds: ClassVar[tuple[str, ...]] = ("system",)
    requires: ClassVar[tuple[str, ...]] = ("torch", "safetensors")

    checkpoint: str = ""
    samples: int = 16
    temperature: float = 1.0
    refit: bool = True

    def __post_init__(self) -> None:
        read_state(self._folder)

    @property
    def _folder(self) -> Path:
        return Path(self.checkpoint) if self.checkpoint else SHIPPED

    def warm_up(self, budget: Budget) -> None:
        """Load PyTorch and the compiled code of fits."""
        import torch  # noqa: F401

        t = np.linspace(0.0, 1.0, 9)
        task = SystemTask((Trajectory(t, np.exp(t)[:, None]),), (Variable("x0"),), budget=budget)
        task.refined({"x0": "1.5*x0"})

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
        for answer in self._proposed(task):
            found.append(_candidate(task, answer))
            best = min(found, key=_loss)
            task.report(_answer(best), best.loss)
            if task.remaining().share < _LEFT:
                break
        if not found:
            raise ValueError("the network wrote no system; train it further: rediscover train")
        return Discovery.of(_answer(min(found, key=_loss)), found)

    def _proposed(self, task: SystemTask) -> Iterator[Mapping[str, str]]:
        """Each system that the network writes, and with its constants fitted."""
        for rates in self._written(task):
            answer = {name: str(rate) for name, rate in rates.items()}
            yield answer
            if self.refit:
                yield task.refined(answer)

    def _written(self, task: SystemTask) -> Iterator[Mapping[str, Expression]]:
        """Each system that the network writes, once: the likeliest first."""
        import torch

        from methods.neural.checkpoint import load_network
        from methods.prose.decoding import decoded
        from methods.prose.network import ProseNetwork
        from methods.prose.posed import posed
        from methods.prose.vocabulary import Unreadable, system

        network, _ = load_network(self._folder, ProseNetwork.of)
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


def _paced(rate: Expression, pace: float) -> Expression:
    return rate if pace == 1.0 else Call("mul", (Number(pace), rate))


def _candidate(task: SystemTask, answer: Mapping[str, str]) -> Candidate:
    nodes = sum(complexity(parse(rate, task.variables)) for rate in answer.values())
    return Candidate(answer, nodes, integrated_error(task, answer))


def _loss(candidate: Candidate) -> float:
    return np.inf if candidate.loss is None else candidate.loss


def _answer(candidate: Candidate) -> Any:
    return candidate.expression
