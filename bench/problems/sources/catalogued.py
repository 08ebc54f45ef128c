"""Where the data of a catalogue's problem come from: one reader for each field that says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bench.problems.problem import Source

SPLITS = ("train", "validation", "test", "ood")


def _system(entry: Any, folder: Path) -> Source:
    from bench.problems.sources.simulated import Simulated, read_system

    return Simulated(read_system(entry))


def _files(entry: Any, folder: Path) -> Source:
    from bench.problems.formats.user_data import OwnTable

    if not {"train", "test"} <= set(entry) <= set(SPLITS):
        raise ValueError("a file for train and one for test")
    return OwnTable({split: folder / str(name) for split, name in entry.items()})


def _installed(entry: Any, folder: Path) -> Source:
    from bench.problems.sources.installed import read_installed

    return read_installed(entry)


def _trajectory(entry: Any, folder: Path) -> Source:
    from bench.problems.sources.trajectory import LsrSynth

    fields = dict(entry)
    if "span" in fields:
        fields["span"] = _ends(fields["span"])
    if "lines" in fields:
        fields["lines"] = {name: _ends(ends) for name, ends in fields["lines"].items()}
    if "start" in fields:
        fields["start"] = {name: float(value) for name, value in fields["start"].items()}
    return LsrSynth(**fields)


def _filtered(entry: Any, folder: Path) -> Source:
    from bench.problems.sources.filtered import Filtered

    return Filtered(int(entry["rows"]), int(entry["test_one_in"]))


def _noisy(entry: Any, folder: Path) -> Source:
    from bench.problems.sources.noisy import NoisyLine

    return NoisyLine(**{name: float(value) for name, value in entry.items()})


def _ends(value: Any) -> tuple[float, float]:
    first, last = value
    return float(first), float(last)


Reader = Callable[[Any, Path], Source]

SOURCES: Mapping[str, tuple[Reader, str]] = {
    "system": (_system, "rates, starts, duration, points, steps"),
    "files": (_files, "{train: NAME.csv, test: NAME.csv}"),
    "installed": (_installed, "requirement, and files: {PATH: SHA-256}"),
    "trajectory": (_trajectory, "points, order, and span, start, rates or lines"),
    "filtered": (_filtered, "{rows: 100000, test_one_in: 5}"),
    "noisy": (_noisy, "{low: 0, high: 2, noise: 0.1, beyond: 1}"),
}
"""For each field: its reader (KeyError, TypeError or ValueError if malformed), and what it takes.

A mapping in the dataset holds for all of its problems; a problem's own is laid over it.
"""

OBSERVED = ("files", "installed")
"""The fields whose data lie in files: what made them need not be known."""
