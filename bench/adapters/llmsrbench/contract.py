"""The names of LLM-SRBench that searchers are written in.

They are those of its ``bench/searchers/base.py`` and ``bench/dataclasses.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar


class BaseSearcher:
    """What searchers are made from."""

    def __init__(self, name: str) -> None:
        self._name = name

    def discover(self, task: SEDTask) -> list[SearchResult]:
        """The equations found for ``task``."""
        raise NotImplementedError(f"{type(self).__name__} has no discover(task) of its own")

    def __str__(self) -> str:
        return self._name


@dataclass
class Equation:
    """An equation that was found: as text, as a function of inputs (n, d), as a program."""

    symbols: list[str]
    symbol_descs: list[str]
    symbol_properties: list[str]
    expression: str | None = None
    desc: str | None = None
    sympy_format: Any = None
    lambda_format: Any = None
    program_format: str | None = None


@dataclass
class SearchResult:
    """An equation, and whatever a searcher has to say of it; ``heard`` is told each that is made.

    So the best of them is the answer of a search that is ended before it returns any.
    """

    heard: ClassVar[Callable[[Equation], None] | None] = None

    equation: Equation
    aux: Any = None

    def __post_init__(self) -> None:
        if SearchResult.heard is not None:
            SearchResult.heard(self.equation)


@dataclass
class SEDTask:
    """What a searcher is given: ``samples`` (n, 1 + d) have the target in their first column."""

    name: str
    symbols: list[str]
    symbol_descs: list[str]
    symbol_properties: list[str]
    samples: Any
    desc: str | None = None


NAMES = (BaseSearcher, Equation, SearchResult, SEDTask)
