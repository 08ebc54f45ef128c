"""The problems that results are about: of catalogues, and of where a folder says they came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.running.results.store import Store

if TYPE_CHECKING:
    from bench.problems.problem import Problem

_MOST_MADE = 1000
"""Problems that somebody else's configuration may have made here."""

Problems = dict[tuple[str, str], "Problem"]


def find_problems(datasets: set[str], folders: Iterable[Path], *, trusted: bool = True) -> Problems:
    """The problems of ``datasets``: of catalogues, and of where ``folders`` say they came from.

    What folders say that are not ``trusted`` counts where it is the name of an installed dataset.
    """
    from bench.problems import dataset_names
    from bench.problems.load import GENERATED

    shipped = datasets & (set(dataset_names()) - set(GENERATED))
    found: Problems = {}
    for name in sorted(shipped):
        found |= _load(name, {})
    if datasets <= {dataset for dataset, _ in found}:
        return found
    for folder in folders:
        for label, config in _configured(folder).items():
            if trusted or is_harmless(label, config):
                options = {key: value for key, value in dict(config).items() if value is not None}
                found = _load(options.pop("source", label), options) | found
    return found


def is_harmless(label: str, config: Any) -> bool:
    """Whether a dataset that somebody else's configuration names is installed here, and no more
    than a few problems are to be made for it: no path, nothing to be fetched."""
    from bench.problems import dataset_names

    if not isinstance(config, Mapping):
        return False
    size = config.get("size") or 0
    small = isinstance(size, int) and size <= _MOST_MADE
    return str(config.get("source", label)) in dataset_names() and small


def _configured(folder: Path) -> Mapping[str, Mapping[str, Any]]:
    """The datasets that the configuration of a results folder lists, by label."""
    datasets = Store(folder).config().get("datasets")
    if not isinstance(datasets, Mapping):
        return {}
    return {label: one for label, one in datasets.items() if isinstance(one, Mapping)}


def _load(source: str, options: Mapping[str, Any]) -> Problems:
    from bench.problems import load_dataset

    try:
        dataset = load_dataset(source, **options)
    except (LookupError, ValueError, OSError, TypeError, ImportError):
        return {}  # moved or deleted since the benchmark ran
    return {(problem.dataset, problem.name): problem for problem in dataset.problems}
