"""``rediscover score``: judge records again, or predictions that were made elsewhere."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.basics.words import counted
from bench.cli import UserError
from bench.cli.experiment import read_datasets, typed
from bench.cli.judged import Judge, write_leaderboard
from bench.cli.named import open_store
from bench.cli.overrides import SELECTION
from bench.problems.dataset import Dataset
from bench.running.results.record import Record
from bench.running.results.store import Store
from bench.scoring.steps import ScoringLimits


def main(arguments: argparse.Namespace, rest: list[str]) -> int:
    path = Path(arguments.path)
    if path.is_dir():
        store = open_store(arguments.path)
        config = store.config()
        datasets = _datasets_of(store, config)
        limits = typed(ScoringLimits, config.get("scoring") or {}, f"{store.config_path}: scoring")
    elif path.exists():
        store, datasets = _imported(path, arguments)
        limits = ScoringLimits()
    else:
        raise UserError(f"'{path}' is neither a results folder nor a CSV file")
    if arguments.seconds is not None:
        limits = replace(limits, seconds=arguments.seconds)
    if arguments.prove:
        limits = replace(limits, prove=True)
    problems = {(p.dataset, p.name): p for d in datasets.values() for p in d.problems}
    wanted = _wanted(store, arguments.method)
    judge = Judge(store, problems, limits, arguments.workers, wanted)
    count = judge.judge_all(again=arguments.again)
    print("\n".join([*judge.failures.lines(), f"{counted(count, 'record')} judged"]))
    write_leaderboard(store)
    return 0


def _wanted(store: Store, method: str) -> Callable[[Record], bool] | None:
    """Which records are to be judged: those of one method where one is named."""
    from bench.running.results.naming import MethodNames, NoSuchMethod

    if not method:
        return None
    plan = store.plan()
    names = MethodNames.of(plan.runs.values(), plan.setups)
    try:
        chosen = names.chosen(method, plan.runs.values())
    except NoSuchMethod as error:
        raise UserError(str(error)) from None
    slots = {slot for slot, run in plan.runs.items() if (run.method, names.text(run)) == chosen}
    return lambda record: record.run.slot in slots


def _datasets_of(store: Store, config: dict[str, Any]) -> dict[str, Dataset]:
    """The datasets of a folder: those its configuration lists, and shipped ones of its plan."""
    from bench.problems import dataset_names, load_dataset

    listed = config.get("datasets", {})
    chosen = set(SELECTION) - {"twins"}  # which add problems, where the others leave some out
    sources = {
        label: {k: v for k, v in one.items() if k not in chosen} for label, one in listed.items()
    }
    datasets = read_datasets(sources) if sources else {}
    planned = {planned.dataset for planned in store.plan().runs.values()}
    for name in sorted((planned - set(datasets)) & set(dataset_names())):
        datasets[name] = load_dataset(name)
    return datasets


def _imported(path: Path, arguments: argparse.Namespace) -> tuple[Store, dict[str, Dataset]]:
    """Predictions of a CSV file as records in a results folder."""
    from bench.running.results.imported import import_predictions
    from bench.scoring.predictions import CsvError, read_predictions

    if not arguments.dataset:
        raise UserError(
            f"whose problems does '{path}' answer? --dataset NAME (rediscover list datasets)"
        )
    names = [name.strip() for name in arguments.dataset.split(",") if name.strip()]
    datasets = read_datasets({name: {"source": name} for name in names})
    problems = tuple(problem for dataset in datasets.values() for problem in dataset.problems)
    whole = Dataset(arguments.dataset, "", problems)
    try:
        predictions = read_predictions(path, whole)
    except CsvError as error:
        raise UserError(str(error)) from None
    store = Store(Path("results") / (arguments.experiment or path.stem))
    try:
        import_predictions(predictions, store, str(path))
    except ValueError as error:
        raise UserError(f"{path}: {error}") from None
    return store, datasets
