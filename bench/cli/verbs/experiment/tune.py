"""``rediscover tune``: choose a method's settings on held-out training rows."""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.basics.files import write_whole
from bench.basics.paths import as_named
from bench.basics.words import counted
from bench.cli import UserError
from bench.cli.compose import with_configuration
from bench.cli.experiment import read_experiment
from bench.cli.quoting import quoted
from bench.cli.screen import print_columns
from bench.cli.verbs.experiment.run import run_experiment
from bench.experiment import Experiment
from bench.tuning import Tried, runs_on_held_out, tried, tuning_experiment

_HEADER = ("settings", "held-out R²", "nodes", "runs", "failed", "CPU s")


@dataclass(frozen=True)
class _Grid:
    """What there is to choose from: values by key, and the other overrides as they are."""

    keys: tuple[str, ...]
    values: tuple[tuple[Any, ...], ...]
    rest: tuple[str, ...]

    @property
    def choices(self) -> list[dict[str, Any]]:
        """Every combination of the values, by key."""
        return [dict(zip(self.keys, one, strict=True)) for one in itertools.product(*self.values)]


def main(arguments: argparse.Namespace, overrides: list[str]) -> int:
    grid = _grid(overrides)
    names = [f"method=[{quoted(arguments.method)}]", f"dataset=[{quoted(arguments.on)}]"]
    if arguments.budget is not None:
        names.append(f"budget.cpu_seconds={arguments.budget}")
    if not any(text.startswith("experiment=") for text in grid.rest):
        stems = "-".join(Path(name).stem for name in (arguments.method, arguments.on))
        names.append(f"experiment={quoted(f'tune-{stems}')}")

    def job(config: Any, folder: Path) -> int:
        return _tune(config, folder, grid, arguments)

    return with_configuration([*names, *grid.rest], job)


def _grid(overrides: Sequence[str]) -> _Grid:
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import OverrideParseException

    parser = OverridesParser.create()
    keys, values, rest = [], [], []
    for text in overrides:
        if text.startswith("-"):
            raise UserError(f"it takes no '{text}' (rediscover tune --help)")
        try:
            one = parser.parse_override(text)
        except OverrideParseException:
            rest.append(text)  # said by whoever composes
            continue
        if one.key_or_group in ("method", "dataset"):
            raise UserError(f"'{text}': the method stands behind tune, the dataset behind --on")
        if not one.is_sweep_override():
            rest.append(text)
            continue
        if not one.key_or_group.startswith("method."):
            raise UserError(f"'{text}': what is chosen are settings, method.NAME.SETTING=A,B")
        keys.append(one.key_or_group)
        written = one.sweep_string_iterator()
        values.append(
            tuple(parser.parse_override(f"{keys[-1]}={value}").value() for value in written)
        )
    if not keys:
        raise UserError("what is there to choose from? method.NAME.SETTING=A,B (commas, no blanks)")
    return _Grid(tuple(keys), tuple(values), tuple(rest))


def _tune(config: Any, folder: Path, grid: _Grid, arguments: argparse.Namespace) -> int:
    asked = [read_experiment(_chosen(config, one), folder) for one in grid.choices]
    noise = {run.noise for run in asked[0].runs}
    if len(noise) != 1:
        raise UserError("settings are chosen at one level of noise: noise=0.01")
    (level,) = noise
    try:
        experiment = tuning_experiment(asked, level)
    except ValueError as error:
        raise UserError(str(error)) from None
    code = run_experiment(experiment, {}, scoring=True)
    runs = [runs_on_held_out(one, level) for one in asked]
    found = tried(experiment.store, list(zip(grid.choices, runs, strict=True)))
    _print(found)
    if code == 0:
        _write(experiment, found, grid, arguments)
    return code


def _chosen(config: Any, choice: Mapping[str, Any]) -> Any:
    """``config`` with one choice of settings; UserError for a setting that there is not."""
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    one = OmegaConf.create(OmegaConf.to_container(config))
    for key, value in choice.items():
        if OmegaConf.select(one, key.rpartition(".")[0]) is None:
            known = ", ".join(config.method)
            raise UserError(f"'{key}': the method is called {known}: method.{known}.SETTING=A,B")
        try:
            OmegaConf.update(one, key, value)
        except OmegaConfBaseException as error:
            raise UserError(f"{key}: {error}".splitlines()[0]) from None
    return one


def _print(found: Sequence[Tried]) -> None:
    print("\nby R² of held-out training data, mean over problems, 0 where a run failed:")
    rows = [
        (
            _written(one.given), f"{one.score:.4f}", f"{one.nodes:.1f}", str(one.runs),
            str(one.failed), f"{one.cpu_seconds:.1f}",
        )
        for one in found
    ]  # fmt: skip
    print_columns(_HEADER, rows, _HEADER[1:])


def _written(given: Mapping[str, Any]) -> str:
    return " ".join(f"{key}={_word(value)}" for key, value in given.items())


def _word(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def _write(
    experiment: Experiment, found: Sequence[Tried], grid: _Grid, arguments: argparse.Namespace
) -> None:
    """The best settings as a preset, with what it has cost to choose them."""
    import yaml

    (label,) = experiment.config["method"]
    best, name = found[0], f"{label}_tuned"
    spent = {
        "dataset": arguments.on,
        "noise": experiment.config["tuned_at_noise"],
        "chosen": dict(best.given),
        "choices": dict(zip(grid.keys, map(list, grid.values), strict=True)),
        "runs": sum(one.runs for one in found),
        "cpu_seconds": round(sum(one.cpu_seconds for one in found), 3),
        "wall_seconds": round(sum(one.wall_seconds for one in found), 3),
        "held_out_r2": round(best.score, 6),
    }
    content: dict[str, Any] = {"tuned": {label: spent}}
    for key, value in best.given.items():
        _put(content, key.split("."), value)
    folder = experiment.folder / "conf"
    text = "# @package _global_\n" + yaml.safe_dump(content, sort_keys=False)
    write_whole(folder / "preset" / f"{name}.yaml", text.encode())
    print(f"best: {_written(best.given)}")
    print(
        f"chosen by {counted(spent['runs'], 'run')}, {spent['cpu_seconds']:g} CPU s, which count "
        "with what is done with it"
    )
    print(
        f"use it: rediscover run -cd {as_named(folder)} method=[{arguments.method}] +preset={name}"
    )


def _put(tree: dict[str, Any], keys: Sequence[str], value: Any) -> None:
    for key in keys[:-1]:
        tree = tree.setdefault(key, {})
    tree[keys[-1]] = value
