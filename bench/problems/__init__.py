"""What is to be discovered: variables, problems, datasets, and the loaders of others' formats.

The names below are imported when they are first used: the package itself needs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bench.problems.catalogue import CatalogueError
    from bench.problems.data import Data, Table
    from bench.problems.dataset import Dataset
    from bench.problems.load import DatasetNotFound, dataset_names, load_dataset
    from bench.problems.problem import Domain, Problem, Source, Target
    from bench.problems.selection import UnknownSelection
    from bench.problems.sources.sampling import SamplingError, sample_domain
    from bench.problems.variable import BASE_UNITS, Sampling, Unit, Variable

_HOMES = {
    "catalogue": ("CatalogueError",),
    "data": ("Data", "Table"),
    "dataset": ("Dataset",),
    "load": ("DatasetNotFound", "dataset_names", "load_dataset"),
    "problem": ("Domain", "Problem", "Source", "Target"),
    "sources.sampling": ("SamplingError", "sample_domain"),
    "selection": ("UnknownSelection",),
    "variable": ("BASE_UNITS", "Sampling", "Unit", "Variable"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "BASE_UNITS",
    "CatalogueError",
    "Data",
    "Dataset",
    "DatasetNotFound",
    "Domain",
    "Problem",
    "Sampling",
    "SamplingError",
    "Source",
    "Table",
    "Target",
    "Unit",
    "UnknownSelection",
    "Variable",
    "dataset_names",
    "load_dataset",
    "sample_domain",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'bench.problems' has no attribute '{name}'")
    value = getattr(importlib.import_module(f"bench.problems.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
