"""From what a user asks for to a dataset: a name that ships, a file, or a folder."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.problems.catalogue import catalogue_names, catalogue_path, read_catalogue
from bench.problems.dataset import Dataset
from bench.problems.formats.tables import SUFFIXES
from bench.problems.selection import check_words, select

GENERATED = ("fresh_synth", "fresh_transform")
"""Datasets that are made from a seed rather than read from a catalogue."""


FORMATS = ("srsd", "llmsrbench", "pmlb", "user_data")
"""Modules that read files and folders of others: the first that recognises one reads it."""


class DatasetNotFound(LookupError):
    """There is no dataset of that name, nor a file or folder."""


def dataset_names() -> list[str]:
    """The datasets that can be asked for by name."""
    return sorted([*catalogue_names(), *GENERATED])


@dataclass(frozen=True)
class Summary:
    """A line about a dataset; ``problems`` is None where it has as many as are asked for.

    ``truths`` is how many of its problems have a known law.
    """

    name: str
    problems: int | None
    title: str
    source: str
    licence: str
    truths: int | None


def summaries() -> list[Summary]:
    """A line about every dataset that can be asked for by name."""
    lines = []
    for name in dataset_names():
        dataset = load_dataset(name, size=0) if name in GENERATED else load_dataset(name)
        count = None if name in GENERATED else len(dataset)
        truths = sum(problem.targets[0].truth is not None for problem in dataset.problems)
        lines.append(
            Summary(
                name, count, dataset.title, dataset.source, dataset.licence,
                None if count is None else truths,
            )
        )  # fmt: skip
    return lines


def load_dataset(
    name_or_path: str | Path,
    *,
    limit: int | None = None,
    only: Sequence[str] = (),
    exclude: Sequence[str] = (),
    **options: Any,
) -> Dataset:
    """The dataset called ``name_or_path``, or the one in the file or folder there.

    ``only`` and ``exclude`` name problems, tiers, or flaws (``flawed`` for any flaw); ``limit``
    keeps the first so many of what is left. Other ``options`` are those of the kind of source (a
    table's ``target``, ``truth``; a generator's ``seed``, ``size``). Raises DatasetNotFound with
    the nearest name, UnknownSelection, and the errors of the formats.
    """
    dataset = _load(name_or_path, options)
    check_words([dataset], [*only, *exclude])
    return select(dataset, only, exclude, limit)


def find_dataset(name_or_path: str | Path) -> str | Path:
    """The name of a dataset that ships, or the path of a file or folder that is there.

    ``hf://OWNER/NAME`` is brought from the Hugging Face Hub. Raises DatasetNotFound with the
    nearest name, HubError where the Hub does not give.
    """
    name = str(name_or_path)
    if name in dataset_names():
        return name
    if name.startswith("hf://"):
        from bench.problems.formats.hub import download

        return download(name)
    path = Path(name).expanduser()
    if path.exists():
        return path
    near = difflib.get_close_matches(name, dataset_names(), 1)
    hint = f"did you mean '{near[0]}'?" if near else "there is no such file or folder either"
    raise DatasetNotFound(f"dataset '{name}' not found; {hint} (rediscover list datasets)")


def options_of(name_or_path: str | Path) -> tuple[str, ...]:
    """The options beside the selection that ``load_dataset`` takes for this name or path."""
    found = find_dataset(name_or_path)
    if isinstance(found, Path):
        return tuple(_reader_of(found).OPTIONS)
    return ("seed", "size") if found in GENERATED else ()


def _load(name_or_path: str | Path, options: dict[str, Any]) -> Dataset:
    found = find_dataset(name_or_path)
    if isinstance(found, Path):
        return _from_path(found, options)
    if found in GENERATED:
        return _generate(found, options)
    _refuse(found, options)
    return read_catalogue(catalogue_path(found))


def _generate(name: str, options: dict[str, Any]) -> Dataset:
    from bench.problems import fresh

    known = ("seed", "size", "same_law")
    _refuse(name, {key: value for key, value in options.items() if key not in known})
    generator: Callable[..., Dataset] = getattr(fresh, name)
    return generator(**options)


def _from_path(path: Path, options: dict[str, Any]) -> Dataset:
    reader = _reader_of(path)
    unknown = {key: value for key, value in options.items() if key not in reader.OPTIONS}
    _refuse(str(path), unknown, reader.OPTIONS)
    dataset: Dataset = reader.read(path, **options)
    return dataset


def _reader_of(path: Path) -> Any:
    """The module that reads what lies at ``path``; DatasetNotFound where none does."""
    for name in FORMATS:
        reader = importlib.import_module(f"bench.problems.formats.{name}")
        if reader.recognises(path):
            return reader
    raise DatasetNotFound(
        f"'{path}' holds no data: neither tables ({', '.join(SUFFIXES)}), nor what SRSD, PMLB or "
        "LLM-SRBench have in their folders"
    )


def _refuse(name: str, options: dict[str, Any], known: Sequence[str] = ()) -> None:
    if options:
        given = ", ".join(options)
        known_too = f"; it takes {', '.join(known)}" if known else ""
        raise TypeError(f"dataset '{name}' takes no option {given}{known_too}")
