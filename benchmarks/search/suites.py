"""The suites that methods are compared on, each in an order drawn once, and its half set aside."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from bench.problems import Dataset, load_dataset

# Ten problems of AI Feynman and a third of it are suites of their own: parts that papers use.
_PARTS = {"feynman10": ("aifeynman", 10), "aifeynman_third": ("aifeynman", 33)}
_DRAWN_SEED = 0
_ASIDE_SEED = 1


def suite(name: str, most: int | None = None) -> Dataset:
    """A suite in the order that a fixed seed draws, or as many of its problems as are asked for.

    A larger ``most`` adds problems and drops none. Problems without a known law are left out.
    Raises DatasetError where there is no such dataset.
    """
    source, size = _PARTS.get(name, (name, None))
    dataset = load_dataset(source)
    order = np.random.default_rng(_DRAWN_SEED).permutation(len(dataset.problems))[:size]
    known = [dataset.problems[k] for k in order if dataset.problems[k].truth]
    return replace(dataset, name=name, problems=tuple(known[:most]))


def set_aside(name: str) -> frozenset[str]:
    """The half of a suite's problems that nobody may tune on, by name."""
    source, _ = _PARTS.get(name, (name, None))
    names = [problem.name for problem in load_dataset(source).problems]
    drawn = np.random.default_rng(_ASIDE_SEED).permutation(len(names))[: len(names) // 2]
    return frozenset(names[k] for k in drawn)


def by_turns(suites: Mapping[str, Dataset]) -> Iterator[tuple[str, str]]:
    """The first problem of each suite, the second of each, and so on."""
    columns = ([(name, one.name) for one in suite.problems] for name, suite in suites.items())
    for row in itertools.zip_longest(*columns):
        yield from (one for one in row if one is not None)
