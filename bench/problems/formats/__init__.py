"""Formats: other people's files and folders, in and out. Nothing in them is executed.

A format is one module here, listed in ``FORMATS``, or what an installed package offers as
``rediscover.formats``: anything with the three names of ``Format``.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from bench.basics.extension import load, offered

if TYPE_CHECKING:
    from bench.problems.dataset import Dataset

FORMATS = {
    "srsd": "SRSD's folders",
    "llmsrbench": "LLM-SRBench's folders",
    "pmlb": "PMLB's folders",
    "qlib": "Qlib's folders",
    "user_data": "tables (.csv, .tsv, .csv.gz, .tsv.gz, .parquet)",
}
"""The formats that ship, by module, and what each reads: the first that recognises a path reads it.

Those of installed packages are asked before the last, which takes any folder with a table in it.
"""


class Format(Protocol):
    """A file format: how its files are recognised, and how they become a dataset.

    ``OPTIONS`` names the keywords of ``read``: ``datasets.KEY.OPTION=...`` on the command line.
    ``read`` raises ValueError or OSError, naming the file, where something is wrong with it.
    """

    OPTIONS: tuple[str, ...]

    def recognises(self, path: Path) -> bool:
        """Whether what lies at ``path``, a file or a folder, is in this format."""
        ...

    def read(self, path: Path, **options: Any) -> Dataset:
        """The dataset at ``path``."""
        ...


def format_at(path: Path) -> Format | None:
    """The format of what lies at ``path``; None where it is in none."""
    return next((one for one in _formats() if one.recognises(path)), None)


def formats_in_words() -> str:
    """All that can be read, those of installed packages by their names."""
    return ", ".join([*FORMATS.values(), *sorted(offered("formats"))])


def _formats() -> Iterator[Format]:
    *first, last = FORMATS
    for name in first:
        yield _shipped(name)
    for point in offered("formats").values():
        yield load(point)
    yield _shipped(last)


def _shipped(name: str) -> Format:
    # mypy knows modules as protocols only where it can follow the import.
    module: Any = importlib.import_module(f"bench.problems.formats.{name}")
    one: Format = module
    return one
