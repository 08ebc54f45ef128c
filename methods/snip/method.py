"""The method ``snip``: a search for skeletons in the latent space of a frozen numeric encoder."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from bench import Budget, Candidate, Discovery, Expression, Task
from methods.neural.folder import read_state
from methods.snip import retrieval
from methods.snip.shipped import NEEDED, SHIPPED
from methods.transformer import warm
from methods.transformer.search import SkeletonSearch

if TYPE_CHECKING:
    from methods.snip.library import SkeletonLibrary
    from methods.snip.proposals import LatentSpace, Stream


@dataclass(frozen=True)
class Snip:
    """SNIP (Meidani et al., ICLR 2024, arXiv:2310.02227), small, for tables.

    Of more columns the network is shown those that a forest finds most important. A latent of the
    data, and ``population`` - 1 near it, are decoded to skeletons, ``samples`` of each at
    ``temperature`` (0.1 as released); least squares fits these, and ``search`` says what comes
    next: ``wolves``, the paper's latent space optimisation over ``generations``; ``decoding``, the
    control that goes on from latents of data; or ``chance``, the control whose latents know no
    data. With ``retrieval`` nothing is decoded: ``library`` drawn skeletons are fitted, the nearest
    first. 1 - R2 at most ``stop`` ends the search; 0.01 is as published. The answer is the best
    formula ever seen. ``checkpoint`` is a folder that ``rediscover train`` wrote; empty for the
    network that ships. ``nearest`` looks in a library, of ``library`` drawn skeletons where none
    is given.
    """

    requires: ClassVar[tuple[str, ...]] = NEEDED

    checkpoint: str = ""
    search: Literal["wolves", "decoding", "chance", "retrieval"] = "wolves"
    population: int = 50
    generations: int = 30
    samples: int = 2
    temperature: float = 1.0
    stop: float = 1e-10
    restarts: int = 2
    library: int = 5000

    def __post_init__(self) -> None:
        for name, least in (("population", 5), ("generations", 1), ("samples", 1), ("library", 1)):
            if getattr(self, name) < least:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be {least} or more")
        if not self.temperature > 0:
            raise ValueError(f"temperature is {self.temperature:g}; it must be above 0")
        read_state(self._folder)

    @property
    def _folder(self) -> Path:
        return Path(self.checkpoint) if self.checkpoint else SHIPPED

    def warm_up(self, budget: Budget) -> None:
        """Load PyTorch and the compiled code."""
        warm.decoding()
        importlib.import_module("methods.snip.proposals")
        if self.search == "retrieval":
            retrieval.make_libraries(self._folder, self.library)

    def discover(self, task: Task) -> Discovery:
        """Search until the budget is spent, a formula is exact, or ``stop`` is reached."""
        search, space = self.begun(task)
        search.run(self._proposals(search, space))
        return search.discovery()

    def nearest(
        self, task: Task, library: Sequence[Expression] | None = None, count: int = 10
    ) -> list[Candidate]:
        """The ``count`` formulas of ``library`` whose latents are nearest to that of the data.

        The nearest comes first. Constants are fitted; ``loss`` is the relative error that is left.
        Formulas without a finite value on the data are passed over.
        Raises ValueError where no formula of ``library`` can be read, or the target is constant.
        """
        from methods.snip.library import SkeletonLibrary, skeletons_of

        search, space = self.begun(task)
        if search.answer.constant:
            raise ValueError("the target is constant: there is no formula to look for")
        if library is None:
            known = self._drawn(search)
        else:
            skeletons = skeletons_of(library, len(search.names), space.network.shape.longest)
            known = SkeletonLibrary.of(space.network.encoders, skeletons)
        fitted = map(search.judge, space.by_nearness(known))
        usable = (one for one in fitted if one is not None and np.isfinite(one.error))
        return [
            Candidate(str(search.answer.raw(one.expression)), one.nodes, one.error)
            for one in islice(usable, count)
        ]

    def _drawn(self, search: SkeletonSearch) -> SkeletonLibrary:
        return retrieval.drawn_library(self._folder, len(search.names), self.library)

    def _proposals(self, search: SkeletonSearch, space: LatentSpace) -> Stream:
        from methods.snip.proposals import LatentSearch

        latent = LatentSearch(
            space, search.errors, self.population, self.generations, self.samples,
            self.temperature, self.stop,
        )  # fmt: skip
        if self.search == "retrieval":
            return latent.by_retrieval(self._drawn(search))
        streams = {
            "wolves": latent.by_wolves, "decoding": latent.by_decoding, "chance": latent.by_chance,
        }  # fmt: skip
        return streams[self.search]()

    def begun(self, task: Task) -> tuple[SkeletonSearch, LatentSpace]:
        """What judges skeletons for a task, and the latent space that it is looked at in."""
        import torch

        from methods.neural.checkpoint import load_network
        from methods.snip.network import SnipNetwork
        from methods.snip.proposals import LatentSpace

        torch.set_num_threads(task.budget.threads)
        network, _ = load_network(self._folder, SnipNetwork.of)
        search = SkeletonSearch(task, self.restarts, network.shape.variables)
        chance = torch.Generator().manual_seed(task.seed % 2**63)
        random = np.random.default_rng(task.seed)
        return search, LatentSpace(network, search.view, random, chance)
