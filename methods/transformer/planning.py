"""Look-ahead tree search over tokens: the network proposes, the fit to the data decides.

TPSR: Shojaee et al., NeurIPS 2023 (arXiv 2303.06833): a token is committed to after a few rollouts
from the prefix so far, each of which adds one node to the tree and completes it greedily. As
published: ``Q + sqrt(ln N / n)`` chooses among the most probable tokens, Q is the best return
below. Departures: every completion is judged and the best one kept, not only the committed
sequence; the error is relative to the target's variance; lengths count by MAX_LENGTH, not 200.

The tree is not that of ``methods/mcts``: there, expansion, completion and scoring are compiled
over that method's grammar, ten thousands a second; here each step waits for the network, outside.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from methods.transformer.skeletons.vocabulary import ARITY, MAX_LENGTH, Skeleton

EXPANSIONS = 5
"""Tokens considered after a prefix (3 in the paper, whose network is 100 times larger)."""
ROLLOUTS = EXPANSIONS
"""Completions before a token is committed to: one at least for each that is considered."""
_EXPLORATION = 1.0
_BREVITY = 0.1
"""The weight of shortness in the return: the paper's lambda."""

Ranking = Callable[[Skeleton], list[int]]
"""From a prefix to the tokens that may follow, the most probable first."""


@dataclass
class _Node:
    prefix: Skeleton
    value: float = -math.inf
    visits: int = 0
    children: list[_Node] = field(default_factory=list)

    def child_to_visit(self) -> _Node:
        """The child of the largest upper confidence bound."""
        spread = math.log(self.visits)
        return max(
            self.children,
            key=lambda one: one.value + _EXPLORATION * math.sqrt(spread / one.visits),
        )


def complete(skeleton: Skeleton) -> bool:
    """Whether the prefix is a whole tree."""
    return sum(int(ARITY[token]) - 1 for token in skeleton) == -1


def reward(error: float, length: int) -> float:
    """The return of a completion, from its RMSE over the target's spread and its tokens."""
    return 1.0 / (1.0 + error**2) + _BREVITY * math.exp(-length / MAX_LENGTH)


def plan(ranking: Ranking, error: Callable[[Skeleton], float]) -> Iterator[list[Skeleton]]:
    """Completions to judge, one at a time, until a whole skeleton is committed to.

    Once a yielded skeleton has been judged, ``error(skeleton)`` tells how well it fits. Rankings
    are kept, so a completion that passes where another went costs no call of the network.
    """
    rankings: dict[Skeleton, list[int]] = {}

    def ranked(prefix: Skeleton) -> list[int]:
        if prefix not in rankings:
            rankings[prefix] = ranking(prefix)
        return rankings[prefix]

    root = _Node(())
    while not complete(root.prefix):
        for _ in range(ROLLOUTS):
            path = _descend(root, ranked)
            completion = path[-1].prefix
            while not complete(completion):
                completion = (*completion, ranked(completion)[0])
            yield [completion]
            gained = reward(error(completion), len(completion))
            for node in path:
                node.visits += 1
                node.value = max(node.value, gained)
        root = max(root.children, key=lambda one: one.value)


def _descend(root: _Node, ranked: Ranking) -> list[_Node]:
    """The way from ``root`` to a new node, or to a whole skeleton."""
    path = [root]
    while not complete(path[-1].prefix):
        node = path[-1]
        tokens = ranked(node.prefix)[:EXPANSIONS]
        if len(node.children) < len(tokens):
            child = _Node((*node.prefix, tokens[len(node.children)]))
            node.children.append(child)
            return [*path, child]
        path.append(node.child_to_visit())
    return path
