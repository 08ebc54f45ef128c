"""From what a user asks for to a dataset: a name that ships, a file, or a folder."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.problems.catalogue import catalogue_names, catalogue_path, read_catalogue
from bench.problems.dataset import Dataset
from bench.problems.problem import Problem


class DatasetNotFound(LookupError):
    """There is no dataset of that name, nor a file or folder."""


class UnknownSelection(LookupError):
    """``only`` or ``exclude`` names what the dataset does not have."""


def dataset_names() -> list[str]:
    """The datasets that can be asked for by name."""
    return catalogue_names()


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
    problems = _select(dataset, only, exclude)
    return replace(dataset, problems=tuple(problems[:limit]))


def _load(name_or_path: str | Path, options: dict[str, Any]) -> Dataset:
    name = str(name_or_path)
    if name in catalogue_names():
        _refuse(name, options)
        return read_catalogue(catalogue_path(name))
    path = Path(name).expanduser()
    if path.exists():
        return _from_path(path, options)
    near = difflib.get_close_matches(name, dataset_names(), 1)
    hint = f"did you mean '{near[0]}'?" if near else "there is no such file or folder either"
    raise DatasetNotFound(f"dataset '{name}' not found; {hint} (rediscover list datasets)")


def _from_path(path: Path, options: dict[str, Any]) -> Dataset:
    raise DatasetNotFound(f"'{path}' is no dataset")


def _refuse(name: str, options: dict[str, Any]) -> None:
    if options:
        given = ", ".join(options)
        raise TypeError(f"dataset '{name}' takes no option {given}")


def _select(dataset: Dataset, only: Iterable[str], exclude: Iterable[str]) -> list[Problem]:
    wanted, unwanted = list(only), list(exclude)
    for word in (*wanted, *unwanted):
        if not any(_answers_to(problem, word) for problem in dataset.problems):
            _complain(dataset, word)
    return [
        problem
        for problem in dataset.problems
        if (not wanted or any(_answers_to(problem, word) for word in wanted))
        and not any(_answers_to(problem, word) for word in unwanted)
    ]


def _answers_to(problem: Problem, word: str) -> bool:
    return (
        word in (problem.name, problem.tier, problem.dataset)
        or word in problem.flaws
        or (word == "flawed" and bool(problem.flaws))
    )


def _complain(dataset: Dataset, word: str) -> None:
    if word == "flawed":
        return  # a dataset without flaws has none to leave out
    known = [problem.name for problem in dataset.problems]
    known += sorted({problem.tier for problem in dataset.problems if problem.tier})
    near = difflib.get_close_matches(word, known, 1)
    hint = f"; did you mean '{near[0]}'?" if near else ""
    raise UnknownSelection(
        f"dataset '{dataset.name}' has no problem, tier or flaw called '{word}'{hint} "
        f"(rediscover show {dataset.name})"
    )
