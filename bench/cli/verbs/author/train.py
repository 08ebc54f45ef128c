"""``rediscover train``: train a network that a method uses, from ``conf/network``."""

from __future__ import annotations

import argparse
import importlib.util
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.cli import UserError
from bench.cli.compose import with_configuration

if TYPE_CHECKING:
    from bench.expression import Expression

BENCHMARKS = (
    "srsd", "aifeynman", "aifeynman_bonus", "nguyen", "nguyen_c", "livermore", "livermore_extra",
    "llmsrbench",
)  # fmt: skip
"""The datasets whose laws no network is trained on."""


def main(arguments: argparse.Namespace, overrides: list[str]) -> int:
    return with_configuration(overrides, _train, "train")


def withheld_laws() -> Iterator[Expression]:
    """The true expressions of ``BENCHMARKS``."""
    from bench.expression import parse
    from bench.problems import load_dataset

    for name in BENCHMARKS:
        for problem in load_dataset(name).problems:
            for target in problem.targets:
                if target.truth is not None:
                    yield parse(target.truth, problem.variables)


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
