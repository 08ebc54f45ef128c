"""A user's overrides as Hydra takes them: what they name is made known to it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import Path

from bench.basics.paths import CONF, expanded
from bench.cli import UserError
from bench.cli.executor import register_executor
from bench.cli.folder import RESULTS, own_name
from bench.cli.quoting import Choice, choices, labels, quoted, stem

SELECTION = ("limit", "only", "exclude", "twins")
"""What every dataset can be told, by ``datasets.NAME.limit=...``; null where it is not."""

_GROUPS = ("method", "dataset")
_COLUMN = re.compile(r"datasets\.[^.]+\.(target|time|trajectory|inputs)")
"""What names columns of a table: 2021, 1e3 and true are names, too; null is none."""


def registered(overrides: Collection[str], *, experiments: bool = True) -> list[str]:
    """The overrides with every method, dataset and executor by its label, the experiment in quotes.

    ``experiments`` says that results are to have a folder. What is named is put into Hydra's store.
    Raises UserError for what is not there.
    """
    if any(is_hydras(text) or _key(text) == "preset" for text in overrides):
        _register_shipped()
    given = {text: _choices(text) for text in overrides}  # "-m" and what else is Hydra's: nothing
    _refuse_ambiguous(given)
    known = {
        "method": _register_methods(_names(given, "method")),
        "dataset": _register_datasets(_names(given, "dataset")),
        "experiment": {},
    }
    written = [
        _written(text, values, known.get(_key(text), {})) if values else register_executor(text)
        for text, values in given.items()
    ]
    folder = _sweep_folder(given, known) if experiments else []
    return [*written, *_wall_time_alone(given), *folder]


def is_hydras(override: str) -> bool:
    """Whether an override is about Hydra itself: a sweep, what it is to print, where it works."""
    return override.startswith("-") or override.lstrip("+~").startswith("hydra")


def _wall_time_alone(given: Mapping[str, list[Choice]]) -> list[str]:
    """Who sets a wall time and no CPU time means the wall time: no other budget ends the run."""
    keys = {_key(text) for text in given}
    if "budget.seconds" in keys and "budget.cpu_seconds" not in keys:
        return ["budget.cpu_seconds=null"]
    return []


def _sweep_folder(
    given: Mapping[str, list[Choice]], known: Mapping[str, Mapping[str, str]]
) -> list[str]:
    """The folder of a sweep's jobs, where the experiment is an absolute path or none is named."""
    values = [one for text, chosen in given.items() if _key(text) == "experiment" for one in chosen]
    if not values and {"-m", "--multirun"} & given.keys():
        name = own_name(*(dict.fromkeys(known[group].values()) for group in _GROUPS))
        return [f"hydra.sweep.dir={quoted(f'{RESULTS}/sweep-{name}')}"]
    if len(values) != 1 or not isinstance(values[0], str):
        return []
    folder = expanded(values[0])
    return [f"hydra.sweep.dir={quoted(str(folder))}"] if folder.is_absolute() else []


def _key(text: str) -> str:
    """The key of an override: ``method`` of ``+method@method.label=operon``."""
    return text.partition("=")[0].lstrip("+").partition("@")[0]


def _choices(text: str) -> list[Choice]:
    """What an override chooses, where it names methods, datasets, columns or the experiment."""
    key, equals, value = text.partition("=")
    column = _COLUMN.fullmatch(_key(text)) and value != "null"
    if not equals or not (column or _key(text) in (*_GROUPS, "experiment")):
        return []
    try:
        return choices(value)
    except ValueError as error:
        raise UserError(
            f"cannot read {text!r}, {error}: put names with signs such as ( ) [ or commas in "
            f"quotes of their own: '{key}=[\"{value.strip('[]')}\"]'"
        ) from None


def _refuse_ambiguous(given: Mapping[str, list[Choice]]) -> None:
    if not {"-m", "--multirun"} & given.keys():
        for text, values in given.items():
            if len(values) > 1:
                raise UserError(f"{text}: a list stands in brackets, {_key(text)}=[A,B]")


def _names(given: Mapping[str, list[Choice]], group: str) -> list[str]:
    """The names that a group's overrides write, each once."""
    names = [
        name
        for text, values in given.items()
        if _key(text) == group
        for value in values
        for name in ([value] if isinstance(value, str) else value)
    ]
    return list(dict.fromkeys(names))


def _written(text: str, values: list[Choice], known: Mapping[str, str]) -> str:
    key = text.partition("=")[0]
    if _key(text) == "experiment" and not all(isinstance(one, str) and one for one in values):
        raise UserError(f"{text}: an experiment is one name, or the path of its folder")
    # One name is a list of one: `method=operon` would otherwise replace the list by a string.
    listed = _key(text) in _GROUPS and "@" not in key

    def write(value: Choice) -> str:
        names = [value] if isinstance(value, str) else value
        words = ",".join(quoted(known.get(name, name)) for name in names)
        return f"[{words}]" if listed or not isinstance(value, str) else words

    return f"{key}={','.join(map(write, values))}"


def _register_methods(names: list[str]) -> dict[str, str]:
    from bench.plugins import MethodError, register_methods

    try:
        return dict(zip(names, register_methods(names), strict=True))
    except MethodError as error:
        raise UserError(str(error)) from None


def _register_datasets(names: list[str]) -> dict[str, str]:
    """The label of each dataset by the name it is asked for."""
    from bench.problems import DatasetNotFound, dataset_names
    from bench.problems.formats.hub import HubError
    from bench.problems.load import find_dataset

    own = {path.stem for path in (CONF / "dataset").glob("*.yaml")}
    try:
        found = {name: find_dataset(name) for name in names if name not in own}
    except (DatasetNotFound, HubError) as error:
        raise UserError(str(error.args[0])) from None
    paths = {name: path.absolute() for name, path in found.items() if isinstance(path, Path)}
    for name in found.keys() - paths.keys():
        _store_dataset(name, name)
    known = _register_files(list(dict.fromkeys(paths.values())), {*own, *dataset_names()})
    return {name: known[paths[name]] if name in paths else name for name in names}


def _register_shipped() -> None:
    """All datasets that ship: a preset, or a file in a folder that Hydra is told of, names any."""
    from bench.problems.load import shipped_names

    for name in shipped_names():
        _store_dataset(name, name)


def _register_files(paths: list[Path], taken: set[str]) -> Mapping[Path, str]:
    """The label of each file or folder. Those that would share a name are called by their label."""
    known = labels(paths, taken)
    stems = Counter(map(stem, [*paths, *map(Path, taken)]))
    for path, label in known.items():
        _store_dataset(label, str(path), {"name": label if stems[stem(path)] > 1 else None})
    return known


def _store_dataset(label: str, source: str, more: Mapping[str, str | None] | None = None) -> None:
    from hydra.core.config_store import ConfigStore

    from bench.basics.settings import literal
    from bench.problems import DatasetNotFound
    from bench.problems.load import options_of

    try:
        options = options_of(source)
    except DatasetNotFound as error:
        raise UserError(str(error.args[0])) from None
    node = {"source": literal(source), **(more or {}), **dict.fromkeys((*SELECTION, *options))}
    ConfigStore.instance().store(
        label, node, group="dataset", package=f"datasets.{label}", provider="rediscover"
    )
