"""The methods of this folder: a trained transformer, and the prior it must beat."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from bench import Budget, Discovery, Task
from methods.neural.folder import read_state
from methods.transformer import warm
from methods.transformer.planning import plan
from methods.transformer.search import SkeletonSearch
from methods.transformer.skeletons.vocabulary import Skeleton

if TYPE_CHECKING:
    from methods.transformer.network import Network

POINTS = 64
"""Rows the network looks at in one round; each round draws others."""

SHIPPED = Path(__file__).parent / "trained" / "small"


@dataclass(frozen=True)
class Transformer:
    """An amortised symbolic regressor: a network proposes skeletons, least squares fits them.

    The first round is a beam search, the rounds after it sample, each from other rows of the
    data, until the budget is spent. The network knows at most three variables: of more columns it
    is shown those that a forest finds most important. ``checkpoint`` is a folder of this
    project's format; empty for the network that ships. ``decode`` is how a round begins: ``beam``
    (the first round only), ``mcts``, a look-ahead search guided by the fit (TPSR), or
    ``greedy``, the one likeliest skeleton and nothing after it, as SRSD's Symbolic Transformer.
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

        torch.set_num_threads(task.budget.threads)
        network, _ = load_network(Path(self.checkpoint) if self.checkpoint else SHIPPED, Network.of)
        search = SkeletonSearch(task, self.restarts)
        search.run(self._proposals(network, search))
        return search.discovery()

    def _proposals(self, network: Network, search: SkeletonSearch) -> Iterator[list[Skeleton]]:
        import torch

        from methods.transformer.decoding import beam_search, ranked, remember, sample

        view, seed = search.view, search.task.seed
        rng = np.random.default_rng(seed)
        generator = torch.Generator().manual_seed(seed % 2**63)
        columns, n = len(view.names), len(view.y)
        first = True
        while True:
            rows = rng.choice(n, POINTS, replace=False) if n > POINTS else np.arange(n)
            memory = remember(network, view.X[rows], view.y[rows], columns)
            if self.decode == "greedy":
                yield beam_search(network.decoder, memory, columns, 1)
                return
            if first and self.decode == "beam":
                yield beam_search(network.decoder, memory, columns, self.beam)
            elif self.decode == "mcts" and (first or n > POINTS):  # else it would plan the same
                ranking = partial(ranked, network.decoder, memory, columns)
                yield from plan(ranking, search.errors.__getitem__)
            first = False
            many = memory.expand(self.batch, -1, -1)
            yield sample(network.decoder, many, columns, self.temperature, generator)


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
        from methods.transformer.skeletons.generator import draw_skeletons

        rng = np.random.default_rng(seed)
        while True:
            yield draw_skeletons(self.batch, columns, int(rng.integers(2**32)))
