"""The interface of a kind: all that runner, store and leaderboard ever ask of one."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from bench.extension import load, offered
from bench.method import Budget

Disclosure = Literal["blind", "symbols", "full"]

_SHIPPED = {"table": "bench.kinds.table:KIND"}


@dataclass(frozen=True, slots=True)
class Conditions:
    """Under what a problem is posed: the part of a run that changes what a method is shown.

    ``seed`` is the method's and the noise's, ``data_seed`` the problem's; ``noise`` is a level in
    the kind's own units.
    """

    seed: int = 0
    noise: float = 0.0
    data_seed: int = 0
    disclosure: Disclosure = "blind"


@dataclass(frozen=True)
class Posed:
    """A problem as a method may see it: ``told`` is plain JSON, ``arrays`` are the numbers.

    It holds neither the truth nor anything that is held back, and nothing that names the dataset
    or the problem. ``digest`` is the SHA-256 of all data of the problem.
    """

    told: Mapping[str, Any]
    arrays: tuple[NDArray[np.float64], ...]
    digest: str


class Kind(Protocol):
    """What sort of thing is discovered: how it is posed, what an answer is, how it is scored.

    The first half is used in a worker, which has NumPy and little else: a kind's module imports
    what scoring needs inside the functions of the second half.
    """

    name: str

    def pose(self, problem: Any, conditions: Conditions) -> Posed:
        """What a method is shown of ``problem`` (in the harness)."""
        ...

    def task(
        self,
        told: Mapping[str, Any],
        arrays: tuple[NDArray[np.float64], ...],
        *,
        seed: int,
        budget: Budget,
        on_report: Callable[[Any, float | None], None],
    ) -> Any:
        """The task that was posed (in the worker); ``arrays`` are read-only."""
        ...

    def refusal(self, answer: str | Mapping[str, str], told: Mapping[str, Any]) -> str | None:
        """Why ``answer`` is none to what was posed, in one line; None where it is one."""
        ...


@cache
def kind_named(name: str) -> Kind:
    """The kind called ``name``: one that ships, or one that an installed package offers.

    Raises LookupError where there is none.
    """
    if name in _SHIPPED:
        module, _, attribute = _SHIPPED[name].partition(":")
        kind: Kind = getattr(importlib.import_module(module), attribute)
        return kind
    points = offered("kinds")
    if name not in points:
        raise LookupError(f"kind '{name}' not found; there is {', '.join(kind_names())}")
    return load(points[name])  # type: ignore[no-any-return]


def kind_names() -> list[str]:
    """The kinds there are, those of installed packages among them."""
    return [*_SHIPPED, *sorted(offered("kinds"))]


def kind_of(problem: Any) -> Kind:
    """The kind of ``problem``."""
    return kind_named(problem.kind)
