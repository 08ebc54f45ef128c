"""What the network proposes: rounds, each from one look at some rows of the data.

Torch is imported with this module.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch

from methods.transformer.decoding import beam_search, ranked, remember, sample
from methods.transformer.network import Network
from methods.transformer.planning import plan
from methods.transformer.search import SkeletonSearch
from methods.transformer.skeletons.forms import renamed
from methods.transformer.skeletons.generator import POINTS
from methods.transformer.skeletons.vocabulary import Skeleton

Stream = Iterator[list[Skeleton]]


@dataclass(frozen=True)
class Rounds:
    """``decode`` is how a round begins, ``batch`` how many skeletons it then draws."""

    network: Network
    search: SkeletonSearch
    decode: str
    beam: int
    batch: int
    temperature: float

    def proposals(self) -> Stream:
        """Skeletons for ever; from the second round on columns are shown in another order.

        A network is no better at a law for what its variables are called, but not the same either.
        """
        seed = self.search.task.seed
        random, chance = np.random.default_rng(seed), torch.Generator().manual_seed(seed % 2**63)
        order = list(range(len(self.search.names)))
        first = True
        while True:
            for batch in self._round(order, first, random, chance):
                yield [renamed(skeleton, order) for skeleton in batch]
            if self.decode == "greedy":
                return
            order, first = random.permutation(len(order)).tolist(), False

    def _round(
        self,
        order: Sequence[int],
        first: bool,
        random: np.random.Generator,
        chance: torch.Generator,
    ) -> Stream:  # fmt: skip
        """What is proposed from one look; variable j is column ``order[j]``."""
        view, decoder, columns = self.search.view, self.network.decoder, len(order)
        n = len(view.y)
        rows = random.choice(n, POINTS, replace=False) if n > POINTS else np.arange(n)
        X = view.X[rows]
        X[:, :columns] = X[:, order]
        memory = remember(self.network, X, view.y[rows], columns)
        if self.decode == "greedy":
            yield beam_search(decoder, memory, columns, 1)
            return
        if self.decode == "beam" and first:
            yield beam_search(decoder, memory, columns, self.beam)
        elif self.decode == "mcts" and (first or n > POINTS or columns > 1):  # else it is the same
            errors = self.search.errors
            ranking = partial(ranked, decoder, memory, columns)
            yield from plan(ranking, lambda skeleton: errors[renamed(skeleton, order)])
        many = memory.expand(self.batch, -1, -1)
        yield sample(decoder, many, columns, self.temperature, chance)
