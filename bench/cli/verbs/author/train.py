"""``rediscover train``: train a network that a method uses, from ``conf/network``."""

from __future__ import annotations

import argparse
import importlib.util
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.basics.files import naming
from bench.cli import UserError
from bench.cli.compose import with_configuration

if TYPE_CHECKING:
    from bench.expression import Expression


def main(arguments: argparse.Namespace, overrides: list[str]) -> int:
    return with_configuration(overrides, _train, "train")


def withheld_laws() -> Iterator[Expression]:
    """The laws of every catalogue that ships, of tables and of systems, state by state."""
    from bench.problems import load_dataset
    from bench.problems.catalogue import catalogue_names

    for name in catalogue_names():
        for problem in load_dataset(name).problems:
            yield from _laws(problem)


def _laws(problem: Any) -> Iterator[Expression]:
    from bench.expression import parse
    from bench.problems import Problem
    from bench.problems.systems.problem import SystemProblem

    if isinstance(problem, SystemProblem) and problem.truth is not None:
        yield from problem.laws.values()
    elif isinstance(problem, Problem):
        truths = (target.truth for target in problem.targets)
        yield from (parse(truth, problem.variables) for truth in truths if truth is not None)


def _train(config: Any, folder: Path) -> int:
    from omegaconf import OmegaConf

    from bench.basics.installation import install_hint
    from bench.running.load import build, load_class

    settings: Any = OmegaConf.to_container(config.network, resolve=True)
    target = ":".join(str(settings.pop("_target_")).rsplit(".", 1))
    for module in load_class(target).requires:
        if importlib.util.find_spec(module) is None:
            raise UserError(f"training needs '{module}': {install_hint('neural')}", 1)
    trainer = build(target, settings)
    print(f"training in {folder}; stop it with Ctrl-C, the same command goes on", flush=True)
    try:
        with naming(folder):
            for line in trainer.train(
                folder, withheld_laws(), config.device, config.threads, config.workers
            ):
                print(_text(line), flush=True)
    except (ValueError, TypeError) as error:
        raise UserError(str(error)) from None
    return 0


def _text(line: Mapping[str, float]) -> str:
    return "  ".join(
        f"{name.replace('_', ' ')} {value:,}" if isinstance(value, int) else
        f"{name.replace('_', ' ')} {value:.4g}"
        for name, value in line.items()
    )  # fmt: skip
