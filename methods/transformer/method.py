"""The methods of this folder: a trained transformer, and the prior it must beat."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from bench import Budget, Discovery, Task
from methods.neural.folder import read_state
from methods.transformer import warm
from methods.transformer.search import SkeletonSearch
from methods.transformer.skeletons.vocabulary import Skeleton

SHIPPED = Path(__file__).parent / "trained" / "small"


@dataclass(frozen=True)
class Transformer:
    """An amortised symbolic regressor: a network proposes skeletons, least squares fits them.

    The first round is a beam search, the rounds after it sample, each from other rows of the
    data and with its columns in another order, until the budget is spent. A network reads so many
    columns (``variables`` of its shape): of more it is shown those that a forest finds most
    important. ``checkpoint`` is a folder of this project's format; empty for the network that
    ships. ``decode`` is how a round begins: ``beam`` (the first round only), ``mcts``, a look-ahead
    search guided by the fit (TPSR), or ``greedy``, the one likeliest skeleton and nothing after it,
    as SRSD's Symbolic Transformer.
    """

    requires: ClassVar[tuple[str, ...]] = ("torch", "safetensors")

    checkpoint: str = ""
    decode: str = "beam"
    beam: int = 16
    batch: int = 32
    temperature: float = 1.0
    restarts: int = 2

    def __post_init__(self) -> None:
        if self.decode not in ("beam", "mcts", "greedy"):
            raise ValueError(f"decode is 'beam', 'mcts' or 'greedy', not {self.decode!r}")
        if self.checkpoint:
            read_state(Path(self.checkpoint))

    def warm_up(self, budget: Budget) -> None:
        """Load PyTorch and the compiled code."""
        warm.decoding()

    def discover(self, task: Task) -> Discovery:
        """Propose and fit until the budget is spent or a formula is exact."""
        import torch

        from methods.neural.checkpoint import load_network
        from methods.transformer.network import Network
        from methods.transformer.rounds import Rounds

        torch.set_num_threads(task.budget.threads)
        network, _ = load_network(Path(self.checkpoint) if self.checkpoint else SHIPPED, Network.of)
        search = SkeletonSearch(task, self.restarts, network.shape.variables)
        rounds = Rounds(network, search, self.decode, self.beam, self.batch, self.temperature)
        search.run(rounds.proposals())
        return search.discovery()


@dataclass(frozen=True)
class Prior:
    """The control for ``transformer``: skeletons from its training distribution, data unseen.

    Whatever the network adds to fitting random skeletons is what ``transformer`` has over this.
    """

    batch: int = 32
    restarts: int = 2

    def warm_up(self, budget: Budget) -> None:
        """Load the compiled code."""
        warm.drawing()

    def discover(self, task: Task) -> Discovery:
        """Draw and fit until the budget is spent or a formula is exact."""
        search = SkeletonSearch(task, self.restarts)
        search.run(self._proposals(len(search.names), task.seed))
        return search.discovery()

    def _proposals(self, columns: int, seed: int) -> Iterator[list[Skeleton]]:
        from methods.transformer.skeletons.drawing import draw_skeletons

        rng = np.random.default_rng(seed)
        while True:
            yield draw_skeletons(self.batch, columns, int(rng.integers(2**32)))
