"""The methods ``nesymres`` and ``e2e``: released networks propose formulas, least squares fits."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from bench import Budget, Discovery, Task
from methods import warm
from methods.neural.folder import STATE, CheckpointError, read_state
from methods.released.scales import Array, Scales, standardised, within_range
from methods.released.search import WordSearch
from methods.rows import choose_rows

if TYPE_CHECKING:
    from methods.released.layers import WordNetwork
    from methods.released.words import Words


@dataclass(frozen=True)
class Released:
    """A released network: first a beam search, then samples from other rows, all of them fitted.

    Of more columns than it reads it is shown those that a forest finds most important.
    """

    requires: ClassVar[tuple[str, ...]] = ("torch", "safetensors")
    kind: ClassVar[str]
    first_column: ClassVar[int]
    scaled: ClassVar[Callable[[Array, Array], Scales]]

    checkpoint: str
    beam: int
    samples: int
    temperature: float
    restarts: int
    rows: int
    longest: int

    def __post_init__(self) -> None:
        folder = Path(self.checkpoint)
        if not folder.exists():
            raise CheckpointError(
                f"'{folder}' is not there: `python examples/convert_weights.py {self.kind} ...`, "
                "a script of the repository, makes it of released weights"
            )
        if (found := read_state(folder).get("format")) != self.kind:
            raise CheckpointError(
                f"'{folder / STATE}' tells the format {found!r}, not '{self.kind}'"
            )

    def warm_up(self, budget: Budget) -> None:
        """Load PyTorch, the weights and the compiled code."""
        warm.fitting()
        importlib.import_module("methods.released.decoding")
        loaded(self.checkpoint)

    def discover(self, task: Task) -> Discovery:
        """Propose and fit until the budget is spent or a formula is exact."""
        network = loaded(self.checkpoint)
        columns = network.shape.variables
        search = WordSearch(task, self.restarts, columns, self.first_column, type(self).scaled)
        search.run(self._proposals(network, search))
        return search.discovery()

    def _proposals(self, network: WordNetwork, search: WordSearch) -> Iterator[list[Words]]:
        """Sequences of words for ever."""
        import torch

        from methods.released.decoding import beam_search, sample

        torch.set_num_threads(search.task.budget.threads)
        seed, n = search.task.seed, len(search.shown)
        random, chance = np.random.default_rng(seed), torch.Generator().manual_seed(seed % 2**63)
        longest = min(self.longest, network.shape.longest) - 1  # its first word is none of ours
        rows = choose_rows(n, self.rows, seed)
        memory = _remembered(network, search.table(rows))
        yield beam_search(network, memory, self.beam, longest)
        while True:
            yield sample(network, memory, self.samples, longest, self.temperature, chance)
            rows = choose_rows(n, self.rows, int(random.integers(2**32)))
            memory = _remembered(network, search.table(rows))


@dataclass(frozen=True)
class NeSymReS(Released):
    """NeSymReS (Biggio et al., ICML 2021, arXiv:2106.06427), from weights that a user converted.

    It reads three columns; those beyond its training's range are scaled, and the formula is scaled
    back. Its beam is ``beam`` wide, as published 2 to 32. Then it draws ``samples`` skeletons at
    ``temperature`` from each look at ``rows`` rows. Constants are fitted from 1 and from
    ``restarts`` random starts, as published 10. ``checkpoint`` is what
    ``examples/convert_weights.py`` wrote.
    """

    kind: ClassVar[str] = "nesymres"
    first_column: ClassVar[int] = 1
    scaled: ClassVar[Callable[[Array, Array], Scales]] = within_range

    checkpoint: str = "networks/nesymres"
    beam: int = 32
    samples: int = 32
    temperature: float = 1.0
    restarts: int = 10
    rows: int = 500
    longest: int = 60


@dataclass(frozen=True)
class E2E(Released):
    """E2E (Kamienny et al., NeurIPS 2022, arXiv:2204.10532), from weights that a user converted.

    It reads ten columns, standardised; the formula is told of them as they are. (As published, of
    more than ten those are taken that correlate most with the target.) First comes a beam
    ``beam`` wide, then ``samples`` formulas drawn at ``temperature`` from each look at ``rows``
    rows. Constants are fitted from those that it writes. ``checkpoint`` is what
    ``examples/convert_weights.py`` wrote.
    """

    kind: ClassVar[str] = "e2e"
    first_column: ClassVar[int] = 0
    scaled: ClassVar[Callable[[Array, Array], Scales]] = standardised

    checkpoint: str = "networks/e2e"
    beam: int = 10
    samples: int = 10
    temperature: float = 0.1
    restarts: int = 0
    rows: int = 200
    longest: int = 200


def _remembered(network: WordNetwork, table: Array) -> Any:
    import torch

    with torch.inference_mode():
        return network.remember(torch.from_numpy(table))


@cache
def loaded(checkpoint: str) -> WordNetwork:
    """The network in a folder, read once in a process.

    Raises CheckpointError where it is damaged.
    """
    from methods.neural.checkpoint import load_network
    from methods.released.e2e import E2ENetwork
    from methods.released.nesymres import NesymresNetwork

    state = read_state(Path(checkpoint))
    kinds: dict[str, type[NesymresNetwork | E2ENetwork]] = {
        "nesymres": NesymresNetwork, "e2e": E2ENetwork
    }  # fmt: skip
    network, _ = load_network(Path(checkpoint), lambda shape: kinds[state["format"]].of(state))
    return network
