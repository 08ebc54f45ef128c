"""Double Q-learning in the tree: which estimate learns, and which one values the next action."""

from __future__ import annotations

import numpy as np
import pytest

from methods.mcts.tree import CLOSED, FIRST, QA, QB, WIDTH, Policy, Tree, _learn, make_tree

ROOT, FIRST_CHILD, SECOND_CHILD, LEAF = range(4)
POLICY = Policy(
    uct=False, maximum=False, exploration=0.0, greedy=0.0, rate=1.0, discount=0.5, step_reward=0.25,
    least_visits=0, eta=0.0, parsimony=0.0,
)  # fmt: skip


def tree_of_two(qa: tuple[float, float], qb: tuple[float, float]) -> Tree:
    """A root with two children of these estimates, and a leaf elsewhere."""
    tree = make_tree(4, 4)
    tree.facts[:, FIRST] = -1
    tree.facts[ROOT, FIRST], tree.facts[ROOT, WIDTH] = FIRST_CHILD, 2
    tree.worth[1:3, QA], tree.worth[1:3, QB] = qa, qb
    return tree


def learned(seed: int, qa: tuple[float, float], qb: tuple[float, float]) -> tuple[float, float]:
    """The root's two estimates, from 0, after one simulation through it."""
    tree, path = tree_of_two(qa, qb), np.array([ROOT, LEAF])
    _learn.py_func(tree, POLICY, np.random.default_rng(seed), path, 2, 9.0)
    assert not tree.facts[ROOT, CLOSED]
    return float(tree.worth[ROOT, QA]), float(tree.worth[ROOT, QB])


@pytest.mark.parametrize(("qa", "qb"), [((1, 5), (7, 3)), ((8, 2), (1, 6)), ((4, 9), (2, 8))])
def test_one_estimate_chooses_and_the_other_values(
    qa: tuple[float, float], qb: tuple[float, float]
) -> None:
    a = (0.25 + 0.5 * qb[int(np.argmax(qa))], 0.0)
    b = (0.0, 0.25 + 0.5 * qa[int(np.argmax(qb))])
    found = [learned(seed, qa, qb) for seed in range(200)]
    assert set(found) == {a, b}, "one of the two learns, from the other"
    assert 60 < found.count(a) < 140, "each as often"
