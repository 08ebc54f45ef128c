"""Search over alphas by Monte Carlo tree search: Navigating the Alpha Jungle, arXiv:2505.11122."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from bench import BudgetSpent, Discovery, PanelTask
from bench.expression.factors import Factor
from methods.panels.dimensions import DIMENSIONS, LEAST_IC, AlphaScores, Zoo, chosen_dimension
from methods.panels.frequent import frequent_shapes
from methods.panels.growing import windows_changed
from methods.panels.proposing import ChanceProposer, ModelProposer, Proposer
from methods.panels.zoo import (
    Evaluator,
    Measured,
    PanelSearchOver,
    as_answer,
    best_pool,
    discovery,
)

_MOST_KEPT = 100
_IDLE = 1000
"""Proposals in a row that come to nothing, after which there is nothing to be found."""


@dataclass
class AlphaNode:
    """An alpha in the tree: its scores, how often it was passed, and the best below it."""

    alpha: Measured
    scores: AlphaScores
    parent: AlphaNode | None = None
    children: list[AlphaNode] = field(default_factory=list)
    visits: int = 1
    best: float = 0.0

    def path(self) -> Iterator[AlphaNode]:
        """The node and those above it, to the root."""
        node: AlphaNode | None = self
        while node is not None:
            yield node
            node = node.parent


@dataclass(frozen=True)
class AlphaMcts:
    """Trees of alphas, each refined in the dimension in which it is weak.

    UCT over all nodes: at each the expansion of the node itself competes with its children. A tree
    has ``expansions`` of them, and one more for each new best; then another is begun. The frequent
    subtrees of the zoo are avoided (``avoid_subtrees``), and rewards are the mean of five
    dimensions, or of effectiveness alone (``dimensions``): the paper's ablations.

    In the paper a language model proposes; here chance does, by the dimension, and the better of
    ``variants`` sets of windows is kept. See ``AlphaMctsModel``.
    """

    kinds: ClassVar[tuple[str, ...]] = ("panel",)

    expansions: int = 3
    exploration: float = 1.0
    temperature: float = 1.0
    dimensions: Literal["all", "effectiveness"] = "all"
    avoid_subtrees: bool = True
    variants: int = 3
    nodes: int = 20

    def __post_init__(self) -> None:
        if self.expansions < 1 or self.variants < 1 or self.temperature <= 0.0:
            raise ValueError(
                f"expansions {self.expansions}, variants {self.variants}, temperature "
                f"{self.temperature}: 1 or more, 1 or more, above 0"
            )

    def proposer(self, task: PanelTask, rng: random.Random) -> Proposer:
        """Who proposes: chance."""
        return ChanceProposer(task, rng, self.nodes)

    def discover(self, task: PanelTask) -> Discovery:
        """Tree after tree until a budget ends."""
        rng = random.Random(task.seed)
        search = AlphaSearch(self, task, self.proposer(task, rng), rng)
        try:
            while search.idle < _IDLE:
                search.grow_tree()
        except (PanelSearchOver, BudgetSpent):
            pass
        print(f"{search.evaluator.count} alphas measured, {len(search.zoo.members)} in the zoo")
        return discovery(search.evaluator, search.best())


@dataclass(frozen=True)
class AlphaMctsModel(AlphaMcts):
    """The same where a language model proposes, as in the paper: a portrait, then a formula."""

    asks_model: ClassVar[bool] = True

    def proposer(self, task: PanelTask, rng: random.Random) -> Proposer:
        """Who proposes: the run's model."""
        return ModelProposer(task, task.model, self.nodes)


class AlphaSearch:
    """One run: the zoo, the trees, and whatever was found."""

    def __init__(
        self, settings: AlphaMcts, task: PanelTask, proposer: Proposer, rng: random.Random
    ) -> None:
        self.settings, self.task, self.proposer, self.rng = settings, task, proposer, rng
        self.counted = DIMENSIONS if settings.dimensions == "all" else DIMENSIONS[:1]
        self.evaluator = Evaluator(task)
        self.zoo = Zoo(self.evaluator, self.counted)
        self.found: dict[Factor, Measured] = {}
        self.idle = 0

    def best(self) -> list[Measured]:
        """The zoo, and what was left out of it, as far as there is room in a pool."""
        return [*self.zoo.members, *self.found.values()]

    def grow_tree(self) -> None:
        """A root, and expansions below it as long as they bring new bests."""
        alpha = self._measured(self.proposer.first(self._avoided()))
        if alpha is None:
            return
        root = self._node(alpha, None)
        left, best = self.settings.expansions, root.scores.reward
        while left > 0:
            left -= 1
            node = self._expanded(self._selected(root))
            if node is not None and node.scores.reward > best:
                best, left = node.scores.reward, left + 1

    def _selected(self, root: AlphaNode) -> AlphaNode:
        """The node to expand: by UCT, its own expansion as one more child at every node."""
        node = root
        while node.children:
            own = (self._uct(node.scores.reward, len(node.children), node), None)
            options = [
                (self._uct(child.best, child.visits, node), child) for child in node.children
            ]
            chosen = max([own, *options], key=lambda option: option[0])[1]
            if chosen is None:
                return node
            node = chosen
        return node

    def _uct(self, value: float, visits: int, parent: AlphaNode) -> float:
        spread = math.sqrt(math.log(max(parent.visits, 1)) / max(visits, 1))
        return value + self.settings.exploration * spread

    def _expanded(self, node: AlphaNode) -> AlphaNode | None:
        dimension = chosen_dimension(node.scores, self.counted, self.rng, self.settings.temperature)
        examples = [one.factor for one in self.zoo.members[-1:]]
        proposed = self.proposer.refined(node.alpha.factor, dimension, self._avoided(), examples)
        alpha = self._measured(proposed)
        if alpha is None:
            for one in node.path():
                one.visits += 1
            return None
        return self._node(alpha, node)

    def _node(self, alpha: Measured, parent: AlphaNode | None) -> AlphaNode:
        """A new node, its reward told to all above it, its alpha in the zoo where it is good."""
        scores = self.zoo.scores(alpha)
        node = AlphaNode(alpha, scores, parent, best=scores.reward)
        if parent is not None:
            parent.children.append(node)
            for one in parent.path():
                one.visits += 1
                one.best = max(one.best, scores.reward)
        if alpha.rank_ic >= LEAST_IC or not self.found:
            self.found[alpha.factor] = alpha
        if len(self.found) > _MOST_KEPT:
            self.found.pop(min(self.found, key=lambda one: self.found[one].rank_ir))
        if self.zoo.admit(alpha, scores) or not self.zoo.members:
            self.task.report(as_answer(best_pool(self.evaluator, self.best())))
        return node

    def _measured(self, factor: Factor | None) -> Measured | None:
        """The best of ``factor`` with its own and with other windows; None where none says
        anything."""
        self.evaluator.check()
        self.idle += 1
        if factor is None:
            return None
        forms = [factor] + [
            windows_changed(self.rng, factor) for _ in range(self.settings.variants - 1)
        ]
        measured = [self.evaluator.measured(one) for one in dict.fromkeys(forms)]
        known = [one for one in measured if one is not None]
        if known:
            self.idle = 0
        return max(known, key=lambda one: one.rank_ic, default=None)

    def _avoided(self) -> list[Factor]:
        if not self.settings.avoid_subtrees:
            return []
        return frequent_shapes(one.factor for one in self.zoo.members)
