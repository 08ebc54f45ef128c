"""The methods there are; datasets, problems and results folders that a user names."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

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
    from bench.problems import dataset_names

    dataset_name, slash, problem_name = name.rpartition("/")
    if not slash or name in dataset_names() or os.path.lexists(name):
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


def settings_of(name: str, overrides: Sequence[str]) -> dict[str, Any]:
    """The settings of a method, and where it runs, with those of ``overrides`` put in.

    Raises UserError for what is no setting of it, and where there is no such method.
    """
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import OverrideParseException
    from omegaconf import OmegaConf

    from bench.plugins import MethodError, find_method

    try:
        entry = find_method(name)
        parsed = OverridesParser.create().parse_overrides(list(overrides))
    except OverrideParseException as error:
        raise UserError(f"'{error.override}' is no setting; write KEY=VALUE") from None
    except MethodError as error:
        raise UserError(str(error)) from None
    config = OmegaConf.create(dict(entry.config))
    before = f"method.{entry.name}."
    for one in parsed:
        key = one.key_or_group
        if not key.startswith(before) or one.is_sweep_override():
            raise UserError(f"'{one.input_line}': a setting of the method is {before}SETTING=VALUE")
        OmegaConf.update(config, key.removeprefix(before), one.value())
    found: Any = OmegaConf.to_container(config)
    return dict(found)
