"""The method ``laws``: what a user sets, and what follows on what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import numpy as np

from bench import Budget, Discovery, Expression, Task
from methods.laws.algebra.proposals import Proposals
from methods.laws.projection.sums import ProjectedSums
from methods.laws.reduction.proposals import reduced_proposals
from methods.mcts import MCTS
from methods.mcts.evolution.genetic import Evolution
from methods.mcts.form import Sketch
from methods.mcts.language.grammar import NESTING
from methods.mcts.method import OPERATORS
from methods.mcts.run import SearchRun
from methods.refine import Refiner
from methods.rows import choose_rows

_POPULATION, _GENERATIONS = 500, 30
_EVOLUTION = Evolution(crossover=0.5, tournament=5, elites=10, novelty=15, parsimony=0.05)
_FEW, _MANY = 300, 2000
"""Rows on which sums of terms are searched for, and on which they must fit."""
_SURFACE = 1000
"""Rows through which a surface is laid: eight for each of its terms."""
_FORGET = 5
"""After so many evolutions the next one begins with others."""


@dataclass(frozen=True)
class Laws:
    """Sums, products and ratios of small expressions, solved for by linear algebra; then evolution.

    First come products of powers, polynomials, ratios of polynomials and roots of quadratics, plain
    and seen through a function that may have constants of its own; then the same for problems of
    fewer variables that the slopes of the data show (``methods.laws.reduction``, as AI Feynman's
    separability and symmetries: Udrescu and Tegmark, Science Advances 6, 2020); then polynomials
    with up to five terms out of a library of ``library`` distinct small expressions
    (``methods.laws.algebra``). Then, or before the library where the data are rounded, sums of up
    to five terms, each a function of one variable or a product of two, out of ``operators`` and
    ``functions``, perhaps with a constant of its own (``methods.laws.projection``). From then on
    evolution and linear algebra take turns: the library is a start population, and the pieces of
    what evolution found are the next library.

    The method is our own. Its parts are known ones: linear scaling (Keijzer, EuroGP 2003), FFX's
    sums of generated terms (McConaghy, GPTP 2011), orthogonal matching pursuit (Pati, Rezaiifar
    and Krishnaprasad, 1993), variable projection (Golub and Pereyra, 1973), beam search over
    subsets, implicit ratios by null vectors, BIC as the price of a node.
    """

    operators: tuple[str, ...] = OPERATORS
    variables: tuple[str, ...] = ()
    max_tokens: int = 20
    max_depth: int = 8
    max_constants: int = 3
    nesting: tuple[str, ...] = NESTING
    functions: tuple[str, ...] = ("abs", "tanh", "cbrt", "pow", "inv", "cube")
    library: int = 3000
    rows: int = 100
    scale: bool = True

    def __post_init__(self) -> None:
        self._beside()  # checks the settings

    def warm_up(self, budget: Budget) -> None:
        """Load the compiled search."""
        from methods.laws import warm  # it imports this

        warm.solving()

    def discover(self, task: Task) -> Discovery:
        """Search until the budget is spent or a formula is exact; then fit and shorten."""
        run = SearchRun(self._beside().narrowed(task), self.rows, self.scale)
        run.follow(self.course(run))
        return run.discovery()

    def course(self, run: SearchRun) -> Iterator[None]:
        """What follows on what; it yields after every stride, and has no end."""
        proposals = self._algebra(run.answer.on_few)
        yield from run.proposed_by(proposals.plain())
        yield from run.proposed_by(self._reduced(run))
        # Where data are rounded, long sums fit to rounding that are no laws: short ones go first.
        rounded = run.answer.rounded
        yield from run.proposed_by(proposals.products() if rounded else proposals.first())
        run.shortening = True
        yield from run.proposed_by(self._sums(run).proposals())
        run.shortening = False
        if rounded:
            yield from run.proposed_by(proposals.first())
        search = self._beside().search(run, Sketch(), np.random.default_rng(run.task.seed))
        run.searches.append(search)
        yield from search.add_seeds(proposals.seeds)
        for turn in count(1):
            yield from search.evolve(_POPULATION, _GENERATIONS, _EVOLUTION)
            yield from run.proposed_by(proposals.after(search.hall_of_fame()))
            if turn % _FORGET == 0:
                search.forget()

    def _algebra(self, refine: Refiner) -> Proposals:
        """Linear algebra on the rows of ``refine``."""
        largest, outers = 2 * self.max_tokens, (*self.operators, *self.functions)
        return Proposals(self.library, self.operators, self.nesting, largest, refine, outers)

    def _reduced(self, run: SearchRun) -> Iterator[list[Expression]]:
        """The same for problems of fewer variables that the data show this one to be."""
        seed, full = run.task.seed, run.answer.on_all
        many = full.on(choose_rows(len(full.y), _SURFACE, seed))
        return reduced_proposals(many, self.rows, seed, self._algebra)

    def _sums(self, run: SearchRun) -> ProjectedSums:
        """Sums of terms with constants of their own, on more rows than a search sees."""
        seed, full = run.task.seed, run.answer.on_all
        few, many = (full.on(choose_rows(len(full.y), most, seed)) for most in (_FEW, _MANY))
        operators = frozenset((*self.operators, *self.functions))
        return ProjectedSums(few, many, operators, run.count)

    def _beside(self) -> MCTS:
        """The method whose grammar and evaluation evolution works with."""
        return MCTS(
            self.operators, self.variables, self.max_tokens, self.max_depth, self.max_constants,
            self.nesting, rows=self.rows, scale=self.scale,
        )  # fmt: skip
