"""The edit distance beside what SRSD's authors compute it with: the same, and how much faster.

    python -m benchmarks.edit_distance [--pairs 10000] [--larger 50] [--forms 60]
                                       [--csv FILE COLUMN]

Distances are compared with zss (https://github.com/timtadh/zhang-shasha). Canonical forms are made
with SymPy as it is, and with its primes sought late (``bench.scoring.ned.late_primes``): of
random fits from a fixed seed, or of a column of expressions. Each has ``FORM_SECONDS`` of
processor time in a process of its own.

What is left is SymPy's ``simplify``: nine tenths of the time, of 40 published fits of up to some
hundred nodes. Nothing in it stands out. Cancelling, trigonometric identities and common factors
take about a quarter each (they overlap), by building SymPy's nodes by the hundred thousand and
asking what is known of them. gmpy2 saves 4 %, a cache of 100,000 instead of 1,000 results 7 %.
A form depends on which of several ways of writing is the shorter, after each of a dozen
rewritings: to have the same form, another program would have to try the same ones in that order.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import json
import os
import random
import signal
import time
from pathlib import Path

import zss

from bench.expression import Expression, ParseError, parse
from bench.scoring import LabelledTree, canonical_form, tree_distance
from bench.scoring.ned import canonical

FORM_SECONDS = 20.0


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


def random_fit(rng: random.Random) -> str:
    """A sum over a sum, or a function of one, with constants of three decimals."""

    def total(terms: int) -> str:
        return " + ".join(
            f"{rng.uniform(-3, 3):.3f}*"
            + "*".join(f"x{k}**{rng.randint(0, 2)}" for k in rng.sample(range(4), 2))
            for _ in range(terms)
        )

    terms = rng.randint(2, 7)
    shapes = ("({0})/({1})", "({0})*{2}(({1}))", "{2}(({0})/({1}))")
    function = rng.choice(("sin", "exp", "sqrt"))
    return rng.choice(shapes).format(total(terms), total(terms), function)


def read_column(path: str, column: str, count: int, rng: random.Random) -> list[Expression]:
    """At most ``count`` expressions of a column of a CSV file, drawn by ``rng``."""
    found = []
    with Path(path).open(newline="", encoding="utf-8") as file:
        for text in sorted({row[column] for row in csv.DictReader(file)}):
            with contextlib.suppress(ParseError):
                found.append(parse(text))
    return rng.sample(found, min(count, len(found)))


def form_of(expression: Expression, *, late: bool) -> tuple[float, str | None]:
    """CPU seconds, and the form; the limit, and None, where that ends it."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        signal.setitimer(signal.ITIMER_PROF, FORM_SECONDS)
        if not late:
            canonical.late_primes = contextlib.nullcontext
        start = time.process_time()
        form = canonical_form(expression)
        os.write(theirs, json.dumps([time.process_time() - start, str(form.as_dict())]).encode())
        os._exit(0)
    os.close(theirs)
    with os.fdopen(ours) as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    return tuple(json.loads(text)) if text else (FORM_SECONDS, None)


def compare_forms(expressions: list[Expression]) -> None:
    """Print what forms cost with SymPy as it is and with late primes, and whether they agree."""
    canonical_form(parse("sin(x0)*exp(x1) + x0**2/(x1 + 1.5)"))  # SymPy fills its tables
    early = [form_of(one, late=False) for one in expressions]
    late = [form_of(one, late=True) for one in expressions]
    both = [(a, b) for a, b in zip(early, late, strict=True) if a[1] and b[1]]
    print(f"{len(expressions)} canonical forms, {FORM_SECONDS:g} s each at most")
    for name, forms in (("SymPy as it is", early), ("late primes", late)):
        ended = sum(form is None for _, form in forms)
        print(f"  {name:15} {sum(s for s, _ in forms):7.1f} CPU s, {ended} not finished")
    shares = [f"{sum(one[k][0] for one in both):.1f}" for k in (0, 1)]
    different = sum(a[1] != b[1] for a, b in both)
    print(f"  finished by both: {' and '.join(shares)} CPU s; {different} of {len(both)} differ")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=10_000, help="pairs of up to 20 nodes")
    parser.add_argument("--larger", type=int, default=50, help="pairs of 30 to 80 nodes")
    parser.add_argument("--forms", type=int, default=60, help="canonical forms")
    parser.add_argument("--csv", nargs=2, metavar=("FILE", "COLUMN"), help="whose forms")
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
    if arguments.csv:
        compare_forms(read_column(*arguments.csv, arguments.forms, rng))
    else:
        compare_forms([parse(random_fit(rng)) for _ in range(arguments.forms)])


if __name__ == "__main__":
    main()
