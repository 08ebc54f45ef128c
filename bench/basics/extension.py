"""What installed packages add to the harness's tables, by entry points.

A package names a row in its metadata, and every table that has such rows takes it in:

    [project.entry-points."rediscover.metrics"]
    smoothness = "my_package.metrics:SMOOTHNESS"

Nothing is imported before its row is used.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

TableName = Literal["methods", "datasets", "formats", "metrics", "rules", "executors", "kinds"]


class ExtensionError(ImportError):
    """What an installed package offers cannot be had; the message names it and its package."""


def offered(table: TableName, shipped: Collection[str] = ()) -> Mapping[str, EntryPoint]:
    """The rows that installed packages offer for ``table``, by name, unloaded.

    Raises ExtensionError where two packages offer different rows of one name, or one has the name
    of a row ``shipped`` with Rediscover.
    """
    points = _offered(table, tuple(sys.path))
    for name in points:
        if name in shipped:
            raise ExtensionError(
                f"{package_of(points[name])} offers '{name}' to {table}, and Rediscover has one of "
                "that name; uninstall the package, or rename what it offers"
            )
    return points


@cache
def _offered(table: TableName, path: tuple[str, ...]) -> Mapping[str, EntryPoint]:
    from importlib.metadata import entry_points  # as slow to import as all else of a short command

    found: dict[str, EntryPoint] = {}
    for point in entry_points(group=f"rediscover.{table}"):
        other = found.setdefault(point.name, point)  # one package may be twice on the path
        if other.value.replace(" ", "") != point.value.replace(" ", ""):
            raise ExtensionError(
                f"two packages offer '{point.name}' to {table}: {package_of(other)} and "
                f"{package_of(point)}; uninstall one"
            )
    return found


def load(point: EntryPoint) -> Any:
    """What an entry point stands for. Raises ExtensionError where importing it fails."""
    try:
        return point.load()
    except Exception as error:
        raise ExtensionError(
            f"'{point.name}' of {package_of(point)}: importing {point.value} failed with "
            f"{type(error).__name__}: {error}"
        ) from error


def package_of(point: EntryPoint) -> str:
    """``package NAME VERSION``."""
    return f"package {point.dist.name} {point.dist.version}" if point.dist else "a package"
