"""Monte Carlo tree search over the actions of a grammar.

A node is a prefix, its children the tokens that may follow. A simulation walks down by the policy,
expands one node, completes the expression at random, and sends the reward back. A node under which
everything has been seen is closed and not entered again, so that no simulation is spent twice on
one expression.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.expression.compiled.compiling import compiled, inlined
from bench.expression.compiled.kernel import fill
from methods.mcts.evolution.pool import Pool, fitness_of, offer
from methods.mcts.language.grammar import Prefix, TokenGrammar, advance, allowed, begin, complete
from methods.mcts.language.tokens import Floats, Ints
from methods.mcts.scoring import Scorer, assess

FIRST, WIDTH, TOKEN, VISITS, CLOSED = range(5)
BEST, TOTAL, QA, QB = range(4)


class Tree(NamedTuple):
    """Nodes as rows: ``facts`` (FIRST child, WIDTH: how many, TOKEN, VISITS, CLOSED) and ``worth``.

    ``worth`` has the BEST and TOTAL of the rewards seen below, and the two estimates QA and QB of
    the action that leads to the node. ``size[0]`` nodes are there; ``size[1]`` is the node that
    simulations start from, and ``size[2]`` how many ``committed`` tokens lead there.
    """

    facts: NDArray[np.int32]
    worth: Floats
    size: Ints
    committed: Ints


class Policy(NamedTuple):
    """How a tree is walked and learned; see ``RSRM`` for the settings of the same names."""

    uct: bool
    maximum: bool
    exploration: float
    greedy: float
    rate: float
    discount: float
    step_reward: float
    least_visits: int
    eta: float
    parsimony: float


class Walk(NamedTuple):
    """Work arrays of a simulation."""

    prefix: Prefix
    mask: NDArray[np.bool_]
    path: Ints
    constants: Floats


def make_tree(nodes: int, most: int) -> Tree:
    """An empty tree with room for so many nodes, over expressions of ``most`` tokens."""
    return Tree(
        np.zeros((nodes, 5), np.int32),
        np.zeros((nodes, 4)),
        np.zeros(3, np.int64),
        np.zeros(most + 1, np.int64),
    )


@compiled
def restart(tree: Tree) -> None:
    """Begin anew, with a root."""
    tree.size[0], tree.size[1], tree.size[2] = 1, 0, 0
    _clear(tree, 0, 0)


@compiled
def _clear(tree: Tree, node: int, token: int) -> None:
    facts, worth = tree.facts[node], tree.worth[node]
    facts[FIRST], facts[WIDTH], facts[TOKEN], facts[VISITS], facts[CLOSED] = -1, 0, token, 0, 0
    worth[BEST], worth[TOTAL], worth[QA], worth[QB] = 0.0, 0.0, 0.0, 0.0


@inlined
def _expand(grammar: TokenGrammar, tree: Tree, node: int, walk: Walk) -> None:
    count = allowed(grammar, walk.prefix, grammar.max_tokens, walk.mask)
    tree.facts[node, FIRST], tree.facts[node, WIDTH] = tree.size[0], count
    for action in range(len(walk.mask)):
        if walk.mask[action]:
            _clear(tree, tree.size[0], grammar.actions[action])
            tree.size[0] += 1


@inlined
def _choose(tree: Tree, policy: Policy, rng: np.random.Generator, node: int) -> int:
    """A child that is not closed: first those little visited, then by the policy; -1 if none."""
    begins, ends = tree.facts[node, FIRST], tree.facts[node, FIRST] + tree.facts[node, WIDTH]
    fresh, still = 0, 0
    for child in range(begins, ends):
        still += not tree.facts[child, CLOSED]
        fresh += not tree.facts[child, CLOSED] and tree.facts[child, VISITS] < policy.least_visits
    if still == 0:
        return -1
    if fresh > 0:
        pick = int(rng.random() * fresh)
        for child in range(begins, ends):
            if not tree.facts[child, CLOSED] and tree.facts[child, VISITS] < policy.least_visits:
                pick -= 1
                if pick < 0:
                    return child
    if policy.uct:
        return _by_confidence(tree, policy, node)
    return _by_values(tree, rng, node, still, rng.random() < policy.greedy)


@inlined
def _by_confidence(tree: Tree, policy: Policy, node: int) -> int:
    """Upper confidence bounds for trees (Kocsis and Szepesvári 2006)."""
    chosen, most = -1, -np.inf
    logarithm = math.log(tree.facts[node, VISITS] + 1.0)
    for child in range(tree.facts[node, FIRST], tree.facts[node, FIRST] + tree.facts[node, WIDTH]):
        if tree.facts[child, CLOSED]:
            continue
        visits = max(tree.facts[child, VISITS], 1)
        value = tree.worth[child, BEST] if policy.maximum else tree.worth[child, TOTAL] / visits
        bound = value + policy.exploration * math.sqrt(logarithm / visits)
        if bound > most:
            chosen, most = child, bound
    return chosen


@inlined
def _by_values(tree: Tree, rng: np.random.Generator, node: int, still: int, greedy: bool) -> int:
    """By the softmax of both estimates if ``greedy``, else any."""
    begins, ends = tree.facts[node, FIRST], tree.facts[node, FIRST] + tree.facts[node, WIDTH]
    total = 0.0
    for child in range(begins, ends):
        if not tree.facts[child, CLOSED]:
            total += math.exp(tree.worth[child, QA] + tree.worth[child, QB]) if greedy else 1.0
    u = rng.random() * total
    chosen = -1
    for child in range(begins, ends):
        if not tree.facts[child, CLOSED]:
            chosen = child
            u -= math.exp(tree.worth[child, QA] + tree.worth[child, QB]) if greedy else 1.0
            if u < 0.0:
                break
    return chosen


@compiled
def _learn(
    tree: Tree, policy: Policy, rng: np.random.Generator, path: Ints, length: int, reward: float
) -> None:
    """Send the reward up the path: visits, best, total, closed, and double Q-learning.

    van Hasselt, "Double Q-learning", NIPS 2010: a coin says which estimate learns, and the other
    one values the best action of the next state.
    """
    for i in range(length - 1, -1, -1):
        node = path[i]
        tree.facts[node, VISITS] += 1
        tree.worth[node, BEST] = max(tree.worth[node, BEST], reward)
        tree.worth[node, TOTAL] += reward
        begins, width = tree.facts[node, FIRST], tree.facts[node, WIDTH]
        target_a, target_b = reward, reward
        if begins >= 0 and i < length - 1:
            best_a, best_b, closed = begins, begins, True
            for child in range(begins, begins + width):
                closed = closed and tree.facts[child, CLOSED] == 1
                if tree.worth[child, QA] > tree.worth[best_a, QA]:
                    best_a = child
                if tree.worth[child, QB] > tree.worth[best_b, QB]:
                    best_b = child
            tree.facts[node, CLOSED] = closed
            target_a = policy.step_reward + policy.discount * tree.worth[best_a, QB]
            target_b = policy.step_reward + policy.discount * tree.worth[best_b, QA]
        if policy.uct:
            continue
        if rng.random() < 0.5:
            tree.worth[node, QA] += policy.rate * (target_a - tree.worth[node, QA])
        else:
            tree.worth[node, QB] += policy.rate * (target_b - tree.worth[node, QB])


@inlined
def _simulate(
    grammar: TokenGrammar,
    scorer: Scorer,
    tree: Tree,
    policy: Policy,
    pool: Pool,
    walk: Walk,
    rng: np.random.Generator,
) -> None:
    """One walk from the committed prefix to a complete expression, and back."""
    prefix, path = walk.prefix, walk.path
    begin(prefix)
    for i in range(tree.size[2]):
        advance(prefix, tree.committed[i])
    node, length = tree.size[1], 1
    path[0] = node
    while prefix.counts[1] > 0:
        if tree.facts[node, FIRST] < 0:
            if tree.facts[node, VISITS] == 0 and length > 1:
                break
            _expand(grammar, tree, node, walk)
        node = _choose(tree, policy, rng, node)
        if node < 0:  # everything below has been seen, or units allow nothing
            tree.facts[path[length - 1], CLOSED] = True
            _learn(tree, policy, rng, path, length, 0.0)
            return
        advance(prefix, tree.facts[node, TOKEN])
        path[length] = node
        length += 1
    tree.facts[node, CLOSED] = prefix.counts[1] == 0
    least = prefix.counts[0] + prefix.counts[1]
    limit = least + int(rng.random() * (grammar.max_tokens - least + 1))
    reward = 0.0
    if complete(grammar, prefix, rng, limit, walk.mask):
        reward = _reward(scorer, policy, pool, walk, rng)
    _learn(tree, policy, rng, path, length, reward)


@inlined
def _reward(
    scorer: Scorer, policy: Policy, pool: Pool, walk: Walk, rng: np.random.Generator
) -> float:
    """``eta**length / (1 + error)``, as published."""
    tokens, length, constants = walk.prefix.tokens, walk.prefix.counts[0], walk.constants
    fill(constants, 1.0)
    error, place = assess(scorer, rng, tokens, length, constants)
    if not math.isfinite(error):
        return 0.0
    fitness = fitness_of(error, length, policy.parsimony)
    offer(pool, tokens, length, constants, fitness, scorer.seen.keys[place])
    return float(policy.eta**length / (1.0 + error))


@compiled
def commit(tree: Tree) -> bool:
    """Move the start of simulations to the child of the largest reward; False if it is closed."""
    node = tree.size[1]
    if tree.facts[node, FIRST] < 0 or tree.facts[node, WIDTH] == 0:
        return False
    best = tree.facts[node, FIRST]
    for child in range(tree.facts[node, FIRST], tree.facts[node, FIRST] + tree.facts[node, WIDTH]):
        if tree.worth[child, BEST] > tree.worth[best, BEST]:
            best = child
    tree.committed[tree.size[2]] = tree.facts[best, TOKEN]
    tree.size[1], tree.size[2] = best, tree.size[2] + 1
    return not tree.facts[best, CLOSED]


@compiled
def search_tree(
    grammar: TokenGrammar,
    scorer: Scorer,
    tree: Tree,
    policy: Policy,
    pool: Pool,
    walk: Walk,
    rng: np.random.Generator,
    simulations: int,
) -> bool:
    """So many simulations; False where the tree is seen through or full."""
    for _ in range(simulations):
        if tree.facts[tree.size[1], CLOSED]:
            return False
        if tree.size[0] + len(grammar.actions) * 2 > len(tree.facts):
            return False
        _simulate(grammar, scorer, tree, policy, pool, walk, rng)
    return True
