"""Datasets of installed packages: entry points of the group ``rediscover.datasets``.

An entry point is a callable that returns a Dataset, or the path of a YAML catalogue:

    [project.entry-points."rediscover.datasets"]
    pendulums = "my_package.laws:pendulums"

A callable's parameters are the dataset's options (``datasets.pendulums.size=20``).
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.basics.extension import ExtensionError, load, offered, package_of
from bench.problems.catalogue import read_catalogue
from bench.problems.dataset import Dataset

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


def packaged_datasets(shipped: Collection[str]) -> Mapping[str, EntryPoint]:
    """The datasets that packages offer, by name, none loaded.

    Raises ExtensionError where one has a name of those ``shipped`` with Rediscover.
    """
    return offered("datasets", shipped)


def options_of_package(point: EntryPoint) -> tuple[str, ...]:
    """The options that the dataset takes. Raises ExtensionError where it cannot be imported."""
    value = load(point)
    if not callable(value):
        return ()
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    parameters = inspect.signature(value).parameters.values()
    return tuple(one.name for one in parameters if one.kind in kinds)


def read_packaged(point: EntryPoint, options: Mapping[str, Any]) -> Dataset:
    """The dataset itself. Raises ExtensionError, naming the package, whatever goes wrong in it."""
    value = load(point)
    who = f"dataset '{point.name}' of {package_of(point)}"
    if isinstance(value, str | os.PathLike):
        return read_catalogue(Path(value))
    if not callable(value):
        raise ExtensionError(
            f"{who}: {point.value} is {value!r:.60}, neither a callable nor the path of a catalogue"
        )
    try:
        dataset = value(**options)
    except Exception as error:
        raise ExtensionError(f"{who}: {type(error).__name__}: {error}") from error
    if not isinstance(dataset, Dataset):
        raise ExtensionError(f"{who}: {point.value} returned {dataset!r:.60}, which is no Dataset")
    return dataset
