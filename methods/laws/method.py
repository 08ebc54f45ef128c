"""The method ``laws``: what a user sets, and what follows on what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import ClassVar

import numpy as np

from bench import Budget, Discovery, Expression, SystemTask, Task
from methods.laws.algebra.proposals import Proposals
from methods.laws.algebra.sums import PAIRED
from methods.laws.noise import Noise, noise_of
from methods.laws.projection.sums import ProjectedSums
from methods.laws.reduction.proposals import reduced_proposals
from methods.laws.systems.discovery import discovered
from methods.mcts import MCTS
from methods.mcts.evolution.genetic import Evolution
from methods.mcts.form import Sketch
from methods.mcts.language.grammar import NESTING
from methods.mcts.language.tokens import Floats
from methods.mcts.method import OPERATORS
from methods.mcts.run import SearchRun
from methods.refine import Refiner
from methods.rows import choose_rows
from methods.snip import retrieval

_POPULATION, _GENERATIONS = 500, 30
_EVOLUTION = Evolution(crossover=0.5, tournament=5, elites=10, novelty=15, parsimony=0.05)
_FEW, _MANY = 300, 2000
"""Rows on which sums of terms are searched for, and on which they must fit."""
_SURFACE = 1000
"""Rows through which a surface is laid: eight for each of its terms."""
_NEIGHBOURS = 5000
"""The same where there may be noise, and rows whose neighbours tell it."""
_NOISY_ROWS = 500
"""Rows of a search under noise: two formulas whose squared errors differ by a tenth differ by 24 in
the criterion on 500 rows, and by less than one node on 100."""
_NOISY_SEEDS = 1000
"""Of the library under noise: on so many rows each takes a millisecond."""
_FORGET = 5
"""After so many evolutions the next one begins with others."""


@dataclass(frozen=True)
class Laws:
    """Sums, products and ratios of small expressions, solved for by linear algebra; then evolution.

    First come products of powers, polynomials, one and two terms out of a library, then ratios of
    polynomials and roots of quadratics, plain and seen through a function that may have constants
    of its own; then the same for problems of
    fewer variables that the slopes of the data show (``methods.laws.reduction``, as AI Feynman's
    separability and symmetries: Udrescu and Tegmark, Science Advances 6, 2020); then polynomials
    with up to five terms out of a library of ``library`` distinct small expressions
    (``methods.laws.algebra``). Then, or before the library where the data are rounded, sums of up
    to five terms, each a function of one variable or a product of two, out of ``operators`` and
    ``functions``, perhaps with a constant of its own (``methods.laws.projection``). From then on
    evolution and linear algebra take turns: the library is a start population, and the pieces of
    what evolution found are the next library.
    With ``retrieval``, so many formulas are looked at before all else that SNIP's encoders hold
    nearest to the data (``methods.snip.retrieval``), whatever their operators.

    A system's rates are found so where its states have no noise. Under noise, sums of terms are
    searched for along trajectories, and no state is differentiated (``methods.laws.systems``).

    The method is our own. Its parts are known ones: linear scaling (Keijzer, EuroGP 2003), FFX's
    sums of generated terms (McConaghy, GPTP 2011), orthogonal matching pursuit (Pati, Rezaiifar
    and Krishnaprasad, 1993), variable projection (Golub and Pereyra, 1973), beam search over
    subsets, implicit ratios by null vectors, BIC as the price of a node.
    """

    kinds: ClassVar[tuple[str, ...]] = ("table", "system")

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
    retrieval: int = 0

    def __post_init__(self) -> None:
        self._beside()  # checks the settings
        retrieval.check(self.retrieval)

    def warm_up(self, budget: Budget) -> None:
        """Load the compiled search, and what retrieval needs."""
        from methods.laws import warm  # it imports this

        warm.solving()
        if self.retrieval:
            retrieval.warm()

    def discover(self, task: Task | SystemTask) -> Discovery:
        """Search until the budget is spent or a formula is exact; then fit and shorten."""
        if isinstance(task, SystemTask):
            return discovered(task, lambda: task.by_tables(self))
        run = SearchRun(self._beside().narrowed(task), self.rows, self.scale)
        run.follow(self.course(run))
        return run.discovery(simple=True)

    def course(self, run: SearchRun) -> Iterator[None]:
        """What follows on what; it yields after every stride, and has no end."""
        few = run.answer.on_few
        yield from run.proposed_by(retrieval.retrieved(few, self.retrieval, run.task.seed))
        noise, proposals = self._noise(run), self._algebra(few)
        if not noise.sure:
            yield from self._in_short(run, proposals)
            yield from self._in_products(run, self._noise(run))
            noise = self._noise(run)
        if noise.sure:
            run.answer.widen(max(self.rows, _NOISY_ROWS))
            proposals = self._weighted(run, noise)
            yield from self._under_noise(run, proposals, noise)
        else:
            yield from self._in_long(run, proposals)
        search = self._beside().search(run, Sketch(), np.random.default_rng(run.task.seed))
        run.searches.append(search)
        yield from search.add_seeds(proposals.seeds[: _NOISY_SEEDS if noise.sure else None])
        for turn in count(1):
            yield from search.evolve(_POPULATION, _GENERATIONS, _EVOLUTION)
            yield from run.proposed_by(proposals.after(search.hall_of_fame()))
            if turn == 1 and noise.sure:
                yield from run.proposed_by(self._sums(run, noise.deviation).proposals())
            if turn % _FORGET == 0:
                search.forget()

    def _in_short(self, run: SearchRun, proposals: Proposals) -> Iterator[None]:
        """Short laws by linear algebra, where nothing is known of noise."""
        yield from run.proposed_by(proposals.shortest())
        yield from run.proposed_by(self._reduced(run))
        # Where data are rounded, long sums fit to rounding that are no laws: short ones go first.
        rounded = run.answer.rounded
        yield from run.proposed_by(proposals.products() if rounded else proposals.first())

    def _in_products(self, run: SearchRun, most: Noise) -> Iterator[None]:
        """Products under noise that may be there: their logarithms hide them where it is not told.

        What they come near shows then whether there is any.
        """
        if most.deviation:
            yield from run.proposed_by(self._weighted(run, most).products())

    def _in_long(self, run: SearchRun, proposals: Proposals) -> Iterator[None]:
        """Long sums of terms, to the digits of the data, and what is left of the algebra."""
        run.shortening = True
        yield from run.proposed_by(self._sums(run).proposals())
        run.shortening = False
        if run.answer.rounded:
            yield from run.proposed_by(proposals.first())

    def _under_noise(self, run: SearchRun, proposals: Proposals, noise: Noise) -> Iterator[None]:
        """Linear algebra on rows enough to tell the law from what comes near it."""
        yield from run.proposed_by(proposals.shortest())
        yield from run.proposed_by(self._reduced(run, noise.deviation))
        yield from run.proposed_by(proposals.first())

    def _noise(self, run: SearchRun) -> Noise:
        """The noise of the target, as far as a surface or the best formula so far shows it."""
        best = run.answer.best
        return noise_of(self._many(run, _NEIGHBOURS), None if best is None else best.expression)

    def _weighted(self, run: SearchRun, noise: Noise) -> Proposals:
        """Linear algebra under such noise, or at most such, on as many rows as that takes."""
        some = self._many(run, max(self.rows, _NOISY_ROWS))
        return self._algebra(some, np.full(len(some.y), noise.deviation))

    def _many(self, run: SearchRun, most: int) -> Refiner:
        full = run.answer.on_all
        return full.on(choose_rows(len(full.y), most, run.task.seed))

    def _algebra(self, refine: Refiner, noise: Floats | None = None) -> Proposals:
        """Linear algebra on the rows of ``refine``, with ``noise`` (n,) of that deviation.

        Under noise, what is not short is hardly told from others: all of its library is paired.
        """
        largest, outers = 2 * self.max_tokens, (*self.operators, *self.functions)
        size = self.library if noise is None else min(self.library, PAIRED)
        return Proposals(size, self.operators, self.nesting, largest, refine, outers, noise)

    def _reduced(self, run: SearchRun, noise: float = 0.0) -> Iterator[list[Expression]]:
        """The same for problems of fewer variables that the data show this one to be."""
        many = self._many(run, _NEIGHBOURS if noise else _SURFACE)
        rows = len(run.answer.on_few.y)
        return reduced_proposals(many, rows, run.task.seed, self._algebra, noise)

    def _sums(self, run: SearchRun, noise: float = 0.0) -> ProjectedSums:
        """Sums of terms with constants of their own, on more rows than a search sees."""
        few, many = (self._many(run, most) for most in (_FEW, _MANY))
        operators = frozenset((*self.operators, *self.functions))
        share = noise / max(float(np.sqrt(np.mean(few.y**2))), 1e-300)
        return ProjectedSums(few, many, operators, run.count, share)

    def _beside(self) -> MCTS:
        """The method whose grammar and evaluation evolution works with."""
        return MCTS(
            self.operators, self.variables, self.max_tokens, self.max_depth, self.max_constants,
            self.nesting, rows=self.rows, scale=self.scale,
        )  # fmt: skip
