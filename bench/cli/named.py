"""The methods there are; datasets, problems and results folders that a user names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.cli import UserError

if TYPE_CHECKING:
    from bench.plugins import MethodEntry
    from bench.problems.dataset import Dataset
    from bench.problems.problem import Problem
    from bench.running.results.store import Store


def all_methods() -> dict[str, MethodEntry]:
    """Every method by name; UserError where two installed packages claim one name."""
    from bench.plugins import MethodError, find_methods

    try:
        return find_methods()
    except MethodError as error:
        raise UserError(str(error)) from None


def load_named(name: str) -> Dataset:
    """The dataset called ``name``, or at that path; UserError where there is none or it is bad."""
    from pathlib import Path

    from bench.cli.quoting import label, stem
    from bench.problems import load_dataset
    from bench.problems.formats.hub import HubError
    from bench.problems.formats.tabular import OptionMissing

    try:
        return load_dataset(name)
    except OptionMissing as error:
        key = f"datasets.{label(stem(Path(name).absolute()))}"
        raise UserError(f"{error.fault} (in a run, {key}.{error.option})") from None
    except LookupError as error:
        raise UserError(str(error.args[0])) from None
    except (ValueError, TypeError, ImportError, HubError) as error:
        raise UserError(str(error)) from None


def find_problem(name: str) -> tuple[Dataset, Problem | None]:
    """The dataset that ``name`` names, and the problem where it is ``DATASET/PROBLEM``."""
    from pathlib import Path

    from bench.problems import dataset_names

    dataset_name, slash, problem_name = name.rpartition("/")
    if not slash or name in dataset_names() or Path(name).exists():
        return load_named(name), None
    dataset = load_named(dataset_name)
    try:
        return dataset, dataset[problem_name]
    except KeyError as error:
        raise UserError(f"{error.args[0]} (rediscover show {dataset_name})") from None


def open_store(folder: str) -> Store:
    """The store in ``folder``; UserError where that holds no results."""
    from pathlib import Path

    from bench.running.results.store import Store

    store = Store(folder)
    if not store.plan_path.exists():
        near = sorted(str(path.parent) for path in Path("results").glob("*/plan.jsonl"))
        known = f"; there is {', '.join(near[:5])}" if near else " (rediscover run makes one)"
        what = "has no plan.jsonl" if Path(folder).is_dir() else "is no folder"
        raise UserError(f"'{folder}' holds no results: it {what}{known}")
    return store
