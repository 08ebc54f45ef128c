"""The methods ``mcts`` and ``rsrm``: what a user sets, and what follows on what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count

import numpy as np

from bench import Budget, Discovery, Task
from methods.mcts.discovery import discover_forms
from methods.mcts.evolution.genetic import Evolution
from methods.mcts.form import SCALINGS, Sketch
from methods.mcts.language.grammar import NESTING, TokenGrammar, make_grammar
from methods.mcts.run import SearchRun
from methods.mcts.search import Fitting, TreeSearch
from methods.mcts.tree import Policy
from methods.snip import retrieval

OPERATORS = ("add", "sub", "mul", "div", "sin", "cos", "exp", "log", "sqrt", "square")
_POLICIES = ("uct", "double_q")
_BACKUPS = ("max", "mean")


@dataclass(frozen=True)
class MCTS:
    """Monte Carlo tree search over the actions of a grammar, constants fitted.

    The way of the Symbolic Physics Learner (Sun et al., ICLR 2023).
    """

    operators: tuple[str, ...] = OPERATORS
    variables: tuple[str, ...] = ()
    max_tokens: int = 20
    max_depth: int = 8
    max_constants: int = 3
    nesting: tuple[str, ...] = NESTING
    units: bool = False
    scaling: str = "affine"
    policy: str = "uct"
    backup: str = "max"
    exploration: float = 1.0
    greedy: float = 0.6
    rate: float = 0.1
    discount: float = 0.95
    step_reward: float = 0.0
    least_visits: int = 1
    simulations: int = 0
    eta: float = 0.99
    parsimony: float = 0.05
    restarts: int = 1
    rows: int = 100
    scale: bool = True

    def __post_init__(self) -> None:
        make_grammar(self.operators, 1, nesting=self.nesting)
        for setting, known in (("scaling", SCALINGS), ("policy", _POLICIES), ("backup", _BACKUPS)):
            value = getattr(self, setting)
            if value not in known:
                raise ValueError(f"{setting} is '{value}'; choose from {', '.join(known)}")

    def warm_up(self, budget: Budget) -> None:
        """Load the compiled search."""
        from methods.mcts import warm  # it imports this

        warm.searching()

    def discover(self, task: Task) -> Discovery:
        """Search until the budget is spent or a formula is exact; then fit and shorten."""
        run = SearchRun(self.narrowed(task), self.rows, self.scale)
        run.follow(self.course(run))
        return run.discovery()

    def narrowed(self, task: Task) -> Task:
        """The task with the variables that may be used; all, where none is named."""
        unknown = [name for name in self.variables if name not in task.names]
        if unknown:
            raise ValueError(
                f"variables names '{unknown[0]}'; this problem has {', '.join(task.names)}"
            )
        kept = [j for j, name in enumerate(task.names) if name in self.variables]
        if not kept:
            return task
        chosen = tuple(task.variables[j] for j in kept)
        return replace(task, X=task.X[:, kept], variables=chosen)

    def course(self, run: SearchRun) -> Iterator[None]:
        """What follows on what; it yields after every stride, and has no end."""
        search = self.search(run, Sketch(), np.random.default_rng(run.task.seed))
        run.searches.append(search)
        if not self.simulations:
            yield from search.grow()
        while True:
            yield from search.descend(self.simulations)

    def search(self, run: SearchRun, sketch: Sketch, rng: np.random.Generator) -> TreeSearch:
        """A search for the f of ``sketch`` on the rows that ``run`` shows a search."""
        refine = run.answer.on_few
        return TreeSearch(
            self._grammar(run.task), sketch, self._scaling(), refine.names, refine.X, refine.y,
            Fitting(restarts=self.restarts), self._policy(), 250, rng,
        )  # fmt: skip

    def _scaling(self) -> str:
        """An offset has the target's unit, and is no pure number."""
        return "factor" if self.units and self.scaling == "affine" else self.scaling

    def _grammar(self, task: Task) -> TokenGrammar:
        return make_grammar(
            self.operators,
            len(task.variables),
            nesting=self.nesting,
            max_tokens=self.max_tokens,
            max_depth=self.max_depth,
            max_constants=self.max_constants,
            affine=self._scaling() == "affine",
            units=_units(task) if self.units else None,
        )

    def _policy(self) -> Policy:
        return Policy(
            self.policy == "uct", self.backup == "max", self.exploration, self.greedy, self.rate,
            self.discount, self.step_reward, self.least_visits, self.eta, self.parsimony,
        )  # fmt: skip


@dataclass(frozen=True)
class RSRM(MCTS):
    """The Reinforcement Symbolic Regression Machine (Xu et al., ICLR 2024), rebuilt.

    By turns: runs down a tree with a policy from tabular double Q-learning; evolution of the best
    that they met; and modulated sub-tree discovery, which makes a form (``A + f``, ``A * f`` or
    ``A ** f``) of what the best expressions share and searches its f in the same two ways.

    Where the paper and its released code differ, the paper's way is the default: the reward is
    ``eta**tokens / (1 + error)`` with a true, normalised root mean square; the Q tables move with
    the simulation; evolution begins with the best expressions, not the worst; products and powers
    are forms as well as sums. ``policy: uct`` takes UCT in place of the Q policy.

    Departures from both:

    * The search never sees data but the training rows, which also decide when it ends.
    * Simulations expand one node and complete the expression at random; what has been seen
      through is closed; an expression met again, in whatever spelling, is not evaluated again.
    * Candidates are scaled to ``a + b*f`` by closed form (``scaling: none`` turns it off), and
      their other constants are fitted by Levenberg-Marquardt, not by Powell's method.
    * Expressions of five tokens or fewer count too. Learning is faster (``rate``), and there is
      no penalty for a step (``step_reward``).
    * ``retrieval``: so many formulas are looked at first that SNIP's encoders hold nearest to the
      data (``methods.snip.retrieval``), whatever their operators. None by default.
    * Evolution ranks by ``log(error) + parsimony*tokens`` and prefers children never seen
      (``novelty``: so many tries for one); crossover is more common and tournaments are smaller.
    """

    policy: str = "double_q"
    simulations: int = 100
    least_visits: int = 10
    descents: int = 20
    population: int = 500
    generations: int = 30
    crossover: float = 0.5
    tournament: int = 5
    elites: int = 10
    novelty: int = 15
    forms: bool = True
    epochs: int = 5
    retrieval: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        retrieval.check(self.retrieval)
        if self.retrieval and self.units:
            raise ValueError(f"retrieval is {self.retrieval}, and knows no units: set one of both")

    def warm_up(self, budget: Budget) -> None:
        """Load the compiled search, and what retrieval needs."""
        super().warm_up(budget)
        if self.retrieval:
            retrieval.warm()

    def course(self, run: SearchRun) -> Iterator[None]:
        """What follows on what; it yields after every stride, and has no end."""
        yield from self.retrieve(run)
        rng = np.random.default_rng(run.task.seed)
        search = self.search(run, Sketch(), rng)
        run.searches.append(search)
        for epoch in count(1):
            yield from self.epoch(search)
            yield from self.under_form(run, search, rng)
            if epoch % self.epochs == 0:
                search.forget()

    def retrieve(self, run: SearchRun) -> Iterator[None]:
        """What a library has for the data, where it is asked."""
        few = run.answer.on_few
        yield from run.proposed_by(retrieval.retrieved(few, self.retrieval, run.task.seed))

    def epoch(self, search: TreeSearch) -> Iterator[None]:
        """Runs down the tree, and evolution from the best that they met."""
        for _ in range(self.descents):
            yield from search.descend(self.simulations)
        yield from search.evolve(self.population, self.generations, self._evolution())

    def under_form(
        self, run: SearchRun, search: TreeSearch, rng: np.random.Generator
    ) -> Iterator[None]:
        """The same for the f of a form, if what was found suggests one."""
        if not self.forms:
            return
        for sketch in discover_forms(search.hall_of_fame())[:1]:
            try:
                under = self.search(run, sketch, rng)
            except ValueError:  # A is not finite, or the same on every row
                continue
            run.searches.append(under)
            yield from self.epoch(under)
            run.retire(under)

    def _evolution(self) -> Evolution:
        return Evolution(self.crossover, self.tournament, self.elites, self.novelty, self.parsimony)


def _units(task: Task) -> np.ndarray:
    """Exponents of units, the target's last; raises ValueError where one is not known."""
    rows = []
    for variable in (*task.variables, task.target):
        if variable.unit is None:
            raise ValueError(
                f"units is on, but the unit of '{variable.name}' is not known: "
                "disclose units, or turn it off"
            )
        rows.append(variable.unit)
    return np.array(rows, dtype=np.float64)
