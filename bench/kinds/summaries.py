"""A line about every dataset there is, of whatever kinds its problems are."""

from __future__ import annotations

from dataclasses import dataclass

from bench.basics.extension import ExtensionError
from bench.kinds.find import kind_of
from bench.problems.load import GENERATED, dataset_names, load_dataset


@dataclass(frozen=True)
class DatasetLine:
    """A line about a dataset; ``problems`` is None where it has as many as are asked for.

    ``truths`` is how many of its problems have a known law.
    """

    name: str
    problems: int | None
    title: str
    source: str
    licence: str
    truths: int | None


def summaries() -> list[DatasetLine]:
    """A line about every dataset that can be asked for by name.

    One of a package that fails has no problems, and the failure for a title.
    """
    return [_summary(name) for name in dataset_names()]


def _summary(name: str) -> DatasetLine:
    generated = "size" in GENERATED.get(name, ("", ()))[1]  # as many as one likes
    try:
        dataset = load_dataset(name, size=0) if generated else load_dataset(name)
    except ExtensionError as error:
        return DatasetLine(name, 0, f"cannot be loaded: {error}", "", "", 0)
    about = (dataset.title, dataset.source, dataset.licence)
    if generated:
        return DatasetLine(name, None, *about, None)
    briefs = (kind_of(problem).in_brief(problem) for problem in dataset.problems)
    truths = sum(brief.truth is not None for brief in briefs)
    return DatasetLine(name, len(dataset), *about, truths)
