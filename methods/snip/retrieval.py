"""The cheapest first answer of a search: formulas whose latents are nearest to that of its data."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bench import Expression
from bench.basics.installation import install_hint
from methods.refine import Refiner
from methods.snip.shipped import NEEDED, SHIPPED
from methods.transformer.search import View, to_expression

if TYPE_CHECKING:
    from methods.snip.library import SkeletonLibrary
    from methods.snip.network import SnipNetwork

_LIBRARY = 5000
"""Skeletons for each number of variables."""


def check(count: int) -> None:
    """Raises ValueError where so many formulas cannot be looked for."""
    if count < 0:
        raise ValueError(f"retrieval is {count}; it must be 0 or more")
    if count and not all(map(importlib.util.find_spec, NEEDED)):
        raise ValueError(f"retrieval is {count}, and needs PyTorch: {install_hint('neural')}")


def retrieved(refine: Refiner, count: int, seed: int) -> Iterator[list[Expression]]:
    """``count`` formulas of a drawn library, the nearest to ``refine``'s data first.

    Each comes plain, and with a scale and an offset. Its own constants are 1: whoever looks at it
    fits them.
    """
    if not count:
        return
    import torch

    from methods.snip.proposals import LatentSpace

    torch.set_num_threads(1)
    network = network_in(SHIPPED)
    view = View.of(refine.X, refine.y, refine.names, seed, network.shape.variables)
    space = LatentSpace(network, view, np.random.default_rng(seed), torch.Generator())
    library = drawn_library(SHIPPED, len(view.names), _LIBRARY)
    for skeleton in islice(space.by_nearness(library), count):
        plain = to_expression(skeleton, view.names)
        yield [plain, refine.scaled(plain).expression]


@cache
def network_in(folder: Path) -> SnipNetwork:
    """The networks in a folder, read once in a process."""
    from methods.neural.checkpoint import load_network
    from methods.snip.network import SnipNetwork

    network, _ = load_network(folder, SnipNetwork.of)
    return network


@cache
def drawn_library(folder: Path, columns: int, size: int) -> SkeletonLibrary:
    """``size`` drawn skeletons of so many columns, as a network reads them; made once in a process.

    They are drawn from 0, so that a seed of a run has no part.
    """
    from methods.snip.library import SkeletonLibrary
    from methods.transformer.skeletons.drawing import draw_skeletons

    network = network_in(folder)
    drawn = draw_skeletons(size, columns, 0, network.shape.longest)
    return SkeletonLibrary.of(network.encoders, drawn)


def warm() -> None:
    """Load the network that ships and make its libraries, once in a process."""
    make_libraries(SHIPPED, _LIBRARY)


def make_libraries(folder: Path, size: int) -> None:
    """Make the libraries of a network, one for each number of columns."""
    for columns in range(1, network_in(folder).shape.variables + 1):
        drawn_library(folder, columns, size)
