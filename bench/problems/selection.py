"""Choosing among the problems of a dataset: by name, tier, owning dataset, or flaw."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import replace

from bench.problems.dataset import Dataset
from bench.problems.problem import Problem

FLAWED = "flawed"
"""The word for any flaw. A dataset without flaws may be asked to leave out the flawed."""


class UnknownSelection(LookupError):
    """``only`` or ``exclude`` names what the dataset does not have."""


def select(
    dataset: Dataset, only: Sequence[str], exclude: Sequence[str], limit: int | None
) -> Dataset:
    """The dataset with the problems that ``only`` names (all, if empty), less ``exclude``.

    Words are problem names, tiers, names of owning datasets, flaws, or ``flawed``. ``limit`` keeps
    the first so many of what is left.
    """
    kept = [
        problem
        for problem in dataset.problems
        if (not only or any(_answers_to(problem, word) for word in only))
        and not any(_answers_to(problem, word) for word in exclude)
    ]
    return replace(dataset, problems=tuple(kept[:limit]))


def check_words(datasets: Iterable[Dataset], words: Sequence[str]) -> None:
    """Raise UnknownSelection for a word that no problem of any of ``datasets`` answers to."""
    known_datasets = list(datasets)
    problems = [problem for dataset in known_datasets for problem in dataset.problems]
    for word in words:
        if word == FLAWED or any(_answers_to(problem, word) for problem in problems):
            continue
        known = [problem.name for problem in problems]
        known += sorted({problem.tier for problem in problems if problem.tier})
        near = difflib.get_close_matches(word, known, 1)
        hint = f"; did you mean '{near[0]}'?" if near else ""
        names = ", ".join(f"'{dataset.name}'" for dataset in known_datasets)
        raise UnknownSelection(
            f"dataset {names} has no problem, tier or flaw called '{word}'{hint} "
            f"(rediscover show {known_datasets[0].name})"
        )


def _answers_to(problem: Problem, word: str) -> bool:
    return (
        word in (problem.name, problem.tier, problem.dataset)
        or word in problem.flaws
        or (word == FLAWED and bool(problem.flaws))
    )
