"""The tree distance beside what SRSD's authors compute it with: the same, and how much faster.

    python -m benchmarks.edit_distance [--pairs 10000] [--larger 50]

Distances are compared with zss (https://github.com/timtadh/zhang-shasha). What the canonical forms
cost is in ``benchmarks.canonical_forms``.
"""

from __future__ import annotations

import argparse
import random
import time

import zss

from bench.scoring import LabelledTree, tree_distance


def random_tree(rng: random.Random, nodes: int) -> LabelledTree:
    """A tree of ``nodes`` nodes with the labels of expressions: short and long branches mixed."""
    labels: list[str] = []
    arities: list[int] = []

    def grow(size: int) -> None:
        children, left = 0, size - 1
        while left:
            part = rng.randint(1, left)
            grow(part)
            children, left = children + 1, left - part
        labels.append(rng.choice(("Add", "Mul", "Pow", "sin", "exp", "Const", "x0", "x1")))
        arities.append(children)

    grow(nodes)
    return LabelledTree(tuple(labels), tuple(arities))


def as_zss(tree: LabelledTree) -> zss.Node:
    """The same tree as zss wants it."""
    open_trees: list[zss.Node] = []
    for label, arity in zip(tree.labels, tree.arities, strict=True):
        node = zss.Node(label)
        for child in open_trees[len(open_trees) - arity :]:
            node.addkid(child)
        del open_trees[len(open_trees) - arity :]
        open_trees.append(node)
    return open_trees[0]


def disagreements(rng: random.Random, pairs: int, least: int, most: int) -> int:
    """How many of ``pairs`` random pairs the two give different distances."""
    different = 0
    for _ in range(pairs):
        a, b = (random_tree(rng, rng.randint(least, most)) for _ in range(2))
        different += tree_distance(a, b) != zss.simple_distance(as_zss(a), as_zss(b))
    return different


def seconds(rng: random.Random, nodes: int, pairs: int) -> tuple[float, float]:
    """CPU seconds per pair of trees of ``nodes`` nodes: ours, and zss's."""
    trees = [(random_tree(rng, nodes), random_tree(rng, nodes)) for _ in range(pairs)]
    start = time.process_time()
    for a, b in trees:
        tree_distance(a, b)
    ours = time.process_time()
    for a, b in trees:
        zss.simple_distance(as_zss(a), as_zss(b))
    return (ours - start) / pairs, (time.process_time() - ours) / pairs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=10_000, help="pairs of up to 20 nodes")
    parser.add_argument("--larger", type=int, default=50, help="pairs of 30 to 80 nodes")
    arguments = parser.parse_args()
    rng = random.Random(0)
    start = time.perf_counter()
    tree_distance(random_tree(rng, 2), random_tree(rng, 2))
    print(f"first call, with the import of numba: {time.perf_counter() - start:.2f} s")
    for pairs, least, most in ((arguments.pairs, 1, 20), (arguments.larger, 30, 80)):
        different = disagreements(rng, pairs, least, most)
        print(f"{pairs} pairs of {least} to {most} nodes: {different} differ from zss")
    print("nodes    ours (us)     zss (us)   times faster")
    for nodes, pairs in ((10, 200), (50, 10), (100, 4), (200, 3)):
        ours, theirs = seconds(rng, nodes, pairs)
        print(f"{nodes:5} {ours * 1e6:12.0f} {theirs * 1e6:12.0f} {theirs / ours:14.0f}")


if __name__ == "__main__":
    main()
