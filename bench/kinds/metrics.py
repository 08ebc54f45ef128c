"""METRICS: the rows of every kind and of installed packages, in one table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bench.basics.extension import ExtensionError, load, offered, package_of
from bench.kinds.find import kind_named, kind_names, kind_target
from bench.scoring.metrics import Metric


def all_metrics() -> tuple[Metric, ...]:
    """Every metric, in the order of columns: those of the kinds, then those of packages.

    A package names its rows in the entry-point group ``rediscover.metrics``, each by the metric's
    own name. Raises ExtensionError where a package's metric cannot be had, is none, or is another
    than one of its name.
    """
    rows: list[Metric] = []
    for metric in (*_of_kinds(), *_of_packages()):
        for other in rows:
            if other.name == metric.name:
                _check_alike(metric, other)
        rows.append(metric)
    return tuple(rows)


def metrics_of(kind: str) -> tuple[Metric, ...]:
    """The metrics of the kind called ``kind``; raises ExtensionError as ``all_metrics`` does."""
    return tuple(metric for metric in all_metrics() if kind in metric.kinds)


def _of_kinds() -> Iterator[Metric]:
    for name in kind_names():
        kind = kind_named(name)
        if not hasattr(kind, "metrics"):
            raise ExtensionError(f"the kind at {kind_target(name)} lacks the function 'metrics'")
        yield from kind.metrics()


def _of_packages() -> Iterator[Metric]:
    for name, point in sorted(offered("metrics").items()):
        metric = load(point)
        if not isinstance(metric, Metric) or metric.name != name:
            raise ExtensionError(
                f"'{name}' of {package_of(point)} is {point.value}; it must be a Metric called "
                f"'{name}', not {metric!r:.100}"
            )
        yield replace(metric, origin=package_of(point))


def _check_alike(metric: Metric, other: Metric) -> None:
    """Two kinds may have a metric of one name: a column sums up both in the same way."""
    for field in ("summary", "interval", "better", "worst"):
        mine, theirs = getattr(metric, field), getattr(other, field)
        if mine != theirs:
            raise ExtensionError(
                f"two metrics are called '{metric.name}', and their {field} differs: {mine!r} "
                f"({metric.origin}) and {theirs!r} ({other.origin}); rename one"
            )
    if set(metric.kinds) & set(other.kinds):
        raise ExtensionError(
            f"two metrics of the kind {metric.kinds[0]} are called '{metric.name}' "
            f"({other.origin}, {metric.origin}); rename one"
        )
