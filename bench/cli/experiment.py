"""From a composed configuration to the runs it asks for."""

from __future__ import annotations

import importlib.util
import math
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bench.basics.installation import install_hint
from bench.basics.settings import SettingsError, check_no_secrets
from bench.basics.words import counted
from bench.cli import UserError
from bench.cli.overrides import SELECTION
from bench.cli.quoting import stem
from bench.experiment import Experiment, with_model
from bench.method import Budget, wall_limit
from bench.models.endpoint import Endpoint, EndpointError
from bench.problems.dataset import Dataset
from bench.problems.problem import Problem
from bench.running import Limits, MethodSpec, Run, matrix
from bench.scoring.steps import ScoringLimits


@dataclass(frozen=True)
class Selection:
    """Which problems of a dataset are wanted: names, tiers or flaws, and at most how many.

    ``twins`` are kinds of twins of these problems, of one dataset alone.
    """

    limit: int | None = None
    only: list[str] = field(default_factory=list)
    exclude: list[str] = field(default_factory=list)
    twins: list[str] = field(default_factory=list)


def read_experiment(config: Any, folder: Path) -> Experiment:
    """The experiment that a composed configuration describes.

    Raises UserError for methods, datasets or settings that are not there or not possible.
    """
    from omegaconf import OmegaConf
    from omegaconf.errors import MissingMandatoryValue, OmegaConfBaseException

    try:
        plain: Any = OmegaConf.to_container(config, resolve=True, throw_on_missing=True)
    except MissingMandatoryValue as error:
        raise UserError(f"{error.full_key} must be given: {error.full_key}=VALUE") from None
    except OmegaConfBaseException as error:
        raise UserError(f"{error.full_key}: {str(error).splitlines()[0]}") from None
    methods = read_methods(plain.get("method") or {})
    _check_no_secrets(plain)
    selection = dict(plain["dataset"])
    data_seed = _numbers(selection.pop("seed"), "dataset.seed", int)[0]
    chosen = _selection(selection, "dataset")
    datasets = read_datasets(plain.get("datasets") or {}, chosen)
    notes = (
        *_left_out(plain["datasets"], chosen), *_without_twins(plain["datasets"], datasets),
        *_labels(plain["datasets"]), *_seeds(plain), *_tuned(plain),
    )  # fmt: skip
    budget, limits = _budget(plain["budget"])
    limits = replace(limits, require_seal=_yes_or_no(plain["require_seal"], "require_seal"))
    endpoint = read_endpoint(plain["model"])
    try:
        methods = with_model(methods, endpoint, budget)
    except ValueError as error:
        raise UserError(str(error)) from None
    runs = _matrix(plain, methods, datasets, budget, data_seed)
    _check_data(datasets)
    scoring = _scoring(plain["scoring"])
    return Experiment(
        folder, plain, methods, datasets, tuple(runs), notes, limits, scoring, endpoint
    )


def _scoring(config: Mapping[str, Any]) -> ScoringLimits:
    limits: ScoringLimits = typed(ScoringLimits, config, "scoring")
    if limits.cdm and importlib.util.find_spec("matplotlib") is None:
        raise UserError(f"scoring.cdm=true needs matplotlib: {install_hint('cdm')}")
    return limits


def _check_no_secrets(config: Any) -> None:
    """All of a configuration is written down, also what nothing reads."""
    try:
        check_no_secrets(config)
    except SettingsError as error:
        raise UserError(str(error)) from None


def read_endpoint(config: Mapping[str, Any]) -> Endpoint | None:
    """The endpoint of a language model as ``model`` describes it, None where it says nothing."""
    if not any(config.get(name) for name in ("url", "name", "key")):
        return None
    given = {name: value for name, value in config.items() if value is not None}
    endpoint: Endpoint = typed(Endpoint, given, "model")
    return endpoint


def read_methods(configs: Mapping[str, Mapping[str, Any]]) -> tuple[MethodSpec, ...]:
    from bench.plugins import MethodError, method_spec

    if not configs:
        raise UserError("no method is chosen: method=[linear,operon] (rediscover list methods)")
    try:
        return tuple(method_spec(label, one) for label, one in configs.items())
    except (MethodError, ValueError) as error:
        raise UserError(str(error)) from None


def read_datasets(
    configs: Mapping[str, Mapping[str, Any]], selection: Selection | None = None
) -> dict[str, Dataset]:
    """The problems of all datasets chosen, by the dataset that owns them, each once.

    ``selection`` comes on top of what the configuration of a dataset selects. A word of its
    ``only`` or ``exclude`` must be known to one of them.
    """
    from bench.problems.selection import UnknownSelection, check_words, select
    from bench.running.progress.bar import ProgressBar

    if not configs:
        raise UserError("no dataset is chosen: dataset=[srsd_easy] (rediscover list datasets)")
    selection = selection or Selection()
    loaded: dict[str, Dataset] = {}
    with ProgressBar("datasets read", sys.stderr) as progress:  # a table is looked through now
        for label, one in configs.items():
            loaded[label] = _load(label, one)
            progress(len(loaded), len(configs))
    try:
        check_words(loaded.values(), [*selection.only, *selection.exclude])
    except UnknownSelection as error:
        raise UserError(error.args[0]) from None
    owned: dict[str, dict[str, Problem]] = {}
    owners: dict[str, Dataset] = {}
    for dataset in loaded.values():
        kept = select(dataset, selection.only, selection.exclude, selection.limit)
        for problem in kept.problems:
            owned.setdefault(problem.dataset, {}).setdefault(problem.name, problem)
            owners.setdefault(problem.dataset, dataset)
    return {
        name: replace(
            owners[name], name=name, version=next(iter(problems.values())).version,
            problems=tuple(problems.values()),
        )
        for name, problems in owned.items()
    }  # fmt: skip


def _check_data(datasets: Mapping[str, Dataset]) -> None:
    """Look through the files with the data; UserError names the file and what is wrong in it."""
    from bench.problems.checking import BadData, check_data
    from bench.running.progress.bar import ProgressBar

    problems = [problem for dataset in datasets.values() for problem in dataset.problems]
    try:
        with ProgressBar("files of data looked through", sys.stderr) as progress:
            check_data(problems, progress)
    except BadData as error:
        more = len(problems) > 1
        hint = f" (or leave it out: dataset.exclude=[{error.problem.name}])" if more else ""
        raise UserError(f"{error}{hint}") from None


def _left_out(configs: Mapping[str, Mapping[str, Any]], selection: Selection) -> Iterator[str]:
    """How many problems of each dataset ``exclude`` leaves out: never silently."""
    from bench.problems.selection import select

    for label, config in configs.items():
        exclude = [*selection.exclude, *(config.get("exclude") or ())]
        if exclude:
            whole = select(_load(label, {**config, "exclude": None}), selection.only, (), None)
            count = len(whole) - len(select(whole, (), exclude, None))
            if count:
                left_out = counted(count, "problem")
                yield f"{label}: {left_out} left out by exclude (rediscover show says why)"


def _without_twins(
    configs: Mapping[str, Mapping[str, Any]], datasets: Mapping[str, Dataset]
) -> Iterator[str]:
    """Of how many problems there is no twin of the kinds that are asked for: never silently."""
    from bench.problems.twins import of_twin

    made = {of_twin(one.dataset, one.name) for owner in datasets.values() for one in owner.problems}
    for label, config in configs.items():
        for kind in config.get("twins") or ():
            problems = _load(label, {**config, "twins": None}).problems
            lacking = sum((one.dataset, one.name, kind) not in made for one in problems)
            if lacking:
                yield f"{label}: no twin of the kind '{kind}' of {counted(lacking, 'problem')}"


def _labels(configs: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """By which key a file is set, where that is not what it is called."""
    for label, config in configs.items():
        path = Path(str(config.get("source", label)))
        if path.is_absolute() and label != stem(path):
            options = [key for key in config if key not in ("source", "name", *SELECTION)]
            example = f"datasets.{label}.{options[0] if options else 'limit'}=..."
            named = f", and it is called '{label}'" if config.get("name") else ""
            yield f"{path.name} is set by datasets.{label} ({example}){named}"


def _seeds(plain: Mapping[str, Any]) -> Iterator[str]:
    seeds = plain["seeds"]
    if isinstance(seeds, int) and seeds > 1:
        few = ",".join(map(str, range(min(seeds, 3))))
        more = few if seeds <= 3 else f"{few},..."
        yield f"seeds={seeds} is the one seed {seeds}; {seeds} seeds are seeds=[{more}]"


def _tuned(plain: Mapping[str, Any]) -> Iterator[str]:
    """What it has cost to choose settings, which is part of what the runs have cost."""
    for label, spent in (plain.get("tuned") or {}).items():
        if label in plain["method"]:
            runs, seconds = counted(int(spent["runs"]), "run"), spent["cpu_seconds"]
            yield f"{label}: settings chosen by {runs}, {seconds:g} CPU s, on held-out rows"


def _load(label: str, config: Mapping[str, Any]) -> Dataset:
    from bench.problems import load_dataset
    from bench.problems.formats.hub import HubError
    from bench.problems.formats.tabular import OptionMissing

    options = {key: value for key, value in config.items() if value is not None}
    source = options.pop("source", label)
    selected = {name: options[name] for name in SELECTION if name in options}
    _selection(selected, f"datasets.{label}")
    try:
        return load_dataset(source, **options)
    except OptionMissing as error:
        key = f"datasets.{label}." if error.option.partition("=")[0] in config else ""
        raise UserError(f"{error.fault} ({key}{error.option})") from None
    except (LookupError, ValueError, ImportError, HubError) as error:
        text = error.args[0] if isinstance(error, LookupError) and error.args else error
        raise UserError(str(text)) from None
    except TypeError as error:
        raise UserError(f"datasets.{label}: {error}") from None


def _selection(values: Mapping[str, Any], where: str) -> Selection:
    selection: Selection = typed(Selection, values, where)
    if selection.limit is not None and selection.limit < 1:
        raise UserError(f"{where}.limit is {selection.limit}; it is a number of problems, or null")
    return selection


def _budget(config: Mapping[str, Any]) -> tuple[Budget, Limits]:
    values = dict(config)
    grace = values.pop("grace", Limits().grace)
    if values.get("seconds") is None:
        values["seconds"] = _wall_seconds(values.get("cpu_seconds"))
    budget = typed(Budget, values, "budget")
    cpu = math.inf if budget.cpu_seconds is None else budget.cpu_seconds
    if min(budget.seconds, cpu, budget.threads, budget.memory_mb) <= 0:
        raise UserError(
            f"budget: seconds={budget.seconds}, cpu_seconds={budget.cpu_seconds}, "
            f"threads={budget.threads}, memory_mb={budget.memory_mb}; all must be positive"
        )
    return budget, typed(Limits, {"grace": grace}, "budget")


def _wall_seconds(cpu_seconds: Any) -> float:
    """The wall limit of a budget that sets none."""
    if isinstance(cpu_seconds, bool) or not isinstance(cpu_seconds, int | float):
        raise UserError(
            f"budget: cpu_seconds is {cpu_seconds!r} and seconds is null; "
            "write budget.cpu_seconds=30, or budget.seconds=30 for wall time"
        )
    return wall_limit(cpu_seconds)


def typed(cls: type[Any], values: Mapping[str, Any], where: str) -> Any:
    """The dataclass ``cls`` with ``values``, checked by type; UserError says ``where`` they are."""
    from bench.basics.settings import SettingsError, checked_settings

    try:
        return cls(**checked_settings(cls, values).values)
    except SettingsError as error:
        raise UserError(f"{where}: {error}") from None
    except EndpointError as error:
        raise UserError(str(error)) from None


def _matrix(
    plain: Mapping[str, Any],
    methods: tuple[MethodSpec, ...],
    datasets: Mapping[str, Dataset],
    budget: Budget,
    data_seed: int,
) -> list[Run]:
    seeds = _numbers(plain["seeds"], "seeds", int)
    noise = _numbers(plain["noise"], "noise", float)
    if plain["disclosure"] not in ("blind", "symbols", "full"):
        raise UserError(f"disclosure is '{plain['disclosure']}'; choose blind, symbols or full")
    try:
        return matrix(
            methods, datasets, seeds=seeds, noise=noise, budget=budget,
            data_seed=data_seed, disclosure=plain["disclosure"],
        )  # fmt: skip
    except ValueError as error:
        raise UserError(str(error)) from None


def _yes_or_no(value: Any, name: str) -> bool:
    if not isinstance(value, bool):
        raise UserError(f"{name} is {value!r}; write {name}=true or {name}=false")
    return value


def _numbers(value: Any, name: str, kind: type) -> list[Any]:
    """One number, or a list of numbers, none negative and each once."""
    values = value if isinstance(value, list) else [value]
    kinds = (int,) if kind is int else (int, float)
    example = "[0,1,2]" if kind is int else "[0,0.01]"
    for one in values:
        if not isinstance(one, kinds) or isinstance(one, bool) or not 0 <= one < 2**63:
            raise UserError(f"{name}: {one!r} cannot be; write {name}={example}")
    return list(dict.fromkeys(map(kind, values)))
