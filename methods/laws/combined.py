"""The method ``rsrm_laws``: RSRM's search, with linear algebra before it and in its pauses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import numpy as np

from bench import Budget
from methods.laws.algebra.proposals import Proposals
from methods.mcts import RSRM
from methods.mcts.form import Sketch
from methods.mcts.run import SearchRun


@dataclass(frozen=True)
class RSRMLaws(RSRM):
    """RSRM with what ``laws`` solves for: a combination of our own, and not the paper's system.

    ``library``: before and between RSRM's searches, sums, products and ratios out of a library of
    so many small expressions, and of what evolution found, are solved for by linear algebra
    (``methods.laws.algebra``). ``units`` turns this off: such sums are not held to units.
    """

    library: int = 3000

    def warm_up(self, budget: Budget) -> None:
        """Load the compiled search, and what retrieval needs."""
        from methods.laws import warm  # it imports this

        super().warm_up(budget)
        warm.solving()

    def course(self, run: SearchRun) -> Iterator[None]:
        """What follows on what; it yields after every stride, and has no end."""
        few, largest = run.answer.on_few, 2 * self.max_tokens
        library = 0 if self.units else self.library
        proposals = Proposals(library, self.operators, self.nesting, largest, few, self.operators)
        yield from self.retrieve(run)
        yield from run.proposed_by(proposals.shortest())
        yield from run.proposed_by(proposals.first())
        rng = np.random.default_rng(run.task.seed)
        search = self.search(run, Sketch(), rng)
        run.searches.append(search)
        yield from search.add_seeds(proposals.seeds)
        for epoch in count(1):
            yield from self.epoch(search)
            yield from run.proposed_by(proposals.after(search.hall_of_fame()))
            yield from self.under_form(run, search, rng)
            if epoch % self.epochs == 0:
                search.forget()
